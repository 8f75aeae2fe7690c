// SPDX-License-Identifier: LGPL-2.1-or-later
// How pages and files are sent: not again to who has them, and to many and slow readers at once.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, renameSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { certificate, folder, raw, serve, until } from './support.mjs';

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

/** Status, headers and text of an answer, over a connection of its own. */
async function answerTo(port, target, headers = {}, method = 'GET') {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const answer = await raw(port, `${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`);
  const end = answer.indexOf('\r\n\r\n');
  const [first, ...rest] = answer.slice(0, end).split('\r\n');
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(rest.map((line) => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 2)])),
    text: answer.slice(end + 4),
  };
}

const pages = {
  'the built-in page': [(t) => serve(t), '/', /^"[0-9a-f]{32}"$/],
  'a module of it': [(t) => serve(t), '/rtcmc.js', /^"[0-9a-f]{32}"$/],
  'a file': [(t) => site(t, { 'page.html': 'page' }), '/page.html', /^W\/"[0-9a-f]{32}"$/],
};
for (const [name, [start, target, form]] of Object.entries(pages)) {
  test(`${name} is sent to who has it not`, async (t) => {
    const { port } = await start(t);
    const whole = await answerTo(port, target);
    const { etag } = whole.headers;
    assert.equal(whole.status, 200);
    assert.match(String(etag), form);
    assert.equal(whole.headers['cache-control'], 'no-cache');
    assert.equal(Number(whole.headers['content-length']), Buffer.byteLength(whole.text));
    const head = await answerTo(port, target, {}, 'HEAD');
    delete head.headers.date;
    delete whole.headers.date;
    assert.deepEqual(head, { ...whole, text: '' });

    for (const tags of [etag, '*', `"other", ${etag}`]) {
      for (const method of ['GET', 'HEAD']) {
        const same = await answerTo(port, target, { 'If-None-Match': tags }, method);
        assert.deepEqual([same.status, same.text], [304, ''], tags);
        assert.ok(same.headers.date);
        for (const header of ['etag', 'cache-control', 'content-security-policy']) {
          assert.equal(same.headers[header], whole.headers[header], header);
        }
        for (const header of ['content-length', 'content-type', 'last-modified']) {
          assert.equal(same.headers[header], undefined, header);
        }
      }
    }
    const other = await answerTo(port, target, { 'If-None-Match': '"other"' });
    assert.deepEqual([other.status, other.text], [200, whole.text]);
  });
}

test('the built-in page has the same tag in another server', async (t) => {
  const tags = await Promise.all([serve(t), serve(t)].map(async (server) =>
    (await answerTo((await server).port, '/')).headers.etag));
  assert.ok(tags[0]);
  assert.equal(tags[0], tags[1]);
});

test('behind a 304 the connection goes on', async (t) => {
  const { port } = await site(t, { 'page.html': 'page' });
  const answers = await raw(port, 'GET /page.html HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n\r\n' +
    'GET /page.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(answers, /^HTTP\/1\.1 304 Not Modified\r\n[^]*\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*\r\n\r\npage$/);
});

test('a changed file is sent', async (t) => {
  const { port, root } = await site(t, { 'page.html': 'old' });
  const { headers: { etag } } = await answerTo(port, '/page.html');
  writeFileSync(path.join(root, 'new'), 'new');
  renameSync(path.join(root, 'new'), path.join(root, 'page.html'));
  const answer = await answerTo(port, '/page.html', { 'If-None-Match': etag });
  assert.deepEqual([answer.status, answer.text], [200, 'new']);
  assert.notEqual(answer.headers.etag, etag);
});

test('by its date', async (t) => {
  const { port, root } = await site(t, { 'page.html': 'page' });
  const name = path.join(root, 'page.html');
  utimesSync(name, 784111777, 784111777);
  const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
  assert.equal((await answerTo(port, '/page.html')).headers['last-modified'], date);
  assert.equal((await answerTo(port, '/page.html', { 'If-Modified-Since': date })).status, 304);
  const earlier = { 'If-Modified-Since': date.replace('37', '36') };
  assert.equal((await answerTo(port, '/page.html', earlier)).status, 200);
  const other = { 'If-Modified-Since': date, 'If-None-Match': '"other"' };
  assert.equal((await answerTo(port, '/page.html', other)).status, 200, 'a tag says more');
  // Of a clock that goes wrong.
  utimesSync(name, 4e9, 4e9);
  const { headers } = await answerTo(port, '/page.html');
  assert.ok(Date.parse(headers['last-modified']) <= Date.parse(headers.date), headers['last-modified']);
});

test('conditions change nothing where there is nothing', async (t) => {
  const { port } = await site(t, {});
  assert.equal((await answerTo(port, '/none', { 'If-None-Match': '*' })).status, 404);
  assert.equal((await answerTo(port, '/none', { 'If-None-Match': '*' }, 'POST')).status, 405);
});

test('who asks for a part is sent the whole', async (t) => {
  const { port } = await site(t, { 'page.html': 'page' });
  const { status, headers, text } = await answerTo(port, '/page.html', { Range: 'bytes=1-2' });
  assert.deepEqual([status, headers['accept-ranges'], text], [200, 'none', 'page']);
});

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
