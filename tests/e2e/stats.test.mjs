// SPDX-License-Identifier: LGPL-2.1-or-later
// What the element tells of its connections with browsers, which report in their own way.

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { inEachBrowser } from './harness/stage.mjs';
import { untilStats, valuesOf } from './harness/statistics.mjs';

inEachBrowser('Statistics', {}, (test) => {
  test('of a browser that watches: it reports on each stream', async (stage) => {
    const element = await stage.hostedElement([input.video({ width: 320, height: 180 }), input.tone()]);
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    // Of both streams, and the participant's own.
    const text = await untilStats(element, 'reports', (stats) => valuesOf(stats, 'round-trip-time').length === 3);
    assert.deepEqual(valuesOf(text, 'codec').toSorted(), ['OPUS', 'VP8']);
    assert.deepEqual([...valuesOf(text, 'width'), ...valuesOf(text, 'height')], ['320', '180']);
    assert.deepEqual(valuesOf(text, 'shared-with'), ['1', '1']);
    assert.deepEqual(valuesOf(text, 'protocol'), ['udp']);
    assert.ok(valuesOf(text, 'round-trip-time').every((time) => Number(time) < 1), text);
    assert.ok(valuesOf(text, 'fraction-lost').every((share) => Number(share) < 0.5), text);
    assert.ok(valuesOf(text, 'bitrate').every((rate) => Number(rate) > 0), text);
  });
});
