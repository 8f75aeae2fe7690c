// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a viewer waits for the picture: from openOrJoin() in Chromium, which only receives, to its first shown frame,
// with the sender already in the room. rtcmcroom and the naive sender take turns.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../../e2e/harness/browsers.mjs';
import { RoomServer } from '../../e2e/harness/room_server.mjs';
import { median } from '../median.mjs';
import { NaiveSender, RtcmcRoom } from './senders.mjs';

/* global marksOfJoining, participant */

const USAGE = `Usage: node tests/bench/join/join.mjs [--plugin-path build/gst] [--joins 20] [--codec VP8]
                                     [--naive-sender build/tests/bench/naive-sender]
The naive sender always sends VP8. Without it, rtcmcroom is measured alone.`;
const FIRST_FRAME = 'first frame shown';

/** One join of a fresh page, loaded before the clock starts. */
async function join(browser, server, sender) {
  const page = await browser.newPage();
  await page.open(`${server.url}marks.html`);
  const marks = await page.evaluate((room) => marksOfJoining(room), sender.name);
  const userid = await page.evaluate(() => participant.connection.userid);
  await page.close();
  await sender.untilLeft(userid);
  return marks;
}

const timesOf = (joins, step) => joins.map((marks) => marks[step]).filter((time) => time !== undefined);

/** The steps in the order in which they are usually done, each with its median, its worst, and its own share. */
function table(joins) {
  const steps = Object.keys(joins[0]).map((step) => {
    const times = timesOf(joins, step);
    return { step, median: median(times), worst: Math.max(...times) };
  });
  steps.sort((a, b) => a.median - b.median);
  const line = (step, ...columns) => `${step.padEnd(26)}${columns.map((column) => String(column).padStart(10)).join('')}`;
  return [
    line('ms after openOrJoin()', 'median', 'worst', 'share'),
    ...steps.map(({ step, median: at, worst }, index) =>
      line(step, at.toFixed(0), worst.toFixed(0), (at - (steps[index - 1]?.median ?? 0)).toFixed(0))),
  ].join('\n');
}

/** The marks of all joins, by the sender's name. */
async function measure({ joins, codec, naiveSender }) {
  const server = new RoomServer();
  const senders = [];
  let browser;
  try {
    await server.start();
    browser = await launch('chromium');
    senders.push(new RtcmcRoom(server.url, codec));
    if (naiveSender) {
      senders.push(new NaiveSender(naiveSender, server.url));
    }
    await Promise.all(senders.map((sender) => sender.untilReady()));
    const results = Object.fromEntries(senders.map(({ name }) => [name, []]));
    for (let index = 0; index < joins; index += 1) {
      for (const sender of senders) {
        results[sender.name].push(await join(browser, server, sender));
      }
    }
    return results;
  } catch (error) {
    senders.forEach((sender) => console.error(sender.describe()));
    throw error;
  } finally {
    await Promise.all(senders.map((sender) => sender.dispose()));
    await browser?.close();
    await server.stop();
  }
}

function report({ rtcmcroom, naive }) {
  console.log(`\nrtcmcroom\n${table(rtcmcroom)}`);
  if (naive) {
    const [ours, theirs] = [rtcmcroom, naive].map((joins) => median(timesOf(joins, FIRST_FRAME)));
    console.log(`\nnaive sender\n${table(naive)}`);
    console.log(`\n${FIRST_FRAME}, medians, naive sender / rtcmcroom: ${(theirs / ours).toFixed(2)}`);
  }
}

const { values } = parseArgs({
  options: {
    'plugin-path': { type: 'string' },
    joins: { type: 'string', default: '20' },
    codec: { type: 'string', default: 'VP8' },
    'naive-sender': { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
} else {
  const registry = mkdtempSync(path.join(tmpdir(), 'rtcmc-bench-'));
  process.on('exit', () => rmSync(registry, { recursive: true }));
  if (values['plugin-path']) {
    process.env.GST_PLUGIN_PATH = path.resolve(values['plugin-path']);
    process.env.GST_REGISTRY = path.join(registry, 'registry.bin');
  }
  console.log(`${values.joins} joins of each, 640x360 at 30 frames/s, ${values.codec}`);
  report(await measure({
    joins: Number(values.joins),
    codec: values.codec,
    naiveSender: values['naive-sender'] && path.resolve(values['naive-sender']),
  }));
}
