// SPDX-License-Identifier: LGPL-2.1-or-later
// The examples that receive, as a person would start them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertColours } from './harness/colours.mjs';
import { PATIENCE } from './harness/patience.mjs';
import { inAnyBrowser } from './harness/stage.mjs';
import { Program, PYTHON } from './harness/element.mjs';

const example = (name) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

/** A running example and what it prints. */
class Example extends Program {
  #lines = [];

  constructor(...words) {
    super(words);
  }

  interpret(line) {
    this.#lines.push(line);
  }

  /** Waits for `count` lines that match. */
  untilSaid(pattern, count = 1) {
    return this.until(`${count} times ${pattern}`, () => this.#lines.filter((line) => pattern.test(line)).length >= count);
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

inAnyBrowser('Examples', {}, (test) => {
  test('record.py', async (stage) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rtcmc-record-'));
    try {
      await stage.viewer({ testCard: true });
      const recorder = stage.run(new Example(PYTHON, example('python/record.py'), stage.server.url, stage.room, folder));
      await stage.viewer({ testCard: true });
      await recorder.untilSaid(/^records /, 2);
      await untilAllGrow(folder, 20_000);
      assert.equal(await recorder.stop(), 0);
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
    const speaker = await stage.viewer({ testCard: true, userid: `speaker-of-${stage.room}` });
    const logger = stage.run(new Example(PYTHON, example('python/voices.py'), stage.server.url, stage.room));
    await logger.untilSaid(new RegExp(`speaker-of-${stage.room} speaks`));
    await speaker.close();
    await logger.stop();
  });

  test('grid.sh', async (stage) => {
    const browser = await stage.viewer({ testCard: true });
    const grid = stage.run(new Example(example('grid.sh'), stage.server.url, stage.room));
    const [{ id }] = await browser.untilStreams(1, { kinds: ['video'] });
    await browser.untilPicture(id);
    // The test card is in the first quarter, nobody in the others.
    const bars = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];
    await browser.until('the test card in its quarter', (stream) =>
      participant.pixels(stream, [[0.0625, 0.2]])[0][0] > 180, {}, id);
    await assertColours(browser, bars.map((colour, bar) => [(bar + 0.5) / 8, 0.2, colour]), id);
    await assertColours(browser, [[0.75, 0.25, [0, 0, 0]], [0.25, 0.75, [0, 0, 0]]], id);
    await grid.stop();
  });
});
