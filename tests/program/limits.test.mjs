// SPDX-License-Identifier: LGPL-2.1-or-later
// Every limit, seen at work. What it looks like to hostile clients is tested in tests/server.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { ask, connect, happens, require, serve, until } from './support.mjs';

const { WebSocket } = require('ws');
const websocket = { transports: ['websocket'] };

/** Resolves however the connection ends. */
const closed = (socket) => new Promise((resolve) => { socket.once('close', resolve); });

const openRoom = (socket, sessionid, more = {}) =>
  ask(socket, 'open-room', { sessionid, session: {}, extra: {}, ...more });
const joinRoom = (socket, sessionid) => ask(socket, 'join-room', { sessionid, session: {}, extra: {} });

test('max-message-size', async (t) => {
  const { url } = await serve(t, ['--max-message-size=2000']);
  const socket = await connect(t, url, websocket);
  await ask(socket, 'check-presence', 'r'.repeat(100));
  const gone = happens(socket, 'disconnect');
  socket.emit('check-presence', 'r'.repeat(2000));
  await gone;
});

test('max-extra-size', async (t) => {
  const { url } = await serve(t, ['--max-extra-size=100']);
  const socket = await connect(t, url, websocket);
  assert.deepEqual(await openRoom(socket, 'r', { extra: { a: 'x'.repeat(100) } }), [false, 'Too large']);
  assert.deepEqual(await openRoom(socket, 'r', { extra: { a: 'x' } }), [true]);
});

test('max-queue-size', async (t) => {
  const { url } = await serve(t, ['--max-queue-size=500000', '--messages-per-second=0', '--relay-across-rooms']);
  const slow = new WebSocket(`${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket&userid=slow`);
  await once(slow, 'message');
  slow.send('40');
  await once(slow, 'message');
  slow._socket.pause();
  t.after(() => slow.terminate());
  const sender = await connect(t, url, { ...websocket, query: { userid: 'sender' } });
  let gone = false;
  sender.once('user-disconnected', () => { gone = true; });
  while (!gone) {
    sender.emit('RTCMultiConnection-Message', { remoteUserId: 'slow', message: 'x'.repeat(100000), sender: 'sender' });
    await ask(sender, 'check-presence', 'r');
  }
});

test('messages-per-second and message-burst', async (t) => {
  const { url, lines } = await serve(t, ['--messages-per-second=1', '--message-burst=20', '--max-message-size=8000']);
  const flooder = await connect(t, url, websocket);
  const gone = happens(flooder, 'disconnect');
  for (let i = 0; i < 50; ++i) {
    flooder.emit('check-presence', 'r');
  }
  await gone;
  await until(() => lines().some((line) => /event=client-dropped .*too many messages/.test(line)), 'a line about it');
});

test('max-rooms', async (t) => {
  const { url } = await serve(t, ['--max-rooms=1']);
  const [one, two] = [await connect(t, url), await connect(t, url)];
  assert.deepEqual(await openRoom(one, 'first'), [true]);
  assert.deepEqual(await openRoom(two, 'second'), [false, 'Too many rooms']);
});

test('max-participants, whatever the owner wants', async (t) => {
  const { url } = await serve(t, ['--max-participants=2']);
  const sockets = [];
  for (let i = 0; i < 3; ++i) {
    sockets.push(await connect(t, url, { query: { maxParticipantsAllowed: 100 } }));
  }
  assert.deepEqual(await openRoom(sockets[0], 'r'), [true]);
  assert.deepEqual(await joinRoom(sockets[1], 'r'), [true]);
  assert.deepEqual(await joinRoom(sockets[2], 'r'), [false, 'Room full']);
});

for (const limit of ['max-sockets', 'max-sockets-per-address']) {
  test(limit, async (t) => {
    const { port } = await serve(t, [`--${limit}=3`]);
    const sockets = Array.from({ length: 3 }, () => net.connect(port, '127.0.0.1'));
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const refused = net.connect(port, '127.0.0.1').on('error', () => {}).resume();
    await closed(refused);
    assert.ok(sockets.every((socket) => !socket.closed));
    const elsewhere = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' }).on('error', () => {});
    t.after(() => elsewhere.destroy());
    elsewhere.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let answer = '';
    elsewhere.on('data', (data) => { answer += data; });
    await closed(elsewhere);
    assert.equal(answer.includes('200 OK'), limit === 'max-sockets-per-address');
  });
}

test('allow-origins', async (t) => {
  const { url } = await serve(t, ['--allow-origins=https://one.example, https://two.example:8443']);
  const status = async (origin) =>
    (await fetch(`${url}socket.io/?EIO=4&transport=polling`, { headers: origin ? { origin } : {} })).status;
  assert.equal(await status('https://one.example'), 200);
  assert.equal(await status('https://two.example:8443'), 200);
  assert.equal(await status(), 200);
  assert.equal(await status('https://two.example'), 403);
  assert.equal(await status('https://one.example.evil.example'), 403);
  assert.equal(await status('null'), 403);
});

test('ping-interval and ping-timeout', async (t) => {
  const { url } = await serve(t, ['--ping-interval=100', '--ping-timeout=200']);
  const dead = new WebSocket(`${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`);
  const [first] = await once(dead, 'message');
  const { pingInterval, pingTimeout } = JSON.parse(String(first).slice(1));
  assert.deepEqual([pingInterval, pingTimeout], [100, 200]);
  dead.send('40');
  await once(dead, 'close');
});
