// SPDX-License-Identifier: LGPL-2.1-or-later
// Load is charged to those who make it, and what waits for slow readers is bounded for all together.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { ask, connect, happens, require, startServer, until } from './support.mjs';

const { WebSocket } = require('ws');
const MESSAGE = 'RTCMultiConnection-Message';
const MEMBERS = 20;

/** A room with its members, and a newcomer in it. */
async function crowd(t, url) {
  const members = [];
  for (let i = 0; i <= MEMBERS; ++i) {
    const member = await connect(t, url, { transports: ['websocket'], query: { userid: `u${i}` } });
    await ask(member, i === 0 ? 'open-room' : 'join-room', { sessionid: 'r', session: {}, extra: {} });
    members.push(member);
  }
  return { newcomer: members.pop(), members };
}

const request = (size) => ({
  remoteUserId: 'r', message: { newParticipationRequest: true, fill: 'x'.repeat(size) }, sender: `u${MEMBERS}` });

test('a request to a room costs its size for each who gets it', async (t) => {
  // 60,000 bytes to one are 15 tokens, to twenty 300.
  const { url } = await startServer(t, 'rate=0.001', 'burst=200');
  const { newcomer, members } = await crowd(t, url);
  newcomer.emit(MESSAGE, request(60000));
  const [complaint] = await happens(newcomer, 'logs');
  assert.match(complaint, /too much sent to others/);
  newcomer.emit(MESSAGE, request(100));
  for (const member of members) {
    await until(() => member.seen.length > 0, 'the small request');
    assert.equal(member.seen[0][1].message.fill.length, 100);
    assert.equal(member.seen[0][1].remoteUserId, member.io.opts.query.userid);
  }
  assert.ok(newcomer.connected);
});

test('a request to a room has a largest size', async (t) => {
  const { url } = await startServer(t, 'rate=0');
  const { newcomer, members } = await crowd(t, url);
  newcomer.emit(MESSAGE, request(70000));
  const [complaint] = await happens(newcomer, 'logs');
  assert.match(complaint, /65536 bytes at most/);
  newcomer.emit(MESSAGE, request(60000));
  for (const member of members) {
    await until(() => member.seen.length > 0, 'the request that is small enough');
    assert.equal(member.seen[0][1].message.fill.length, 60000);
  }
});

test('a request reaches long polls as it does WebSockets', async (t) => {
  const { url } = await startServer(t);
  const [alice, bob] = await Promise.all([[4, 'alice'], [2, 'bob']].map(([version, userid]) =>
    connect(t, url, { version, transports: ['polling'], query: { userid } })));
  await ask(alice, 'open-room', { sessionid: 'r', session: {}, extra: {} });
  await ask(bob, 'join-room', { sessionid: 'r', session: {}, extra: {} });
  bob.emit(MESSAGE, { remoteUserId: 'r', message: { newParticipationRequest: 'ä€𝄞' }, sender: 'bob' });
  assert.deepEqual(await happens(alice, MESSAGE), [
    { remoteUserId: 'alice', message: { newParticipationRequest: 'ä€𝄞' }, sender: 'bob' }]);
});

/** A client at a loopback address of its own that does not read what it is sent. */
async function deaf(t, url, userid, localAddress) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket&userid=${userid}`, { localAddress });
  t.after(() => socket.terminate());
  await once(socket, 'message');
  socket.send('40');
  await once(socket, 'message');
  socket._socket.pause();
  return socket;
}

/** Who is dropped first when `greedy` is sent three times as much as `modest`. */
async function firstToGo(t, url, { greedy, modest }) {
  await deaf(t, url, 'greedy', greedy);
  await deaf(t, url, 'modest', modest);
  const sender = await connect(t, url, { transports: ['websocket'], query: { userid: 'sender' } });
  const gone = happens(sender, 'user-disconnected', 30000);
  let isOver = false;
  gone.then(() => { isOver = true; }, () => { isOver = true; });
  while (!isOver) {
    for (const remoteUserId of ['greedy', 'greedy', 'greedy', 'modest']) {
      sender.emit(MESSAGE, { remoteUserId, message: 'x'.repeat(50000), sender: 'sender' });
    }
    await ask(sender, 'check-presence', 'r');
  }
  assert.ok(sender.connected);
  assert.notEqual((await ask(sender, 'get-remote-user-extra-data', 'modest'))[0], 'User ID does not exist');
  return (await gone)[0];
}

const UNBOUNDED = ['rate=0', 'max-queued=0', 'relay-across-rooms=true'];

test('what waits for one address is bounded: the greediest goes', async (t) => {
  const { url } = await startServer(t, ...UNBOUNDED, 'max-queued-per-address=4000000');
  assert.equal(await firstToGo(t, url, { greedy: '127.0.0.2', modest: '127.0.0.2' }), 'greedy');
});

test('what waits for all is bounded: the greediest goes', async (t) => {
  const { url } = await startServer(t, ...UNBOUNDED, 'max-queued-per-address=0', 'max-queued-in-all=4000000');
  assert.equal(await firstToGo(t, url, { greedy: '127.0.0.2', modest: '127.0.0.3' }), 'greedy');
});

test('messages and requests that do not come to their end wait as well', async (t) => {
  const SIZE = 900_000;
  const { url, port } = await startServer(t, ...UNBOUNDED, 'max-queued-per-address=4000000');
  const beside = await connect(t, url, { transports: ['websocket'], query: { userid: 'beside' } });
  const ends = [];
  const sockets = [];
  for (let i = 0; i < 8; ++i) {
    const socket = net.connect(port, '127.0.0.1');
    t.after(() => socket.destroy());
    const head = i % 2 === 0
      ? `POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${SIZE + 1}\r\n\r\n`
      : `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n`
        + 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    socket.write(head);
    socket.on('error', () => {});
    socket.resume();
    ends.push(once(socket, 'close').then(() => true));
    sockets.push(socket);
  }
  for (const [i, socket] of sockets.entries()) {
    const frame = Buffer.alloc(14 + SIZE, 'x');
    frame.writeUInt8(0x81, 0);
    frame.writeUInt8(0xff, 1);
    frame.writeBigUInt64BE(BigInt(SIZE + 1), 2);
    socket.write(i % 2 === 0 ? frame.subarray(14) : frame);
  }
  // Eight are 7.2 MB, of which four fit.
  await Promise.race(ends);
  assert.ok(beside.connected);
  assert.deepEqual(await ask(beside, 'check-presence', 'r'), await ask(beside, 'check-presence', 'r'));
});

test('the answer to a long poll that is not read counts as well', async (t) => {
  const { url, port } = await startServer(t, ...UNBOUNDED, 'max-queued-per-address=16000000');
  const path = `/socket.io/?EIO=4&transport=polling`;
  const there = new URL(path, url);
  const { sid } = JSON.parse((await (await fetch(`${there}&userid=slow`)).text()).slice(1));
  await fetch(`${there}&sid=${sid}`, { method: 'POST', body: '40' });
  await (await fetch(`${there}&sid=${sid}`)).text();
  const sender = await connect(t, url, { transports: ['websocket'], query: { userid: 'sender' } });
  const sendMegabytes = async (count) => {
    for (let i = 0; i < count * 10; ++i) {
      sender.emit(MESSAGE, { remoteUserId: 'slow', message: 'x'.repeat(100000), sender: 'sender' });
    }
    await ask(sender, 'check-presence', 'r');
  };
  await sendMegabytes(12);
  const poll = net.connect(port, '127.0.0.1').on('error', () => {});
  t.after(() => poll.destroy());
  poll.write(`GET ${path}&sid=${sid} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await once(poll, 'readable');
  await sendMegabytes(8);
  assert.notEqual((await ask(sender, 'get-remote-user-extra-data', 'slow'))[0], 'User ID does not exist');
  let got = Buffer.alloc(0);
  poll.on('data', (data) => { got = Buffer.concat([got, data]); });
  await once(poll, 'close');
  const [, length] = String(got.subarray(0, 1000)).match(/Content-Length: (\d+)/);
  assert.ok(Number(length) > 12000000);
  assert.ok(got.length < Number(length), 'the answer was given up');
});

const say = (socket, remoteUserId, message) =>
  socket.emit(MESSAGE, { remoteUserId, message, sender: socket.io.opts.query.userid });
/** Has a client send each message back. */
const echo = (socket) => socket.on(MESSAGE, ({ sender, message }) => say(socket, sender, message));

test('whom many speak to may answer all of them', async (t) => {
  const { url } = await startServer(t, 'rate=0.001', 'burst=60');
  const { members: [owner, ...others] } = await crowd(t, url);
  echo(owner);
  const messages = [...'0123456789'];
  for (const other of others) {
    messages.forEach((number) => say(other, 'u0', { number }));
    const answers = () => other.seen.filter(([event]) => event === MESSAGE);
    await until(() => answers().length === messages.length, 'an answer to each');
    assert.deepEqual(answers().map(([, { message }]) => message.number), messages);
  }
});

test('two who only write to each other come to an end', async (t) => {
  const { url } = await startServer(t, 'rate=0.001', 'burst=60');
  const { members: [one, other] } = await crowd(t, url);
  [one, other].forEach(echo);
  const end = Promise.race([happens(one, 'disconnect'), happens(other, 'disconnect')]);
  for (let i = 0; i < 20; ++i) {
    say(one, 'u1', {});
  }
  await end;
});
