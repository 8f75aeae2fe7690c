// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may come in, and what a person reads who may not.

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

/**
 * Waits until the element has given up; checks what it says. Not its message rtcmc-room-error: gst-launch-1.0 ends as
 * soon as an error is posted, and now and then has not read the messages before it.
 */
async function assertRefused(element, text) {
  assert.notEqual(await element.untilExit(), 0);
  assert.match(element.errors.join('\n'), text);
}

inAnyBrowser('Access', {}, (test) => {
  test('the right password opens the door', async (stage) => {
    await stage.viewer({ password: 'green tea' });
    const element = await stage.element([input.video()], { password: 'green tea' });
    assert.equal((await element.untilMessage('rtcmc-room-joined')).created, false);
  });

  test('a wrong password ends the pipeline', async (stage) => {
    await stage.viewer({ password: 'green' });
    await assertRefused(stage.startElement([input.video()], { password: 'blue' }), /password/i);
  });

  test("the element's own room has a password", async (stage) => {
    await stage.element([input.video()], { password: 'green' });
    const [, refused] = await stage.tryToJoin({ password: 'blue' });
    assert.deepEqual([refused.joined, refused.error], [false, 'Invalid password']);
    const viewer = await stage.viewer({ password: 'green' });
    await viewer.untilPicture();
  });

  test('a full room ends the pipeline', async (stage) => {
    await stage.viewer({ maxParticipants: 1 });
    await assertRefused(stage.startElement([input.video()]), /full/i);
  });

  test("the element's own room is full at max-participants", async (stage) => {
    await stage.element([input.video()], { 'max-participants': 2 });
    const viewer = await stage.viewer();
    const [, refused] = await stage.tryToJoin();
    assert.deepEqual([refused.joined, refused.error], [false, 'Room full']);
    await viewer.untilPicture();
  });

  test('a taken user id gets a new one', async (stage) => {
    const one = await stage.element([input.video()], { 'user-id': 'twin' });
    const two = await stage.element([input.video()], { 'user-id': 'twin' });
    const changed = await two.untilMessage('rtcmc-user-id-changed');
    assert.equal(changed.old, 'twin');
    assert.notEqual(changed.new, 'twin');
    assert.deepEqual(one.messages.filter((message) => message.name === 'rtcmc-user-id-changed'), []);
    const viewer = await stage.viewer();
    const streams = await viewer.untilStreams(2);
    assert.deepEqual(streams.map((stream) => stream.userid).sort(), ['twin', changed.new].sort());
    await Promise.all(streams.map((stream) => viewer.untilPicture(stream.id)));
  });
});
