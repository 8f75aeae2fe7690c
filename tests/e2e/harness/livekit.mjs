// SPDX-License-Identifier: LGPL-2.1-or-later
// A real SFU: the program livekit-server, which RTCMC_LIVEKIT names. It takes WHIP at /whip/v1.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { die } from './die.mjs';
import { freePort } from './free_port.mjs';
import { PATIENCE } from './patience.mjs';

const PROGRAM = process.env.RTCMC_LIVEKIT ?? '';
const KEY = 'garden';
const SECRET = 'a secret of at least thirty-two characters';
const TOKEN_LASTS = 3600; // s

/** Why there can be none, as a sentence; false if there can. */
export function whyNoLiveKit() {
  return existsSync(PROGRAM) ? false : 'RTCMC_LIVEKIT does not name the program livekit-server (1.9.2 or later, which has WHIP of its own)';
}

const base64url = (text) => Buffer.from(text).toString('base64url');

/** A JSON Web Token that may do what `video` grants. */
function token(video, identity) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: KEY, sub: identity, nbf: now - 60, exp: now + TOKEN_LASTS, video };
  const signed = `${base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }))}.${base64url(JSON.stringify(claims))}`;
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

export class LiveKit {
  #child;
  #port;
  #log = [];

  async start() {
    this.#port ??= await freePort();
    const [tcp, udp] = [await freePort(), await freePort()];
    const config = {
      port: this.#port,
      bind_addresses: ['127.0.0.1'],
      keys: { [KEY]: SECRET },
      rtc: {
        tcp_port: tcp,
        udp_port: udp,
        use_external_ip: false,
        node_ip: '127.0.0.1',
        enable_loopback_candidate: true,
        stun_servers: ['127.0.0.1:9'], // its own choice is on the Internet
      },
      logging: { level: 'debug' },
    };
    // What is JSON is YAML, too.
    this.#child = spawn(PROGRAM, ['--config-body', JSON.stringify(config)], { stdio: ['ignore', 'pipe', 'pipe'] });
    [this.#child.stdout, this.#child.stderr].forEach((stream) => stream.on('data', (data) => this.#log.push(data)));
    await this.#until('livekit-server is up', () => fetch(this.#url('/')).then(({ ok }) => ok, () => false));
    return this;
  }

  #url(path) {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  get publishUrl() {
    return this.#url('/whip/v1');
  }

  publishToken(room, identity) {
    return token({ room, roomJoin: true, canPublish: true }, identity);
  }

  async #call(method, room, body) {
    const response = await fetch(this.#url(`/twirp/livekit.RoomService/${method}`), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token({ room, roomAdmin: true }, 'admin')}` },
      body: JSON.stringify({ room, ...body }),
    });
    return { status: response.status, ...await response.json() };
  }

  async #until(what, find) {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const found = await find();
      if (found) {
        return found;
      }
      assert.ok(Date.now() < deadline && this.#child.exitCode === null, `in vain: ${what}`);
      await pause(100);
    }
  }

  /** Who is in the room. */
  async participants(room) {
    return (await this.#call('ListParticipants', room)).participants ?? [];
  }

  /** Waits until the room has this participant with `count` tracks; returns these. */
  untilTracks(room, identity, count) {
    return this.#until(`${count} tracks of ${identity}`, async () => {
      const found = (await this.participants(room)).find((participant) => participant.identity === identity);
      return found?.tracks?.length === count && found.tracks;
    });
  }

  untilGone(room, identity) {
    return this.#until(`${identity} is gone`, async () =>
      !(await this.participants(room)).some((participant) => participant.identity === identity));
  }

  removeParticipant(room, identity) {
    return this.#call('RemoveParticipant', room, { identity });
  }

  describe() {
    return `--- livekit-server\n${Buffer.concat(this.#log).toString().split('\n').slice(-40).join('\n')}`;
  }

  /** Without a word to anybody. It may start again. */
  dispose() {
    const child = this.#child;
    this.#child = undefined;
    return die(child);
  }
}
