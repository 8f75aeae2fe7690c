// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person sees of a stream: how many pictures, how long they stand still, how late they are.

/* global participant */

const RTP_RATE = 90; // per ms
const STILL = 200; // ms: what is longer is seen as a freeze (at 30 pictures a second, as Chromium's statistics count them)
const WRAP = 2 ** 32;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

export class Watch {
  #viewer;
  #pictures = []; // [ms since 1970, RTP timestamp, how many there were]
  #usual = Infinity; // how late a picture is at least, from an unknown beginning

  /** @param {Participant} viewer who has one stream */
  constructor(viewer) {
    this.#viewer = viewer;
  }

  async begin() {
    const [{ id }] = await this.#viewer.untilStreams(1);
    await this.#viewer.evaluate((stream) => participant.watchPictures(stream), id);
  }

  async #fetch() {
    const shown = await this.#viewer.evaluate(() => participant.shown.splice(0));
    for (const [at, timestamp, count] of shown) {
      const latest = this.#pictures.at(-1)?.[1] ?? timestamp;
      const unwrapped = latest + ((timestamp - latest + 1.5 * WRAP) % WRAP) - WRAP / 2;
      this.#pictures.push([at, unwrapped, count]);
      this.#usual = Math.min(this.#usual, at - unwrapped / RTP_RATE);
    }
  }

  /**
   * Of the time between two moments, in ms since 1970: pictures a second; the longest time that one stood and the sum of
   * those that were seen as freezes, in ms; how much later than the earliest ever pictures were, the median and the
   * worst, in ms.
   */
  async between(from, to) {
    await this.#fetch();
    const seen = this.#pictures.filter(([at]) => at >= from && at < to);
    const moments = [from, ...seen.map(([at]) => at), to];
    const gaps = moments.slice(1).map((at, index) => at - moments[index]);
    const lateness = seen.map(([at, timestamp]) => at - timestamp / RTP_RATE - this.#usual);
    const sum = (values) => values.reduce((total, value) => total + value, 0);
    const count = seen.length > 0 ? seen.at(-1)[2] - seen[0][2] + 1 : 0;
    return {
      pictures: (count / (to - from)) * 1000,
      longest: Math.max(...gaps),
      frozen: sum(gaps.filter((gap) => gap > STILL)),
      delay: lateness.length > 0 ? median(lateness) : Infinity,
      worstDelay: Math.max(...lateness, 0),
    };
  }
}
