// SPDX-License-Identifier: LGPL-2.1-or-later
// What TURN servers hold for us: it counts in their quotas until it is given back, or for ten minutes.

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { inAnyBrowser } from './harness/stage.mjs';
import { TurnServer, whyNoTurnServer } from './harness/turn_server.mjs';

/** A TURN server does not know whom names of mDNS belong to, and lets nobody through whom it was not told of. */
async function viewerOf(stage) {
  const viewer = await stage.stranger();
  await viewer.showAddresses();
  const answer = await viewer.join(stage.server.url, { room: stage.room });
  assert.equal(answer.joined, true, answer.error);
  return viewer;
}

inAnyBrowser('Relays', {}, (test) => {
  const withServer = (name, run) => test(name, async (stage, t) => {
    const reason = whyNoTurnServer();
    if (reason) {
      t.skip(reason);
      return;
    }
    const turn = new TurnServer();
    await turn.start();
    const properties = { 'turn-servers': `<"${turn.uri}">`, 'ice-transport-policy': 'relay' };
    try {
      await run(stage, turn, properties);
    } finally {
      await turn.stop();
    }
  });

  withServer('are given back when a participant leaves', async (stage, turn, properties) => {
    const element = await stage.element([input.video()], properties);
    const [first, second] = [await viewerOf(stage), await viewerOf(stage)];
    await first.untilPicture();
    await first.leave();
    await second.untilPicture();
    assert.ok(turn.held >= 1, `${turn.held} allocations`);
    await second.leave();
    await turn.untilHeld(0);
    assert.deepEqual(element.errors, []);
  });

  withServer('hold nobody up when their server is gone', async (stage, turn, properties) => {
    const element = await stage.element([input.video()], properties);
    await (await viewerOf(stage)).untilPicture();
    await turn.stop();
    assert.equal(await element.stop(), 0);
    assert.deepEqual(element.errors, []);
  });

  withServer('are given back when the element ends', async (stage, turn, properties) => {
    const element = await stage.element([input.video()], properties);
    const viewers = [await viewerOf(stage), await viewerOf(stage), await viewerOf(stage)];
    await Promise.all(viewers.map((viewer) => viewer.untilPicture()));
    assert.ok(turn.held >= 3, `${turn.held} allocations`);
    assert.equal(await element.stop(), 0);
    await turn.untilHeld(0);
  });

  withServer('are given back when the element ends before anybody is connected', async (stage, turn, properties) => {
    const element = await stage.element([input.video()], properties);
    stage.tryToJoin();
    await turn.untilAllocated(1);
    assert.equal(await element.stop(), 0);
    await turn.untilHeld(0);
  });
});
