// SPDX-License-Identifier: LGPL-2.1-or-later
// Who comes first, who comes later, who goes.

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { inEachBrowser } from './harness/stage.mjs';

const AUDIO_AND_VIDEO = ['audio', 'video'];
const inputs = () => [input.video(), input.tone()];

async function seesAndHears(participant, element) {
  const [stream] = await participant.untilStreams(1, { kinds: AUDIO_AND_VIDEO, userid: element.userid });
  await participant.untilPicture(stream.id);
  await participant.untilSound(stream.id);
  return stream;
}

inEachBrowser('Joining', {}, (test) => {
  test('the element is first, a viewer joins', async (stage) => {
    const element = await stage.element(inputs());
    assert.equal((await element.untilMessage('rtcmc-room-joined')).created, true);
    const viewer = await stage.viewer({ extra: { name: 'Ada' } });
    await seesAndHears(viewer, element);
    const joined = await element.untilMessage('rtcmc-participant-joined');
    assert.equal(joined['user-id'], await viewer.userid());
    assert.equal(joined.extra.fields.name, 'Ada');
  });

  test('the element is first, a browser with camera joins and uploads nothing', async (stage) => {
    const element = await stage.element(inputs());
    const camera = await stage.camera();
    const { id } = await seesAndHears(camera, element);
    await camera.untilPicture(id, { frames: 20 });
    const { bytesSent, framesSent } = await camera.sent(element.userid);
    assert.deepEqual([bytesSent, framesSent], [0, 0]);
  });

  test('a browser with camera is first, and uploads nothing', async (stage) => {
    const camera = await stage.camera();
    const element = await stage.element(inputs());
    assert.equal((await element.untilMessage('rtcmc-room-joined')).created, false);
    const { id } = await seesAndHears(camera, element);
    await camera.untilPicture(id, { frames: 20 });
    const { bytesSent, framesSent } = await camera.sent(element.userid);
    assert.deepEqual([bytesSent, framesSent], [0, 0]);
  });

  for (const [name, session] of Object.entries({
    'nothing but a data channel': { audio: true, video: true, data: true },
    nothing: { audio: true, video: true },
  })) {
    test(`a viewer that offers ${name} is first`, async (stage) => {
      const viewer = await stage.viewer({ session });
      await seesAndHears(viewer, await stage.element(inputs()));
    });
  }

  test('pages that have another name for messages, as all demos do', async (stage) => {
    const element = await stage.element(inputs());
    const viewers = [];
    for (const messageEvent of [undefined, 'video-conference-demo', stage.room]) {
      const viewer = await stage.viewer({ messageEvent });
      viewers.push([viewer, await seesAndHears(viewer, element)]);
    }
    await Promise.all(viewers.map(([viewer, { id }]) => viewer.untilPicture(id, { frames: 20 })));
    assert.deepEqual([element.errors, element.warnings], [[], []]);
    assert.equal(await element.stop(), 0);
    await Promise.all(viewers.map(([viewer]) => viewer.untilLeft(element.userid)));
  });

  test('such a page is first', async (stage) => {
    const messageEvent = 'one-to-one-demo';
    const viewer = await stage.viewer({ messageEvent });
    const told = await stage.element(inputs(), { 'message-event': messageEvent });
    await seesAndHears(viewer, told);
    assert.equal(await told.stop(), 0);
    await viewer.untilLeft(told.userid);
    const untold = await stage.element(inputs());
    if (process.env.RTCMC_SERVER) {
      await seesAndHears(viewer, untold);
    } else {
      await untold.until('a warning', () => untold.warnings.find((warning) => JSON.stringify(warning).includes('message-event')));
    }
  });

  test('three browsers', async (stage) => {
    const first = await stage.viewer();
    const element = await stage.element(inputs());
    const others = [await stage.camera(), await stage.viewer()];
    await Promise.all([first, ...others].map((browser) => seesAndHears(browser, element)));
  });

  test('two elements and a browser', async (stage) => {
    const one = await stage.element(inputs());
    const viewer = await stage.viewer();
    const two = await stage.element(inputs());
    await seesAndHears(viewer, one);
    await seesAndHears(viewer, two);
    await one.untilMessage('rtcmc-participant-joined', { fits: (fields) => fields['user-id'] === two.userid });
    await two.untilMessage('rtcmc-participant-joined', { fits: (fields) => fields['user-id'] === one.userid });
  });

  test('a browser leaves and comes back, and another notices nothing', async (stage) => {
    const element = await stage.element(inputs());
    const staying = await stage.viewer();
    const { id } = await seesAndHears(staying, element);
    const going = await stage.viewer();
    await seesAndHears(going, element);
    const userid = await going.userid();
    await going.leave();
    await element.untilMessage('rtcmc-participant-left', { fits: (fields) => fields['user-id'] === userid });
    await going.join(stage.server.url, { room: stage.room });
    await seesAndHears(going, element);
    await staying.untilPicture(id);
    assert.deepEqual(await staying.evaluate(() => participant.left), [userid]);
  });

  test('a page that is closed is no trouble', async (stage) => {
    const element = await stage.element(inputs());
    const viewer = await stage.viewer();
    await seesAndHears(viewer, element);
    await viewer.close();
    await element.untilMessage('rtcmc-participant-left');
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  test('Ctrl+C says goodbye', async (stage) => {
    const element = await stage.element(inputs());
    const viewer = await stage.viewer();
    await seesAndHears(viewer, element);
    const [code] = await Promise.all([element.stop(), viewer.untilLeft(element.userid)]);
    assert.equal(code, 0);
    await viewer.untilStreams(0);
  });

  test('the end of all inputs leaves the room and ends the pipeline', async (stage) => {
    const element = await stage.hostedElement(inputs());
    const viewer = await stage.viewer();
    await seesAndHears(viewer, element);
    await element.end();
    await viewer.untilLeft(element.userid);
    await element.until('the end of the pipeline', () => element.ended);
    assert.deepEqual(element.errors, []);
  });
});
