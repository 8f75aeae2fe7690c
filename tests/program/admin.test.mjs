// SPDX-License-Identifier: LGPL-2.1-or-later
// The admin API, /metrics, and RTCMultiConnection's own admin channel.

import assert from 'node:assert/strict';
import test from 'node:test';
import { TOKEN, administer, ask, connect, file, happens, serve, until } from './support.mjs';

const openRoom = (socket, sessionid, more = {}) =>
  ask(socket, 'open-room', { sessionid, session: { video: true }, extra: { name: 'Anna' }, ...more });

async function administered(t, args = []) {
  const program = await serve(t, [`--admin-token-file=${file(t, `${TOKEN}\n`)}`, ...args]);
  return { ...program, get: async (path) => (await administer(program.url + path)).json() };
}

test('without a token in the settings there is nothing', async (t) => {
  const { url } = await serve(t);
  for (const path of ['admin/rooms', 'admin/users', 'metrics']) {
    assert.equal((await administer(url + path)).status, 404, path);
  }
});

test('without the token in the request there is nothing', async (t) => {
  const { url, lines } = await administered(t);
  const headers = [{}, { authorization: TOKEN }, { authorization: `Basic ${TOKEN}` }];
  const refused = async (path, some) => {
    const answer = await fetch(url + path, { headers: some });
    assert.equal(answer.status, 401, path);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    assert.match((await answer.json()).error, /Authorization: Bearer/);
  };
  for (const path of ['admin/rooms', 'admin/users', 'admin/users/x', 'admin/none', 'metrics']) {
    for (const some of [...headers, ...headers]) {
      await refused(path, some);
    }
  }
  for (const wrong of ['', `${TOKEN}x`, TOKEN.slice(0, -1), TOKEN + TOKEN]) {
    await refused('admin/rooms', { authorization: `Bearer ${wrong}` });
  }
  await until(() => lines().some((line) => line.includes('event=admin-refused address="127.0.0.1"')), 'a line about it');
  assert.match(lines().filter((line) => line.includes('admin-refused')).at(-1), /further ones are dropped/);
  assert.ok(!lines().some((line) => line.includes(TOKEN)));
});

test('who guesses the token has a few guesses, and then not even the right one', async (t) => {
  const { url } = await administered(t);
  const status = async (token) =>
    (await fetch(`${url}admin/rooms`, { headers: { authorization: `Bearer ${token}` } })).status;
  for (let i = 0; i < 30; ++i) {
    assert.equal(await status(TOKEN), 200, 'who knows it is not counted');
  }
  const answers = [];
  while (!answers.includes(429)) {
    answers.push(await status('wrong-wrong-wrong-wrong'));
  }
  assert.ok(answers.length >= 10 && answers.slice(0, 10).every((answer) => answer === 401), answers.join());
  const answer = await administer(`${url}admin/rooms`);
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  assert.match((await answer.json()).error, /later/);
  assert.equal((await fetch(`${url}healthz`)).status, 200);
});

test('who guesses the administrator\'s password, too', async (t) => {
  const { url } = await serve(t, ['--admin-user=root', `--admin-password-file=${file(t, 'swordfish')}`]);
  const status = async (query) => (await fetch(`${url}socket.io/?EIO=4&transport=polling&${query}`)).status;
  const guess = 'userid=admin&adminUserName=root&adminPassword=guess';
  const answers = [];
  while (!answers.includes(403)) {
    answers.push(await status(guess));
  }
  assert.ok(answers.length >= 10 && answers.slice(0, 10).every((answer) => answer === 200), answers.join());
  assert.equal(await status('userid=anna'), 200, 'others are not concerned');
});

test('rooms and users', async (t) => {
  const { url, get } = await administered(t);
  assert.deepEqual(await get('admin/rooms'), { rooms: [] });
  assert.deepEqual(await get('admin/users'), { users: [] });
  const anna = await connect(t, url, { query: { userid: 'anna' } });
  const room = 'a/room "named" ä';
  await openRoom(anna, room, { password: 'pw', identifier: 'public' });
  await connect(t, url, { query: { userid: 'bert', extra: '{"x":1}' } });
  const brief = { id: room, owner: 'anna', participants: ['anna'], maxParticipants: 1000, hasPassword: true, identifier: 'public' };
  assert.deepEqual(await get('admin/rooms'), { rooms: [brief] });
  assert.deepEqual(await get(`admin/rooms/${encodeURIComponent(room)}`),
    { ...brief, session: { video: true }, extra: { name: 'Anna' } });
  const { users } = await get('admin/users');
  assert.deepEqual(users.sort((a, b) => a.id.localeCompare(b.id)), [
    { id: 'anna', room, address: '127.0.0.1', connectedWith: 0 },
    { id: 'bert', room: null, address: '127.0.0.1', connectedWith: 0 }]);
  assert.deepEqual((await get('admin/users/bert')).extra, { x: 1 });
});

test('what is not there, and what cannot be done', async (t) => {
  const { url } = await administered(t);
  const status = async (path, method) => (await administer(url + path, { method })).status;
  assert.equal(await status('admin/rooms/none', 'GET'), 404);
  assert.equal(await status('admin/users/none', 'GET'), 404);
  assert.equal(await status('admin/rooms/none', 'DELETE'), 404);
  assert.equal(await status('admin/users/__proto__', 'DELETE'), 404);
  assert.equal(await status('admin/', 'GET'), 404);
  assert.equal(await status('admin/none', 'GET'), 404);
  assert.equal(await status('admin/rooms', 'DELETE'), 405);
  assert.equal(await status('admin/users', 'POST'), 405);
  assert.equal(await status('admin/users/x', 'PUT'), 405);
  assert.equal(await status('metrics', 'POST'), 405);
});

test('closing a room: everybody in it is told, and stays connected', async (t) => {
  const { url, get } = await administered(t);
  const [owner, guest] = [await connect(t, url), await connect(t, url)];
  await openRoom(owner, 'r');
  await ask(guest, 'join-room', { sessionid: 'r', extra: {} });
  const told = [owner, guest].map((socket) => happens(socket, 'closed-entire-session'));
  assert.equal((await administer(`${url}admin/rooms/r`, { method: 'DELETE' })).status, 204);
  assert.deepEqual(await Promise.all(told), [['r', { name: 'Anna' }], ['r', { name: 'Anna' }]]);
  assert.deepEqual(await get('admin/rooms'), { rooms: [] });
  assert.deepEqual(await openRoom(guest, 'r'), [true]);
});

test('disconnecting a user', async (t) => {
  const { url, get } = await administered(t);
  const victim = await connect(t, url, { query: { userid: 'a/b' } });
  const witness = await connect(t, url, { query: { userid: 'witness' } });
  const gone = happens(victim, 'disconnect');
  assert.equal((await administer(`${url}admin/users/a%2Fb`, { method: 'DELETE' })).status, 204);
  assert.deepEqual((await gone)[0], 'io server disconnect');
  assert.deepEqual((await get('admin/users')).users.map(({ id }) => id), ['witness']);
  assert.ok(witness.connected);
});

/** Prometheus' text format as name → {type, help, value}; throws where it is broken. */
function parseMetrics(text) {
  assert.ok(text.endsWith('\n'));
  const metrics = {};
  for (const line of text.slice(0, -1).split('\n')) {
    const [, comment, name, rest] =
      line.match(/^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/) ?? [];
    if (comment) {
      (metrics[name] ??= {})[comment.toLowerCase()] = rest;
      continue;
    }
    const [, sample, , value] = line.match(/^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-z]+="[^"\\\n]*"\})? (\d+)$/) ?? assert.fail(line);
    assert.ok(metrics[sample].help && metrics[sample].value === undefined, sample);
    metrics[sample].value = Number(value);
  }
  return metrics;
}

test('/metrics', async (t) => {
  const { url } = await administered(t);
  const metrics = async () => {
    const answer = await administer(`${url}metrics`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    return parseMetrics(await answer.text());
  };
  const before = await metrics();
  for (const [name, { type }] of Object.entries(before)) {
    assert.equal(type, name.endsWith('_total') ? 'counter' : 'gauge', name);
  }
  assert.ok(Math.abs(before.process_start_time_seconds.value - Date.now() / 1000) < 600);
  const socket = await connect(t, url, { transports: ['websocket'] });
  await openRoom(socket, 'r');
  const after = await metrics();
  assert.deepEqual([after.rtcmc_users.value, after.rtcmc_rooms.value, after.rtcmc_sessions.value], [1, 1, 1]);
  for (const name of ['rtcmc_sessions_opened_total', 'rtcmc_messages_received_total', 'rtcmc_messages_sent_total',
    'rtcmc_received_bytes_total', 'rtcmc_sent_bytes_total']) {
    assert.ok(after[name].value > before[name].value, name);
  }
});

test('/metrics for everybody, if that is wanted; the rest stays closed', async (t) => {
  const open = await serve(t, ['--metrics-public']);
  assert.ok('rtcmc_users' in parseMetrics(await (await fetch(`${open.url}metrics`)).text()));
  assert.equal((await fetch(`${open.url}admin/users`)).status, 404);
  const both = await administered(t, ['--metrics-public']);
  assert.equal((await fetch(`${both.url}metrics`)).status, 200);
  assert.equal((await fetch(`${both.url}admin/users`)).status, 401);
});

test('RTCMultiConnection\'s admin page is let in with its password only', async (t) => {
  const { url } = await serve(t, ['--admin-user=root', `--admin-password-file=${file(t, 'correct-horse\n')}`]);
  const enter = async (adminPassword) => {
    const socket = await connect(t, url, { query: { userid: 'admin', adminUserName: 'root', adminPassword } });
    await until(() => socket.seen.some(([event]) => event === 'admin'), 'an answer');
    return socket.seen.find(([event]) => event === 'admin')[1];
  };
  assert.deepEqual(await enter('correct-horse'), { connected: true });
  assert.match((await enter('wrong-horse')).error, /Invalid/);
});
