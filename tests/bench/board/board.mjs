// SPDX-License-Identifier: LGPL-2.1-or-later
// What rtcmcroom needs on a small board, beyond what GStreamer needs for the same camera without it.

import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startServer } from '../../server/support.mjs';
import { makeFilm } from '../fanout/film.mjs';
import { Farm, Sender, usage } from '../fanout/processes.mjs';

const USAGE = `Usage: RTCMC_TEST_SERVER=build/tests/server/test-server node tests/bench/board/board.mjs
         --farm build/tests/bench/fanout/fanout-farm --sender build/tests/bench/fanout/fanout-sender
         [--plugin-path build/gst] [--seconds 10] [--warm-up 3]`;
const ROOM = 'board';

async function measure(process, { seconds, 'warm-up': warmUp }) {
  await process.outlived(sleep(warmUp * 1000));
  const before = usage(process.pid);
  await process.outlived(sleep(seconds * 1000));
  const after = usage(process.pid);
  return { ...after, cores: (after.seconds - before.seconds) / (after.at - before.at) };
}

async function run(options, film) {
  const server = await startServer({ after() {} });
  const farm = new Farm(null, options.farm, server.url, ROOM, 1);
  const env = options['plugin-path'] ? { ...process.env, GST_PLUGIN_PATH: options['plugin-path'] } : process.env;
  const start = (...element) => new Sender(null, options.sender, film, element, env);
  try {
    const plain = start('fakesink', 'sync=false');
    const results = [['GStreamer alone', await measure(plain, options)]];
    await plain.stop();
    const room = start('rtcmcroom', `room-id=${ROOM}`, `socket-url=${server.url}`);
    await room.ready();
    results.push(['rtcmcroom, nobody there', await measure(room, options)]);
    await room.outlived(farm.ask('join', 1));
    results.push(['rtcmcroom, one viewer', await measure(room, options)]);
    await room.stop();
    return results;
  } finally {
    await farm.stop();
    await server.stop();
  }
}

function print(results) {
  const [, plain] = results[0];
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const percent = (cores) => (100 * cores).toFixed(2);
  console.log('\n| | Memory (RSS), MB | more than alone | its own (anonymous) | more | CPU, % of a core | more | Threads |'
    + '\n|---|---|---|---|---|---|---|---|');
  for (const [name, step] of results) {
    console.log(`| ${[name, megabytes(step.memory), megabytes(step.memory - plain.memory), megabytes(step.anonymous),
      megabytes(step.anonymous - plain.anonymous), percent(step.cores), percent(step.cores - plain.cores), step.threads]
      .join(' | ')} |`);
  }
}

const { values } = parseArgs({
  options: {
    farm: { type: 'string' },
    sender: { type: 'string' },
    'plugin-path': { type: 'string' },
    seconds: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '3' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help || !values.farm || !values.sender || !process.env.RTCMC_TEST_SERVER) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'board-'));
  try {
    const film = join(folder, 'film.h264');
    makeFilm(film);
    console.log(`1280×720, 30 frames a second, H.264 at 2 Mbit/s, on a machine of ${availableParallelism()} cores`);
    print(await run({ ...values, seconds: Number(values.seconds), 'warm-up': Number(values['warm-up']) }, film));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
