// SPDX-License-Identifier: LGPL-2.1-or-later
// What arrives: codecs, kinds, streams, colours, sound.

import assert from 'node:assert/strict';
import { assertColours } from './harness/colours.mjs';
import { input } from './harness/element.mjs';
import { canReceive, inEachBrowser } from './harness/stage.mjs';

const codecs = (...names) => `<${names.map((name) => `(string)${name}`).join(',')}>`;

/** The upper bars of videotestsrc's smpte pattern, each a seventh of the width. */
const SMPTE_BARS = [[255, 255, 255], [255, 255, 0], [0, 255, 255], [0, 255, 0], [255, 0, 255], [255, 0, 0], [0, 0, 255]];

/** How often the viewer has asked for keyframes when it has seen so many pictures: [id, codec, number] of each stream. */
const keyframeRequests = (viewer, ids, frames) => Promise.all(ids.map(async (id) => {
  const { codec, pliCount, firCount = 0 } = await viewer.untilPicture(id, { frames });
  return [id, codec, pliCount + firCount];
}));

inEachBrowser('Media', {}, (test) => {
  test('the test picture has its colours, the tone its frequency', async (stage) => {
    await stage.element([input.video(), input.tone({ frequency: 440 })]);
    const viewer = await stage.viewer();
    const picture = await viewer.untilPicture();
    assert.deepEqual([picture.frameWidth, picture.frameHeight], [320, 180]);
    await assertColours(viewer, SMPTE_BARS.map((colour, bar) => [(bar + 0.5) / 7, 0.3, colour]));
    await viewer.untilTone(440);
  });

  test('VP8', async (stage, t) => {
    await stage.element([input.video()], { 'video-codecs': codecs('VP8') });
    const { codec } = await (await stage.viewer()).untilPicture();
    t.diagnostic?.(`in use: ${codec}`);
    assert.equal(codec, 'video/VP8');
  });

  test('H.264, or VP8 for a browser without', async (stage, t) => {
    await stage.element([input.video()], { 'video-codecs': codecs('H264', 'VP8') });
    const viewer = await stage.viewer();
    const { codec } = await viewer.untilPicture();
    t.diagnostic?.(`in use: ${codec}`);
    assert.equal(codec, (await canReceive(viewer, 'video/H264')) ? 'video/H264' : 'video/VP8');
  });

  test('input that is H.264 already', async (stage, t) => {
    await stage.element([input.h264()]);
    const viewer = await stage.viewer();
    if (!(await canReceive(viewer, 'video/H264'))) {
      t.skip?.('this browser does not decode H.264');
      return;
    }
    assert.equal((await viewer.untilPicture()).codec, 'video/H264');
  });

  test('on a clean link nobody asks for a keyframe once there is a picture', async (stage) => {
    const viewer = await stage.viewer();
    const x264 = 'x264enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max=3000';
    const cameras = [['ours']];
    for (const [mimeType, ...encoder] of [
      ['video/H264', `${x264} aud=true`, 'video/x-h264,stream-format=byte-stream'],
      ['video/VP8', 'vp8enc deadline=1 keyframe-max-dist=3000'],
      ['video/VP9', 'videoconvert', 'video/x-raw,format=I420', 'vp9enc deadline=1 cpu-used=8 keyframe-max-dist=3000'],
      // As of 2026, of no browser of Debian's.
      ['video/H265', 'x265enc tune=zerolatency speed-preset=ultrafast bitrate=300 key-int-max=3000', 'video/x-h265'],
    ]) {
      if (await canReceive(viewer, mimeType)) {
        cameras.push([mimeType.replace('/', '-'), ...encoder]);
      }
    }
    const properties = { 'video-codecs': codecs('H264', 'VP8', 'VP9', 'H265') };
    const inputs = cameras.map(([id, ...encoder], index) => {
      properties[`video_${index}::stream-id`] = id;
      return input.video({ width: 160, height: 90, rate: 20, encoder, pad: `r.video_${index}` });
    });
    await stage.element(inputs, properties);
    await viewer.untilStreams(cameras.length, { kinds: ['video'] });
    const ids = cameras.map(([id]) => id);
    const atFirst = await keyframeRequests(viewer, ids, 20);
    assert.deepEqual(await keyframeRequests(viewer, ids, 40), atFirst);
  });

  test('who asks for less gets less, and nobody else', async (stage) => {
    await stage.element([input.video({ width: 640, height: 360 })]);
    const [modest, other] = await Promise.all([stage.viewer({ videoLimit: 100 }), stage.viewer()]);
    const [{ id }] = await modest.untilStreams(1);
    await modest.until('a small picture', (stream) => participant.elements.get(stream).videoHeight === 120, {}, id);
    // What its link carries, it has to find out first.
    const [{ id: same }] = await other.untilStreams(1);
    await other.until('the whole picture', (stream) => participant.elements.get(stream).videoHeight === 360, {}, same);
    assert.equal(await modest.evaluate((stream) => participant.elements.get(stream).videoHeight, id), 120);
  });

  // Payloaders of AV1 are in no package of Debian 12's: a browser makes it, and the element passes it on.
  test('AV1 of a browser is passed on', async (stage, t) => {
    const viewer = await stage.viewer();
    if (!(await canReceive(viewer, 'video/AV1'))) {
      t.skip?.('this browser does not decode AV1');
      return;
    }
    const room = `${stage.room}-of-the-camera`;
    await stage.camera({ room });
    const source = `rtcmcroom name=source room-id=${room} socket-url=${stage.server.url} video-codecs=${codecs('AV1')}`;
    const properties = { 'video-codecs': codecs('AV1'), 'video_0::stream-id': 'passed-on' };
    await stage.element([source.split(' '), ['source.recv_video_0', '!', 'application/x-rtp', '!', 'r.video_0']],
      properties);
    await viewer.untilStreams(1, { kinds: ['video'] });
    // No more than that: one browser that encodes AV1 and one that decodes it are too much for many a machine.
    const { codec } = await viewer.untilPicture('passed-on', { frames: 10 });
    assert.equal(codec, 'video/AV1');
  });

  test('audio only', async (stage) => {
    await stage.element([input.tone({ frequency: 880 })]);
    const viewer = await stage.viewer();
    await viewer.untilStreams(1, { kinds: ['audio'] });
    assert.match((await viewer.untilSound()).codec, /^audio\/opus$/i);
    await viewer.untilTone(880);
  });

  test('video only', async (stage) => {
    await stage.element([input.video()]);
    const viewer = await stage.viewer();
    await viewer.untilStreams(1, { kinds: ['video'] });
    await viewer.untilPicture();
  });

  test('two cameras are two streams with the ids that were asked for', async (stage) => {
    const properties = { 'video_0::stream-id': 'front', 'video_1::stream-id': 'back' };
    const cameras = [
      input.video({ pattern: 'red', pad: 'r.video_0' }),
      input.video({ pattern: 'blue', pad: 'r.video_1' }),
    ];
    const viewers = [await stage.viewer()];
    await stage.element(cameras, properties);
    viewers.push(await stage.viewer());
    for (const viewer of viewers) {
      const streams = await viewer.untilStreams(2, { kinds: ['video'] });
      assert.deepEqual(streams.map((stream) => stream.id).sort(), ['back', 'front']);
      await viewer.untilPicture('front');
      await viewer.untilPicture('back');
      await assertColours(viewer, [[0.5, 0.5, [255, 0, 0]]], 'front');
      await assertColours(viewer, [[0.5, 0.5, [0, 0, 255]]], 'back');
    }
  });

  test('two cameras without ids are two streams', async (stage) => {
    await stage.element([input.video(), input.video(), input.tone()]);
    const viewer = await stage.viewer();
    const streams = await viewer.untilStreams(2);
    const withSound = streams.find((stream) => stream.kinds.includes('audio'));
    const silent = streams.find((stream) => stream !== withSound);
    assert.match(withSound.id, /-0$/);
    assert.equal(silent.id, withSound.id.replace(/0$/, '1'));
    await viewer.untilPicture(withSound.id);
    await viewer.untilPicture(silent.id);
  });
});
