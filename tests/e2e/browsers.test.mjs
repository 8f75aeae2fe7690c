// SPDX-License-Identifier: LGPL-2.1-or-later
// Browsers among themselves: proves the harness, and that the room's server is what browsers expect.

import assert from 'node:assert/strict';
import { canReceive, inAnyBrowser, inEachBrowser } from './harness/stage.mjs';
import { assertColours } from './harness/colours.mjs';

const SERVERS = {
  'Socket.IO 4': { socketIo: 4 },
  'Socket.IO 2': { socketIo: 2 },
  'no WebSocket': { webSocket: false },
};

for (const [name, options] of Object.entries(SERVERS)) {
  inAnyBrowser(`Browsers among themselves, ${name}`, options, (test) => {
    test('a viewer sees and hears a camera that was first', async (stage) => {
      const camera = await stage.camera();
      const viewer = await stage.viewer();
      const [stream] = await viewer.untilStreams(1, { kinds: ['audio', 'video'], userid: await camera.userid() });
      const picture = await viewer.untilPicture(stream.id);
      assert.equal(picture.frameWidth, 320);
      await viewer.untilSound(stream.id);
      await camera.leave();
      await viewer.untilLeft(stream.userid);
      await viewer.untilStreams(0);
    });
  });
}

inEachBrowser('Browsers among themselves', {}, (test) => {
  test('colours and tone are measured as they are', async (stage) => {
    await stage.viewer({ testCard: true });
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    await assertColours(viewer, [[0.125, 0.5, [255, 0, 0]], [0.375, 0.5, [0, 255, 0]], [0.625, 0.5, [0, 0, 255]],
      [0.875, 0.5, [255, 255, 255]]]);
    await viewer.untilTone(440);
  });

  test('what the browser can receive', async (stage, t) => {
    const viewer = await stage.viewer();
    assert.equal(await canReceive(viewer, 'video/VP8'), true);
    for (const codec of ['H264', 'VP9', 'AV1', 'H265']) {
      t.diagnostic?.(`${codec}: ${await canReceive(viewer, `video/${codec}`)}`);
    }
  });

  test('a wrong password is refused', async (stage) => {
    await stage.viewer({ password: 'green' });
    const [, refused] = await stage.tryToJoin({ password: 'blue' });
    assert.deepEqual([refused.joined, refused.error], [false, 'Invalid password']);
    const [, accepted] = await stage.tryToJoin({ password: 'green' });
    assert.equal(accepted.joined, true);
  });
});
