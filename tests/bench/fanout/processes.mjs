// SPDX-License-Identifier: LGPL-2.1-or-later
// What takes part, each a process, and how much of the machine a process uses.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A program on one core, or on any (null). */
class Program {
  constructor(core, program, args, { env = process.env, input = 'ignore', output = 'ignore' } = {}) {
    const [command, ...rest] = core === null ? [program, ...args] : ['taskset', '-c', core, program, ...args];
    this.child = spawn(command, rest, { env, stdio: [input, output, 'inherit'] });
    this.name = program;
    this.ended = once(this.child, 'exit');
    running.add(this.child);
  }

  get pid() {
    return this.child.pid;
  }

  /** What `promise` becomes, unless the program ends before. */
  outlived(promise) {
    return Promise.race([promise, this.ended.then(() => Promise.reject(new Error(`${this.name} has ended`)))]);
  }

  async stop() {
    running.delete(this.child);
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** sender.cpp */
export class Sender extends Program {
  constructor(core, program, film, element, env) {
    super(core, program, [film, ...element], { env, output: 'pipe' });
  }

  /** Until it is in its room. */
  ready() {
    return this.outlived(once(this.child.stdout, 'data'));
  }
}

/** floor.cpp */
export class Floor extends Program {
  constructor(core, program, { address, ports, packetsPerFrame, packetSize }) {
    super(core, program, [address, packetsPerFrame, packetSize, ...ports].map(String));
  }
}

/** farm.cpp */
export class Farm extends Program {
  #answers = [];
  #waiting = [];

  constructor(core, program, url, room, every) {
    super(core, program, [url, room, every], { input: 'pipe', output: 'pipe' });
    createInterface(this.child.stdout).on('line', (line) => {
      const take = this.#waiting.shift();
      if (take) {
        take(JSON.parse(line));
      } else {
        this.#answers.push(JSON.parse(line));
      }
    });
  }

  tell(...command) {
    this.child.stdin.write(`${command.join(' ')}\n`);
  }

  ask(...command) {
    this.tell(...command);
    return this.answer();
  }

  answer() {
    const next = this.#answers.shift();
    return next ? Promise.resolve(next) : this.outlived(new Promise((resolve) => this.#waiting.push(resolve)));
  }
}

/** What a process has used up to now (`seconds` of a core) and what it has. */
export function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return {
    at: performance.now() / 1000,
    seconds: (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND,
    threads: field('Threads'),
    files: readdirSync(`/proc/${pid}/fd`).length,
    memory: field('VmRSS') * 1024,
    anonymous: field('RssAnon') * 1024,
    waited: waitedSeconds(pid),
  };
}

/** How long its threads have been ready to run and did not, because others did. */
function waitedSeconds(pid) {
  const waited = readdirSync(`/proc/${pid}/task`).map((thread) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[1]);
    } catch {
      return 0; // it has just ended
    }
  });
  return waited.reduce((sum, nanoseconds) => sum + nanoseconds / 1e9, 0);
}

/** Datagrams that the kernel had no room for, of all processes. */
export function overflows() {
  const [names, values] = readFileSync('/proc/net/snmp', 'utf8').split('\n').filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(' '));
  return Number(values[names.indexOf('RcvbufErrors')]);
}
