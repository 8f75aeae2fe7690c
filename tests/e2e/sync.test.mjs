// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound and picture of one participant belong together: a beep for each change between black and white.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Meter } from './harness/meter.mjs';
import { inEachBrowser } from './harness/stage.mjs';

const INTERVAL = 500; // ms
const TOLERANCE = 40; // ms
// As far apart as people accept (ITU-R BT.1359-1): a browser brings them together in its own time, and on a busy machine
// not quite.
const EARLIEST_SOUND = -90; // ms
const LATEST_SOUND = 185;

const DELAY = 80_000; // us
const BLINK = 'videotestsrc is-live=true pattern=blink ! video/x-raw,width=320,height=180,framerate=2/1';
const TICK = `audiotestsrc is-live=true wave=ticks samplesperbuffer=441 tick-interval=${INTERVAL * 1e6} ! r.`.split(' ');
const BLINK_AND_TICK = [`${BLINK} ! r.`.split(' '), TICK];
const LATE_BLINK_AND_TICK = [`${BLINK} ! identity sleep-time=${DELAY} ! r.`.split(' '), TICK];

const meter = async (stage) => {
  const element = stage.startElement(Meter.outputs, {}, Meter);
  await element.untilMessage('rtcmc-room-joined');
  return element;
};

/** The same for two minutes, as a file. */
const record = (file) => {
  const picture = 'videotestsrc num-buffers=240 pattern=blink ! video/x-raw,width=320,height=180,framerate=2/1 ! vp8enc deadline=1';
  const sound = `audiotestsrc num-buffers=12000 wave=ticks samplesperbuffer=441 tick-interval=${INTERVAL * 1e6} ! opusenc`;
  const words = `-q webmmux name=mux ! filesink location=${file} ${picture} ! queue ! mux. ${sound} ! queue ! mux.`;
  const { status, stderr } = spawnSync('gst-launch-1.0', words.split(' '), { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
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

  test('from a file, for who comes early and who comes late', async (stage, t) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'rtcmc-sync-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const file = path.join(directory, 'blink.webm');
    record(file);
    const words = [`filesrc location=${file} ! decodebin name=file`, 'file. ! queue ! r.', 'file. ! queue ! r.'];
    await stage.element(words.map((line) => line.split(' ')));
    for (let i = 0; i < 2; ++i) {
      const viewer = await stage.viewer();
      await viewer.untilInSync(INTERVAL, EARLIEST_SOUND, LATEST_SOUND);
    }
  });

  // Nothing of it is the browser's doing.
  for (const [name, inputs] of [['', BLINK_AND_TICK], [', from a camera that is late', LATE_BLINK_AND_TICK]]) {
    test(`between elements${name}`, async (stage) => {
      await stage.element(inputs);
      await (await meter(stage)).untilInSync(INTERVAL, TOLERANCE);
    });
  }
});
