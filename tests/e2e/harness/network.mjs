// SPDX-License-Identifier: LGPL-2.1-or-later
// Two networks of their own on this machine, "near" and "far", joined by a cable that is as bad as it is told to be.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const CABLE = process.env.RTCMC_CABLE;
const NAMES = '/run/netns';
const INTERFACE = 'cable';
const NAME = /^rtcmc-(\d+)-(near|far)$/;

const ip = (...words) => execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });

const isAlive = (pid) => existsSync(`/proc/${pid}`);

/** Of tests that were killed: nobody else takes them away. */
function removeLeftOvers() {
  const left = existsSync(NAMES) ? readdirSync(NAMES).filter((name) => NAME.test(name)) : [];
  left.filter((name) => !isAlive(NAME.exec(name)[1])).forEach((name) => ip('netns', 'delete', name));
}

/** Why there can be no networks here, as a sentence; false if there can. */
export function whyNoNetwork() {
  if (!CABLE) {
    return 'RTCMC_CABLE does not name the program test-cable of the build (meson test does)';
  }
  const name = `rtcmc-${process.pid}-near`;
  try {
    removeLeftOvers();
    ip('netns', 'add', name);
    try {
      ip('netns', 'exec', name, 'ip', 'tuntap', 'add', 'dev', INTERFACE, 'mode', 'tap');
    } finally {
      ip('netns', 'delete', name);
    }
    return false;
  } catch (error) {
    const reason = (error.stderr || error.message).trim();
    return `networks of one's own take root, "ip netns" and /dev/net/tun; here: ${reason}`;
  }
}

/** One end of the cable. */
class Place {
  #directory = mkdtempSync(path.join(tmpdir(), 'rtcmc-net-'));

  constructor(side, address) {
    this.name = `rtcmc-${process.pid}-${side}`;
    this.address = address;
    ip('netns', 'add', this.name);
  }

  plugIn() {
    ip('-n', this.name, 'link', 'set', 'lo', 'up');
    // An IPv6 address of its own would come up seconds later: Chromium then gives up what it is loading.
    ip('-n', this.name, 'link', 'set', INTERFACE, 'addrgenmode', 'none');
    ip('-n', this.name, 'address', 'add', `${this.address}/24`, 'dev', INTERFACE);
    ip('-n', this.name, 'link', 'set', INTERFACE, 'up');
  }

  /** What comes before a command's words for it to run here. */
  get launcher() {
    return ['ip', 'netns', 'exec', this.name];
  }

  /** A program that runs that one here, for whoever takes a file's name alone. */
  program(of) {
    const file = path.join(this.#directory, path.basename(of));
    writeFileSync(file, `#!/bin/sh\nexec ${this.launcher.join(' ')} ${of} "$@"\n`, { mode: 0o755 });
    return file;
  }

  /** The same kind of Program, run here. */
  kind(Program) {
    const { launcher } = this;
    return class extends Program {
      static get program() {
        return [...launcher, ...super.program];
      }
    };
  }

  remove() {
    ip('netns', 'delete', this.name);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export class Network {
  #cable;
  #answers;
  #remove = () => [this.near, this.far].forEach((place) => place.remove());

  async open() {
    this.near = new Place('near', '10.77.0.1');
    this.far = new Place('far', '10.77.0.2');
    process.once('exit', this.#remove);
    this.#cable = spawn(CABLE, [this.near.name, INTERFACE, this.far.name, INTERFACE], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#cable.stdout })[Symbol.asyncIterator]();
    await this.#answer();
    this.near.plugIn();
    this.far.plugIn();
  }

  async #answer() {
    const { value, done } = await this.#answers.next();
    const answer = done ? { error: 'the cable has ended' } : JSON.parse(value);
    if (answer.error) {
      throw new Error(answer.error);
    }
    return answer;
  }

  async #ask(...words) {
    this.#cable.stdin.write(`${words.join(' ')}\n`);
    return this.#answer();
  }

  /**
   * Changes what happens to what comes from there, and leaves what is not named.
   * @param {Place} place
   * @param {object} settings of tests/net/commands.hpp
   */
  set(place, settings) {
    return this.#ask(place.name, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`));
  }

  /** Both directions as a new cable has them. */
  async mend() {
    const settings = { rate: 0, queue: 300, delay: 0, jitter: 0, reorders: 'yes', loss: 0, duplicates: 0 };
    await this.set(this.near, settings);
    await this.set(this.far, settings);
  }

  /** What the cable has counted since its beginning of what goes to the far end; `ms`: when, by its clock. */
  async towardsFar() {
    const count = await this.#ask('count');
    return { ms: count.ms, ...count[this.near.name] };
  }

  async close() {
    this.#cable.stdin.end();
    await once(this.#cable, 'exit');
    process.off('exit', this.#remove);
    this.#remove();
  }
}
