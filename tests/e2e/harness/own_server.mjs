// SPDX-License-Identifier: LGPL-2.1-or-later
// rtcmc-server in place of the real server of a room: the same pages on it, with the same client of Socket.IO.

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { die } from './die.mjs';
import { ofPackage, PAGES, WEB_MODULE } from './pages.mjs';

const FILES = { ...PAGES, ...WEB_MODULE, '/socket.io/socket.io.js': ofPackage('socket.io', 'client-dist/socket.io.js') };

export class OwnServer {
  #folder = mkdtempSync(path.join(tmpdir(), 'rtcmc-pages-'));
  #child;
  #port = 0;

  constructor() {
    Object.entries(FILES).forEach(([name, file]) => cpSync(file, path.join(this.#folder, name)));
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** The second time on the same port as the first. */
  async start() {
    this.#child = spawn(process.env.RTCMC_SERVER, [`--port=${this.#port}`, `--web-root=${this.#folder}`],
      { stdio: ['ignore', 'ignore', 'pipe'] });
    for await (const line of createInterface({ input: this.#child.stderr })) {
      const listening = /event=listening url="([^"]+)"/.exec(line);
      if (listening) {
        this.#port = Number(new URL(listening[1]).port);
        this.#child.stderr.resume();
        return;
      }
    }
    throw new Error('rtcmc-server does not listen');
  }

  get url() {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Dies without a word to anybody. */
  async stop() {
    const child = this.#child;
    this.#child = undefined;
    await die(child);
  }
}
