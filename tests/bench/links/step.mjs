// SPDX-License-Identifier: LGPL-2.1-or-later
// How what is sent follows a viewer's link that becomes narrow and wide again: seconds, one after another.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BadLink } from '../../e2e/harness/bad_link.mjs';
import { whyNoNetwork } from '../../e2e/harness/network.mjs';

const USAGE = `Usage: node tests/bench/links/step.mjs [--rates 3,0.5,3] [--seconds 12] [--plot step.svg]
Rates of the viewer's link one after another, in Mbit/s, each for so many seconds. Takes root, RTCMC_CABLE and GST_PLUGIN_PATH
(meson compile -C build bench-links sets both), and Chromium.`;
const MBIT = 1_000_000;

/** One second each of the phases: the link, what was sent into it and came out, and what the viewer saw. */
async function watch(link, rates, seconds) {
  const rows = [];
  for (const rate of rates) {
    await link.worsen({ rate: rate * MBIT });
    for (let i = 0; i < seconds; i += 1) {
      const [from, to] = await link.pass(1000);
      const { offered, delivered } = link.traffic(from, to);
      rows.push({ rate, from, to, offered: offered / MBIT, delivered: delivered / MBIT });
    }
  }
  for (const row of rows) {
    Object.assign(row, await link.far.between(row.from, row.to));
  }
  return rows;
}

function table(rows) {
  const line = (...columns) => columns.map((column) => String(column).padStart(11)).join('');
  return [
    line('second', 'link', 'sent', 'came', 'pictures', 'frozen, ms', 'delay, ms'),
    ...rows.map(({ rate, offered, delivered, pictures, frozen, delay }, second) =>
      line(second, rate, offered.toFixed(2), delivered.toFixed(2), pictures.toFixed(0), frozen.toFixed(0), delay.toFixed(0))),
  ].join('\n');
}

/** What came over the link's rate, above; pictures a second, below. */
function plot(rows) {
  const [width, left, top, high, low, gap] = [760, 56, 24, 220, 90, 40];
  const most = Math.max(...rows.map(({ rate, delivered }) => Math.max(rate, delivered))) * 1.1;
  const x = (second) => left + (second * (width - left - 16)) / rows.length;
  const rateAt = (value) => top + high * (1 - value / most);
  const picturesAt = (value) => top + high + gap + low * (1 - value / 35);
  const steps = (y) => rows.map((row, second) => `${x(second)},${y(row)} ${x(second + 1)},${y(row)}`).join(' ');
  const dots = (y) => rows.map((row, second) => `${x(second + 0.5)},${y(row)}`).join(' ');
  const label = (at, text) => `<text x="${left - 8}" y="${at + 4}" text-anchor="end">${text}</text>`;
  const rule = (at) => `<path d="M${left} ${at}H${width - 16}" stroke="#ddd"/>`;
  const seconds = rows.map((_, second) => second).filter((second) => second % 5 === 0);
  const bottom = top + high + gap + low;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 36}" font-family="sans-serif" font-size="12" fill="#333">
<rect width="100%" height="100%" fill="#fff"/>
${[0, 1, 2, 3].filter((value) => value < most).map((value) => rule(rateAt(value)) + label(rateAt(value), value)).join('\n')}
${[0, 15, 30].map((value) => rule(picturesAt(value)) + label(picturesAt(value), value)).join('\n')}
${seconds.map((second) => `<text x="${x(second)}" y="${bottom + 18}" text-anchor="middle">${second} s</text>`).join('\n')}
<text x="${left}" y="${top - 8}">Mbit/s: the link (grey), what comes through it (blue)</text>
<text x="${left}" y="${top + high + gap - 8}">pictures a second</text>
<polyline points="${steps(({ rate }) => rateAt(rate))}" fill="none" stroke="#999" stroke-width="2"/>
<polyline points="${dots(({ delivered }) => rateAt(delivered))}" fill="none" stroke="#1565c0" stroke-width="2"/>
<polyline points="${dots(({ pictures }) => picturesAt(pictures))}" fill="none" stroke="#2e7d32" stroke-width="2"/>
</svg>
`;
}

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '3,0.5,3' },
    seconds: { type: 'string', default: '12' },
    plot: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const obstacle = whyNoNetwork();
if (values.help || obstacle) {
  console.log(values.help ? USAGE : obstacle);
  process.exit(values.help ? 0 : 1);
}

const link = new BadLink();
await link.open();
try {
  await link.begin();
  const rows = await watch(link, values.rates.split(',').map(Number), Number(values.seconds));
  console.log(table(rows));
  if (values.plot) {
    writeFileSync(values.plot, plot(rows));
  }
} finally {
  await link.end();
  await link.close();
}
