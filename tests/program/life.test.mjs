// SPDX-License-Identifier: LGPL-2.1-or-later
// From the first line of the log to the last: what is logged, and how the server ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';
import { ask, connect, file, happens, require, run, serve, until } from './support.mjs';

const { WebSocket } = require('ws');
const everyTransport = [{ version: 4, transports: ['websocket'] }, { version: 4, transports: ['polling'] },
  { version: 2, transports: ['websocket'] }, { version: 2, transports: ['polling'] }];

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal}: everybody is told goodbye, and the status is 0`, async (t) => {
    const program = await serve(t);
    const sockets = await Promise.all(everyTransport.map((options) => connect(t, program.url, options)));
    const bare = new WebSocket(`${program.url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`);
    await happens(bare, 'message');
    const left = sockets.map((socket) => happens(socket, 'disconnect'));
    const closed = happens(bare, 'close');
    program.child.kill(signal);
    await Promise.all(left);
    assert.equal((await closed)[0], 1001);
    assert.equal(await program.ended, 0);
    assert.match(program.lines().at(-1), /level=info event=stopping users="4"$/);
    await assert.rejects(fetch(`${program.url}healthz`));
  });
}

test('a long poll is answered before the server ends', async (t) => {
  const program = await serve(t);
  const polling = `${program.url}socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1));
  await fetch(`${polling}&sid=${sid}`, { method: 'POST', body: '40' });
  await (await fetch(`${polling}&sid=${sid}`)).text();
  const poll = fetch(`${polling}&sid=${sid}`);
  // The server has the poll once it has answered what came after it on another connection.
  await (await fetch(`${program.url}healthz`)).text();
  await (await fetch(`${program.url}healthz`)).text();
  program.child.kill('SIGTERM');
  assert.equal(await (await poll).text(), '1');
  assert.equal(await program.ended, 0);
});

test('who does not read does not hold up the end', async (t) => {
  const program = await serve(t, ['--messages-per-second=0', '--relay-across-rooms']);
  const deaf = new WebSocket(`${program.url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket&userid=deaf`);
  await happens(deaf, 'message');
  deaf.send('40');
  await happens(deaf, 'message');
  deaf._socket.pause();
  t.after(() => deaf.terminate());
  const sender = await connect(t, program.url, { transports: ['websocket'], query: { userid: 'sender' } });
  for (let i = 0; i < 60; ++i) {
    sender.emit('RTCMultiConnection-Message', { remoteUserId: 'deaf', message: 'x'.repeat(100000), sender: 'sender' });
  }
  await ask(sender, 'check-presence', 'r');
  program.child.kill('SIGTERM');
  assert.equal(await program.ended, 0);
});

/** What happens in a room, as the log has it. */
async function story(t, args) {
  const program = await serve(t, args);
  const anna = await connect(t, program.url, { transports: ['websocket'], query: { userid: 'anna' } });
  await ask(anna, 'open-room', { sessionid: 'gar"den', extra: {} });
  anna.close();
  await until(() => program.stderr.includes('user-disconnected'), 'anna\'s end');
  return program.lines();
}

test('the log: one fact a line, as key=value', async (t) => {
  const lines = await story(t, []);
  for (const line of lines) {
    assert.match(line, /^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(notice|info) (event=[a-z-]+|message="[^\n]*")( [a-z_]+="([^"\\]|\\.)*")*$/);
  }
  const text = lines.join('\n');
  assert.match(text, /event=user-connected user="anna" address="127\.0\.0\.1"/);
  assert.match(text, /event=room-opened room="gar\\"den" user="anna"/);
  assert.match(text, /event=user-disconnected user="anna" address="127\.0\.0\.1" reason="/);
  assert.match(text, /event=room-closed room="gar\\"den"/);
});

test('the log: as JSON', async (t) => {
  const lines = (await story(t, ['--log-format=json'])).map((line) => JSON.parse(line));
  assert.ok(lines.every(({ time, level }) => !Number.isNaN(Date.parse(time)) && level));
  const opened = lines.find(({ event }) => event === 'room-opened');
  assert.deepEqual([opened.level, opened.room, opened.user], ['info', 'gar"den', 'anna']);
});

test('the log: no more than is wanted', async (t) => {
  const spare = net.createServer().listen(0, '127.0.0.1');
  await once(spare, 'listening');
  const { port } = spare.address();
  spare.close();
  const program = run(t, [`--port=${port}`, '--log-level=warning']);
  let listens = false;
  const knock = setInterval(() => fetch(`http://127.0.0.1:${port}/healthz`).then(() => { listens = true; }, () => {}), 20);
  await until(() => listens, 'listening');
  clearInterval(knock);
  program.child.kill('SIGTERM');
  assert.equal(await program.ended, 0);
  assert.equal(program.stderr, '');
});

test('the log: with levels in front, and without the time, for journald', async (t) => {
  const log = file(t, '');
  const fd = openSync(log, 'a');
  t.after(() => closeSync(fd));
  const { dev, ino } = fstatSync(fd, { bigint: true });
  const start = (...args) => spawn(process.env.RTCMC_SERVER, args, {
    stdio: ['ignore', 'ignore', fd], env: { ...process.env, JOURNAL_STREAM: `${dev}:${ino}` } });
  const child = start('--port=0');
  t.after(() => child.kill('SIGKILL'));
  await until(() => readFileSync(log, 'utf8').includes('event=listening'), 'the line');
  child.kill('SIGTERM');
  await once(child, 'exit');
  await once(start('--nonsense'), 'exit');
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  assert.match(lines.pop(), /^<3>rtcmc-server: Unknown option/);
  for (const line of lines) {
    assert.match(line, /^<(5>level=notice|6>level=info) /);
  }
});
