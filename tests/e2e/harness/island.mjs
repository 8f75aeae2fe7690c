// SPDX-License-Identifier: LGPL-2.1-or-later
// A network namespace for an element, at the end of a cable of its own, with a way to a server on this machine. Takes root.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { Element } from './element.mjs';

const OURS = (number) => `10.231.${number}.1`;
const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Why there can be none; false: there can. */
export function whyNoIsland() {
  try {
    execFileSync('unshare', ['--net', 'true'], { stdio: 'ignore' });
    ip('-V');
    return false;
  } catch {
    return 'network namespaces take root, and the program ip (Debian package iproute2)';
  }
}

export class Island {
  #name = `rtcmc-${process.pid}`;
  #number = process.pid % 250;
  #links = new Set();
  #front;

  /** @param {string} target URL of the server */
  constructor(target) {
    const { hostname, port } = new URL(target);
    this.#front = net.createServer((link) => {
      const onward = net.connect(Number(port), hostname);
      [link, onward].forEach((end) => {
        this.#links.add(end);
        end.on('error', () => end.destroy());
      });
      link.pipe(onward).pipe(link);
    });
  }

  async start() {
    const [outside, inside] = [`rt${process.pid}o`, `rt${process.pid}i`];
    ip('netns', 'add', this.#name);
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', this.#name);
    ip('address', 'add', `${OURS(this.#number)}/24`, 'dev', outside);
    ip('link', 'set', outside, 'up');
    this.inside = inside;
    this.run('link', 'set', 'lo', 'up');
    this.run('link', 'set', inside, 'up');
    this.move(undefined, 2);
    this.#front.listen(0, OURS(this.#number));
    await once(this.#front, 'listening');
  }

  /** ip(8) inside. */
  run(...args) {
    ip('-n', this.#name, ...args);
  }

  /** Gives the inside another address in the place of one that it has: the last number of each. */
  move(from, to) {
    const address = (number) => `10.231.${this.#number}.${number}/24`;
    if (from) {
      this.run('address', 'del', address(from), 'dev', this.inside);
    }
    this.run('address', 'add', address(to), 'dev', this.inside);
    this.run('route', 'replace', 'default', 'via', OURS(this.#number));
  }

  /** The server, as it is seen from inside. */
  get url() {
    return `http://${OURS(this.#number)}:${this.#front.address().port}/`;
  }

  /** What runs gst-launch-1.0 inside. */
  get Inhabitant() {
    const name = this.#name;
    return class extends Element {
      static get program() {
        return ['ip', 'netns', 'exec', name, ...Element.program];
      }
    };
  }

  stop() {
    ip('netns', 'del', this.#name);
    this.#links.forEach((link) => link.destroy());
    return new Promise((resolve) => this.#front.close(resolve));
  }
}
