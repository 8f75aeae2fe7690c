// SPDX-License-Identifier: LGPL-2.1-or-later
// The WebSocket below Socket.IO, as hostile clients use it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { ask, connect, happens, require, startServer, until } from './support.mjs';

const { WebSocket } = require('ws');
const address = (url, query = '') => `${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket${query}`;

/** A raw connection after the upgrade, and what the server sends. */
async function upgraded(t, port) {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  t.after(() => socket.destroy());
  socket.gone = once(socket, 'close');
  socket.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  socket.got = Buffer.alloc(0);
  socket.on('data', (data) => { socket.got = Buffer.concat([socket.got, data]); });
  await until(() => socket.got.includes('pingInterval'), 'the open packet');
  socket.got = Buffer.alloc(0);
  return socket;
}

/** A frame with the mask 0. */
function frame(first, payload, { masked = true } = {}) {
  const body = Buffer.from(payload);
  assert.ok(body.length < 126);
  return Buffer.concat([Buffer.from([first, body.length | (masked ? 0x80 : 0)]), masked ? Buffer.alloc(4) : Buffer.alloc(0), body]);
}

const closeStatus = (got) => {
  const at = got.lastIndexOf(Buffer.from([0x88, 0x02]));
  return at < 0 ? undefined : got.readUInt16BE(at + 2);
};

const FAULTS = {
  'an unmasked frame': [frame(0x81, '40', { masked: false }), 1002],
  'a reserved bit': [frame(0xC1, '40'), 1002],
  'an unknown opcode': [frame(0x83, '40'), 1002],
  'a continuation of nothing': [frame(0x80, '40'), 1002],
  'a fragmented ping': [frame(0x09, ''), 1002],
  'a second first fragment': [Buffer.concat([frame(0x01, '4'), frame(0x01, '0')]), 1002],
  'text that is no UTF-8': [frame(0x81, [0x34, 0xff]), 1007],
  'a message of 2^63 bytes': [Buffer.from([0x81, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]), 1009],
  'a message beyond the limit': [Buffer.from([0x81, 0xFF, 0, 0, 0, 0, 0, 0x20, 0, 0, 1, 2, 3, 4]), 1009],
  'a packet of no type': [frame(0x81, 'x'), 1002],
  'an event before connecting': [frame(0x81, '42["a"]'), 1008],
  'a ping from a client of revision 4': [frame(0x81, '2'), 1002],
  'broken JSON': [Buffer.concat([frame(0x81, '40'), frame(0x81, '42["a"')]), 1008],
  'an event without a name': [Buffer.concat([frame(0x81, '40'), frame(0x81, '42[1]')]), 1008],
  'connecting twice': [Buffer.concat([frame(0x81, '40'), frame(0x81, '40')]), 1008],
};

test('who breaks the protocol is told, and dropped; nobody else notices', async (t) => {
  const { url, port } = await startServer(t);
  const witness = await connect(t, url, { query: { userid: 'witness' } });
  for (const [name, [bytes, status]] of Object.entries(FAULTS)) {
    const socket = await upgraded(t, port);
    socket.write(bytes);
    await until(() => closeStatus(socket.got) !== undefined, name);
    assert.equal(closeStatus(socket.got), status, name);
    await socket.gone;
  }
  assert.deepEqual(await ask(witness, 'get-remote-user-extra-data', 'witness'), [{}]);
});

test('fragments and control frames between them', async (t) => {
  const { port } = await startServer(t);
  const socket = await upgraded(t, port);
  const bytes = Buffer.concat([
    frame(0x81, '40'), frame(0x01, '420["check'), frame(0x89, 'hello'), frame(0x00, '-presence"'), frame(0x80, ',"r"]')]);
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]));
  }
  await until(() => socket.got.includes('430[false,"r"'), 'the answer');
  assert.ok(socket.got.includes(Buffer.from([0x8A, 0x05, ...Buffer.from('hello')])));
});

test('who floods is told, and dropped', async (t) => {
  const { url } = await startServer(t, 'rate=10', 'burst=50');
  const witness = await connect(t, url, { query: { userid: 'witness' } });
  const flooder = await connect(t, url, { transports: ['websocket'] });
  for (let i = 0; i < 200; ++i) {
    flooder.emit('check-presence', 'r');
  }
  await happens(flooder, 'disconnect');
  assert.match(flooder.seen.at(-1)[1], /too many messages/);
  assert.deepEqual(await ask(witness, 'check-presence', 'r').then(([exists]) => exists), false);
});

test('who floods with what is no message is dropped as well', async (t) => {
  const { url, port } = await startServer(t, 'rate=10', 'burst=50');
  const floods = {
    pings: frame(0x89, ''),
    pongs: frame(0x8a, ''),
    'pieces of a text': Buffer.concat([frame(0x01, '4'), ...Array(40).fill(frame(0x00, ''))]),
    'Engine.IO pongs': frame(0x81, '3'),
    'Engine.IO noops': frame(0x81, '6'),
  };
  const other = await connect(t, url, { transports: ['websocket'] });
  for (const [what, piece] of Object.entries(floods)) {
    const socket = await upgraded(t, port);
    socket.write(Buffer.concat(Array(what === 'pieces of a text' ? 1 : 20).fill(piece)));
    await ask(other, 'check-presence', 'r');
    assert.equal(socket.destroyed, false, `a few ${what}`);
    socket.write(what === 'pieces of a text' ? Buffer.concat(Array(40).fill(frame(0x00, ''))) :
      Buffer.concat(Array(60).fill(piece)));
    await socket.gone;
    assert.equal(closeStatus(socket.got), 1008, what);
  }
  const polling = `${url}socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1));
  const statuses = [];
  while (!statuses.includes(400)) {
    statuses.push((await fetch(`${polling}&sid=${sid}`, { method: 'POST', body: '6' })).status);
  }
  assert.ok(statuses.length > 10, 'a few requests');
});

test('who reads too slowly is dropped, and its sender is not', async (t) => {
  const { url } = await startServer(t, 'max-queued=1000000', 'rate=0', 'relay-across-rooms=true');
  const slow = new WebSocket(address(url, '&userid=slow'));
  await once(slow, 'message');
  slow.send('40');
  await once(slow, 'message');
  const sender = await connect(t, url, { transports: ['websocket'], query: { userid: 'sender' } });
  slow._socket.pause();
  const gone = happens(sender, 'user-disconnected', 30000);
  let over = false;
  gone.then(() => { over = true; });
  const message = { remoteUserId: 'slow', message: 'x'.repeat(100000), sender: 'sender' };
  while (!over) {
    sender.emit('RTCMultiConnection-Message', message);
    await ask(sender, 'check-presence', 'r');
  }
  assert.deepEqual(await gone, ['slow']);
  slow.terminate();
});

test('a probe that is not completed leaves polling as it was', async (t) => {
  const { url } = await startServer(t);
  const polling = `${url}socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(`${polling}&userid=p`)).text()).slice(1));
  const probe = new WebSocket(address(url, `&sid=${sid}`));
  await once(probe, 'open');
  probe.send('2probe');
  assert.equal(String((await once(probe, 'message'))[0]), '3probe');
  assert.equal(await (await fetch(`${polling}&sid=${sid}`)).text(), '6');
  probe.terminate();
  await fetch(`${polling}&sid=${sid}`, { method: 'POST', body: '40' });
  assert.match(await (await fetch(`${polling}&sid=${sid}`)).text(), /^40/);
});

test('a dead client is noticed by the missing pong', async (t) => {
  const { url } = await startServer(t, 'ping-interval=100', 'ping-timeout=200');
  const dead = new WebSocket(address(url));
  await once(dead, 'message');
  dead.send('40');
  const [code] = await once(dead, 'close');
  assert.equal(code, 1000);
});

test('stopping takes leave of everybody at once', async (t) => {
  const server = await startServer(t);
  const sockets = await Promise.all(Array.from({ length: 20 }, () => connect(t, server.url, { transports: ['websocket'] })));
  const polling = await connect(t, server.url, { transports: ['polling'] });
  const left = [...sockets, polling].map((socket) => happens(socket, 'disconnect'));
  await server.stop();
  await Promise.all(left);
});
