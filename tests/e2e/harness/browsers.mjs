// SPDX-License-Identifier: LGPL-2.1-or-later
// Chromium and Firefox behind one interface.

import { existsSync } from 'node:fs';
import playwright from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { PATIENCE } from './patience.mjs';

const firstInstalled = (...programs) => programs.find(existsSync) ?? programs.at(-1);

// The one without windows is the same engine, and takes half the processor's time for a call.
const CHROMIUM = process.env.RTCMC_CHROMIUM ?? firstInstalled('/usr/bin/chromium-headless-shell', '/usr/bin/chromium');
const FIREFOX = process.env.RTCMC_FIREFOX ?? '/usr/bin/firefox-esr';
export const PROGRAMS = { chromium: CHROMIUM, firefox: FIREFOX };

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const FIREFOX_PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // Web Audio needs a sound card or this.
  'media.cubeb.force_mock_context': true,
  // A page that is not in front is as alive as the others.
  'media.suspend-background-video.enabled': false,
  'dom.min_background_timeout_value': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.update.enabled': false,
  // Firefox has H.264 in WebRTC only by a plugin that it would load from the network: do without.
  'media.gmp-manager.updateEnabled': false,
};

/** What pages know Chromium by, RTCMultiConnection.js among them, comes with its windows. */
function makeRecognizable() {
  window.chrome ??= {};
}

/** A page of either browser. Functions run in the page: they see their arguments and nothing else of the test. */
class Page {
  #page;
  #context;
  #errors = [];

  constructor(page, context) {
    this.#page = page;
    this.#context = context;
    page.on('pageerror', (error) => this.#errors.push(error.message));
  }

  /** What the page's scripts threw without catching. */
  get errors() {
    return this.#errors;
  }

  open(url) {
    return this.#page.goto(url, { waitUntil: 'load' });
  }

  /** For a person who asks why a test failed. */
  describe() {
    return `${this.#page.url()}: ${this.#errors.join('; ') || 'no errors'}`;
  }

  evaluate(fn, ...args) {
    return this.#page.evaluate(expression(fn, args));
  }

  /**
   * Waits in the page until `fn` gives something true, which is returned.
   * @param {string} what for the message when it does not come
   */
  async until(what, fn, { timeout = PATIENCE } = {}, ...args) {
    const poll = `(async () => {
      const deadline = performance.now() + ${timeout};
      for (;;) {
        const value = await ${expression(fn, args)};
        if (value) return { value };
        if (performance.now() > deadline) return {};
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    })()`;
    const result = await this.#page.evaluate(poll);
    if (!('value' in result)) {
      throw new Error(`waited ${timeout} ms in vain: ${what}`);
    }
    return result.value;
  }

  /** Presses a key as a person does: 'Tab', 'Enter', 'a'. Keys act in the window in front only. */
  async press(key) {
    await this.#page.bringToFront();
    await this.#page.keyboard.press(key);
  }

  async type(text) {
    await this.#page.bringToFront();
    await this.#page.keyboard.type(text);
  }

  /** Holds a key down, or lets it go. */
  async hold(key, isDown) {
    await this.#page.bringToFront();
    await this.#page.keyboard[isDown ? 'down' : 'up'](key);
  }

  /** The mouse of both browsers: move(x, y), down(), up() and click(x, y), in CSS pixels. */
  get mouse() {
    return this.#page.mouse;
  }

  /** Turns the mouse's wheel, by CSS pixels. */
  wheel(deltaX, deltaY) {
    return this.#isOfPlaywright ? this.mouse.wheel(deltaX, deltaY) : this.mouse.wheel({ deltaX, deltaY });
  }

  /** A finger that comes down at the first of these points, goes over the others, and up. */
  async touch(...points) {
    if (!this.#isOfPlaywright) {
      const finger = await this.#page.touchscreen.touchStart(points[0].x, points[0].y);
      for (const { x, y } of points.slice(1)) {
        await finger.move(x, y);
      }
      return finger.end();
    }
    const session = await this.#context.newCDPSession(this.#page);
    for (const [index, point] of points.entries()) {
      const type = index === 0 ? 'touchStart' : 'touchMove';
      await session.send('Input.dispatchTouchEvent', { type, touchPoints: [point] });
    }
    return session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  get #isOfPlaywright() {
    return 'setViewportSize' in this.#page;
  }

  /** As if the window had this size, in CSS pixels. */
  resize(width, height) {
    const size = { width, height };
    return this.#page.setViewportSize?.(size) ?? this.#page.setViewport(size);
  }

  /** Chromium hides its addresses behind mDNS names where a page has no permission to capture. Firefox is told not to. */
  async showAddresses() {
    await this.#context.grantPermissions?.(['camera', 'microphone']);
  }

  screenshot(path) {
    return this.#page.screenshot({ path });
  }

  async close() {
    await this.#context.close();
  }
}

const expression = (fn, args) => `(${fn})(...${JSON.stringify(args)})`;

class Browser {
  #browser;
  #newContext;
  #newPage;

  constructor(browser, newContext, newPage) {
    this.#browser = browser;
    this.#newContext = newContext;
    this.#newPage = newPage;
  }

  /** A page that shares nothing with the others, as on another machine. */
  async newPage() {
    const context = await this.#newContext(this.#browser);
    return new Page(await this.#newPage(context), context);
  }

  close() {
    return this.#browser.close();
  }
}

export const isInstalled = (kind) => existsSync(PROGRAMS[kind]);

/**
 * @param {'chromium' | 'firefox'} kind
 * @param {object} [options] program: in place of the browser's; flags: more of them, for Chromium
 */
export async function launch(kind, { program = PROGRAMS[kind], flags = [] } = {}) {
  if (kind === 'chromium') {
    const browser = await playwright.chromium.launch({ executablePath: program, headless: true, args: [...CHROMIUM_FLAGS, ...flags] });
    const viewport = { width: 1280, height: 720 };
    const newContext = async (of) => {
      const context = await of.newContext({ viewport, ignoreHTTPSErrors: true });
      await context.addInitScript(makeRecognizable);
      return context;
    };
    return new Browser(browser, newContext, (context) => context.newPage());
  }
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: program,
    headless: true,
    acceptInsecureCerts: true,
    extraPrefsFirefox: FIREFOX_PREFERENCES,
  });
  return new Browser(browser, (of) => of.createBrowserContext(), (context) => context.newPage({ type: 'window' }));
}
