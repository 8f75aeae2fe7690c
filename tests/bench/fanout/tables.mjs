// SPDX-License-Identifier: LGPL-2.1-or-later

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
  ['of them at the receivers\' sockets, at most', 0, (step) => step.overflows],
  ['Packets out of order', 0, ({ unordered }) => unordered],
  ['Frames not whole', 0, ({ brokenFrames }) => brokenFrames],
  ['Frames of the viewer with the fewest, a second', 1, ({ fewestFrames, seconds }) => fewestFrames / seconds],
  ['Packets that do not decrypt', 0, ({ forgeries }) => forgeries],
  ['Packets sent again', 0, ({ retransmissions }) => retransmissions],
  ['Frame due → its first packet arrives, p50, ms', 2, ({ latenessP50 }) => latenessP50],
  ['the same, p99', 2, ({ latenessP99 }) => latenessP99],
  ['Frames held up, p99, ms', 2, ({ holdUpP99 }) => holdUpP99],
  ['All viewers have joined after, ms', 0, ({ joined }) => joined],
  ['Farm\'s use of its core, %', 0, (step) => 100 * step.usage],
];

export function printCosts({ steps, floor }, frameRate) {
  const names = steps.map(({ viewers }) => `${viewers} viewers`);
  head('Cost', ...names, 'per added viewer');
  for (const [name, digits, unit, figure] of COSTS) {
    row(name, ...steps.map((step) => (figure(step) * unit).toFixed(digits)),
      (perViewer(steps, figure) * unit).toFixed(digits));
  }
  const cores = ({ cores }) => cores;
  row('Floor: cores', ...floor.map((step) => step.cores.toFixed(4)), perViewer(floor, cores).toFixed(4));
  if (steps.length > 1) {
    const { packets, frames } = steps.at(-1);
    const [ours, least] = [perViewer(steps, cores), perViewer(floor, cores)];
    const perPacket = (share) => ((1e6 * share) / ((packets / frames) * frameRate)).toFixed(1);
    console.log(`\nPer packet of an added viewer: ${perPacket(ours)} µs, floor ${perPacket(least)} µs.`
      + `\nCPU per added viewer ÷ floor: ${(ours / least).toFixed(2)}`);
  }
  head('Check', ...names);
  for (const [name, digits, figure] of CHECKS) {
    row(name, ...steps.map((step) => figure(step).toFixed(digits)));
  }
}

export function printDisturbances(disturbances) {
  if (disturbances.length === 0) {
    return;
  }
  head('Meanwhile', 'held up, p99, ms', 'at most', 'due → arrives, p99, ms', 'packets lost', 'of them at sockets', 'frames not whole');
  for (const step of disturbances) {
    row(step.what, step.holdUpP99.toFixed(2), step.holdUpMax.toFixed(2), step.latenessP99.toFixed(2), step.lost,
      step.overflows, step.brokenFrames);
  }
}
