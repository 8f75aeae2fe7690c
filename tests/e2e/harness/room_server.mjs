// SPDX-License-Identifier: LGPL-2.1-or-later
// The real server of a room, in a process of its own on a free port; it can die and come back.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { die } from './die.mjs';

const PROGRAM = fileURLToPath(new URL('room_server_process.mjs', import.meta.url));

export class RoomServer {
  #options;
  #launcher;
  #child;
  #port = 0;

  /**
   * @param {object} [options] of room_server_process.mjs; program: what to run instead of that; launcher: words of the
   *   command that runs it
   */
  constructor({ launcher = [], ...options } = {}) {
    this.#options = options;
    this.#launcher = launcher;
  }

  /** The second time on the same port as the first. */
  async start() {
    const [execPath, ...execArgv] = [...this.#launcher, process.execPath];
    this.#child = fork(this.#options.program ?? PROGRAM, [JSON.stringify({ port: this.#port, ...this.#options })], { execPath, execArgv });
    const started = once(this.#child, 'message');
    const ended = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`the room's server ended with ${code}`);
    });
    [this.#port] = await Promise.race([started, ended]);
    ended.catch(() => {});
  }

  get url() {
    return `http://${this.#options.host ?? '127.0.0.1'}:${this.#port}/`;
  }

  /** The next start() is at this address of the machine. */
  moveTo(host) {
    this.#options.host = host;
  }

  get pid() {
    return this.#child.pid;
  }

  /** Dies without a word to anybody. */
  async stop() {
    const child = this.#child;
    this.#child = undefined;
    await die(child);
  }
}
