// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound and picture of one participant belong together: a beep for each change between black and white.

import { Meter } from './harness/meter.mjs';
import { inEachBrowser } from './harness/stage.mjs';

const INTERVAL = 500; // ms
const TOLERANCE = 40; // ms
// As far apart as people accept (ITU-R BT.1359-1): a browser brings them together in its own time, and on a busy machine
// not quite.
const EARLIEST_SOUND = -90; // ms
const LATEST_SOUND = 185;

const BLINK_AND_TICK = [
  'videotestsrc is-live=true pattern=blink ! video/x-raw,width=320,height=180,framerate=2/1 ! r.'.split(' '),
  `audiotestsrc is-live=true wave=ticks samplesperbuffer=441 tick-interval=${INTERVAL * 1e6} ! r.`.split(' '),
];

const meter = async (stage) => {
  const element = stage.startElement(Meter.outputs, {}, Meter);
  await element.untilMessage('rtcmc-room-joined');
  return element;
};

inEachBrowser('Sound and picture', {}, (test) => {
  test('from a browser', async (stage) => {
    const receiver = await meter(stage);
    await stage.viewer({ flashAndBeep: INTERVAL });
    await receiver.untilInSync(INTERVAL, TOLERANCE);
  });

  test('to a browser', async (stage) => {
    await stage.element(BLINK_AND_TICK);
    const viewer = await stage.viewer();
    await viewer.untilInSync(INTERVAL, EARLIEST_SOUND, LATEST_SOUND);
  });

  test('between elements', async (stage) => {
    await stage.element(BLINK_AND_TICK);
    await (await meter(stage)).untilInSync(INTERVAL, TOLERANCE);
  });
});
