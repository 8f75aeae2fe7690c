// SPDX-License-Identifier: LGPL-2.1-or-later
// Elements without socket-url: they bring the signaling server along, and the page.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { die } from './harness/die.mjs';
import { input } from './harness/element.mjs';
import { freePort } from './harness/free_port.mjs';
import { inEachBrowser } from './harness/stage.mjs';

/** The viewer page shows `count` moving pictures. */
function untilPictures(page, count) {
  return page.until(`${count} pictures`, (wanted) => {
    const shown = [...document.querySelectorAll('video')].filter((video) => video.videoWidth > 0 && video.currentTime > 0);
    return shown.length === wanted;
  }, {}, count);
}

const STRANGER = 65534;

/** Another user's program that listens: its port, and what it has heard. */
async function stranger(stage) {
  const listen = `require('node:net').createServer((socket) => socket.pipe(process.stdout))
    .listen(0, '127.0.0.1', function () { console.error(this.address().port); })`;
  const child = spawn(process.execPath, ['-e', listen],
    { uid: STRANGER, gid: STRANGER, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  stage.run({ describe: () => 'a stranger', dispose: () => die(child) });
  const heard = [];
  child.stdout.on('data', (data) => heard.push(data));
  const [port] = await once(createInterface(child.stderr), 'line');
  return { port: Number(port), heard: () => Buffer.concat(heard).toString() };
}

/** Properties for a certificate of that name, made if it is not there. */
function certificate(folder, name) {
  const [key, file] = ['key', 'certificate'].map((what) => path.join(folder, `${name}-${what}.pem`));
  if (!existsSync(file)) {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
      '-keyout', key, '-out', file, '-days', '2', '-subj', '/CN=garden.example'], { stdio: 'ignore' });
  }
  return { 'tls-certificate': file, 'tls-key': key };
}

/** What a page from elsewhere achieves at a server, in every way that browsers have. */
function knock(page, url) {
  return page.evaluate(async (server) => {
    const address = `${server}socket.io/?EIO=4&transport=`;
    const scriptAddress = `${server}socket.io/?EIO=3&transport=polling&j=0`;
    globalThis.___eio = [() => {}];
    return {
      websocket: await new Promise((resolve) => {
        const socket = new WebSocket(`${address}websocket`.replace('http', 'ws'));
        socket.onopen = () => resolve('let in');
        socket.onerror = () => resolve('refused');
      }),
      fetch: await fetch(`${address}polling`).then((answer) => (answer.ok ? 'let in' : 'refused'), () => 'refused'),
      script: await new Promise((resolve) => {
        const script = document.createElement('script');
        script.onload = () => resolve('let in');
        script.onerror = () => resolve('refused');
        script.src = scriptAddress;
        document.head.append(script);
      }),
    };
  }, new URL('/', url).href);
}

inEachBrowser('An element\'s own server', {}, (test) => {
  test('serves the page that shows the room', async (stage) => {
    const element = await stage.servingElement([input.video()], { 'listen-port': 0 });
    const { url } = await element.untilMessage('rtcmc-page-ready');
    const page = await stage.page(url);
    await untilPictures(page, 1);
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  test('serves pages with RTCMultiConnection.js, which need change nothing but the address', async (stage) => {
    const element = await stage.servingElement([input.video()],
      { 'listen-port': 0, 'allow-origins': `<"${new URL(stage.server.url).origin}">` });
    const { url } = await element.untilMessage('rtcmc-page-ready');
    const viewer = await stage.viewer({ socketUrl: new URL('/', url).href });
    await viewer.untilPicture();
    assert.equal(await element.stop(), 0);
    await viewer.untilLeft(element.userid);
  });

  test('is closed to pages from elsewhere that nobody has named', async (stage) => {
    const elsewhere = await stage.page(`${stage.server.url}participant.html`);
    const { origin } = new URL(stage.server.url);
    const closed = await stage.servingElement([input.video()], { 'listen-port': 0 });
    const { url } = await closed.untilMessage('rtcmc-page-ready');
    const everyWay = (how) => ({ websocket: how, fetch: how, script: how });
    assert.deepEqual(await knock(elsewhere, url), everyWay('refused'));
    await closed.until('a line in the log', () => closed.log().some((line) =>
      line.includes('page-refused') && line.includes(origin) && line.includes('allow-origins')));
    await untilPictures(await stage.page(url), 1);
    const open = await stage.servingElement([input.video()], { 'listen-port': 0, 'allow-origins': '<"*">' });
    const { url: openUrl } = await open.untilMessage('rtcmc-page-ready');
    assert.deepEqual(await knock(elsewhere, openUrl), everyWay('let in'));
  });

  test('is told wrong origins before it serves', async (stage) => {
    const element = stage.startServingElement([input.video()], { 'listen-port': 0, 'allow-origins': '<"example.org">' });
    assert.notEqual(await element.untilExit(), 0);
    assert.match(element.errors[0], /allow-origins has "example.org".*https:\/\/example.org:8443/);
  });

  test('is joined by the next element, and taken over by it', async (stage) => {
    const port = await freePort();
    const first = await stage.servingElement([input.video()], { 'listen-port': port });
    const { url } = await first.untilMessage('rtcmc-page-ready');
    const second = await stage.servingElement([input.video({ pattern: 'ball' })], { 'listen-port': port });
    await second.untilMessage('rtcmc-participant-joined');
    const page = await stage.page(url);
    await untilPictures(page, 2);
    await first.dispose();
    await second.untilMessage('rtcmc-room-joined', { count: 2 });
    await untilPictures(page, 1);
    const newcomer = await stage.page(url);
    await untilPictures(newcomer, 1);
    const third = await stage.servingElement([input.video()], { 'listen-port': port });
    await third.untilMessage('rtcmc-participant-joined', { count: 3 });
    await untilPictures(page, 2);
  });

  test('says so when something else has the port', async (stage) => {
    const other = http.createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const element = stage.startServingElement([input.video()], { 'listen-port': other.address().port });
    assert.notEqual(await element.untilExit(), 0);
    assert.match(element.errors[0], /Set listen-port to another port/);
    other.close();
  });

  test('is not joined if another user has it', async (stage, t) => {
    if (process.getuid() !== 0) {
      t.skip('only root can be somebody else');
      return;
    }
    const { port, heard } = await stranger(stage);
    const element = stage.startServingElement([input.video()], { 'listen-port': port, password: 'secret' });
    assert.notEqual(await element.untilExit(), 0);
    assert.match(element.errors[0], new RegExp(`of the user .*uid ${STRANGER}.* port ${port} .*Set listen-port`));
    assert.equal(heard(), '', 'it is told nothing');
  });

  test('speaks TLS, to the elements that have its certificate', async (stage) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rtcmc-tls-'));
    const port = await freePort();
    const properties = (name) => ({ 'listen-port': port, ...certificate(folder, name) });
    const element = await stage.servingElement([input.video()], properties('ours'));
    const { url } = await element.untilMessage('rtcmc-page-ready');
    assert.match(url, /^https:/);
    const page = await stage.page(url);
    await untilPictures(page, 1);
    const second = await stage.servingElement([input.video({ pattern: 'ball' })], properties('ours'));
    await second.untilMessage('rtcmc-participant-joined');
    await untilPictures(page, 2);
    const other = stage.startServingElement([input.video()], properties('theirs'));
    assert.notEqual(await other.untilExit(), 0);
    assert.match(other.errors[0], /has another certificate.*Set listen-port/);
    rmSync(folder, { recursive: true });
  });
});
