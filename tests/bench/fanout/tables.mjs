// SPDX-License-Identifier: LGPL-2.1-or-later

import { median } from '../median.mjs';

function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

function head(...cells) {
  console.log();
  row(...cells);
  console.log(`|${cells.map(() => '---|').join('')}`);
}

/** By what `figure` grows with each viewer, from the first to the last of the measurements. */
function perViewer(steps, figure) {
  const [first, last] = [steps[0], steps.at(-1)];
  return (figure(last) - figure(first)) / (last.viewers - first.viewers);
}

/** Name, digits, unit's factor, figure. */
const COSTS = [
  ['Cores', 4, 1, ({ cores }) => cores],
  ['Threads', 1, 1, ({ threads }) => threads],
  ['File descriptors', 1, 1, ({ files }) => files],
  ['Memory (RSS), MB', 2, 1e-6, ({ memory }) => memory],
];

const CHECKS = [
  ['Packets a second and viewer', 1, ({ packets, seconds, viewers }) => packets / seconds / viewers],
  ['Bytes in a packet', 0, ({ bytes, packets }) => bytes / packets],
  ['Packets lost', 0, ({ lost }) => lost],
  ['Datagrams that the kernel dropped, anybody\'s', 0, (step) => step.overflows],
  ['Packets out of order', 0, ({ unordered }) => unordered],
  ['Frames not whole', 0, ({ brokenFrames }) => brokenFrames],
  ['Frames a second of the viewer with the fewest', 1, ({ fewestFrames, seconds }) => fewestFrames / seconds],
  ['Packets that do not decrypt', 0, ({ forgeries }) => forgeries],
  ['Packets sent again', 0, ({ retransmissions }) => retransmissions],
  ['From when a frame is due to its first packet, p50, ms', 2, ({ firstP50 }) => firstP50],
  ['the same, p99', 2, ({ firstP99 }) => firstP99],
  ['to its last packet, p50, ms', 2, ({ lastP50 }) => lastP50],
  ['the same, p99', 2, ({ lastP99 }) => lastP99],
  ['Frames held up, p99, ms', 2, ({ holdUpP99 }) => holdUpP99],
  ['From joining to DTLS\'s end, p50, ms', 0, ({ securedP50 }) => securedP50],
  ['Until all viewers have a frame, ms', 0, ({ joined }) => joined],
  ['All its threads waited for a core, % of the time', 0, ({ waited }) => 100 * waited],
  ['Farm\'s use of its core, %', 0, (step) => 100 * step.usage],
];

const cores = ({ cores: share }) => share;

/** Where fewer frames arrive, somebody has too much to do, and the cost is that of something else. */
const FULL_RATE = 29.5;

/** `rounds`: of the same measurements, each in a process of its own. The table shows medians. */
export function printCosts(rounds) {
  const { steps, floor } = rounds[0];
  const over = (kind, index, figure) => median(rounds.map((round) => figure(round[kind][index])));
  const growth = (kind, figure) => median(rounds.map((round) => perViewer(round[kind], figure)));
  const names = steps.map(({ viewers }) => `${viewers} viewers`);
  head('Cost', ...names, 'per added viewer');
  for (const [name, digits, unit, figure] of COSTS) {
    const show = (value) => (value * unit).toFixed(digits);
    row(name, ...steps.map((_, index) => show(over('steps', index, figure))), show(growth('steps', figure)));
  }
  row('Cores of the floor', ...floor.map((_, index) => over('floor', index, cores).toFixed(4)),
    growth('floor', cores).toFixed(4));
  if (steps.length > 1) {
    const perPacket = (kind) => median(rounds.map((round) => {
      const { packets, seconds, viewers } = round[kind].at(-1);
      return (1e6 * perViewer(round[kind], cores)) / (packets / seconds / viewers);
    }));
    const ratio = median(rounds.map((round) => perViewer(round.steps, cores) / perViewer(round.floor, cores)));
    console.log(`\nPer packet of an added viewer: ${perPacket('steps').toFixed(1)} µs, floor ${perPacket('floor').toFixed(1)} µs.`
      + `\nCPU per added viewer ÷ floor: ${ratio.toFixed(2)}`);
  }
  for (const step of rounds.flatMap((round) => [...round.steps, ...round.floor])) {
    if (step.fewestFrames / step.seconds < FULL_RATE || step.lost > 0) {
      console.log(`Not all of ${step.viewers} viewers got all frames: such figures do not count.`);
    }
  }
  head('Check', ...names, ...names.map((name) => `floor, ${name}`));
  for (const [name, digits, figure] of CHECKS) {
    const show = (kind, index) => (kind === 'floor' && figure(floor[index]) === undefined ? '' : over(kind, index, figure).toFixed(digits));
    row(name, ...steps.map((_, index) => show('steps', index)), ...floor.map((_, index) => show('floor', index)));
  }
}

export function printDisturbances(rounds) {
  if (rounds[0].disturbances.length === 0) {
    return;
  }
  head('Meanwhile, of the others', 'held up, p99, ms', 'at most', 'due → first packet, p99, ms', 'packets lost', 'dropped by the kernel', 'frames not whole');
  for (const { disturbances } of rounds) {
    for (const step of disturbances) {
      row(step.what, step.holdUpP99.toFixed(2), step.holdUpMax.toFixed(2), step.firstP99.toFixed(2), step.lost,
        step.overflows, step.brokenFrames);
    }
  }
}
