// SPDX-License-Identifier: LGPL-2.1-or-later
// A room in players of GStreamer, by its URI.

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

/** What a browser's test card and a `redElement()` look and sound like. */
const CARD = { colours: [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], tone: 440 };
const RED = { colours: Array(4).fill([255, 0, 0]), tone: 880 };

const redElement = (stage) =>
  stage.element([input.video({ pattern: 'red' }), input.tone({ frequency: RED.tone })]);

async function assertShows(player, { colours, tone }) {
  await player.untilColours(colours);
  await player.untilTone(tone);
}

function assertPlaysOn(player) {
  assert.deepEqual([player.errors, player.ended], [[], false]);
}

// Each browser's media is among the tests of receiving.
inAnyBrowser('Playing', {}, (test) => {
  for (const factory of ['playbin3', 'playbin']) {
    test(`one participant after another, with an empty room between, ${factory}`, async (stage) => {
      const first = await stage.viewer({ testCard: true });
      const player = stage.player({ factory });
      await assertShows(player, CARD);
      const second = await redElement(stage);
      await player.untilStreamsOf([await first.userid(), second.userid]);
      await assertShows(player, CARD);
      await first.close();
      await assertShows(player, RED);
      assert.equal(await second.stop(), 0);
      assertPlaysOn(player);
      const third = await stage.viewer({ testCard: true });
      await player.untilStreamsOf([await third.userid()]);
      await assertShows(player, CARD);
      assertPlaysOn(player);
    });
  }

  test('a camera and a microphone that come into an empty room, until told to end', async (stage) => {
    const player = stage.player();
    await player.until('the wait for somebody', () => player.states.includes('paused'));
    await stage.camera();
    await player.until('moving pictures', () => new Set(player.pictures.map(String)).size > 1);
    await player.until('sound', () => player.tones.length > 0);
    assertPlaysOn(player);
    await player.end();
    assert.deepEqual(player.errors, []);
  });

  test('the participant that one chooses', async (stage) => {
    const browser = await stage.viewer({ testCard: true });
    const player = stage.player();
    await assertShows(player, CARD);
    const element = await redElement(stage);
    const userid = await browser.userid();
    await player.untilStreamsOf([userid, element.userid]);
    const wanted = player.streamsOf(element.userid);
    assert.deepEqual(await player.select(wanted), wanted);
    await assertShows(player, RED);
    await player.select(player.streamsOf(userid));
    await assertShows(player, CARD);
    assert.equal(player.selected.length, 2);
    assertPlaysOn(player);
  });

  test('a room with a password', async (stage) => {
    await stage.viewer({ testCard: true, password: 'a&b=ü' });
    const player = stage.player({ options: `?password=${encodeURIComponent('a&b=ü')}` });
    await assertShows(player, CARD);
    assertPlaysOn(player);
  });

  test('a wrong URI ends with what is wrong', async (stage) => {
    const player = stage.player({ options: '?passwort=secret' });
    await player.until('an error', () => player.errors.length > 0);
    assert.match(player.errors[0], /The option "passwort" is none of password, user-id, .* Write it like rtcmc:\/\//);
  });
});
