// SPDX-License-Identifier: LGPL-2.1-or-later
// The same events to rtcmulticonnection-server on Node.js and to our server: what clients are told must be the same, but
// for the differences that docs/server.md names. RTCMC_SEED repeats a random run.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { ask, connect, startServer } from './support.mjs';

const NODE_SERVER = fileURLToPath(new URL('../../examples/web-room/server.mjs', import.meta.url));
const DOCS = readFileSync(new URL('../../docs/server.md', import.meta.url), 'utf8');
const MESSAGE = 'RTCMultiConnection-Message';

async function startNodeServer(t) {
  // It logs each exception that it catches.
  const child = spawn('node', [NODE_SERVER, '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const lines = createInterface(child.stdout);
  const [line] = await once(lines, 'line');
  return line.replace('Listening on ', '');
}

/** Members of an object in one order; without `_room`, which check-presence leaves in extras (room-in-extra). */
function plain(value) {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const entries = Object.entries(value).filter(([key]) => key !== '_room');
  return Object.fromEntries(entries.sort().map(([key, member]) => [key, plain(member)]));
}

/** What check-presence says about the room (password-flag). */
function presence([exists, room, { _room: { isFull, isPasswordProtected }, ...extra }]) {
  return [exists, room, { isFull, isPasswordProtected: Boolean(isPasswordProtected) }, plain(extra)];
}

/** What set-password says; a user without a room has no permission either (no-stale-room). */
function permission([done, room, text]) {
  return text === null ? [done, room] : ['refused'];
}

/** A list of public rooms; of those with a password, how many are inside (public-ids-hidden). */
function listing([rooms, text]) {
  return [rooms?.map(({ owner, participants, ...room }) =>
    plain(room.isPasswordProtected ? { ...room, participants: participants.length } : { ...room, owner, participants })), text];
}

const READERS = { 'check-presence': presence, 'set-password': permission, 'get-public-rooms': listing };

/** A step's entry in the transcript without what is known to differ (told-of-end). */
function alike({ step, answer, told }) {
  const isAlike = (event) => !event.startsWith('["closed-entire-session"');
  const heard = Object.fromEntries(Object.entries(told).map(([name, events]) => [name, events.filter(isAlike)]));
  return { step, answer: answer && (READERS[step[1]] ?? plain)(answer), told: heard };
}

/** What one step brings one client: each thing once (told-once). */
function outcome(events) {
  const heard = events.filter(([name]) => name !== 'logs').map((event) => JSON.stringify(plain(event)));
  return [...new Set(heard)].sort();
}

/** Leaves; done when the server has read so, whose close frame is the answer. */
function leave(client) {
  const { ws } = client.io.engine.transport;
  const closed = new Promise((resolve) => ws.addEventListener('close', resolve));
  client.close();
  return closed;
}

/** Runs `steps` on a server; for each, the answer and what each client was told. */
async function run(t, url, names, steps) {
  const clients = {};
  for (const [name, query] of Object.entries(names)) {
    clients[name] = await connect(t, url, { transports: ['websocket'], query: { userid: name, ...query } });
  }
  const barrier = async () => {
    for (const client of Object.values(clients)) {
      await ask(client, 'get-remote-user-extra-data', 'nobody');
    }
  };
  await barrier();
  const transcript = [];
  for (const [name, event, ...values] of steps) {
    const client = clients[name];
    let answer;
    if (!client) {
      continue;
    }
    if (event === 'leave') {
      await leave(client);
      delete clients[name];
    } else {
      client.emit(event, ...values, (...given) => { answer = given; });
    }
    await barrier();
    await barrier();
    const told = {};
    for (const [other, { seen }] of Object.entries(clients)) {
      told[other] = outcome(seen.splice(0));
    }
    transcript.push({ step: [name, event, ...values], answer, told });
  }
  Object.values(clients).forEach((client) => client.close());
  return transcript;
}

const to = (sender, remoteUserId, message) => [sender, MESSAGE, { remoteUserId, message, sender }];
const enter = (name, how, sessionid, more = {}) => [name, how, { sessionid, session: { audio: true }, extra: { of: name }, ...more }];
const request = (name, room) => to(name, room, { newParticipationRequest: true });

const SCRIPTS = {
  'a room with a password': [
    ['bob', 'check-presence', 'r'],
    enter('alice', 'open-room', 'r', { password: 'pw', identifier: 'public' }),
    ['bob', 'check-presence', 'r'],
    enter('bob', 'open-room', 'r'),
    enter('bob', 'join-room', 'r'),
    enter('bob', 'join-room', 'r', { password: 'pw' }),
    request('bob', 'r'),
    to('alice', 'bob', { enableMedia: true }),
    to('bob', 'alice', { readyForOffer: true }),
    ['carol', 'is-valid-password', 'pw', 'r'],
    ['carol', 'is-valid-password', 'no', 'r'],
    ['carol', 'is-valid-password', '', 'r'],
    ['carol', 'is-valid-password', 'pw', 'absent'],
    ['bob', 'set-password', 'x'],
    ['carol', 'set-password', 'x'],
    ['alice', 'set-password', ''],
    enter('carol', 'join-room', 'r'),
    ['carol', 'get-public-rooms', 'public'],
    ['carol', 'get-public-rooms', ''],
    ['alice', 'leave'],
    ['bob', 'set-password', 'y'],
    ['carol', 'leave'],
    ['bob', 'leave'],
  ],
  'connections come and go': [
    to('alice', 'bob', 'hello'),
    to('bob', 'alice', { userLeft: true }),
    ['alice', 'disconnect-with', 'bob'],
    to('bob', 'alice', { userLeft: true }),
    ['alice', 'disconnect-with', 'nobody'],
    to('alice', 'nobody', {}),
    to('alice', 'alice', {}),
    ['alice', 'extra-data-updated', { new: 1 }],
    to('carol', 'alice', {}),
    ['alice', 'extra-data-updated', { new: 2 }],
    ['carol', 'get-remote-user-extra-data', 'alice'],
    ['alice', MESSAGE, { remoteUserId: 'system', message: { detectPresence: true, userid: 'bob' }, sender: 'alice' }],
    ['alice', 'leave'],
  ],
  'a one-way room': [
    enter('alice', 'open-room', 'r', { session: { video: true, oneway: true } }),
    enter('bob', 'join-room', 'r'),
    enter('carol', 'join-room', 'r'),
    request('carol', 'r'),
    ['alice', 'leave'],
    ['bob', 'check-presence', 'r'],
    enter('bob', 'open-room', 'r'),
  ],
};

// A difference, by its name in docs/server.md: the last step's outcome is not the same.
const DIFFERENCES = {
  'sender-checked': [['carol', MESSAGE, { remoteUserId: 'bob', message: {}, sender: 'alice' }]],
  'close-entire-session': [enter('alice', 'open-room', 'r'), ['alice', 'close-entire-session']],
  'told-of-end': [
    enter('alice', 'open-room', 'r', { session: { video: true, oneway: true } }),
    enter('bob', 'join-room', 'r'),
    ['alice', 'leave'],
  ],
  'rejoin-own-room': [enter('alice', 'open-room', 'r'), enter('alice', 'join-room', 'r')],
  'rename-keeps-room': [enter('alice', 'open-room', 'r'), ['alice', 'changed-uuid', 'anna'], ['alice', 'set-password', 'x']],
  'rename-not-taken': [['carol', 'changed-uuid', 'bob'], to('alice', 'bob', {})],
  'message-names': [to('alice', 'dave', {})],
  'custom-event-audience': [['alice', 'set-custom-socket-event-listener', 'mine'], ['alice', 'mine', 1]],
};

// The same, without the setting that makes ours carry what strangers say.
const DIFFERENCES_BY_DEFAULT = {
  'strangers-apart': [enter('alice', 'open-room', 'r', { password: 'pw' }), to('carol', 'alice', { newParticipationRequest: true })],
  'public-ids-hidden': [enter('alice', 'open-room', 'r', { password: 'pw', identifier: 'public' }), ['carol', 'get-public-rooms', 'public']],
  'strangers-extra': [enter('alice', 'open-room', 'r'), ['carol', 'get-remote-user-extra-data', 'alice']],
};

const ACROSS_ROOMS = 'relay-across-rooms=true';

function generator(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Events as clients send them that keep to the protocol. */
function randomSteps(seed, count) {
  const next = generator(seed);
  const one = (...choices) => choices[next(choices.length)];
  const inRoom = {};
  const extra = { of: 'anybody' }; // handover-extra
  return Array.from({ length: count }, () => {
    const who = one('alice', 'bob', 'carol');
    const other = one('alice', 'bob', 'carol', 'nobody');
    const room = one('r', 's');
    const password = one('', '', 'pw');
    switch (next(11)) {
      case 0:
        inRoom[who] = room;
        return enter(who, 'open-room', room, { password, identifier: one('', 'public'), extra });
      case 1:
      case 2:
        if (inRoom[who] === room) { // rejoin-own-room
          return ['alice', 'check-presence', room];
        }
        inRoom[who] = room;
        return enter(who, 'join-room', room, { password, extra });
      case 3: return ['alice', 'check-presence', room];
      case 4: return to(who, other, { n: next(100) });
      case 5: return to(who, other, { userLeft: true });
      case 6: return [who, 'disconnect-with', other];
      case 7: return [who, 'get-remote-user-extra-data', other];
      case 8: return [who, 'is-valid-password', password, room];
      case 9: return [who, 'get-public-rooms', 'public'];
      default: return [who, 'set-password', password];
    }
  });
}

const NAMES = {
  alice: { extra: '{"q":1}' }, bob: {}, carol: { maxParticipantsAllowed: '2' }, dave: { msgEvent: 'demo' },
};

async function both(t, steps, ...settings) {
  const node = await run(t, await startNodeServer(t), NAMES, steps);
  const own = await run(t, (await startServer(t, ...settings)).url, NAMES, steps);
  return { node, own };
}

for (const [name, steps] of Object.entries(SCRIPTS)) {
  test(`the same on both servers: ${name}`, async (t) => {
    const { node, own } = await both(t, steps, ACROSS_ROOMS);
    node.forEach((expected, i) => assert.deepEqual(alike(own[i]), alike(expected)));
  });
}

for (const [differences, ...settings] of [[DIFFERENCES, ACROSS_ROOMS], [DIFFERENCES_BY_DEFAULT]]) {
  for (const [name, steps] of Object.entries(differences)) {
    test(`a difference that the documentation names: ${name}`, async (t) => {
      assert.match(DOCS, new RegExp(`\`${name}\``));
      const { node, own } = await both(t, steps, ...settings);
      assert.notDeepEqual(plain(own.at(-1)), plain(node.at(-1)));
    });
  }
}

test('the same on both servers: random events', async (t) => {
  const seed = Number(process.env.RTCMC_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`RTCMC_SEED=${seed}`);
  const steps = randomSteps(seed, 150);
  const { node, own } = await both(t, steps, ACROSS_ROOMS);
  node.forEach((expected, i) => assert.deepEqual(alike(own[i]), alike(expected), `step ${i} with RTCMC_SEED=${seed}`));
});
