// SPDX-License-Identifier: LGPL-2.1-or-later
// A long call: browsers and elements in one room, of whom somebody comes, goes, mutes, or changes what it sends every few
// seconds. Each minute all are there again, with every picture from and to an element moving; and the memory that the
// elements have in use must not grow from the first minutes to the last. What their processes hold of the system's (RSS)
// is more, and shown: glibc keeps some for each of the threads that come and go.

/* global participant, makeTestCard */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { median } from '../bench/median.mjs';
import { launch } from '../e2e/harness/browsers.mjs';
import { HostedElement, input } from '../e2e/harness/element.mjs';
import { Participant } from '../e2e/harness/participant.mjs';
import { RoomServer } from '../e2e/harness/room_server.mjs';
import { parseStructure } from '../e2e/harness/structure.mjs';

const USAGE = `Usage: meson devenv -C build node ../tests/soak/call.mjs [--minutes 30] [--browsers 4] [--elements 2]
                                                         [--seed 1] [--browser chromium]`;
const ROOM = 'soak';
const PICTURE = { width: 160, height: 120, frameRate: 5 }; // everybody encodes it for everybody
const PAUSE = 3000; // ms between two changes
const SETTLED = 60000; // ms after which memory is measured for the first time
// What is in use depends on how often each of the others has renegotiated: a tenth up and down from minute to minute.
const COMPARED = 5; // the medians of as many measurements
const MAX_GROWTH = 1.15;
const SECOND_CAMERA = 'videotestsrc is-live=true pattern=ball ! capsfilter caps=video/x-raw,width=160,height=90,framerate=5/1';

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class BrowserSeat {
  #call;
  #number;
  #participant;
  #screen;
  #isMuted = false;

  constructor(call, number) {
    this.#call = call;
    this.#number = number;
  }

  get name() {
    return `browser ${this.#number}`;
  }

  get isIn() {
    return this.#participant !== undefined;
  }

  get participant() {
    return this.#participant;
  }

  async enter() {
    const participant = new Participant(await this.#call.browser.newPage());
    const { joined, error } = await participant.join(this.#call.server.url, { room: ROOM, camera: true, picture: PICTURE });
    if (!joined) {
      throw new Error(`${this.name} was not let in: ${error}`);
    }
    await participant.evaluate(() => participant.connection.socket.on('disconnect', () => {
      participant.lostServer = true;
    }));
    this.#participant = participant;
    this.#screen = undefined;
    this.#isMuted = false;
  }

  async leave() {
    const participant = this.#participant;
    this.#participant = undefined;
    await participant.leave();
    await participant.close();
  }

  /** As when the machine is switched off. */
  async vanish() {
    const participant = this.#participant;
    this.#participant = undefined;
    await participant.close();
  }

  async mute() {
    this.#isMuted = !this.#isMuted;
    await this.#participant.evaluate((how) => participant.connection.attachStreams[0][how](), this.#isMuted ? 'mute' : 'unmute');
  }

  /** RTCMultiConnection.js 3.7.1 loses what it is asked for in the middle of a negotiation, if not the negotiation. */
  untilStable() {
    return this.#participant.until('the end of all negotiations with elements', () =>
      participant.participants().filter((userid) => userid.startsWith('element-'))
        .every((userid) => participant.peerOf(userid).signalingState === 'stable'));
  }

  async share() {
    await this.untilStable();
    this.#screen = await this.#participant.evaluate((shared, frameRate) => {
      const { connection } = participant;
      if (shared) {
        const stream = connection.attachStreams.find((candidate) => candidate.id === shared);
        connection.attachStreams = connection.attachStreams.filter((candidate) => candidate !== stream);
        connection.getAllParticipants().forEach((user) => participant.peerOf(user).removeStream(stream));
        connection.renegotiate();
        return undefined;
      }
      const stream = makeTestCard({ frameRate });
      connection.addStream(stream);
      return stream.id;
    }, this.#screen ?? null, PICTURE.frameRate);
    await this.untilStable();
  }

  get changes() {
    return this.isIn ? [this.leave, this.vanish, this.mute, this.mute, this.share, this.share] : [this.enter, this.enter];
  }

  async calm() {
    // A page too busy to answer pings is out of the room, and RTCMultiConnection.js 3.7.1 does not enter again.
    if (this.isIn && (await this.#participant.evaluate(() => participant.lostServer))) {
      console.log(`       ${this.name} has lost the server`);
      await this.vanish();
    }
    if (!this.isIn) await this.enter();
    if (this.#isMuted) await this.mute();
    if (this.#screen) await this.share();
  }
}

class ElementSeat {
  #hasSecond = false;
  #isMuted = false;
  #call;
  #element;
  isIn = true;

  constructor(call, number) {
    // One for each of the others, and for what each may share besides.
    const outputs = Array.from({ length: 2 * call.others }, (_, slot) => slot).flatMap((slot) => [
      `r.recv_video_${slot} ! fakesink`.split(' '), `r.recv_audio_${slot} ! fakesink`.split(' '),
    ]);
    this.#call = call;
    this.#element = new HostedElement({ 'room-id': ROOM, 'user-id': `element-${number}`, 'socket-url': call.server.url },
      [input.video({ width: 160, height: 90, rate: 5 }), input.tone(), ...outputs], { debug: '1,rtcmc*:5' });
  }

  get name() {
    return this.#element.userid;
  }

  get element() {
    return this.#element;
  }

  /** In KiB: in use, and held. */
  async memory() {
    const held = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.#element.pid}/status`, 'utf8'))[1]);
    return { used: Math.round((await this.#element.heap()) / 1024), held };
  }

  async mute() {
    this.#isMuted = !this.#isMuted;
    await this.#element.emit('mute', 'both', this.#isMuted);
  }

  async second() {
    if (this.#hasSecond) {
      await this.#element.release('video_1');
    } else {
      await this.#element.feed(SECOND_CAMERA, 'video_1');
    }
    this.#hasSecond = !this.#hasSecond;
  }

  async leave() {
    this.isIn = false;
    await this.#element.emit('leave');
  }

  async enter() {
    this.isIn = true;
    await this.#element.emit('open-or-join', null);
  }

  get changes() {
    return this.isIn ? [this.leave, this.mute, this.mute, this.second, this.second] : [this.enter, this.enter, this.enter];
  }

  async calm() {
    if (!this.isIn) await this.enter();
    if (this.#isMuted) await this.mute();
    if (this.#hasSecond) await this.second();
  }
}

/** Waits until every browser decodes what each of the elements sends. What browsers send each other is their own affair. */
async function untilElementsAreSeen(browsers, elements) {
  for (const { name, participant } of browsers) {
    for (const { element: { userid } } of elements) {
      const find = (user) => participant.streams().find((stream) => stream.userid === user && stream.kinds.includes('video'));
      const what = `${name} has a stream of ${userid}`;
      const { id } = await participant.until(what, find, { timeout: SETTLED }, userid);
      await participant.untilPicture(id, { timeout: SETTLED });
    }
  }
}

/** Pictures of each participant so far. */
async function framesReceived(element) {
  const { fields } = parseStructure(await element.emit('get-stats'));
  return new Map(fields.participants.map(({ fields: { 'user-id': userid, received } }) =>
    [userid, received.reduce((sum, stream) => sum + (stream.fields.frames ?? 0), 0)]));
}

/** Waits until every element receives pictures of each of the others. */
async function untilElementsReceive(elements, everyone) {
  for (const { name, element } of elements) {
    const before = await framesReceived(element);
    const deadline = Date.now() + SETTLED;
    let still;
    do {
      await sleep(1000);
      const now = await framesReceived(element);
      still = [...now.keys()].filter((userid) => now.get(userid) <= (before.get(userid) ?? 0));
      if (now.size < everyone - 1) still.push(`${everyone - 1 - now.size} who are not there`);
    } while (still.length > 0 && Date.now() < deadline);
    if (still.length > 0) {
      throw new Error(`${name} sees no pictures of ${still.join(', ')}`);
    }
  }
}

async function run({ minutes, browsers: browserCount, elements: elementCount, seed, browser: kind }) {
  const random = randomOf(seed);
  const call = { server: new RoomServer(), others: browserCount + elementCount - 1 };
  const elements = [];
  const browsers = [];
  const seats = [];
  try {
    await call.server.start();
    call.browser = await launch(kind);
    elements.push(...Array.from({ length: elementCount }, (_, number) => new ElementSeat(call, number)));
    for (const { element } of elements) {
      await element.untilMessage('rtcmc-room-joined');
    }
    browsers.push(...Array.from({ length: browserCount }, (_, number) => new BrowserSeat(call, number)));
    seats.push(...elements, ...browsers);
    for (const seat of browsers) {
      await seat.enter();
    }
    await untilElementsAreSeen(browsers, elements);

    const start = Date.now();
    const measurements = [];
    const measure = async () => {
      measurements.push(await Promise.all(elements.map((seat) => seat.memory())));
      const at = ((Date.now() - start) / 60000).toFixed(1);
      const memory = measurements.at(-1).map(({ used, held }) => `${used} of ${held}`).join(', ');
      console.log(`${at.padStart(5)} min: ${seats.filter((seat) => seat.isIn).length} there; KiB in use: ${memory}`);
    };
    const changeSomething = async () => {
      const seat = seats[Math.floor(random() * seats.length)];
      const { changes } = seat;
      const change = changes[Math.floor(random() * changes.length)];
      console.log(`       ${seat.name}: ${change.name}`);
      await change.call(seat);
      await sleep(PAUSE * random());
    };
    const until = async (time) => {
      while (Date.now() - start < time) {
        await changeSomething();
      }
      for (const seat of seats) {
        await seat.calm();
      }
      await untilElementsAreSeen(browsers, elements);
      await untilElementsReceive(elements, seats.length);
      await measure();
    };
    for (let time = SETTLED; time <= minutes * 60000; time += SETTLED) {
      await until(time);
    }
    elements.forEach(({ name, element }, index) => {
      const used = measurements.map((measured) => measured[index].used);
      const [first, last] = [used.slice(0, COMPARED), used.slice(-COMPARED)].map(median);
      console.log(`${name}: ${first} KiB in use at first, ${last} KiB at last: ${(last / first).toFixed(2)} times`);
      if (element.errors.length > 0 || last / first > MAX_GROWTH) {
        throw new Error(`${name}: ${element.errors.join('; ') || 'has grown'}`);
      }
    });
    console.log('Every picture moves, and no element has grown.');
  } catch (error) {
    elements.forEach(({ element }) => console.log(element.describe()));
    for (const { name, participant } of browsers) {
      console.log(name, await participant?.describe());
    }
    throw error;
  } finally {
    for (const seat of seats) {
      await seat.element?.dispose();
    }
    await call.browser?.close();
    await call.server.stop();
  }
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    browsers: { type: 'string', default: '4' },
    elements: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    browser: { type: 'string', default: 'chromium' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
} else {
  const number = (name) => Number(values[name]);
  await run({ minutes: number('minutes'), browsers: number('browsers'), elements: number('elements'), seed: number('seed'),
    browser: values.browser });
}
