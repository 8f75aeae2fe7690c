// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks that change while an unmodified page watches.

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { Island, whyNoIsland } from './harness/island.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

inAnyBrowser('Networks', {}, (test) => {
  test('the address of the element changes', async (stage, t) => {
    const reason = whyNoIsland();
    if (reason) {
      t.skip(reason);
      return;
    }
    const island = new Island(stage.server.url);
    await island.start();
    try {
      const element = stage.startElement([input.video()], { 'socket-url': island.url }, island.Inhabitant);
      await element.untilMessage('rtcmc-room-joined');
      const viewer = await stage.viewer();
      await viewer.untilPicture();
      island.move(2, 3);
      await element.untilMessage('rtcmc-participant-joined', { count: 2 });
      await viewer.untilPicture();
      assert.equal((await viewer.participants()).length, 1);
      assert.deepEqual(element.errors, []);
    } finally {
      await island.stop();
    }
  });
});
