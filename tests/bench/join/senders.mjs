// SPDX-License-Identifier: LGPL-2.1-or-later
// Who sends the test picture, each in a process and a room of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Element, input } from '../../e2e/harness/element.mjs';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class RtcmcRoom {
  name = 'rtcmcroom';
  #element;

  constructor(socketUrl, codec) {
    const properties = { 'room-id': this.name, 'socket-url': socketUrl, 'video-codecs': `<(string)${codec}>` };
    this.#element = new Element(properties, [input.video({ width: 640, height: 360, rate: 30 })], { debug: '1' });
  }

  untilReady() {
    return this.#element.untilMessage('rtcmc-room-joined');
  }

  untilLeft(userid) {
    return this.#element.untilMessage('rtcmc-participant-left', { fits: (fields) => fields['user-id'] === userid });
  }

  describe() {
    return this.#element.describe();
  }

  dispose() {
    return this.#element.dispose();
  }
}

/** naive_sender.cpp */
export class NaiveSender {
  name = 'naive';
  #child;
  #output;
  #lines = [];

  constructor(program, socketUrl) {
    this.#child = spawn(program, [socketUrl, this.name], { stdio: ['ignore', 'pipe', 'inherit'] });
    running.add(this.#child);
    this.#output = createInterface({ input: this.#child.stdout });
    this.#output.on('line', (line) => this.#lines.push(line));
  }

  async #untilLine(wanted, timeout = 15000) {
    const signal = AbortSignal.timeout(timeout);
    while (!this.#lines.includes(wanted)) {
      await once(this.#output, 'line', { signal }).catch((cause) => {
        throw new Error(`the naive sender does not print "${wanted}"`, { cause });
      });
    }
  }

  untilReady() {
    return this.#untilLine('Ready');
  }

  untilLeft(userid) {
    return this.#untilLine(`Left ${userid}`);
  }

  describe() {
    return ['--- naive sender', ...this.#lines].join('\n');
  }

  async dispose() {
    running.delete(this.#child);
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
  }
}
