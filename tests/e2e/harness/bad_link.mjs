// SPDX-License-Identifier: LGPL-2.1-or-later
// A call over a bad link: a pipeline and a room's server near, one browser far away behind the cable, another one near.

/* global participant */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isInstalled, launch, PROGRAMS } from './browsers.mjs';
import { Element } from './element.mjs';
import { Network, whyNoNetwork } from './network.mjs';
import { Participant } from './participant.mjs';
import { RoomServer } from './room_server.mjs';
import { Watch } from './watch.mjs';

const PORT = 9001;
const GLANCE = 250; // ms between two looks at the cable's counters
const BREATH = 1500; // ms of the good link, to know how late pictures are at least
const WINDOW = 2000; // ms: for longer, nobody may be sent much more than the link carries

/**
 * Each picture is new to the last corner: an encoder takes all that it may. In H.264, since libvpx's threads spin while
 * they wait for each other, which on a busy machine is slower than one.
 */
const HARD = ['videotestsrc', 'is-live=true', 'pattern=snow', '!', 'video/x-raw,format=I420,width=32,height=18,framerate=30/1', '!',
  'videoscale', '!', 'video/x-raw,width=640,height=360', '!'];

/** What goes into the room; all of it 2 Mbit/s of H.264 at best. */
export const inputs = {
  raw: [...HARD, 'r.'],
  /** As from a camera, with a keyframe each third of a second. */
  encoded: [...HARD, 'x264enc', 'tune=zerolatency', 'speed-preset=ultrafast', 'bitrate=2000', 'key-int-max=10', '!', 'h264parse',
    '!', 'r.'],
  pictureAndSound: ['videotestsrc', 'is-live=true', '!', 'video/x-raw,width=160,height=90,framerate=15/1', '!', 'r.',
    'audiotestsrc', 'is-live=true', '!', 'r.'],
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let rooms = 0;

export class BadLink {
  #network = new Network();
  #server;
  #browsers;
  #people = [];
  #element;
  #seen = []; // the cable's counters from time to time

  async open() {
    await this.#network.open();
    const { near, far } = this.#network;
    this.#server = new RoomServer({ launcher: near.launcher, host: near.address, port: PORT });
    await this.#server.start();
    // Only pages of this machine's own name, or over TLS, get all that the library looks for.
    const flags = [`--unsafely-treat-insecure-origin-as-secure=http://${near.address}:${PORT}`];
    this.#browsers = await Promise.all([far, near].map((place) => launch('chromium', { program: place.program(PROGRAMS.chromium), flags })));
  }

  async close() {
    await Promise.all(this.#browsers.map((browser) => browser.close()));
    await this.#server.stop();
    await this.#network.close();
  }

  /** Everybody in a room of their own, on a good link, with pictures. */
  async begin(input = inputs.raw, session = { audio: false, video: true, data: true }) {
    rooms += 1;
    const room = `room-${rooms}`;
    await this.#network.mend();
    const Kind = this.#network.near.kind(Element);
    this.#element = new Kind({ 'room-id': room, 'user-id': `camera-of-${room}`, 'socket-url': this.#server.url,
    'video-bitrate': 2_000_000, 'video-codecs': '<(string)H264>' }, [input]);
    await this.#element.untilMessage('rtcmc-room-joined');
    this.#people = await Promise.all(this.#browsers.map(async (browser) => new Participant(await browser.newPage())));
    for (const person of this.#people) {
      const answer = await person.join(this.#server.url, { room, session });
      assert.equal(answer.joined, true, answer.error);
    }
    await Promise.all(this.#people.map((person) => person.untilPicture(undefined, { frames: 10 })));
    [this.far, this.near] = this.#people.map((person) => new Watch(person));
    await Promise.all([this.far.begin(), this.near.begin()]);
    await this.pass(BREATH);
  }

  /** The one behind the cable. */
  get farPerson() {
    return this.#people[0];
  }

  /** The sentences that it was warned with, and messages of that name. */
  told(name) {
    return { warnings: this.#element.warnings, messages: this.#element.messages.filter((message) => message.name === name) };
  }

  /** What happens to what comes to the far browser from now on; what comes from it is `back`. */
  async worsen(there, back = {}) {
    await this.#network.set(this.#network.near, there);
    await this.#network.set(this.#network.far, back);
  }

  /** Lets time pass; returns [from, to], in ms since 1970. */
  async pass(ms) {
    const from = Date.now();
    while (Date.now() < from + ms) {
      this.#seen.push({ at: Date.now(), ...await this.#network.towardsFar() });
      await pause(Math.min(GLANCE, Math.max(from + ms - Date.now(), 0)));
    }
    this.#seen.push({ at: Date.now(), ...await this.#network.towardsFar() });
    return [from, Date.now()];
  }

  /** bit/s that were to go through the cable to the far end, in the worst WINDOW of that time. */
  mostOffered(from, to) {
    const seen = this.#seen.filter(({ at }) => at >= from && at <= to);
    const rates = seen.flatMap((end) => {
      const begin = seen.findLast(({ ms }) => end.ms - ms >= WINDOW);
      return begin ? [((end.offeredBytes - begin.offeredBytes) * 8000) / (end.ms - begin.ms)] : [];
    });
    return Math.max(...rates, 0);
  }

  /** bit/s offered and delivered on average, and what befell the frames. */
  traffic(from, to) {
    const seen = this.#seen.filter(({ at }) => at >= from && at <= to);
    const [begin, end] = [seen[0], seen.at(-1)];
    const rate = (name) => ((end[name] - begin[name]) * 8000) / (end.ms - begin.ms);
    const of = (name) => end[name] - begin[name];
    return { offered: rate('offeredBytes'), delivered: rate('deliveredBytes'), frames: of('offered'), dropped: of('dropped'),
      lost: of('lost'), overtaken: of('overtaken') };
  }

  /** What the far browser has received so far, as its statistics say. */
  async received() {
    const [person] = this.#people;
    const [{ id }] = await person.untilStreams(1);
    return person.evaluate((stream) => participant.received(stream, 'video'), id);
  }

  async explain() {
    console.error(this.#element?.describe());
    for (const person of this.#people) {
      console.error(await person.describe().catch((error) => error.message));
    }
  }

  async end() {
    await Promise.allSettled([...this.#people.map((person) => person.close()), this.#element?.dispose()]);
    this.#people = [];
  }
}

/**
 * Tests that share the networks and the browsers.
 * @param {(test: (name: string, run: (link: BadLink, t: object) => Promise<void>, input?: string[], session?: object) => void) => void} define
 */
export function overABadLink(theme, define) {
  const skip = whyNoNetwork() || (!isInstalled('chromium') && 'chromium is not installed');
  describe(theme, { skip }, () => {
    const link = new BadLink();
    before(() => link.open());
    after(() => link.close());
    define((name, run, input, session) =>
      it(name, { timeout: 90000 }, async (t) => {
        try {
          await link.begin(input, session);
          await run(link, t);
        } catch (error) {
          await link.explain();
          throw error;
        } finally {
          await link.end();
        }
      }));
  });
}
