// SPDX-License-Identifier: LGPL-2.1-or-later
// A player of GStreamer that plays a room: player_host.py.

import { fileURLToPath } from 'node:url';
import { isNear } from './colours.mjs';
import { Program, PYTHON } from './element.mjs';

const HOST = fileURLToPath(new URL('player_host.py', import.meta.url));

/** How exactly player_host.py measures a tone that has come through a codec, in Hz. */
const TONE_TOLERANCE = 10;

export class Player extends Program {
  pictures = [];
  tones = [];
  streams = []; // that may be chosen, as of now: { id, title }
  selected = []; // ids, each time that streams were chosen
  states = [];
  ended = false;

  /** @param {string} uri  @param {string} [factory] playbin3 or playbin */
  constructor(uri, factory = 'playbin3') {
    super([PYTHON, HOST, factory, uri]);
  }

  interpret(line) {
    if (!line.startsWith('{')) {
      return;
    }
    const said = JSON.parse(line);
    if (said.picture) {
      this.pictures.push(said.picture);
    } else if (said.tone !== undefined) {
      this.tones.push(said.tone);
    } else if (said.streams) {
      this.streams = said.streams;
    } else if (said.selected) {
      this.selected.push(said.selected);
    } else if (said.state) {
      this.states.push(said.state);
    } else if (said.error) {
      this.errors.push(said.error);
    } else if (said.eos) {
      this.ended = true;
    }
  }

  /** Waits until it shows these colours, from left to right, in a picture later than now. */
  untilColours(expected) {
    const known = this.pictures.length;
    const fits = (picture) => expected.every((colour, index) => isNear(colour, picture[index]));
    return this.until(`a picture of ${JSON.stringify(expected)}`, () => this.pictures.slice(known).some(fits));
  }

  /** Waits until this is heard, later than now. */
  untilTone(expected) {
    const known = this.tones.length;
    const fits = (tone) => Math.abs(tone - expected) <= TONE_TOLERANCE;
    return this.until(`a tone of ${expected} Hz`, () => this.tones.slice(known).some(fits));
  }

  /** Waits until what may be chosen is picture and sound of these participants. */
  untilStreamsOf(userids) {
    const expected = String(userids.flatMap((userid) => [userid, userid]).sort());
    const found = () => String(this.streams.map(({ title }) => title).sort());
    return this.until(`streams of ${userids}`, () => found() === expected);
  }

  /** Ids of a participant's streams. */
  streamsOf(userid) {
    return this.streams.filter(({ title }) => title === userid).map(({ id }) => id).sort();
  }

  /** Waits until a choice is made that was not yet. */
  async select(ids) {
    const known = this.selected.length;
    this.input.write(`${JSON.stringify({ select: ids })}\n`);
    await this.until('the choice', () => this.selected.length > known);
    return this.selected.at(-1).sort();
  }

  end() {
    this.input.write(`${JSON.stringify({ end: true })}\n`);
    return this.until('the end of the stream', () => this.ended);
  }
}
