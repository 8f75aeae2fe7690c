// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import { PATIENCE } from './patience.mjs';

/** What is left of a colour after subsampling, a codec at low bitrate and conversions between colour spaces. */
const TOLERANCE = 40;

/** Whether a colour is another one, but for that. Both: [red, green, blue] */
export function isNear(expected, seen) {
  return expected.every((value, channel) => Math.abs(value - seen[channel]) <= TOLERANCE);
}

/**
 * Waits until these colours are shown: the first pictures of an encoder may be far from them.
 *
 * @param participant of participant.mjs
 * @param {[number, number, number[]][]} expected x, y (as fractions), [red, green, blue]
 */
export async function assertColours(participant, expected, streamid) {
  const deadline = Date.now() + PATIENCE;
  const look = () => participant.pixels(expected.map(([x, y]) => [x, y]), streamid);
  let seen = await look();
  while (!expected.every(([, , colour], index) => isNear(colour, seen[index])) && Date.now() < deadline) {
    await participant.untilPicture(streamid, { frames: 1 });
    seen = await look();
  }
  expected.forEach(([x, y, colour], index) => {
    assert.ok(isNear(colour, seen[index]), `at ${x}, ${y}: expected ${colour}, saw ${seen[index]}`);
  });
}
