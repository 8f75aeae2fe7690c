// SPDX-License-Identifier: LGPL-2.1-or-later
// How pages and files are sent: to many and slow readers at once.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { certificate, folder, serve, until } from './support.mjs';

const MIB = 1024 * 1024;
// More than sockets take while nobody reads.
const large = randomBytes(16 * MIB);

/** A server of a folder with these files. */
async function site(t, files, args = []) {
  const root = folder(t);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(path.join(root, name), content);
  }
  return { ...await serve(t, [`--web-root=${root}`, ...args]), root };
}

/** A client that has asked for something, of which a part is here, and reads no more. */
async function slowReader(t, port, target) {
  const socket = net.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

/** What there is to read until the end. */
async function rest(socket) {
  const parts = [];
  for await (const part of socket) {
    parts.push(part);
  }
  const all = Buffer.concat(parts);
  return all.subarray(all.indexOf('\r\n\r\n') + 4);
}

const residentSize = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s*(\d+) kB$/m)[1]) * 1024;

test('two hundred slow readers of a large file cost no memory', async (t) => {
  const content = large.subarray(0, 10 * MIB);
  const limit = ['--max-queue-size-per-address=200000', '--max-message-size=200000'];
  const { port, child, url } = await site(t, { 'large.bin': content }, limit);
  await (await fetch(`${url}large.bin`)).arrayBuffer();
  const before = residentSize(child.pid);
  const readers = await Promise.all(Array.from({ length: 200 }, () => slowReader(t, port, '/large.bin')));
  const grown = residentSize(child.pid) - before;
  assert.ok(grown < 32 * MIB, `${grown} bytes more`);
  assert.equal(readers.filter((reader) => reader.closed).length, 0);
  // None was dropped for what waits for it, and who reads on gets all of it.
  for (const reader of [readers[0], readers[199]]) {
    assert.ok((await rest(reader)).equals(content));
  }
  assert.equal((await fetch(`${url}healthz`)).status, 200);
});

test('a file that is replaced while it is sent is the old one to its end', async (t) => {
  const { port, root, url } = await site(t, { 'large.bin': large });
  const reader = await slowReader(t, port, '/large.bin');
  writeFileSync(path.join(root, 'new'), 'new');
  renameSync(path.join(root, 'new'), path.join(root, 'large.bin'));
  assert.equal(await (await fetch(`${url}large.bin`)).text(), 'new');
  assert.ok((await rest(reader)).equals(large));
});

test('a file that is cut while it is sent ends the connection', async (t) => {
  const { port, root, url } = await site(t, { 'large.bin': large });
  const reader = await slowReader(t, port, '/large.bin');
  truncateSync(path.join(root, 'large.bin'), 1);
  const ended = new Promise((resolve) => { reader.once('close', resolve); });
  let bytes = 0;
  reader.on('data', (data) => { bytes += data.length; });
  await ended;
  assert.ok(bytes < large.length, `${bytes} bytes`);
  assert.equal((await fetch(`${url}large.bin`)).headers.get('content-length'), '1');
});

test('descriptors of files that were sent, or not to their end, are given back', async (t) => {
  const { port, child, root } = await site(t, { 'large.bin': large });
  const readers = await Promise.all(Array.from({ length: 5 }, () => slowReader(t, port, '/large.bin')));
  const opened = () => execFileSync('ls', ['-l', `/proc/${child.pid}/fd`], { encoding: 'utf8' }).split(root).length - 1;
  assert.equal(opened(), 5);
  await rest(readers.pop());
  readers.forEach((reader) => reader.destroy());
  await until(() => opened() === 0, 'the end of all');
});

test('a large file over TLS', async (t) => {
  const { cert, key } = certificate(folder(t), 'name');
  const { url } = await site(t, { 'large.bin': large }, [`--tls-certificate=${cert}`, `--tls-key=${key}`]);
  const [answer] = await once(https.get(`${url}large.bin`, { ca: readFileSync(cert) }), 'response');
  const hash = createHash('sha256');
  await once(answer, 'readable');
  for await (const part of answer) {
    hash.update(part);
  }
  assert.equal(hash.digest('hex'), createHash('sha256').update(large).digest('hex'));
});
