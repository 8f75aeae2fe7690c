// SPDX-License-Identifier: LGPL-2.1-or-later
// Tracks that a page does not take, above all the first one, whose section carries all others until it is rejected.

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { canReceive, inEachBrowser } from './harness/stage.mjs';

const H265 = ['x265enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max=15', 'h265parse'];

/** Through whatever stream there is by then. */
async function hears(viewer, element, expected) {
  await viewer.until(`a tone of ${expected} Hz`, (user, frequency) => participant.streams().some((stream) => {
    const tone = stream.userid === user && stream.kinds.includes('audio') && participant.tone(stream.id);
    return tone && tone.level > -40 && Math.abs(tone.frequency - frequency) <= 1.5 * tone.resolution;
  }), {}, element.userid, expected);
  await viewer.until('an open data channel', (user) => participant.opened.includes(user), {}, element.userid);
}

/** @param {string[]} pads that the viewer does not take, one warning for each */
async function isWarnedOf(element, viewer, pads) {
  const userid = await viewer.userid();
  await element.until('the warnings', () => element.warnings.length >= pads.length);
  assert.equal(element.warnings.length, pads.length, element.warnings.join('\n'));
  pads.forEach((pad, i) => assert.ok(element.warnings[i].startsWith(`Participant ${userid} does not take ${pad} (`),
    element.warnings[i]));
}

inEachBrowser('Rejected', {}, (test) => {
  test('an H.265 camera with a microphone is heard where it cannot be seen', async (stage, t) => {
    const viewers = [await stage.viewer()];
    const element = await stage.element([input.video({ encoder: H265, pad: 'r.video_0' }), input.tone()]);
    if (await canReceive(viewers[0], 'video/H265')) {
      t.skip?.('this browser decodes H.265');
      return;
    }
    await hears(viewers[0], element, 440);
    await isWarnedOf(element, viewers[0], ['video_0']);
    viewers.push(await stage.viewer());
    await hears(viewers[1], element, 440);
    await element.until('the second warning', () => element.warnings.length >= 2);
    assert.deepEqual([element.warnings.length, element.errors], [2, []]);
  });

  test('a page that wants no video', async (stage) => {
    const audioOnly = { session: { audio: true, data: true }, receive: { audio: true, video: false } };
    const resident = await stage.viewer(audioOnly);
    const element = await stage.element([input.video({ pad: 'r.video_0' }), input.tone({ frequency: 660 })]);
    const newcomer = await stage.viewer(audioOnly);
    await hears(resident, element, 660);
    await hears(newcomer, element, 660);
    assert.deepEqual(element.warnings, []);
  });

  test('a page that has other codecs, at first or later', async (stage) => {
    const element = await stage.hostedElement([input.video({ pad: 'r.video_0' }), input.tone({ frequency: 880 })]);
    const viewer = await stage.viewer({ rejected: 'video' });
    await hears(viewer, element, 880);
    await isWarnedOf(element, viewer, ['video_0']);

    await viewer.evaluate(() => { participant.rejected = null; });
    await element.feed('videotestsrc is-live=true pattern=red ! video/x-raw,width=320,height=180 ! identity', 'video_1');
    const streams = await viewer.untilStreams(2, { userid: element.userid });
    const [red] = streams.filter(({ kinds }) => String(kinds) === 'video');
    await viewer.untilPicture(red.id);
    await viewer.evaluate(() => { participant.rejected = 'video'; });
    await element.feed('videotestsrc is-live=true ! video/x-raw,width=320,height=180 ! identity', 'video_2');
    await element.until('the second warning', () => element.warnings.length >= 2);
    await hears(viewer, element, 880);
    assert.deepEqual(element.errors, []);
  });
});
