// SPDX-License-Identifier: LGPL-2.1-or-later
// Where pages and rooms can be: below a path of a proxy, and under names of any kind.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { HostedElement, input } from './harness/element.mjs';
import { Player } from './harness/player.mjs';
import { Proxy, Redirection } from './harness/proxy.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

/** The viewer page shows `count` moving pictures. */
function untilPictures(page, count) {
  return page.until(`${count} pictures`, (wanted) => {
    const shown = [...document.querySelectorAll('video')].filter((video) => video.videoWidth > 0 && video.currentTime > 0);
    return shown.length === wanted;
  }, {}, count);
}

const NAMES = ['a/b', 'rtcmc.js', 'socket.io', 'v1.2 ü', 'favicon.ico', '..'];

inAnyBrowser('Addresses', {}, (test) => {
  test('a server below a path: its page, an element, a player', async (stage) => {
    const serving = await stage.servingElement([input.video({ pattern: 'red' }), input.tone()], { 'listen-port': 0 });
    const { url } = await serving.untilMessage('rtcmc-page-ready');
    const proxy = new Proxy(url);
    await proxy.start();
    try {
      const page = await stage.page(`${proxy.url}${stage.room}`);
      await untilPictures(page, 1);
      const element = await stage.element([input.video({ pattern: 'red' }), input.tone()], { 'socket-url': proxy.url });
      await untilPictures(page, 2);
      const player = stage.run(new Player(`${proxy.url.replace('http', 'rtcmc')}${stage.room}`));
      await player.untilStreamsOf([serving.userid, element.userid]);
      await player.untilColours(Array(4).fill([255, 0, 0]));
      const slash = await stage.page(`${proxy.url}${stage.room}/`);
      await untilPictures(slash, 2);
      const lobby = await stage.page(proxy.url);
      await lobby.until('the form', () => document.querySelector('form').checkVisibility());
    } finally {
      await proxy.stop();
    }
  });

  test('a server that has moved is followed, without WebSocket too', async (stage) => {
    const moved = new Redirection(stage.server.url, 301);
    await moved.start();
    try {
      await stage.element([input.video()], { 'socket-url': moved.url });
      await (await stage.viewer()).untilPicture();
    } finally {
      await moved.stop();
    }
  });

  test('where one is sent that is no server stands in the error', async (stage) => {
    const login = http.createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('Log in'));
    await once(login.listen(0, '127.0.0.1'), 'listening');
    const target = `http://127.0.0.1:${login.address().port}/`;
    const moved = new Redirection(target, 302);
    await moved.start();
    try {
      const element = stage.startElement([input.video()], { 'socket-url': moved.url });
      assert.notEqual(await element.untilExit(), 0);
      assert.ok(element.errors[0].includes(`${target}socket.io/, where it sends us`), element.errors[0]);
    } finally {
      await moved.stop();
      login.closeAllConnections();
      login.close();
    }
  });

  test('rooms of any name: the page that the element tells of shows them', async (stage) => {
    const element = stage.startServingElement([input.video()], { 'listen-port': 0 }, HostedElement);
    await element.untilMessage('rtcmc-page-ready');
    for (const [index, name] of NAMES.entries()) {
      await element.emit('open-or-join', name);
      const { url } = await element.untilMessage('rtcmc-page-ready', { count: index + 2 });
      const page = await stage.page(url);
      await untilPictures(page, 1);
      assert.equal(await page.evaluate(() => document.title), name);
    }
  });
});
