// SPDX-License-Identifier: LGPL-2.1-or-later
// What the server's tests share: the server as a process, and the npm clients of both versions.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { PATIENCE } from '../e2e/harness/patience.mjs';

export const require = createRequire(new URL('../e2e/package.json', import.meta.url));

const CLIENTS = { 4: require('socket.io-client-4'), 2: require('socket.io-client-2') };

/** A running server; `settings` are arguments of server.cpp. It ends with the test, `t`. */
export async function startServer(t, ...settings) {
  const child = spawn(process.env.RTCMC_TEST_SERVER, settings, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => stop(child));
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the server ended with ${code}`))),
  ]);
  const url = line.replace('Listening on ', '');
  return { url, port: Number(new URL(url).port), child, stop: () => stop(child) };
}

async function stop(child) {
  if (child.exitCode === null && child.signalCode === null) {
    child.stdin.end();
    await once(child, 'exit');
  }
}

/** A connected client of Socket.IO's major version 2 or 4, with the events it got in `seen`. */
export async function connect(t, url, { version = 4, query = {}, ...options } = {}) {
  const socket = open(t, url, { version, query, ...options });
  await happens(socket, 'connect');
  return socket;
}

/** The same, not yet connected. */
export function open(t, url, { version = 4, query = {}, ...options } = {}) {
  const socket = CLIENTS[version](url, { forceNew: true, reconnection: false, query, ...options });
  t.after(() => socket.close());
  socket.seen = [];
  const note = socket.onevent;
  socket.onevent = function (packet) {
    socket.seen.push(packet.data);
    note.call(this, packet);
  };
  return socket;
}

/** The values of the next such event. */
export function happens(emitter, event, deadline = PATIENCE) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no "${event}" within ${deadline} ms`)), deadline);
    emitter.once(event, (...values) => {
      clearTimeout(timer);
      resolve(values);
    });
  });
}

/** The values that an event is acknowledged with. */
export function ask(socket, event, ...values) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer to "${event}"`)), PATIENCE);
    socket.emit(event, ...values, (...answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

/** Resolves once `condition()` is true. */
export async function until(condition, what, deadline = PATIENCE) {
  const end = Date.now() + deadline;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error(`${what} did not come about`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What a server answers to raw bytes until it closes the connection. */
export async function raw(port, bytes) {
  const socket = net.connect(port, '127.0.0.1');
  const parts = [];
  socket.on('data', (data) => parts.push(data));
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(parts).toString();
}
