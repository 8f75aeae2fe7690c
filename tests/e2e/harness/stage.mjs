// SPDX-License-Identifier: LGPL-2.1-or-later
// What every test stands on: a server, a browser, and a room of its own for each test, cleared up afterwards. The server
// is the program RTCMC_SERVER if the environment names one.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, launch } from './browsers.mjs';
import { Element, HostedElement } from './element.mjs';
import { OwnServer } from './own_server.mjs';
import { Participant } from './participant.mjs';
import { Player } from './player.mjs';
import { RoomServer } from './room_server.mjs';
import { Talker } from './talker.mjs';

const ARTIFACTS = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'artifacts');
const KINDS = (process.env.RTCMC_BROWSERS ?? 'chromium,firefox').split(',');

let rooms = 0;

/** One browser of each kind for all suites of a file; the last one that uses it closes it. */
const shared = {
  uses: {},
  launched: {},

  expectUse(kind) {
    this.uses[kind] = (this.uses[kind] ?? 0) + 1;
  },

  take(kind) {
    this.launched[kind] ??= launch(kind);
    return this.launched[kind];
  },

  async release(kind) {
    this.uses[kind] -= 1;
    if (this.uses[kind] === 0) {
      await (await this.launched[kind])?.close();
    }
  },
};

class Stage {
  #browser;
  #kind;
  #participants = [];
  #pages = [];
  #elements = [];

  constructor(kind, serverOptions) {
    this.#kind = kind;
    this.server = process.env.RTCMC_SERVER ? new OwnServer() : new RoomServer(serverOptions);
  }

  async open() {
    await this.server.start();
    this.#browser = await shared.take(this.#kind);
  }

  async close() {
    await this.server.stop();
    await shared.release(this.#kind);
  }

  newRoom() {
    rooms += 1;
    this.room = `room-${process.pid}-${rooms}`;
  }

  /** A browser that has done nothing yet. @param Kind what drives its page */
  async stranger(Kind = Participant) {
    const participant = new Kind(await this.#browser.newPage());
    this.#participants.push(participant);
    return participant;
  }

  /** A browser that tries to come in: [participant, what openOrJoin says]. */
  async tryToJoin(options = {}) {
    const participant = await this.stranger();
    return [participant, await participant.join(this.server.url, { room: this.room, ...options })];
  }

  /** A browser in the room that only watches. */
  async viewer(options) {
    const [participant, answer] = await this.tryToJoin(options);
    assert.equal(answer.joined, true, answer.error);
    return participant;
  }

  /** A browser in the room with camera and microphone. */
  camera(options) {
    return this.viewer({ camera: true, ...options });
  }

  /** A browser that has any page open. */
  async page(url) {
    const page = await this.#browser.newPage();
    this.#pages.push(page);
    await page.open(url);
    return page;
  }

  /** A pipeline on its way into the room of the server that the element brings along, or finds. */
  startServingElement(inputs, properties = {}, Kind = Element) {
    const element = new Kind({
      'room-id': this.room,
      'user-id': `element-${this.#elements.length}-of-${this.room}`,
      ...properties,
    }, inputs);
    this.#elements.push(element);
    return element;
  }

  /** The same in that room. */
  servingElement(inputs, properties) {
    return this.#entered(this.startServingElement(inputs, properties));
  }

  /** A pipeline that is on its way into the room. */
  startElement(inputs, properties = {}, Kind = Element) {
    return this.startServingElement(inputs, { 'socket-url': this.server.url, ...properties }, Kind);
  }

  /** A pipeline in the room whose actions can be called. */
  talker(inputs = [], properties = {}) {
    return this.#entered(this.startElement(inputs, properties, Talker));
  }

  /** A pipeline in the room. */
  element(inputs, properties) {
    return this.#entered(this.startElement(inputs, properties));
  }

  /** The same within an application that changes it while it runs. */
  hostedElement(inputs, properties) {
    return this.#entered(this.startElement(inputs, properties, HostedElement));
  }

  /** A player that is given the room's URI. @param {{factory?: string, options?: string}} given what is after the room */
  player({ factory, options = '' } = {}) {
    const player = new Player(`${this.server.url.replace(/^http/, 'rtcmc')}${this.room}${options}`, factory);
    this.#elements.push(player);
    return player;
  }

  /** Has a program ended with the test. */
  run(program) {
    this.#elements.push(program);
    return program;
  }

  async #entered(element) {
    await element.untilMessage('rtcmc-room-joined');
    return element;
  }

  /** What everybody has to say after a failure. */
  async explain(name) {
    this.#elements.forEach((element) => console.error(element.describe()));
    mkdirSync(ARTIFACTS, { recursive: true });
    for (const [index, participant] of [...this.#participants, ...this.#pages].entries()) {
      const file = path.join(ARTIFACTS, `${this.#kind} ${name} ${index}.png`.replace(/[^\w.]+/g, '-'));
      try {
        console.error('--- browser', index, await participant.describe());
        await participant.screenshot(file);
      } catch (error) {
        console.error('--- browser', index, 'does not answer:', error.message);
      }
    }
  }

  async clear() {
    const browsers = [...this.#participants, ...this.#pages];
    const everyone = [...browsers.map((one) => one.close()), ...this.#elements.map((one) => one.dispose())];
    this.#participants = [];
    this.#pages = [];
    this.#elements = [];
    const failed = (await Promise.allSettled(everyone)).filter((result) => result.status === 'rejected');
    assert.deepEqual(failed.map((result) => result.reason.message), []);
  }
}

function whySkipped(kind) {
  const missing = !isInstalled(kind) && !process.env.CI;
  return missing ? `${kind} is not installed (set RTCMC_CHROMIUM or RTCMC_FIREFOX to its program)` : false;
}

/**
 * Tests of one theme, once in each browser.
 *
 * @param {string} theme
 * @param {object} serverOptions of RoomServer
 * @param {(test: (name: string, run: (stage: Stage, t: object) => Promise<void>) => void) => void} define
 */
export function inEachBrowser(theme, serverOptions, define) {
  KINDS.forEach((kind) => inBrowser(kind, theme, serverOptions, define));
}

/** The same once, where it is of no account which browser it is. */
export function inAnyBrowser(theme, serverOptions, define) {
  inBrowser(KINDS.find((kind) => !whySkipped(kind)) ?? KINDS[0], theme, serverOptions, define);
}

function inBrowser(kind, theme, serverOptions, define) {
  const skip = whySkipped(kind);
  if (!skip) {
    shared.expectUse(kind);
  }
  describe(`${theme}, ${kind}`, { skip }, () => {
    const stage = new Stage(kind, serverOptions);
    before(() => stage.open());
    after(() => stage.close());
    define((name, run) =>
      it(name, { timeout: 90000 }, async (t) => {
        stage.newRoom();
        try {
          await run(stage, t);
        } catch (error) {
          await stage.explain(name);
          throw error;
        } finally {
          await stage.clear();
        }
      }));
  });
}

/** Whether the browser says that it receives this, such as "video/H264". */
export function canReceive(participant, mimeType) {
  return participant.evaluate((wanted) => RTCRtpReceiver.getCapabilities(wanted.split('/')[0]).codecs
    .some((codec) => codec.mimeType.toLowerCase() === wanted.toLowerCase()), mimeType);
}
