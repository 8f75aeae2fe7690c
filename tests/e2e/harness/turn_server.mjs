// SPDX-License-Identifier: LGPL-2.1-or-later
// A real TURN server (coturn) on this machine, and what it has allocated.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { die } from './die.mjs';
import { freePort } from './free_port.mjs';
import { PATIENCE } from './patience.mjs';

const PROGRAM = process.env.RTCMC_TURNSERVER ?? 'turnserver';
const LOG_LINES_SHOWN = 40;

/** Why there can be none; false: there can. */
export function whyNoTurnServer() {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return false;
  } catch (error) {
    return error.code === 'ENOENT' ? 'turnserver is not installed (Debian package coturn; or RTCMC_TURNSERVER names it)' : false;
  }
}

/** Where ICE looks for ways out. */
function ourAddress() {
  const all = Object.values(networkInterfaces()).flat();
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

export class TurnServer {
  #child;
  #log = [];
  #directory = mkdtempSync(path.join(tmpdir(), 'rtcmc-turn-'));
  #address = ourAddress();
  #port;
  #waiting = new Set();
  #kill = () => this.#child?.kill('SIGKILL');

  async start() {
    this.#port = await freePort(this.#address);
    const options = {
      'listening-ip': this.#address, 'relay-ip': this.#address, 'listening-port': this.#port, user: 'ann:sesame',
      realm: 'rtcmc', 'log-file': 'stdout', userdb: path.join(this.#directory, 'db'), pidfile: path.join(this.#directory, 'pid'),
    };
    const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const flags = ['-n', '--lt-cred-mech', '--no-cli', '--no-tls', '--no-dtls', '--allow-loopback-peers', '--verbose'];
    this.#child = spawn(PROGRAM, [...flags, ...words], { stdio: ['ignore', 'pipe', 'ignore'], cwd: this.#directory });
    process.once('exit', this.#kill);
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#log.push(line);
      this.#waiting.forEach((check) => check());
    });
    await this.until('a listener', () => this.#log.some((line) => /UDP listener opened on/.test(line)));
  }

  /** As the property turn-servers has it. */
  get uri() {
    return `turn://ann:sesame@${this.#address}:${this.#port}`;
  }

  /** How many there have been. */
  get allocated() {
    return this.#log.filter((line) => /: new, realm=/.test(line)).length;
  }

  /** How many there are. */
  get held() {
    return this.allocated - this.#log.filter((line) => /: delete: realm=/.test(line)).length;
  }

  until(what, find) {
    return new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        settle(value);
      };
      const check = () => find() && finish(resolve);
      const timer = setTimeout(() => finish(reject, new Error(`waited in vain for ${what}: ${this.describe()}`)), PATIENCE);
      this.#waiting.add(check);
      check();
    });
  }

  untilAllocated(count) {
    return this.until(`allocation ${count}`, () => this.allocated >= count);
  }

  untilHeld(count) {
    return this.until(`${count} allocations`, () => this.held === count);
  }

  describe() {
    return this.#log.slice(-LOG_LINES_SHOWN).join('\n');
  }

  async stop() {
    const child = this.#child;
    this.#child = undefined;
    await die(child);
    process.off('exit', this.#kill);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
