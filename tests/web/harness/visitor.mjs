// SPDX-License-Identifier: LGPL-2.1-or-later
// A person who has the viewer page open: sees what is shown, clicks, types.

import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PATIENCE } from '../../e2e/harness/patience.mjs';
import { inEachBrowser } from '../../e2e/harness/stage.mjs';

const PROGRAM = fileURLToPath(new URL('server_process.mjs', import.meta.url));
export const WEB = path.join(path.dirname(PROGRAM), '../../../web');

/** inEachBrowser() of e2e, on the server with the viewer page. */
export const withViewer = (theme, options, define) => inEachBrowser(theme, { program: PROGRAM, ...options }, define);

export class Visitor {
  #page;

  constructor(page) {
    this.#page = page;
  }

  open(url) {
    return this.#page.open(url);
  }

  /** By the form of the first page. */
  async openRoom(url, room, password = '', isListed = false) {
    await this.open(url);
    await this.evaluate((...wishes) => setTimeout(() => {
      const form = document.getElementById('open');
      const { elements } = form;
      [elements.room.value, elements.password.value, elements.listed.checked] = wishes;
      form.requestSubmit();
    }), room, password, isListed);
    // A page that is just being left answers nothing.
    const isThere = () => this.evaluate(() => location.pathname + location.search !== '/').catch(() => false);
    for (let deadline = Date.now() + PATIENCE; !await isThere(); ) {
      assert.ok(Date.now() < deadline, 'the room is not opened');
      await setTimeout(20);
    }
  }

  evaluate(fn, ...args) {
    return this.#page.evaluate(fn, ...args);
  }

  until(what, fn, options, ...args) {
    return this.#page.until(what, fn, options, ...args);
  }

  press(key) {
    return this.#page.press(key);
  }

  type(text) {
    return this.#page.type(text);
  }

  hold(key, isDown) {
    return this.#page.hold(key, isDown);
  }

  get mouse() {
    return this.#page.mouse;
  }

  wheel(deltaX, deltaY) {
    return this.#page.wheel(deltaX, deltaY);
  }

  touch(...points) {
    return this.#page.touch(...points);
  }

  resize(width, height) {
    return this.#page.resize(width, height);
  }

  get errors() {
    return this.#page.errors;
  }

  click(id) {
    return this.evaluate((button) => document.getElementById(button).click(), id);
  }

  /** Waits until an element is shown with a text that matches. */
  untilShown(id, pattern = '') {
    return this.until(`${pattern} in ${id}`, (element, wanted) => {
      const found = document.getElementById(element);
      return found.checkVisibility() && new RegExp(wanted).test(found.textContent);
    }, {}, id, pattern);
  }

  untilOthers(count) {
    return this.untilShown('status', count === 0 ? 'Nobody else' : `^${count} other`);
  }

  /** @returns {Promise<{name: string, kinds: string[], muted: boolean}[]>} the tiles of the others */
  tiles() {
    return this.evaluate(() => [...document.querySelectorAll('figure:not(.self)')].map((figure) => ({
      name: figure.querySelector('figcaption span').textContent,
      kinds: figure.querySelector('video').srcObject.getTracks().map((track) => track.kind).sort(),
      muted: figure.querySelector('video').muted,
      silent: figure.classList.contains('mute'),
    })));
  }

  /** Waits until there are so many pictures, and all of them move. */
  untilPictures(count) {
    return this.until(`${count} pictures that move`, async (wanted) => {
      const videos = [...document.querySelectorAll('figure:not(.self) video')];
      const nextFrame = (video) => new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      const isMoving = async (video) => {
        await nextFrame(video);
        await nextFrame(video);
        return !video.paused && video.videoWidth > 0;
      };
      const tooLate = new Promise((resolve) => setTimeout(resolve, 2000, [false]));
      const moving = videos.length === wanted && await Promise.race([Promise.all(videos.map(isMoving)), tooLate]);
      return moving && moving.every(Boolean);
    }, {}, count);
  }

  async startSending() {
    await this.click('join');
    await this.untilShown('stop');
  }

  async say(text) {
    await this.until('somebody who can read', () => document.getElementById('hint').hidden);
    await this.evaluate((words) => {
      document.getElementById('text').value = words;
      document.getElementById('chat').requestSubmit();
    }, text);
  }

  untilHeard(name, text) {
    return this.until(`"${text}" of ${name}`, (who, words) =>
      [...document.querySelectorAll('#log li')].some((item) =>
        item.querySelector('b').textContent === who && item.querySelector('p').textContent === words), {}, name, text);
  }

  async describe() {
    const state = await this.evaluate(() => ({
      status: document.getElementById('status').textContent,
      notice: document.getElementById('notice').innerText,
      log: document.getElementById('log').innerText,
    }));
    return { ...state, tiles: await this.tiles(), errors: this.errors };
  }

  screenshot(file) {
    return this.#page.screenshot(file);
  }

  close() {
    return this.#page.close();
  }
}

/** Opens the page of the stage's room. @param {string} [name] what the visitor is called */
export async function visit(stage, { name, room = stage.room } = {}) {
  const visitor = await stage.stranger(Visitor);
  await visitor.open(stage.server.url);
  if (name) {
    await visitor.evaluate((given) => localStorage.setItem('name', JSON.stringify(given)), name);
  }
  await visitor.open(stage.server.url + encodeURIComponent(room));
  return visitor;
}
