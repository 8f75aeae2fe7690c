// SPDX-License-Identifier: LGPL-2.1-or-later
// --web-root: the files of a folder, and nothing else.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, raw, serve, until } from './support.mjs';

function site(t) {
  const there = folder(t);
  const root = path.join(there, 'root');
  const put = (name, text) => {
    const where = path.join(there, name);
    mkdirSync(path.dirname(where), { recursive: true });
    writeFileSync(where, text);
  };
  put('secret.txt', 'SECRET');
  put('root-of-another/secret.txt', 'SECRET');
  put('root/index.html', '<title>home</title>');
  put('root/a page.html', 'spaced');
  put('root/module.js', 'export {}');
  put('root/style.css', 'a {}');
  put('root/picture.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  put('root/notes.txt', 'ä');
  put('root/demo/index.html', 'demo');
  put('root/empty/readme', 'x');
  put('root/.git/config', 'SECRET');
  put('root/.env', 'SECRET');
  put('root/.well-known/security.txt', 'contact');
  put('root/large.bin', Buffer.alloc(5000));
  symlinkSync('../secret.txt', path.join(root, 'link.txt'));
  symlinkSync('..', path.join(root, 'up'));
  symlinkSync('/etc', path.join(root, 'etc'));
  symlinkSync('index.html', path.join(root, 'inner.html'));
  execFileSync('mkfifo', [path.join(root, 'fifo')]);
  return { there, root };
}

test('files, their types, and index.html', async (t) => {
  const { root } = site(t);
  const { url } = await serve(t, [`--web-root=${root}`]);
  const cases = [
    ['', /^text\/html; charset=utf-8$/, '<title>home</title>'],
    ['index.html', /^text\/html/, '<title>home</title>'],
    ['a%20page.html', /^text\/html/, 'spaced'],
    ['module.js', /^text\/javascript; charset=utf-8$/, 'export {}'],
    ['style.css', /^text\/css/, 'a {}'],
    ['picture.png', /^image\/png$/, undefined],
    ['notes.txt', /^text\/plain; charset=utf-8$/, 'ä'],
    ['demo/', /^text\/html/, 'demo'],
    ['demo//index.html?x=y', /^text\/html/, 'demo'],
    ['.well-known/security.txt', /^text\/plain/, 'contact'],
  ];
  for (const [name, type, text] of cases) {
    const answer = await fetch(url + name);
    assert.equal(answer.status, 200, name);
    assert.match(answer.headers.get('content-type'), type, name);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    const body = await answer.text();
    assert.ok(text === undefined || body === text, name);
  }
  const head = await fetch(url, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '19', '']);
  assert.equal((await fetch(url, { method: 'PUT', body: 'x' })).status, 405);
});

test('a folder without its slash is somewhere else', async (t) => {
  const { root } = site(t);
  const { url, port } = await serve(t, [`--web-root=${root}`]);
  const answer = await fetch(`${url}demo`, { redirect: 'manual' });
  assert.deepEqual([answer.status, answer.headers.get('location')], [302, './demo/']);
  assert.equal(await (await fetch(`${url}demo`)).text(), 'demo');
  // A browser would take what begins with two slashes for another host.
  assert.match(await raw(port, 'GET //demo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /^location: \.\/demo\/\r$/im);
});

test('nothing from outside, nothing hidden, nothing special', async (t) => {
  const { root } = site(t);
  const { port, url } = await serve(t, [`--web-root=${root}`]);
  const targets = ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/demo/../../secret.txt',
    '/demo/..%2f..%2fsecret.txt', '/..', '/%2e%2e%5csecret.txt', '//secret.txt', '/../root-of-another/secret.txt',
    '/link.txt', '/up/secret.txt', '/up/', '/etc/passwd', '/inner.html', '/.git/config', '/.env', '/demo/.well-known/x',
    '/./index.html', '/index.html%00.png', '/index.html/', '/empty/', '/empty', '/fifo', '/none', '/notes.txt/..',
    '/%c0%ae%c0%ae/secret.txt', `/${'a'.repeat(5000)}`, `/${'demo/'.repeat(500)}`, 'secret.txt'];
  for (const target of targets) {
    const answer = await raw(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^(HTTP\/1\.1 4|$)/, target.slice(0, 60));
    assert.doesNotMatch(answer, /SECRET|root:/, target);
  }
  assert.equal((await fetch(url)).status, 200);
});

test('max-file-size', async (t) => {
  const { root } = site(t);
  const { url, lines } = await serve(t, [`--web-root=${root}`, '--max-file-size=4999']);
  assert.equal((await fetch(`${url}large.bin`)).status, 404);
  await until(() => lines().some((line) => /event=file-too-large path="\/large.bin"/.test(line)), 'a line about it');
  assert.equal((await fetch(`${url}index.html`)).status, 200);
});

test('the folder may be a link that is changed at any time', async (t) => {
  const { there, root } = site(t);
  const current = path.join(there, 'current');
  symlinkSync(path.join(root, 'demo'), current);
  const { url } = await serve(t, [`--web-root=${current}`]);
  assert.equal(await (await fetch(url)).text(), 'demo');
  symlinkSync(root, `${current}.new`);
  renameSync(`${current}.new`, current);
  assert.equal(await (await fetch(url)).text(), '<title>home</title>');
});

test('signaling and /healthz come first', async (t) => {
  const { root } = site(t);
  mkdirSync(path.join(root, 'socket.io'));
  writeFileSync(path.join(root, 'socket.io', 'socket.io.js'), 'mine');
  writeFileSync(path.join(root, 'healthz'), 'mine');
  const { url } = await serve(t, [`--web-root=${root}`]);
  assert.equal(await (await fetch(`${url}healthz`)).text(), 'ok\n');
  assert.match(await (await fetch(`${url}socket.io/?EIO=4&transport=polling`)).text(), /^0\{/);
  assert.equal(await (await fetch(`${url}socket.io/socket.io.js`)).text(), 'mine');
});
