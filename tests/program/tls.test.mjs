// SPDX-License-Identifier: LGPL-2.1-or-later
// TLS, and a certificate that is renewed while clients are connected.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { ask, certificate, connect, folder, serve, until } from './support.mjs';

/** The name in the certificate that the server shows now. */
async function shownName(port) {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

/** A server with the certificate "old"; its files can be exchanged. */
async function secureServer(t) {
  const there = folder(t);
  const old = certificate(there, 'old');
  const files = { cert: path.join(there, 'used.crt'), key: path.join(there, 'used.key') };
  const use = (pair) => {
    copyFileSync(pair.cert, files.cert);
    copyFileSync(pair.key, files.key);
  };
  use(old);
  const program = await serve(t, [`--tls-certificate=${files.cert}`, `--tls-key=${files.key}`]);
  return { ...program, program, there, files, use, old };
}

const logged = (program, pattern) => until(() => pattern.test(program.stderr), `a line ${pattern}`);

test('SIGHUP: newcomers see the new certificate, and who is connected stays', async (t) => {
  const { url, port, child, program, there, use, old } = await secureServer(t);
  assert.match(url, /^https:/);
  const sockets = [];
  for (const transport of ['websocket', 'polling']) {
    sockets.push(await connect(t, url, { ca: readFileSync(old.cert), transports: [transport] }));
  }
  assert.equal(await shownName(port), 'old');
  use(certificate(there, 'new'));
  assert.equal(await shownName(port), 'old');
  child.kill('SIGHUP');
  await until(() => (program.stderr.match(/event=tls-certificate/g) ?? []).length === 2, 'the new certificate');
  assert.equal(await shownName(port), 'new');
  const [byWebSocket] = sockets;
  assert.deepEqual((await ask(byWebSocket, 'check-presence', 'r')).slice(0, 2), [false, 'r']);
  assert.ok(sockets.every((socket) => socket.connected));
});

test('SIGHUP with broken files: one line, and everything stays', async (t) => {
  const { port, child, program, there, files, use } = await secureServer(t);
  writeFileSync(files.cert, 'rubbish');
  child.kill('SIGHUP');
  await logged(program, /level=warning .*cannot be used.* The certificate stays as it was\./);
  const other = certificate(there, 'other');
  use({ cert: other.cert, key: certificate(there, 'third').key });
  child.kill('SIGHUP');
  await logged(program, /level=warning .*is not that of the certificate/);
  assert.equal(await shownName(port), 'old');
});

test('SIGHUP without TLS changes nothing', async (t) => {
  const program = await serve(t);
  program.child.kill('SIGHUP');
  await logged(program, /level=notice .*nothing to read anew/);
  assert.equal((await fetch(`${program.url}healthz`)).status, 200);
});

test('who speaks no TLS disturbs nobody', async (t) => {
  const { port } = await secureServer(t);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
  assert.equal(await shownName(port), 'old');
});
