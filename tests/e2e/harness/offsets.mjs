// SPDX-License-Identifier: LGPL-2.1-or-later
// How far apart a flash and the beep that belongs to it are.

const LATEST = 6;

/**
 * Of the latest flashes, the median of how much later their beeps were; undefined until there are enough.
 *
 * @param {number[]} flashes when there was one, in ms
 * @param {number[]} beeps the same
 * @param {number} interval at most that far apart is a beep from its flash, on either side
 */
export function medianOffset(flashes, beeps, interval) {
  const offsets = flashes.flatMap((flash) => {
    const nearest = beeps.reduce((best, beep) => (Math.abs(beep - flash) < Math.abs(best - flash) ? beep : best), Infinity);
    return Math.abs(nearest - flash) <= interval / 2 ? [nearest - flash] : [];
  }).slice(-LATEST);
  return offsets.length === LATEST ? offsets.sort((a, b) => a - b)[LATEST / 2] : undefined;
}
