// SPDX-License-Identifier: LGPL-2.1-or-later
// RTCMultiConnection's server on Node and ours under the same load, in turns: each on one core, the clients on another.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { RoomServer } from '../../e2e/harness/room_server.mjs';
import { startServer } from '../../server/support.mjs';
import { median } from '../median.mjs';

const USAGE = `Usage: RTCMC_TEST_SERVER=build/tests/server/test-server node tests/bench/server/server.mjs
         --load build/tests/bench/server-load [--sockets 10000] [--pairs 100] [--window 4] [--message-size 1500]
         [--seconds 5] [--warm-up 2] [--settle 3] [--rounds 3] [--server-core 0] [--client-core 1]

sockets       idle sockets, for connecting and for memory
pairs         of users who send messages to one another
window        messages that are on their way from each user
message-size  bytes of a message as it is sent
seconds       of each measurement of messages, after warm-up seconds
settle        seconds between the last socket's connecting and the look at the memory
rounds        of each server; the table shows medians`;

/** Sockets that come and go before anything is measured, so that what a server needs once is not counted. */
const FIRST_SOCKETS = 200;
const NO_LIMITS = ['sockets=0', 'sockets-per-address=0', 'rate=0', 'rooms=0'];

/** A fresh server of either kind: `port`, `pid`, and `stop()`. */
const SERVERS = {
  async node() {
    const server = new RoomServer();
    await server.start();
    return { pid: server.pid, port: Number(new URL(server.url).port), stop: () => server.stop() };
  },
  async rtcmc() {
    const { child, port, stop } = await startServer({ after() {} }, ...NO_LIMITS);
    return { pid: child.pid, port, stop };
  },
};

class Bench {
  #options;

  constructor(options) {
    this.#options = options;
  }

  /** What `work(server)` says of a fresh server on its core. */
  async #withServer(kind, work) {
    const server = await SERVERS[kind]();
    try {
      execFileSync('taskset', ['-acp', this.#options['server-core'], server.pid], { stdio: 'ignore' });
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  /** What the load program reports, and `end()`, after which its sockets are closed. */
  async #load(task, server, settings) {
    const args = Object.entries({ port: server.port, server: server.pid, ...settings }).map(([name, value]) => `${name}=${value}`);
    const child = spawn('taskset', ['-c', this.#options['client-core'], this.#options.load, task, ...args],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const [line] = await Promise.race([
      once(createInterface(child.stdout), 'line'),
      ended.then(() => Promise.reject(new Error(`${this.#options.load} ${task} has failed`))),
    ]);
    const end = async () => {
      child.stdin.end();
      await ended;
    };
    return { ...JSON.parse(line), end };
  }

  async #idle(kind) {
    const { sockets, settle } = this.#options;
    return this.#withServer(kind, async (server) => {
      const first = await this.#load('connect', server, { sockets: FIRST_SOCKETS });
      await first.end();
      await sleep(settle * 1000);
      const before = memory(server.pid);
      const crowd = await this.#load('connect', server, { sockets });
      await sleep(settle * 1000);
      const bytes = (memory(server.pid) - before) / sockets;
      const { end, ...result } = crowd;
      await end();
      return { ...result, bytes };
    });
  }

  async #relay(kind, rate = 0) {
    const { pairs, window, seconds, 'message-size': size, 'warm-up': warmUp } = this.#options;
    return this.#withServer(kind, async (server) => {
      const settings = { pairs, window, rate, seconds, 'message-size': size, 'warm-up': warmUp };
      const { end, ...result } = await this.#load('relay', server, settings);
      await end();
      return result;
    });
  }

  /** One turn of both servers. */
  async round() {
    const results = { node: {}, rtcmc: {} };
    const each = async (step, measure) => {
      for (const [kind, result] of Object.entries(results)) {
        result[step] = await measure(kind);
      }
    };
    await each('idle', (kind) => this.#idle(kind));
    await each('flood', (kind) => this.#relay(kind));
    await each('ownPace', (kind) => this.#relay(kind, results[kind].flood.rate / 2));
    await each('samePace', (kind) => this.#relay(kind, results.node.flood.rate / 2));
    return results;
  }
}

/** Bytes of memory that a process has to itself, with its share of what it shares. */
function memory(pid) {
  const [, kilobytes] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(kilobytes) * 1024;
}

const ROWS = [
  ['Sockets connected per second', 0, ({ idle }) => idle.rate],
  ['Memory per idle socket, kB', 1, ({ idle }) => idle.bytes / 1000],
  ['Messages relayed per second', 0, ({ flood }) => flood.rate],
  ['Processor time per relayed message, µs', 1, ({ flood }) => (1e6 * flood.serverUsage) / flood.rate],
  ['p99 latency at half of its own rate, ms', 2, ({ ownPace }) => ownPace.p99 / 1000],
  ['p99 latency at half of Node\'s rate, ms', 2, ({ samePace }) => samePace.p99 / 1000],
];

function report(rounds) {
  const medianOf = (kind, figure) => median(rounds.map((round) => figure(round[kind])));
  console.log('\n| | Node | rtcmc | rtcmc / Node |\n|---|---|---|---|');
  for (const [name, digits, figure] of ROWS) {
    const [theirs, ours] = [medianOf('node', figure), medianOf('rtcmc', figure)];
    console.log(`| ${name} | ${theirs.toFixed(digits)} | ${ours.toFixed(digits)} | ${(ours / theirs).toFixed(2)} |`);
  }
  const percent = (step, usage) =>
    ['node', 'rtcmc'].map((kind) => `${(100 * medianOf(kind, (result) => result[step][usage])).toFixed(0)} %`).join(' and ');
  console.log('\nHow much of their cores was in use (Node and rtcmc):'
    + `\nconnecting: servers ${percent('idle', 'serverUsage')}, clients ${percent('idle', 'clientsUsage')}`
    + `\nrelaying all that can be: servers ${percent('flood', 'serverUsage')}, clients ${percent('flood', 'clientsUsage')}`
    + '\nClients near 100 % would be the limit themselves; servers well below it were kept waiting by something else.');
}

const NUMBERS = { sockets: 10000, pairs: 100, window: 4, 'message-size': 1500, seconds: 5, 'warm-up': 2, settle: 3, rounds: 3 };

const { values } = parseArgs({
  options: {
    ...Object.fromEntries(Object.entries(NUMBERS).map(([name, value]) => [name, { type: 'string', default: String(value) }])),
    load: { type: 'string' },
    'server-core': { type: 'string', default: '0' },
    'client-core': { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help || !values.load || !process.env.RTCMC_TEST_SERVER) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 1;
} else {
  const options = { ...values, ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, Number(values[name])])) };
  console.log(`${options.rounds} rounds, ${options.sockets} idle sockets, then ${options.pairs} pairs of users with messages of `
    + `${options['message-size']} bytes; a machine of ${availableParallelism()} cores`);
  const bench = new Bench(options);
  const rounds = [];
  while (rounds.length < options.rounds) {
    rounds.push(await bench.round());
    console.log(`round ${rounds.length}: ${JSON.stringify(rounds.at(-1))}`);
  }
  report(rounds);
}
