// SPDX-License-Identifier: LGPL-2.1-or-later
// The same over TLS, and who does not get as far as that.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { ask, connect, happens, startServer, until } from './support.mjs';

/** A file with a certificate for loopback and its key. */
function certificate(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'rtcmc-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [key, cert, both] = ['key.pem', 'cert.pem', 'both.pem'].map((name) => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  { stdio: 'ignore' });
  writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
  return { file: both, ca: readFileSync(cert) };
}

for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
  test(`rooms over TLS by ${transports.join(' and ')}`, async (t) => {
    const { file, ca } = certificate(t);
    const { url } = await startServer(t, `tls=${file}`, 'relay-across-rooms=true');
    assert.match(url, /^https:/);
    const alice = await connect(t, url, { transports, ca, query: { userid: 'alice' } });
    const bob = await connect(t, url, { transports, ca, query: { userid: 'bob' } });
    if (transports.length > 1) {
      await until(() => alice.io.engine.transport.name === 'websocket', 'the upgrade');
    }
    for (const size of [10, 20000, 900000]) {
      const message = { remoteUserId: 'bob', message: 'x'.repeat(size), sender: 'alice' };
      const got = happens(bob, 'RTCMultiConnection-Message');
      alice.emit('RTCMultiConnection-Message', message);
      assert.equal((await got)[0].message.length, size);
    }
    assert.deepEqual(await ask(bob, 'get-remote-user-extra-data', 'alice'), [{}]);
  });
}

test('who does not complete the handshake is dropped, and a plain request is none', async (t) => {
  const { file, ca } = certificate(t);
  const { url, port } = await startServer(t, `tls=${file}`, 'handshake-timeout=2000');
  const silent = net.connect(port, '127.0.0.1').on('error', () => {}).resume();
  const plain = net.connect(port, '127.0.0.1').on('error', () => {}).resume();
  plain.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await Promise.all([silent, plain].map((link) => new Promise((resolve) => { link.once('close', resolve); })));
  const socket = await connect(t, url, { ca, transports: ['websocket'] });
  assert.ok(socket.connected);
});
