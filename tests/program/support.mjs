// SPDX-License-Identifier: LGPL-2.1-or-later
// rtcmc-server as a process, for its tests.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '../server/support.mjs';

export { ask, connect, happens, open, raw, require, until } from '../server/support.mjs';

/** The program with these arguments: its output so far, and a promise of its exit status. */
export function run(t, args, options = {}) {
  const child = spawn(process.env.RTCMC_SERVER, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const program = { child, stdout: '', stderr: '', ended: once(child, 'close').then(([code]) => code) };
  child.stdout.on('data', (data) => { program.stdout += data; });
  child.stderr.on('data', (data) => { program.stderr += data; });
  t.after(() => child.kill('SIGKILL'));
  return program;
}

/** The same, once it listens, on any port: with `url`, `port`, and `lines()` of its log. */
export async function serve(t, args = [], options = {}) {
  const program = run(t, ['--port=0', ...args], options);
  program.ended.then(() => { program.hasEnded = true; });
  const listening = /event"?[=:]"?listening"?[ ,]"?url"?[=:]"([^"]+)"/;
  await until(() => program.hasEnded || listening.test(program.stderr), `listening of ${args}`);
  if (program.hasEnded) {
    throw new Error(program.stderr);
  }
  program.url = program.stderr.match(listening)[1];
  program.port = Number(new URL(program.url).port);
  program.lines = () => program.stderr.split('\n').slice(0, -1);
  return program;
}

/** A folder that goes with the test. */
export function folder(t) {
  const name = mkdtempSync(path.join(tmpdir(), 'rtcmc-'));
  t.after(() => rmSync(name, { recursive: true }));
  return name;
}

/** The path of a new file with this text. */
export function file(t, text, name = 'file') {
  const where = path.join(folder(t), name);
  writeFileSync(where, text);
  return where;
}

/** A self-signed certificate for localhost: the paths of its files. */
export function certificate(into, name) {
  const [key, cert] = [path.join(into, `${name}.key`), path.join(into, `${name}.crt`)];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-keyout', key, '-out', cert, '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    { stdio: 'ignore' });
  return { key, cert };
}

export const TOKEN = 'a-token-for-tests-0123456789';

/** fetch() as an administrator. */
export function administer(url, options = {}) {
  return fetch(url, { ...options, headers: { authorization: `Bearer ${TOKEN}` } });
}
