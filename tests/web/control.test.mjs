// SPDX-License-Identifier: LGPL-2.1-or-later
// Who watches steers: what is done over a picture reaches what is upstream of rtcmcroom.

import assert from 'node:assert/strict';
import { input } from '../e2e/harness/element.mjs';
import { visit, withViewer } from './harness/visitor.mjs';

const WIDTH = 320;
const HEIGHT = 240;
const picture = () => input.video({ width: WIDTH, height: HEIGHT }); // with bars at both sides of the tile
const NAVIGABLE = { 'video_0::navigation': 'true', 'video_0::stream-id': 'cam' };

const isControlled = (visitor, isOn) => visitor.until(isOn ? 'control' : 'no control', (wanted) => {
  const button = document.querySelector('button[aria-label^=Control]');
  const isFocused = document.activeElement === (wanted ? document.querySelector('video') : button);
  return button.ariaPressed === String(wanted) && isFocused;
}, {}, isOn);

const hasButton = (visitor, isThere) => visitor.until(isThere ? 'the button' : 'no button', (wanted) =>
  document.querySelector('button[aria-label^=Control]').checkVisibility() === wanted, {}, isThere);

async function startControl(visitor) {
  await visitor.untilPictures(1);
  await hasButton(visitor, true);
  await visitor.evaluate(() => document.querySelector('button[aria-label^=Control]').click());
  await isControlled(visitor, true);
}

/** A place in the picture on the page. */
async function pointOf(visitor, x, y) {
  const { left, top, width, height } = await visitor.evaluate(() => document.querySelector('video').getBoundingClientRect().toJSON());
  const shown = (height * WIDTH) / HEIGHT;
  assert.ok(shown < width - 20, 'there are bars');
  return { x: left + (width - shown) / 2 + x * shown, y: top + y * height };
}

function assertAt(event, x, y) {
  assert.ok(Math.abs(event.pointer_x - x) < 1 && Math.abs(event.pointer_y - y) < 1, JSON.stringify(event));
}

withViewer('Control', {}, (test) => {
  test('mouse, wheel, keys and touch reach what is upstream', async (stage) => {
    const element = await stage.hostedElement([picture()], NAVIGABLE);
    const visitor = await visit(stage, { name: 'Ada' });
    await startControl(visitor);

    const middle = await pointOf(visitor, 0.25, 0.5);
    const outside = await pointOf(visitor, -0.02, 0.5);
    await visitor.mouse.click(outside.x, outside.y);
    await visitor.mouse.move(middle.x, middle.y);
    assertAt(await element.untilNavigation({ event: 'mouse-move' }), 80, 120);
    await visitor.mouse.down();
    assertAt(await element.untilNavigation({ event: 'mouse-button-press', button: 1 }), 80, 120);
    await visitor.mouse.move(outside.x, outside.y);
    await visitor.mouse.up();
    assertAt(await element.untilNavigation({ event: 'mouse-button-release', button: 1 }), 0, 120);
    await visitor.mouse.click(middle.x, middle.y, { button: 'right' });
    await element.untilNavigation({ event: 'mouse-button-release', button: 3 });
    assert.equal(element.navigation.filter(({ event }) => event === 'mouse-button-press').length, 2);

    await visitor.mouse.move(middle.x, middle.y);
    await visitor.wheel(0, 120);
    const scroll = await element.untilNavigation({ event: 'mouse-scroll' });
    assert.ok(scroll.delta_pointer_y < 0);

    await visitor.press('ArrowLeft');
    await element.untilNavigation({ event: 'key-release', key: 'Left' });
    await visitor.press('Tab');
    await element.untilNavigation({ event: 'key-release', key: 'Tab' });
    await visitor.press('!');
    await element.untilNavigation({ event: 'key-release', key: 'exclam' });

    await visitor.touch(middle, await pointOf(visitor, 0.75, 0.25));
    assertAt(await element.untilNavigation({ event: 'touch-down', identifier: 0 }), 80, 120);
    assertAt(await element.untilNavigation({ event: 'touch-up', identifier: 0 }), 240, 60);
    assert.ok(element.navigation.some(({ event }) => event === 'touch-motion'));
    await element.until('the frame', () => element.navigation.at(-1).event === 'touch-frame');
    const isMouse = ({ event }, index) => event.startsWith('mouse') && index > element.navigation.findIndex((one) => one.event === 'touch-down');
    assert.deepEqual(element.navigation.filter(isMouse), []);

    const users = new Set(element.navigation.map((event) => event['user-id']));
    assert.equal(users.size, 1);
    assert.deepEqual([element.warnings, element.loggedDrops(), visitor.errors], [[], [], []]);
    assert.deepEqual(element.signals.filter(([name]) => name === 'message'), []);
  });

  test('Escape and the button end it, and let go of what is held', async (stage) => {
    const element = await stage.hostedElement([picture()], NAVIGABLE);
    const visitor = await visit(stage);
    await startControl(visitor);
    await visitor.until('the hint', () => /Escape ends control/.test(document.querySelector('figcaption').textContent));
    await visitor.hold('w', true);
    await element.untilNavigation({ event: 'key-press', key: 'w' });
    await visitor.press('Escape');
    await element.untilNavigation({ event: 'key-release', key: 'w' });
    await isControlled(visitor, false);
    await visitor.hold('w', false);

    await startControl(visitor);
    const { x, y } = await pointOf(visitor, 0.5, 0.5);
    await visitor.mouse.click(x, y, { clickCount: 2 });
    await visitor.press('z');
    await element.untilNavigation({ event: 'key-release', key: 'z' });
    assert.equal(await visitor.evaluate(() => document.fullscreenElement), null);
    await visitor.evaluate(() => document.querySelector('button[aria-label^=Control]').click());
    await isControlled(visitor, false);
    const count = element.navigation.length;
    await visitor.mouse.move(x + 9, y);
    await visitor.press('q');
    await visitor.say('done');
    await element.untilSignal('message', { fits: (_user, text) => text === 'done' });
    assert.equal(element.navigation.length, count);
  });

  test('is there only for who takes it, as it changes', async (stage) => {
    const element = await stage.hostedElement([picture()], { 'video_0::stream-id': 'cam' });
    const visitor = await visit(stage);
    await visitor.untilPictures(1);
    await visitor.until('the data channel', () => document.getElementById('hint').hidden);
    await hasButton(visitor, false);
    await element.set({ navigation: true }, 'video_0');
    await startControl(visitor);
    await element.set({ navigation: false }, 'video_0');
    await hasButton(visitor, false);
    await visitor.press('q');
    await visitor.say('done');
    await element.untilSignal('message', { fits: (_user, text) => text === 'done' });
    assert.deepEqual(element.navigation, []);
  });

  test('pages with RTCMultiConnection.js can do it too, and are not disturbed', async (stage) => {
    const element = await stage.hostedElement([picture()], NAVIGABLE);
    const page = await stage.viewer();
    await page.untilPicture();
    const send = (data) => page.evaluate((given) => participant.connection.send(given), data);
    const [user] = await element.untilSignal('channel-open');
    await send({ navigation: 'key-press', streamid: 'cam', key: 'Enter' });
    await element.untilNavigation({ event: 'key-press', key: 'Return', 'user-id': user });
    await element.set({ navigation: false }, 'video_0');
    await element.untilNavigation({ event: 'key-release', key: 'Return' });
    for (let i = 0; i < 3; ++i) {
      await send({ navigation: 'mouse-move', streamid: 'cam', x: 0, y: 0 });
    }
    await send('done');
    await element.untilSignal('message', { fits: (_user, text) => text === 'done' });
    assert.equal(element.navigation.length, 2);
    assert.equal(element.signals.filter(([name]) => name === 'message').length, 1);
    assert.equal(element.loggedDrops().length, 1);
    assert.deepEqual(page.errors ?? [], []);
  });
});
