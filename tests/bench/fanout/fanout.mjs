// SPDX-License-Identifier: LGPL-2.1-or-later
// What one more viewer costs whoever sends, beside the least that it can cost, in the same minute.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startServer } from '../../server/support.mjs';
import { makeFilm } from './film.mjs';
import { Farm, Floor, Sender, overflows, usage } from './processes.mjs';
import { printCosts, printDisturbances } from './tables.mjs';

const USAGE = `Usage: RTCMC_TEST_SERVER=build/tests/server/test-server node tests/bench/fanout/fanout.mjs
         --farm build/tests/bench/fanout/fanout-farm --floor … --sender … [--plugin-path build/gst]
         [--viewers 2,40] [--seconds 10] [--warm-up 2] [--at-once 40] [--every 10] [--disturb 0] [--rounds 1]
         [--pin] [--film FILE] [--element TEXT] [--json]

viewers   how many there are, one measurement after the other in one process; the figures for an added viewer come
          from the first and the last of them
seconds   of each measurement, after warm-up seconds
at-once   so many viewers join at a time
every     one viewer out of so many decrypts what it gets
disturb   afterwards, so many viewers join and leave at once, and stop reading, while the others' delays are measured
rounds    of all that; the table shows medians
pin       the sender, and after it the floor, run on core 0, everything else on core 1
film      an H.264 byte stream instead of one that is made first
element   what sends instead of rtcmcroom, as in gst-launch-1.0; ROOM and URL in it are replaced
json      prints the figures as JSON, too`;

const ROOM = 'fanout';
const ELEMENT = 'rtcmcroom room-id=ROOM socket-url=URL session=video+oneway';

class Bench {
  #options;
  #cores;

  constructor(options) {
    this.#options = options;
    this.#cores = options.pin ? { sender: '0', others: '1' } : { sender: null, others: null };
  }

  async run() {
    const server = await startServer({ after() {} }, 'sockets=0', 'sockets-per-address=0', 'rate=0', 'rooms=0');
    if (this.#cores.others !== null) {
      execFileSync('taskset', ['-acp', this.#cores.others, server.child.pid], { stdio: 'ignore' });
    }
    const farm = new Farm(this.#cores.others, this.#options.farm, server.url, ROOM, this.#options.every);
    try {
      const { steps, disturbances } = await this.#measureSender(server.url, farm);
      const floor = await this.#measureFloor(farm, steps);
      return { steps, floor, disturbances };
    } finally {
      await farm.stop();
      await server.stop();
    }
  }

  /** What `process` uses while the measurement lasts, and what the farm says of it. */
  async #measure(process, farm, viewers) {
    await process.outlived(sleep(this.#options['warm-up'] * 1000));
    farm.tell('reset', viewers);
    const [before, lostBefore] = [usage(process.pid), overflows()];
    await process.outlived(sleep(this.#options.seconds * 1000));
    const [after, lostAfter] = [usage(process.pid), overflows()];
    const report = await farm.ask('report');
    return {
      ...report,
      viewers,
      cores: (after.seconds - before.seconds) / (after.at - before.at),
      waited: (after.waited - before.waited) / (after.at - before.at),
      threads: after.threads,
      files: after.files,
      memory: after.memory,
      overflows: lostAfter - lostBefore,
    };
  }

  async #measureSender(url, farm) {
    const element = this.#options.element.replace('ROOM', ROOM).replace('URL', url);
    const { 'plugin-path': pluginPath } = this.#options;
    const env = pluginPath ? { ...process.env, GST_PLUGIN_PATH: pluginPath } : process.env;
    const sender = new Sender(this.#cores.sender, this.#options.sender, this.#options.film, element.split(' '), env);
    try {
      await sender.ready();
      const steps = [];
      let viewers = 0;
      for (const wanted of this.#options.viewers) {
        let ms = 0;
        while (viewers < wanted) {
          const more = Math.min(wanted - viewers, this.#options['at-once']);
          ({ ms } = await sender.outlived(farm.ask('join', more)));
          viewers += more;
        }
        console.error(`${viewers} viewers, the last of them after ${Math.round(ms)} ms`);
        steps.push({ joined: ms, ...await this.#measure(sender, farm, viewers) });
      }
      const disturbances = this.#options.disturb > 0 ? await this.#disturb(sender, farm, viewers) : [];
      return { steps, disturbances };
    } finally {
      await sender.stop();
    }
  }

  async #disturb(sender, farm, viewers) {
    const { disturb: count, seconds } = this.#options;
    const during = async (what, watched, act) => {
      farm.tell('reset', watched);
      const lostBefore = overflows();
      await sender.outlived(act());
      const lostAfter = overflows();
      return { what, ...await farm.ask('report'), overflows: lostAfter - lostBefore };
    };
    const results = [
      await during('nothing happens', viewers, () => sleep(seconds * 1000)),
      await during(`${count} join at once, and leave at once, again and again`, viewers, async () => {
        for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
          await farm.ask('join', count);
          await farm.ask('leave', count);
        }
      }),
    ];
    const stalled = Math.min(count, Math.floor(viewers / 2));
    results.push(await during(`${stalled} read nothing`, viewers - stalled, async () => {
      farm.tell('stall', stalled);
      await sleep(seconds * 1000);
    }));
    return results;
  }

  /** Packets of the same size, as many, in a process of its own for each number of viewers. */
  async #measureFloor(farm, steps) {
    const { packets, bytes, frames } = steps.at(-1);
    await farm.ask('leave', Number.MAX_SAFE_INTEGER);
    const results = [];
    for (const { viewers } of steps) {
      const floor = new Floor(this.#cores.sender, this.#options.floor, {
        ...await farm.ask('sink', viewers),
        packetsPerFrame: packets / frames,
        packetSize: Math.round(bytes / packets),
      });
      try {
        results.push(await this.#measure(floor, farm, viewers));
      } finally {
        await floor.stop();
      }
    }
    return results;
  }
}

const NUMBERS = { seconds: 10, 'warm-up': 2, every: 10, disturb: 0, rounds: 1, 'at-once': 40 };

const { values } = parseArgs({
  options: {
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, value]) => [name, { type: 'string', default: String(value) }])),
    farm: { type: 'string' },
    floor: { type: 'string' },
    sender: { type: 'string' },
    'plugin-path': { type: 'string' },
    viewers: { type: 'string', default: '2,40' },
    element: { type: 'string', default: ELEMENT },
    film: { type: 'string' },
    pin: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help || !values.farm || !values.floor || !values.sender || !process.env.RTCMC_TEST_SERVER) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), 'fanout-'));
  try {
    const film = values.film ?? join(folder, 'film.h264');
    if (!values.film) {
      makeFilm(film);
    }
    const options = {
      ...values,
      film,
      viewers: values.viewers.split(',').map(Number),
      ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, Number(values[name])])),
    };
    console.log(`${values.element}: ${options.seconds} seconds each, on a machine of ${availableParallelism()} cores`
      + `${values.pin ? ', pinned' : ''}`);
    const rounds = [];
    while (rounds.length < options.rounds) {
      rounds.push(await new Bench(options).run());
    }
    printCosts(rounds);
    printDisturbances(rounds);
    if (values.json) {
      console.log(JSON.stringify(rounds));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
