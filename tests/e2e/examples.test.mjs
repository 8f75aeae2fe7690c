// SPDX-License-Identifier: LGPL-2.1-or-later
// The examples that receive, as a person would start them.

import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { assertColours } from './harness/colours.mjs';
import { PATIENCE } from './harness/patience.mjs';
import { inEachBrowser } from './harness/stage.mjs';
import { PYTHON } from './harness/element.mjs';

const example = (name) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

/** A running example and what it prints. */
class Example {
  #child;
  #lines = [];
  #waiting = () => {};

  constructor(program, ...args) {
    this.#child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true, // Ctrl-C goes to all of its processes
      env: { ...process.env, ...(process.env.RTCMC_PRELOAD && { LD_PRELOAD: process.env.RTCMC_PRELOAD }) },
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      this.#waiting();
    });
  }

  /** Waits for `count` lines that match. */
  untilSaid(pattern, count = 1) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never said ${pattern}: ${this.#lines.join('\n')}`)), PATIENCE);
      this.#waiting = () => {
        const found = this.#lines.filter((line) => pattern.test(line));
        if (found.length >= count) {
          clearTimeout(timer);
          resolve(found);
        }
      };
      this.#waiting();
    });
  }

  async interrupt() {
    const ended = once(this.#child, 'exit');
    process.kill(-this.#child.pid, 'SIGINT');
    return (await ended)[0];
  }
}

/** How many bytes come out of a file's stream, decoded. */
function decodedSize(file, stream, decoder) {
  const words = `-q filesrc location=${file} ! matroskademux name=d d.${stream} ! ${decoder} ! fdsink`;
  return execFileSync('gst-launch-1.0', words.split(' '), { maxBuffer: 1e9 }).length;
}

/** Waits until no file of a folder is smaller. */
async function untilAllGrow(folder, bytes) {
  const deadline = Date.now() + PATIENCE;
  const sizes = () => readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
  while (sizes().some((size) => size < bytes)) {
    assert.ok(Date.now() < deadline, `files stay small: ${sizes()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

inEachBrowser('Examples', {}, (test) => {
  test('record.py', async (stage) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rtcmc-record-'));
    try {
      const recorder = new Example(PYTHON, example('python/record.py'), stage.server.url, stage.room, folder);
      await stage.viewer({ testCard: true });
      await stage.viewer({ testCard: true });
      await recorder.untilSaid(/^records /, 2);
      await untilAllGrow(folder, 20_000);
      assert.equal(await recorder.interrupt(), 0);
      const files = readdirSync(folder);
      assert.equal(files.length, 2);
      for (const file of files) {
        assert.ok(decodedSize(path.join(folder, file), 'video_0', 'queue ! vp8dec') > 0);
        assert.ok(decodedSize(path.join(folder, file), 'audio_0', 'queue ! opusdec') > 0);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('voices.py', async (stage) => {
    const logger = new Example(PYTHON, example('python/voices.py'), stage.server.url, stage.room);
    const speaker = await stage.viewer({ testCard: true, userid: `speaker-of-${stage.room}` });
    await logger.untilSaid(new RegExp(`speaker-of-${stage.room} speaks`));
    await speaker.close();
    await logger.interrupt();
  });

  test('grid.sh', async (stage) => {
    const grid = new Example(example('grid.sh'), stage.server.url, stage.room);
    const browser = await stage.viewer({ testCard: true });
    const [{ id }] = await browser.untilStreams(1, { kinds: ['video'] });
    await browser.untilPicture(id);
    // The test card is in the first quarter, nobody in the others.
    const bars = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];
    await browser.until('the test card in its quarter', (stream) =>
      participant.pixels(stream, [[0.0625, 0.2]])[0][0] > 180, {}, id);
    await assertColours(browser, bars.map((colour, bar) => [(bar + 0.5) / 8, 0.2, colour]), id);
    await assertColours(browser, [[0.75, 0.25, [0, 0, 0]], [0.25, 0.75, [0, 0, 0]]], id);
    await grid.interrupt();
  });
});
