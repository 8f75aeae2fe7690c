// SPDX-License-Identifier: LGPL-2.1-or-later
// The npm clients of Socket.IO 4 and 2, over each transport.

import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, connect, happens, open, startServer, until } from './support.mjs';

const TRANSPORTS = { polling: ['polling'], websocket: ['websocket'], upgrade: ['polling', 'websocket'] };
const engine = (socket) => socket.io.engine;

for (const version of [4, 2]) {
  for (const [name, transports] of Object.entries(TRANSPORTS)) {
    const options = { version, transports };

    test(`socket.io-client ${version} by ${name}: rooms, acks, messages`, async (t) => {
      const { url } = await startServer(t);
      const alice = await connect(t, url, { ...options, query: { userid: 'alice', extra: '{"name":"A"}' } });
      const bob = await connect(t, url, { ...options, query: { userid: 'bob' } });
      if (name === 'upgrade') {
        await until(() => engine(alice).transport.name === 'websocket', 'the upgrade');
      }
      assert.deepEqual(await ask(alice, 'check-presence', 'r'), [
        false, 'r', { _room: { isFull: false, isPasswordProtected: false } }]);
      assert.deepEqual(await ask(alice, 'open-room', { sessionid: 'r', session: { audio: true }, extra: { name: 'A' } }), [true]);
      assert.deepEqual(await ask(bob, 'join-room', { sessionid: 'r', session: {}, extra: {} }), [true]);
      const event = 'RTCMultiConnection-Message';
      bob.emit(event, { remoteUserId: 'r', message: { newParticipationRequest: true }, sender: 'bob' });
      assert.deepEqual(await happens(alice, event), [
        { remoteUserId: 'alice', message: { newParticipationRequest: true }, sender: 'bob' }]);
      alice.emit(event, { remoteUserId: 'bob', message: { text: 'ä€𝄞"\\\u2028' }, sender: 'alice' });
      assert.deepEqual(await happens(bob, event), [
        { remoteUserId: 'bob', message: { text: 'ä€𝄞"\\\u2028' }, sender: 'alice', extra: { name: 'A' } }]);
      assert.deepEqual(bob.seen[0], ['user-connected', 'alice']);
      bob.close();
      assert.deepEqual(await happens(alice, 'user-disconnected'), ['bob']);
    });

    test(`socket.io-client ${version} by ${name}: big messages`, async (t) => {
      const { url } = await startServer(t, 'relay-across-rooms=true');
      const alice = await connect(t, url, { ...options, query: { userid: 'alice' } });
      const bob = await connect(t, url, { ...options, query: { userid: 'bob' } });
      const event = 'RTCMultiConnection-Message';
      const sizes = [125, 126, 65535, 65536, 400000, 900000];
      const got = [];
      bob.on(event, ({ message }) => got.push(message));
      for (const size of sizes) {
        const text = '€'.repeat(size / 3);
        alice.emit(event, { remoteUserId: 'bob', message: text, sender: 'alice' });
        await until(() => got.length > 0, `a message of ${size} bytes`);
        assert.equal(got.shift(), text);
      }
      alice.emit(event, { remoteUserId: 'bob', message: 'x'.repeat(1100000), sender: 'alice' });
      await happens(alice, 'disconnect');
      assert.equal(got.length, 0);
      assert.ok(bob.connected);
    });

    test(`socket.io-client ${version} by ${name}: comes back to another server on the port`, async (t) => {
      const first = await startServer(t);
      const socket = await connect(t, first.url, {
        ...options, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 100, query: { userid: 'alice' } });
      // Amid its upgrade the npm client has stopped to poll and does not hear of the end before the ping timeout.
      await until(() => name !== 'upgrade' || engine(socket).transport.name === 'websocket', 'the upgrade');
      const lost = happens(socket, 'disconnect');
      await first.stop();
      await lost;
      const back = happens(socket, 'connect');
      await startServer(t, '--port', String(first.port));
      await back;
      assert.deepEqual(await ask(socket, 'get-remote-user-extra-data', 'alice'), [{}]);
    });

    test(`socket.io-client ${version} by ${name}: stays for many pings, in the right direction`, async (t) => {
      const { url } = await startServer(t, 'ping-interval=500', 'ping-timeout=10000');
      const socket = await connect(t, url, options);
      let beats = 0;
      if (version === 4) {
        socket.io.on('ping', () => { ++beats; });
      } else {
        socket.on('pong', () => { ++beats; });
      }
      await until(() => beats >= 5, 'five pings');
      assert.ok(socket.connected);
    });

    test(`socket.io-client ${version} by ${name}: attachments are skipped`, async (t) => {
      const { url } = await startServer(t);
      const socket = await connect(t, url, { ...options, query: { userid: 'alice' } });
      socket.emit('whatever', Buffer.from([1, 2, 3]), { deep: Buffer.alloc(2000) });
      assert.deepEqual(await ask(socket, 'get-remote-user-extra-data', 'alice'), [{}]);
    });
  }

  test(`socket.io-client ${version}: another namespace is refused`, async (t) => {
    const { url } = await startServer(t);
    const socket = open(t, `${url}nope`, { version });
    const [error] = await happens(socket, version === 4 ? 'connect_error' : 'error');
    assert.equal(version === 4 ? error.message : error, 'Invalid namespace');
  });

  test(`socket.io-client ${version}: an impossible userid is refused`, async (t) => {
    const { url } = await startServer(t);
    const socket = open(t, url, { version, query: { userid: 'a\u0007' } });
    const [error] = await happens(socket, version === 4 ? 'connect_error' : 'error');
    assert.equal(version === 4 ? error.message : error, 'Invalid userid');
  });
}

test('socket.io-client 2 by JSONP', async (t) => {
  const { url } = await startServer(t);
  // What the transport needs of a browser: a script element loads what the server answers.
  const { port } = new URL(url);
  const get = async (query) => (await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=3&transport=polling&j=7&${query}`)).text();
  const first = await get('userid=alice');
  const packets = new Function('___eio', `${first.replace('___eio[7]', '___eio')}`);
  let body = '';
  packets((text) => { body = text; });
  const { sid } = JSON.parse(body.match(/0(\{.*?\})/)[1]);
  assert.match(body, /2:40$/);
  const posted = await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=3&transport=polling&j=7&sid=${sid}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ d: '29:420["check-presence","a\\\\nb\u2028"]' }).toString(),
  });
  assert.equal(await posted.text(), 'ok');
  const answer = await get(`sid=${sid}`);
  assert.doesNotMatch(answer, /\u2028/);
  new Function('___eio', answer.replace('___eio[7]', '___eio'))((text) => { body = text; });
  assert.match(body, /430\[false,"a\\nb\u2028",/);
});
