// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound and picture of one participant belong together: a beep for each change between black and white.

import { Meter } from './harness/meter.mjs';
import { inEachBrowser } from './harness/stage.mjs';

const INTERVAL = 500; // ms
const TOLERANCE = 40; // ms

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
    await viewer.untilInSync(INTERVAL, TOLERANCE);
  });

  test('between elements', async (stage) => {
    await stage.element(BLINK_AND_TICK);
    await (await meter(stage)).untilInSync(INTERVAL, TOLERANCE);
  });
});
