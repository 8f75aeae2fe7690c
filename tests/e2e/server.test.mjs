// SPDX-License-Identifier: LGPL-2.1-or-later
// Servers: another version, one behind a proxy, one that goes away.

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

const SERVERS = {
  'Socket.IO 2': { socketIo: 2 },
  'Socket.IO 4 without WebSocket': { webSocket: false },
  'Socket.IO 2 without WebSocket': { socketIo: 2, webSocket: false },
};

for (const [name, options] of Object.entries(SERVERS)) {
  inAnyBrowser(name, options, (test) => {
    test('those who were first and those who come later see the element', async (stage) => {
      const first = await stage.camera();
      const element = await stage.element([input.video()]);
      const later = await stage.viewer();
      await Promise.all([first, later].map(async (browser) => {
        const [stream] = await browser.untilStreams(1, { userid: element.userid });
        await browser.untilPicture(stream.id);
      }));
      const [code] = await Promise.all([element.stop(), later.untilLeft(element.userid)]);
      assert.equal(code, 0);
    });
  });
}

for (const socketIo of [4, 2]) {
  inAnyBrowser(`Socket.IO ${socketIo}, a server that goes away`, { socketIo }, (test) => {
    test('the picture goes on, and the element comes back', async (stage) => {
      const element = await stage.element([input.video()]);
      const viewer = await stage.viewer();
      const { id } = (await viewer.untilStreams(1))[0];
      await viewer.untilPicture(id);

      await stage.server.stop();
      await element.untilWarning();
      await viewer.untilPicture(id, { frames: 30 });

      await stage.server.start();
      await element.untilMessage('rtcmc-room-joined', { count: 2, timeout: 30000 });
      await (await stage.viewer()).untilPicture();
      await viewer.untilPicture(id);
      assert.deepEqual(element.errors, []);
    });
  });
}
