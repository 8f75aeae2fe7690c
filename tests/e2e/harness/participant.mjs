// SPDX-License-Identifier: LGPL-2.1-or-later
// A browser's participant of a room: a page with unmodified RTCMultiConnection.js.

/* global participant */

import assert from 'node:assert/strict';
import { medianOffset } from './offsets.mjs';
import { PATIENCE } from './patience.mjs';

export class Participant {
  #page;

  /** @param page of browsers.mjs */
  constructor(page) {
    this.#page = page;
  }

  /**
   * @param {string} url the room's server
   * @param {object} options room, and any of camera (with `picture`, its constraints), testCard (coloured bars and a tone), flashAndBeep (how often,
   *   in ms), session, password, userid,
   *   extra, maxParticipants, messageEvent (connection.socketMessageEvent)
   * @returns {Promise<{joined: boolean, error?: string, created: boolean}>} what openOrJoin says
   */
  async join(url, options) {
    await this.open(`${url}participant.html`);
    return this.#page.evaluate((given) => participant.join(given), options);
  }

  showAddresses() {
    return this.#page.showAddresses();
  }

  open(address) {
    return this.#page.open(address);
  }

  /** In the page, with the object `participant` at hand. */
  evaluate(fn, ...args) {
    return this.#page.evaluate(fn, ...args);
  }

  until(what, fn, options, ...args) {
    return this.#page.until(what, fn, options, ...args);
  }

  userid() {
    return this.evaluate(() => participant.connection.userid);
  }

  /** @returns {Promise<{id: string, userid: string, kinds: string[]}[]>} */
  streams() {
    return this.evaluate(() => participant.streams());
  }

  participants() {
    return this.evaluate(() => participant.participants());
  }

  /** Waits for `count` streams with `kinds` each, of `userid` if given; returns them. */
  async untilStreams(count = 1, { kinds, userid } = {}) {
    const find = (wanted, user, wantedKinds) => {
      const found = participant.streams().filter((stream) => (!user || stream.userid === user) &&
        (!wantedKinds || String(stream.kinds) === String(wantedKinds)));
      return found.length === wanted && found;
    };
    const what = `${count} streams${kinds ? ` of ${kinds}` : ''}${userid ? ` from ${userid}` : ''}`;
    return this.until(what, find, {}, count, userid ?? null, kinds ?? null);
  }

  async #only(streamid) {
    return streamid ?? (await this.untilStreams(1))[0].id;
  }

  /** Waits until `frames` more pictures than now have been decoded; returns the statistics then. */
  async untilPicture(streamid, { frames = 5, timeout } = {}) {
    const id = await this.#only(streamid);
    const start = (await this.evaluate((stream) => participant.received(stream, 'video'), id))?.framesDecoded ?? 0;
    const decoded = async (stream, wanted) => {
      const stats = await participant.received(stream, 'video');
      const element = participant.elements.get(stream);
      return stats?.framesDecoded >= wanted && element.videoWidth > 0 && !element.paused && stats;
    };
    return this.until(`${frames} pictures of ${id}`, decoded, { timeout }, id, start + frames);
  }

  /** Waits until sound arrives; returns the statistics then. */
  async untilSound(streamid) {
    const id = await this.#only(streamid);
    return this.until(`sound of ${id}`, async (stream) => {
      const stats = await participant.received(stream, 'audio');
      return stats?.packetsReceived > 10 && stats;
    }, {}, id);
  }

  /** Waits until the strongest frequency is `expected` Hz, as exactly as it can be measured. */
  async untilTone(expected, streamid) {
    const id = await this.#only(streamid);
    return this.until(`a tone of ${expected} Hz`, (stream, frequency) => {
      const tone = participant.tone(stream);
      return tone.level > -40 && Math.abs(tone.frequency - frequency) <= 1.5 * tone.resolution && tone;
    }, {}, id, expected).catch(async (error) => {
      const heard = await this.evaluate((stream) => participant.tone(stream), id);
      throw new Error(`${error.message}; heard ${JSON.stringify(heard)}`);
    });
  }

  /**
   * Waits until the sound is between `earliest` and `latest` ms behind the picture, as both reach the page; they change
   * each `interval`. Browsers bring them together bit by bit: Firefox takes some twenty seconds.
   */
  async untilInSync(interval, earliest, latest) {
    const id = await this.#only();
    await this.evaluate((stream) => participant.watchSync(stream), id);
    const deadline = Date.now() + 2 * PATIENCE;
    const isInSync = (offset) => offset > earliest && offset < latest;
    let seen;
    let offset;
    do {
      seen = await this.evaluate(() => participant.seen);
      offset = medianOffset(seen.flashes, seen.beeps, interval);
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (!isInSync(offset) && Date.now() < deadline);
    assert.ok(isInSync(offset), `${offset} ms; ${JSON.stringify(seen)}`);
  }

  async pixels(points, streamid) {
    const id = await this.#only(streamid);
    return this.evaluate((stream, at) => participant.pixels(stream, at), id, points);
  }

  /** What we send to `userid`. */
  sent(userid) {
    return this.evaluate((user) => participant.sent(user), userid);
  }

  untilLeft(userid) {
    return this.until(`${userid} leaves`, (user) => participant.left.includes(user), {}, userid);
  }

  /** Sends anything to anybody through the room's server. */
  sendRaw(remoteUserId, message) {
    return this.evaluate((to, content) => {
      const { connection } = participant;
      connection.socket.emit(connection.socketMessageEvent,
        { remoteUserId: to, message: content, sender: connection.userid });
    }, remoteUserId, message);
  }

  /** Waits until a stream has been muted or unmuted for the `count`th time; returns how. */
  untilMute(count) {
    return this.until(`change ${count} of what is muted`, (wanted) => participant.mutes[wanted - 1], {}, count);
  }

  /** Waits until no packet of this kind has come for a second. */
  untilStill(kind, streamid) {
    return this.until(`no more ${kind}`, async (id, wanted) => {
      const stream = id ?? participant.streams()[0].id;
      const before = await participant.received(stream, wanted);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return (await participant.received(stream, wanted))?.packetsReceived === before?.packetsReceived;
    }, {}, streamid ?? null, kind);
  }

  leave() {
    return this.evaluate(() => participant.leave());
  }

  /** For a person who asks why a test failed. */
  async describe() {
    const state = await this.evaluate(() => ({
      userid: participant.connection?.userid,
      streams: participant.streams(),
      left: participant.left,
      peers: (participant.connection ? participant.participants() : [])
        .map((id) => `${id}: ${participant.connectionState(id)}`),
    }));
    return { ...state, errors: this.#page.errors };
  }

  screenshot(path) {
    return this.#page.screenshot(path);
  }

  close() {
    return this.#page.close();
  }
}
