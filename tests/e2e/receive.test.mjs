// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pipeline gets from browsers. Most tests send it back, so that a browser can look at it.

import assert from 'node:assert/strict';
import { assertColours } from './harness/colours.mjs';
import { inEachBrowser } from './harness/stage.mjs';

/** What a pipeline does with what it receives, each a list of words on gst-launch's command line. */
const echo = {
  video: 'r.recv_video_0 ! videoconvert ! r.video_0'.split(' '),
  audio: 'r.recv_audio_0 ! audioconvert ! audioresample ! r.audio_0'.split(' '),
};
const drop = (pad) => `r.${pad} ! fakesink`.split(' ');

/** The bars of the page's test card, each a quarter of the width. */
const TEST_CARD = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];

async function assertTestCardComesBack(browser, element) {
  const [{ id }] = await browser.untilStreams(1, { userid: element.userid, kinds: ['audio', 'video'] });
  await browser.untilPicture(id);
  await assertColours(browser, TEST_CARD.map((colour, bar) => [(bar + 0.5) / 4, 0.3, colour]), id);
  await browser.untilTone(440, id);
}

inEachBrowser('Receiving', {}, (test) => {
  test('picture and sound of a newcomer', async (stage) => {
    const element = await stage.element([echo.video, echo.audio]);
    await assertTestCardComesBack(await stage.viewer({ testCard: true }), element);
  });

  test('picture and sound of who was there first', async (stage) => {
    const browser = await stage.viewer({ testCard: true });
    await assertTestCardComesBack(browser, await stage.element([echo.video, echo.audio]));
  });

  test('without slots nothing is sent to it', async (stage) => {
    const element = await stage.element(['videotestsrc is-live=true ! r.'.split(' ')]);
    const browser = await stage.viewer({ testCard: true });
    await browser.untilPicture();
    assert.equal((await browser.sent(element.userid)).packetsSent, 0);
  });

  test('no more than it asks for', async (stage) => {
    const most = 100000;
    const element = await stage.element([drop('recv_video_0')], { 'receive-video-bitrate': most });
    const browser = await stage.camera({ picture: { width: 1280, height: 720, frameRate: 30 } });
    await element.untilMessage('rtcmc-stream-added');
    await browser.until('a rate that was asked for', async (userid, limit) => {
      const before = await participant.sent(userid);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const after = await participant.sent(userid);
      const rate = (8 * (after.bytesSent - before.bytesSent)) / 2;
      return after.framesSent > before.framesSent && rate < 1.5 * limit;
    }, {}, element.userid, most);
  });

  test('one slot, two who send: the second when the first has gone', async (stage) => {
    const element = await stage.element([drop('recv_video_0')]);
    const first = await stage.viewer({ testCard: true });
    const added = await element.untilMessage('rtcmc-stream-added');
    assert.deepEqual([added['user-id'], added.kind], [await first.userid(), 'video']);
    const second = await stage.viewer({ testCard: true });
    await element.untilMessage('rtcmc-participant-joined', { count: 2 });
    assert.equal((await second.sent(element.userid)).packetsSent, 0);
    await first.close();
    const next = await element.untilMessage('rtcmc-stream-added', { count: 2 });
    assert.equal(next['user-id'], await second.userid());
    assert.deepEqual(element.errors, []);
  });
});
