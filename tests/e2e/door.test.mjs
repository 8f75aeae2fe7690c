// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may make, rename and end connections: everybody who may be on a server says everything to a page of rtcmc.js and to
// an element, both with a camera. admission.js and gst/session/admission.hpp decide it.

/* global door */

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { input } from './harness/element.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

const PASSWORD = 'green';

/** What has come of a message. Nobody else hears or sees anything. */
const NOTHING = [];
const ENDED = ['its connection has ended'];

const OF_STRANGERS = {
  request: NOTHING,
  'one-way request': NOTHING,
  'request to the room': NOTHING,
  enableMedia: NOTHING,
  ready: NOTHING,
  'first offer': NOTHING,
  'later offer': NOTHING,
  answer: NOTHING,
  candidate: NOTHING,
  'word of a stream': NOTHING,
  goodbye: NOTHING,
  drop: NOTHING,
  closing: NOTHING,
  'rename to me': NOTHING,
  'rename of me': NOTHING,
  'word of the server': NOTHING,
};

const OF_PARTICIPANTS = {
  ...OF_STRANGERS,
  request: ['heard enableMedia'],
  'one-way request': ['another connection', 'heard offer'],
  'request to the room': ['heard newParticipationRequest'], // a greeting: it has a connection that works
  ready: ['another connection', 'heard offer'],
  'first offer': ['another connection', 'heard answer'],
  'later offer': ['heard answer'],
  'word of a stream': ['a stream is navigable'],
  goodbye: ENDED,
  drop: ENDED,
  closing: ENDED, // and the room is still there, as the server says
};

const TO_AN_ELEMENT_OF_STRANGERS = { ...OF_STRANGERS, 'rename of another': NOTHING, 'rename to another': NOTHING };

const TO_AN_ELEMENT_OF_PARTICIPANTS = {
  ...TO_AN_ELEMENT_OF_STRANGERS,
  request: ['another connection', 'heard offer'],
  'one-way request': ['another connection', 'heard offer'],
  'request to the room': ['heard newParticipationRequest'],
  // Whose offer nothing stands behind.
  'first offer': ['another connection', 'heard answer', ...ENDED],
  'later offer': ['heard answer'],
  goodbye: ENDED,
  drop: ENDED,
  closing: ENDED,
};

/** Brings somebody of this role and the victim together: [attacker's userid, victim's]. */
const meet = {
  async stranger({ attacker, victim, url, room }) {
    const victimId = await victim.enter(url, room, { password: PASSWORD, camera: true });
    const [isElsewhere] = await attacker.stranger(url, 'open-room', wish(`${room}-elsewhere`, ''));
    assert.equal(isElsewhere, true);
    return victimId;
  },

  async refused({ attacker, victim, url, room }) {
    const victimId = await victim.enter(url, room, { password: PASSWORD, camera: true });
    const answer = await attacker.stranger(url, 'join-room', wish(room, 'coffee'));
    assert.deepEqual(answer, [false, 'Invalid password']);
    return victimId;
  },

  async participant({ attacker, victim, url, room }) {
    const victimId = await victim.enter(url, room, { password: PASSWORD, camera: true });
    await attacker.enter(url, room, { password: PASSWORD });
    await attacker.untilConnected();
    return victimId;
  },

  async owner({ attacker, victim, url, room }) {
    await attacker.enter(url, room, { password: PASSWORD });
    const victimId = await victim.enter(url, room, { password: PASSWORD, camera: true });
    await attacker.untilConnected();
    return victimId;
  },
};

const wish = (sessionid, password) => ({ sessionid, password, session: { audio: true, video: true }, extra: {} });

/** Somebody in a page with door.js. The same page is many, one after another. */
class Caller {
  #page;
  #count = 0;

  constructor(page) {
    this.#page = page;
  }

  get name() {
    return `${this.prefix}-${this.#count}`;
  }

  async open(url, prefix) {
    this.prefix = prefix;
    await this.#page.open(`${url}door.html`);
    await this.#page.until('the module', () => Boolean(globalThis.door));
  }

  async enter(url, room, options) {
    this.#count += 1;
    const userid = await this.#page.evaluate((...given) => door.enter(...given), this.name, url, room, options);
    await this.until('being in', ({ state }) => state === 'joined');
    return userid;
  }

  stranger(url, ...question) {
    this.#count += 1;
    return this.#page.evaluate((...given) => door.stranger(...given), this.name, url, ...question);
  }

  untilConnected() {
    return this.until('a connection', ({ participants }) => participants.some((one) => one.isConnected));
  }

  /** @param fits in the page: sees what look() gives */
  until(what, fits) {
    return this.#page.until(what, `(name) => (${fits})(door.look(name)) && door.look(name)`, {}, this.name);
  }

  look() {
    return this.#page.evaluate((name) => door.look(name), this.name);
  }

  userid() {
    return this.#page.evaluate((name) => door.members.get(name).room.userId, this.name);
  }

  heard(sender) {
    return this.#page.evaluate((...given) => door.heard(...given), this.name, sender);
  }

  attack(kind, victim, room, other) {
    return this.#page.evaluate((...given) => door.attack(...given), kind, this.name, victim, room, other);
  }

  settle(room) {
    return this.#page.evaluate((...given) => door.settle(...given), this.name, room);
  }

  leave() {
    return this.#page.evaluate((name) => {
      const { room, socket } = door.members.get(name);
      room.leave?.();
      socket.disconnect();
    }, this.name);
  }

  cut() {
    return this.#page.evaluate((name) => door.members.get(name).socket.disconnect(), this.name);
  }

  describe() {
    return this.#page.describe();
  }

  screenshot(path) {
    return this.#page.screenshot(path);
  }

  close() {
    return this.#page.close();
  }
}

/** An element in a room with a camera, seen as a Caller is. */
class Camera {
  #element;

  constructor(element) {
    this.#element = element;
  }

  async look() {
    const participants = await this.#element.get('participants');
    return {
      state: await this.#element.get('state'),
      connections: this.#element.signals.filter(([name]) => name === 'webrtcbin-ready').length,
      participants: participants.map((id) => ({ id })),
      navigable: 0,
    };
  }

  async settle(room) {
    await this.#element.emit('check-presence', room);
  }

  consents(answer) {
    return this.#element.answer('participant-request', answer);
  }

  untilAsked(userid) {
    return this.#element.untilSignal('participant-request', { fits: (id) => id === userid });
  }

  untilConnected(userid) {
    return this.#element.untilSignal('participant-joined', { fits: (id) => id === userid });
  }

  get userid() {
    return this.#element.userid;
  }
}

/** The same as `meet`, with an element that is in the room together with somebody else. */
const meetCamera = {
  async stranger({ attacker, url, room }) {
    await attacker.stranger(url, 'open-room', wish(`${room}-elsewhere`, ''));
  },

  async refused({ attacker, url, room }) {
    const answer = await attacker.stranger(url, 'join-room', wish(room, 'coffee'));
    assert.deepEqual(answer, [false, 'Invalid password']);
  },

  async 'turned away by the application'({ attacker, victim, url, room }) {
    await victim.consents(false);
    await attacker.enter(url, room, { password: PASSWORD });
    await victim.untilAsked(await attacker.userid());
  },

  async participant({ attacker, victim, url, room }) {
    await attacker.enter(url, room, { password: PASSWORD });
    await attacker.untilConnected();
    await victim.untilConnected(await attacker.userid());
  },
};

/** What is different, from what the victim is and the attacker heard of it, before and after. */
function effects(before, after, attackerId) {
  const isThere = ({ participants }) => participants.some(({ id }) => id === attackerId);
  const others = ({ participants }) => participants.map(({ id }) => id).filter((id) => id !== attackerId).join();
  const news = after.heard.slice(before.heard.length).filter((kind) => kind !== 'candidate');
  return [
    after.state !== before.state && `the victim is ${after.state}`,
    after.connections > before.connections && 'another connection',
    isThere(before) && !isThere(after) && ENDED[0],
    others(before) !== others(after) && 'somebody else came, went or goes by another name',
    after.navigable > before.navigable && 'a stream is navigable',
    ...new Set(news.map((kind) => `heard ${kind}`)),
  ].filter(Boolean).sort();
}

async function cell({ attacker, victim, room, other }, kind, victimId, expected) {
  const attackerId = await attacker.userid();
  const look = async () => ({ ...await victim.look(), heard: await attacker.heard(victimId) });
  // What is said by those who are being connected is no effect.
  await victim.settle(room);
  await attacker.settle(room);
  const before = await look();
  await attacker.attack(kind, victimId, room, other);
  let seen;
  const deadline = Date.now() + 10000;
  do {
    // The server has all of the attacker's, the victim has all of the server's, the attacker hears what that made it say.
    await attacker.settle(room);
    await victim.settle(room);
    await attacker.settle(room);
    seen = effects(before, await look(), attackerId);
  } while (String(seen) !== String(expected) && Date.now() < deadline);
  assert.deepEqual(seen, expected, kind);
}

async function open(stage) {
  const attacker = await stage.stranger(Caller);
  const victim = await stage.stranger(Caller);
  await attacker.open(stage.server.url, `${stage.room}-attacker`);
  await victim.open(stage.server.url, `${stage.room}-victim`);
  return { attacker, victim, url: stage.server.url };
}

const options = {
  program: fileURLToPath(new URL('../web/harness/server_process.mjs', import.meta.url)),
  socketOptions: { pingInterval: 5000, pingTimeout: 5000 },  // who is cut off is gone in these
};

inAnyBrowser('The door of a page', options, (test) => {
  for (const [role, expected] of Object.entries({
    stranger: OF_STRANGERS, refused: OF_STRANGERS, participant: OF_PARTICIPANTS, owner: OF_PARTICIPANTS,
  })) {
    test(role, async (stage) => {
      const callers = await open(stage);
      for (const [index, [kind, effect]] of Object.entries(expected).entries()) {
        const scene = { ...callers, room: `${stage.room}-${index}` };
        const victimId = await meet[role](scene);
        await cell(scene, kind, victimId, effect);
        await Promise.all([scene.attacker.leave(), scene.victim.leave()]);
      }
    });
  }

  test('an owner that closes the room', async (stage) => {
    const { attacker: owner, victim, url } = await open(stage);
    await owner.enter(url, stage.room, { closesWithOwner: true });
    const victimId = await victim.enter(url, stage.room, { camera: true });
    await owner.untilConnected();
    await owner.attack('closing', victimId, stage.room);
    await owner.cut();
    await victim.until('the end of the room', ({ state }) => state === 'closed');
  });
});

inAnyBrowser('The door of an element', options, (test) => {
  const enter = async (stage, callers, room) => {
    const element = await stage.hostedElement([input.video()], {
      'room-id': room, 'user-id': `${room}-camera`, password: PASSWORD,
    });
    const victim = new Camera(element);
    await callers.bystander.enter(callers.url, room, { password: PASSWORD });
    const other = await callers.bystander.userid();
    await victim.untilConnected(other);
    return { ...callers, victim, other, room };
  };
  const openCallers = async (stage) => {
    const { attacker, victim: bystander, url } = await open(stage);
    return { attacker, bystander, url };
  };

  for (const [role, expected] of Object.entries({
    stranger: TO_AN_ELEMENT_OF_STRANGERS,
    refused: TO_AN_ELEMENT_OF_STRANGERS,
    'turned away by the application': TO_AN_ELEMENT_OF_STRANGERS,
    participant: TO_AN_ELEMENT_OF_PARTICIPANTS,
  })) {
    test(role, async (stage) => {
      const scene = await enter(stage, await openCallers(stage), stage.room);
      for (const [kind, effect] of Object.entries(expected)) {
        await meetCamera[role](scene);
        await cell(scene, kind, scene.victim.userid, effect);
        await scene.attacker.leave();
      }
    });
  }

  test('owner', async (stage) => {
    const callers = await openCallers(stage);
    for (const [index, [kind, effect]] of Object.entries(TO_AN_ELEMENT_OF_PARTICIPANTS).entries()) {
      const room = `${stage.room}-${index}`;
      await callers.attacker.enter(callers.url, room, { password: PASSWORD });
      const scene = await enter(stage, callers, room);
      await scene.victim.untilConnected(await callers.attacker.userid());
      await cell(scene, kind, scene.victim.userid, effect);
      await Promise.all([callers.attacker.leave(), callers.bystander.leave()]);
    }
  });
});
