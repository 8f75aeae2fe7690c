// SPDX-License-Identifier: LGPL-2.1-or-later
// Engine.IO's HTTP side, byte by byte: refusals, CORS, limits.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import { ask, connect, happens, raw, require, startServer, until } from './support.mjs';

const { WebSocket } = require('ws');
const path = (query) => `socket.io/?EIO=4&transport=polling${query}`;

async function refusal(answer) {
  return [answer.status, await answer.json()];
}

/** A polling session's id. */
async function handshake(url) {
  return JSON.parse((await (await fetch(url + path(''))).text()).slice(1)).sid;
}

test('refusals have engine.io\'s codes', async (t) => {
  const { url } = await startServer(t);
  const sid = await handshake(url);
  const cases = [
    ['socket.io/?EIO=4&transport=tube', 'GET', 0, 'Transport unknown'],
    ['socket.io/?EIO=4', 'GET', 0, 'Transport unknown'],
    [path('&sid=nobody'), 'GET', 1, 'Session ID unknown'],
    [path('&sid=__proto__'), 'GET', 1, 'Session ID unknown'],
    [path(''), 'POST', 2, 'Bad handshake method'],
    [path(''), 'PUT', 2, 'Bad handshake method'],
    ['socket.io/?EIO=4&transport=websocket', 'GET', 3, 'Bad request'],
    [`socket.io/?EIO=3&transport=polling&sid=${sid}`, 'GET', 3, 'Bad request'],
    [`socket.io/?EIO=4&transport=websocket&sid=${sid}`, 'GET', 3, 'Bad request'],
    [path(`&sid=${sid}`), 'DELETE', 3, 'Bad request'],
  ];
  for (const [where, method, code, message] of cases) {
    assert.deepEqual(await refusal(await fetch(url + where, { method })), [400, { code, message }], `${method} ${where}`);
  }
});

test('two polls at a time close the session', async (t) => {
  const { url } = await startServer(t);
  const sid = await handshake(url);
  const polls = await Promise.all([fetch(url + path(`&sid=${sid}`)), fetch(url + path(`&sid=${sid}`))]);
  assert.ok((await Promise.all(polls.map((poll) => poll.text()))).includes('1'));
  assert.equal((await fetch(url + path(`&sid=${sid}`))).status, 400);
});

test('a poll of a session that has just been closed is refused, and may be hung up', async (t) => {
  const { url, port } = await startServer(t);
  const sid = await handshake(url);
  const poll = `GET /${path(`&sid=${sid}`)} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const [first, second] = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
  const heard = ['', ''];
  [first, second].forEach((socket, i) => socket.on('data', (data) => { heard[i] += data; }));
  first.write(poll);
  await fetch(url + path(`&sid=${sid}`), { method: 'POST', body: '3' });  // read after the poll
  // Read at once, so that the session, closed for the first of them, is still there for the others.
  second.write(poll.repeat(3));
  await until(() => heard[0].endsWith('\r\n\r\n1') && heard[1].match(/HTTP\/1\.1 400/g)?.length === 2, 'the answers');
  first.destroy();
  second.destroy();
  assert.equal((await fetch(url + path(''))).status, 200);
});

test('a client that hangs up its poll has left', async (t) => {
  const { url, port } = await startServer(t, 'relay-across-rooms=true');
  const watcher = await connect(t, url, { query: { userid: 'watcher' } });
  const there = await (await fetch(url + path('&userid=gone'))).text();
  const { sid } = JSON.parse(there.slice(1));
  await fetch(url + path(`&sid=${sid}`), { method: 'POST', body: '40' });
  await fetch(url + path(`&sid=${sid}`));
  assert.deepEqual(await ask(watcher, 'get-remote-user-extra-data', 'gone'), [{}]);
  watcher.emit('RTCMultiConnection-Message', { remoteUserId: 'gone', message: {}, sender: 'watcher' });
  await happens(watcher, 'user-connected');
  await fetch(url + path(`&sid=${sid}`));
  const poll = net.connect(port, '127.0.0.1');
  poll.end(`GET /${path(`&sid=${sid}`)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  assert.deepEqual(await happens(watcher, 'user-disconnected'), ['gone']);
});

test('CORS: any origin by default, with credentials as Socket.IO 2 wants them', async (t) => {
  const { url } = await startServer(t);
  const origin = 'https://example.org';
  const answer = await fetch(url + path(''), { headers: { origin } });
  assert.equal(answer.headers.get('access-control-allow-origin'), origin);
  assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.match(answer.headers.get('content-type'), /^text\/plain/);
  const preflight = await fetch(url + path(''), {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-mine' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'content-type,x-mine');
  assert.match(preflight.headers.get('access-control-allow-methods'), /POST/);
});

test('an origin that is not on the list is refused, by polling and by WebSocket', async (t) => {
  const { url } = await startServer(t, 'origin=https://mine.example');
  const good = { headers: { origin: 'https://mine.example' } };
  const bad = { headers: { origin: 'https://evil.example' } };
  assert.equal((await fetch(url + path(''), good)).status, 200);
  assert.deepEqual(await refusal(await fetch(url + path(''), bad)), [403, { code: 4, message: 'Origin not allowed' }]);
  const address = `${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`;
  await happens(new WebSocket(address, good).on('open', function () { this.close(); }), 'close');
  const [, response] = await happens(new WebSocket(address, bad), 'unexpected-response');
  assert.equal(response.statusCode, 403);
});

/** What a request with these headers is answered: [status, body]. */
async function answerTo(port, headers, target = `/${path('')}`, method = 'GET') {
  const lines = Object.entries({ Connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const answer = await raw(port, `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return [Number(answer.split(' ')[1]), answer.split('\r\n\r\n')[1]];
}

/** Whether a WebSocket with these headers is let in; else the status of the answer. */
function opens(url, headers) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`, { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.close()).on('close', () => resolve(true)).on('error', reject);
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
  });
}

test('a server for its own pages lets in those and programs, by polling and by WebSocket', async (t) => {
  const { url, port } = await startServer(t, 'own-pages-only=true', 'origin=https://listed.example');
  const own = `127.0.0.1:${port}`;
  for (const headers of [
    { Host: own },
    { Host: own, Origin: `http://${own}` },
    { Host: own, Origin: `http://${own}`, 'Sec-Fetch-Site': 'same-origin' },
    { Host: own, Origin: 'https://listed.example', 'Sec-Fetch-Site': 'cross-site' },
    { Host: `localhost:${port}`, Origin: `http://localhost:${port}` },
    { Host: 'listed.example', Origin: 'https://listed.example' },
  ]) {
    const of = JSON.stringify(headers);
    assert.equal((await answerTo(port, headers))[0], 200, of);
    assert.equal(await opens(url, headers), true, of);
    assert.equal((await answerTo(port, headers, `/${path('')}`, 'OPTIONS'))[0], 204, of);
  }
  const sid = await handshake(url);
  for (const headers of [
    { Host: own, Origin: 'http://evil.example' },
    { Host: own, Origin: `http://evil.example:${port}` },
    { Host: own, Origin: `http://localhost:${port}` },
    { Host: own, Origin: `http://127.0.0.1:${port + 1}` },
    { Host: own, Origin: `http://${own}.evil.example` },
    { Host: own, Origin: 'null' },
    { Host: own, 'Sec-Fetch-Site': 'cross-site' },
  ]) {
    const of = JSON.stringify(headers);
    const refused = [403, '{"code":4,"message":"Origin not allowed"}'];
    assert.deepEqual(await answerTo(port, headers), refused, of);
    assert.deepEqual(await answerTo(port, headers, `/${path(`&sid=${sid}`)}`), refused, of);
    assert.deepEqual(await answerTo(port, headers, `/${path(`&sid=${sid}`)}`, 'POST'), refused, of);
    assert.deepEqual(await answerTo(port, headers, `/${path('')}`, 'OPTIONS'), refused, of);
    assert.equal(await opens(url, headers), 403, of);
    assert.equal((await answerTo(port, headers, '/healthz'))[0], 200, 'what is public is');
  }
  assert.equal((await fetch(url + path(`&sid=${sid}`), { method: 'POST', body: '40' })).status, 200, 'nobody came in');
});

test('a server for its own pages answers to no name that a stranger can give it', async (t) => {
  const { url, port } = await startServer(t, 'own-pages-only=true');
  for (const name of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, 'x@127.0.0.1']) {
    const headers = { Host: name, Origin: `http://${name}` };
    for (const target of [`/${path('')}`, '/healthz', '/', '/socket.io/socket.io.js']) {
      const [status, text] = await answerTo(port, headers, target);
      assert.equal(status, 403, `${name}${target}`);
      assert.match(text, /allow-origins/);
    }
    assert.equal(await opens(url, headers), 403, name);
  }
});

test('bodies beyond the limit are refused, and endless ones cut off', async (t) => {
  const { url, port } = await startServer(t, 'max-message=1000');
  const sid = await handshake(url);
  const post = (body) => fetch(url + path(`&sid=${sid}`), { method: 'POST', body });
  assert.equal((await post('4'.repeat(1001))).status, 413);
  assert.equal((await post('3')).status, 200);
  const socket = net.connect(port, '127.0.0.1').on('error', () => {});
  socket.write(`POST /socket.io/?EIO=4&transport=polling&sid=${sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n`);
  const pump = setInterval(() => socket.write('4'.repeat(500)), 1);
  await new Promise((resolve) => { socket.once('close', resolve); });
  clearInterval(pump);
});

test('broken payloads close the session', async (t) => {
  const { url } = await startServer(t);
  for (const body of ['x', '7', '4'.padEnd(10, '\xff'), Buffer.from([0x34, 0xff, 0xfe])]) {
    const sid = await handshake(url);
    await fetch(url + path(`&sid=${sid}`), { method: 'POST', body: '40' });
    await fetch(url + path(`&sid=${sid}`), { method: 'POST', body });
    assert.equal((await fetch(url + path(`&sid=${sid}`), { method: 'POST', body: '3' })).status, 400, String(body));
  }
});

test('paths that are not Engine.IO\'s', async (t) => {
  const { url, port } = await startServer(t);
  const health = await fetch(`${url}healthz`);
  assert.deepEqual([health.status, await health.text()], [200, 'ok\n']);
  assert.equal((await fetch(`${url}nothing`)).status, 404);
  assert.equal((await fetch(url, { method: 'POST', body: 'x' })).status, 405);
  for (const target of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/a%00b', '/%ff', '/..%2f..%2fetc/passwd']) {
    const answer = await raw(port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 4/, target);
  }
});

test('smuggled and broken requests are refused', async (t) => {
  const { port, url } = await startServer(t, 'handshake-timeout=2000');
  const post = '/socket.io/?EIO=4&transport=polling';
  for (const request of [
    `POST ${post} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 30\r\nConnection: close\r\n\r\nabc`,
    'GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b: \0\r\nConnection: close\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00',
    'HELLO\r\n\r\n',
  ]) {
    const answer = await raw(port, request);
    assert.doesNotMatch(answer, /^HTTP\/1\.1 200/, JSON.stringify(request));
  }
  assert.equal((await fetch(`${url}healthz`)).status, 200);
});

test('who never speaks is dropped: no request, half of one, no first packet', async (t) => {
  const { url, port } = await startServer(t, 'handshake-timeout=2000', 'sockets-per-address=0');
  const silent = Array.from({ length: 1000 }, () => once(net.connect(port, '127.0.0.1').resume(), 'close'));
  const half = net.connect(port, '127.0.0.1').resume();
  half.write('GET / HTTP/1.1\r\nHost: ');
  const wordless = new WebSocket(`${url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`);
  assert.equal((await fetch(`${url}healthz`)).status, 200, 'nobody else notices');
  await Promise.all([...silent, once(half, 'close'), once(wordless, 'close')]);
});

test('an address has only so many connections', async (t) => {
  const { url, port } = await startServer(t, 'sockets-per-address=5');
  const sockets = Array.from({ length: 5 }, () => net.connect(port, '127.0.0.1'));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const refused = net.connect(port, '127.0.0.1').on('error', () => {}).resume();
  await once(refused, 'close');
  sockets.pop().destroy();
  sockets.pop().destroy();
  let status = 0;
  const knock = setInterval(() => fetch(`${url}healthz`).then((answer) => { status = answer.status; }, () => {}), 20);
  await until(() => status === 200, 'a free place');
  clearInterval(knock);
});
