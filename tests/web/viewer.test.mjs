// SPDX-License-Identifier: LGPL-2.1-or-later
// The viewer page among its own kind.

import assert from 'node:assert/strict';
import { Visitor, visit, withViewer } from './harness/visitor.mjs';

const isPassword = (visitor) => visitor.until('the password dialog', () => document.getElementById('passwordDialog').open);

async function enterPassword(visitor, password) {
  await isPassword(visitor);
  await visitor.type(password);
  await visitor.press('Enter');
}

withViewer('Viewer page', {}, (test) => {
  test('says who is there and shows who sends', async (stage) => {
    const first = await visit(stage, { name: 'Ada' });
    await first.untilShown('notice', 'first one here');
    const second = await visit(stage, { name: 'Grace' });
    await Promise.all([first.untilOthers(1), second.untilOthers(1)]);
    await second.untilShown('notice', 'Nobody sends video');

    await second.startSending();
    await first.untilPictures(1);
    const [tile] = await first.tiles();
    assert.deepEqual([tile.name, tile.kinds, tile.muted], ['Grace', ['audio', 'video'], true]);
    await first.untilShown('unmute');
    assert.deepEqual(await second.tiles(), []);

    await first.startSending();
    await second.untilPictures(1);

    const third = await visit(stage);
    await third.untilPictures(2);
    assert.deepEqual((await third.tiles()).map(({ name }) => name).sort(), ['Ada', 'Grace']);

    await second.click('stop');
    await third.untilPictures(1);
    await first.until('no picture', () => !document.querySelector('figure:not(.self)'));
    await second.startSending();
    await third.untilPictures(2);
    await second.close();
    await third.untilPictures(1);
    assert.deepEqual([...first.errors, ...third.errors], []);
  });

  test('chat, names and unread messages', async (stage) => {
    const ada = await visit(stage, { name: 'Ada' });
    const grace = await visit(stage, { name: 'Grace' });
    await ada.untilOthers(1);
    await ada.say('<img src=x onerror="document.title=1"> hello');
    await grace.untilHeard('Ada', '<img src=x onerror="document.title=1"> hello');
    await grace.untilShown('unread', '1');
    const long = 'ä😀'.repeat(900);
    await grace.say(long);
    await ada.untilHeard('Grace', long);
    await grace.evaluate(() => {
      document.getElementById('panelToggle').click();
      document.getElementById('name').value = 'Admiral';
      document.getElementById('name').dispatchEvent(new Event('change'));
    });
    await ada.until('the new name', () => /Admiral/.test(document.getElementById('people').textContent));
    await grace.say('again');
    await ada.untilHeard('Admiral', 'again');
  });

  test('who mutes the microphone is marked so', async (stage) => {
    const ada = await visit(stage);
    const grace = await visit(stage);
    await grace.untilOthers(1);
    await grace.startSending();
    await ada.untilPictures(1);
    await grace.click('mic');
    await ada.until('the mark', () => document.querySelector('figure.mute'));
    await grace.click('mic');
    await ada.until('no mark', () => !document.querySelector('figure.mute'));
  });

  test('statistics of a picture', async (stage) => {
    const sender = await visit(stage);
    await sender.startSending();
    const viewer = await visit(stage);
    await viewer.untilPictures(1);
    await viewer.click('stats');
    const lines = await viewer.until('all figures', () => {
      const text = document.querySelector('figure .stats').textContent;
      return /\d+×\d+ \d+ fps\n\w+ [\d.]+ [kM]bit\/s\n[\d.]+ % lost/.test(text) && text;
    });
    assert.doesNotMatch(lines, /NaN|undefined|null/);
  });

  test('a password', async (stage) => {
    const owner = await stage.stranger(Visitor);
    await owner.openRoom(stage.server.url, stage.room, 'green tea', true);
    await owner.untilShown('notice', 'first one here');

    const lobby = await stage.stranger(Visitor);
    await lobby.open(stage.server.url);
    await lobby.untilShown('rooms', `${stage.room}1 here · password`);

    const guest = await visit(stage);
    await isPassword(guest);
    await guest.press('Escape');
    await guest.untilShown('notice', 'has a password');
    await guest.click('act');
    await enterPassword(guest, 'coffee');
    await guest.untilShown('wrong', 'not the right one');
    await enterPassword(guest, 'green tea');
    await guest.untilOthers(1);
  });

  test('a full room, until somebody leaves', async (stage) => {
    const only = await stage.viewer({ maxParticipants: 1 });
    const visitor = await visit(stage);
    await visitor.untilShown('notice', 'full');
    await only.leave();
    await visitor.untilShown('notice', 'first one here');
  });

  test('the server restarts', async (stage) => {
    const ada = await visit(stage, { name: 'Ada' });
    const grace = await visit(stage, { name: 'Grace' });
    await grace.startSending();
    await ada.untilPictures(1);
    await stage.server.stop();
    await ada.untilShown('status', 'Connection lost');
    await ada.untilPictures(1);
    await stage.server.start();
    await Promise.all([ada.untilOthers(1), grace.untilOthers(1)]);
    await ada.untilPictures(1);
    const newcomer = await visit(stage);
    await newcomer.untilOthers(2);
    await newcomer.untilPictures(1);
    await newcomer.say('still here?');
    await ada.until('the message', () => document.querySelectorAll('#log li').length === 1);
  });

  test('the keyboard is enough', async (stage) => {
    const visitor = await visit(stage);
    const other = await visit(stage, { name: 'Ada' });
    await visitor.untilOthers(1);
    await other.startSending();
    await visitor.untilPictures(1);
    const focus = () => visitor.evaluate(() => document.activeElement.ariaLabel || document.activeElement.textContent.trim());
    const seen = [];
    for (let i = 0; i < 12 && seen.at(-1) !== 'People and chat'; ++i) {
      await visitor.press('Tab');
      seen.push(await focus());
    }
    for (const name of ['All rooms', 'Mute Ada', 'Full screen: Ada', 'Unmute', 'Join with camera and microphone', 'Statistics']) {
      assert.ok(seen.includes(name), `${name} is not among ${seen}`);
    }
    await visitor.press('Enter');
    await visitor.until('the message field', () => document.activeElement.id === 'text');
    await visitor.type('hello');
    await visitor.press('Enter');
    await other.until('the message', () => /hello/.test(document.getElementById('log').textContent));
    await visitor.press('Escape');
    await visitor.until('the button', () => document.activeElement.id === 'panelToggle');
  });

  test('everything fits a phone', async (stage) => {
    const long = 'a-room-with-a-name-that-is-far-too-long-for-the-screen-of-any-phone';
    const owner = await stage.stranger(Visitor);
    await owner.openRoom(stage.server.url, long, 'secret', true);
    await owner.untilShown('notice', 'first one here');
    const lobby = await stage.stranger(Visitor);
    await lobby.resize(390, 844);
    await lobby.open(stage.server.url);
    await lobby.untilShown('rooms', long);

    const sender = await visit(stage);
    await sender.startSending();
    const visitor = await visit(stage);
    await visitor.resize(390, 844);
    await visitor.untilPictures(1);
    await visitor.click('panelToggle');
    for (const page of [lobby, visitor]) {
      const outside = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        return one.checkVisibility() && width > 0 && !one.closest('svg') && (left < 0 || Math.floor(right) > innerWidth);
      }).map((one) => one.outerHTML.slice(0, 80)));
      assert.deepEqual([outside, await page.evaluate(() => innerWidth)], [[], 390]);
    }
  });

  test('every button and field has a name', async (stage) => {
    const visitor = await visit(stage);
    const nameless = await visitor.evaluate(() => [...document.querySelectorAll('button, input, a')]
      .filter((one) => one.checkVisibility() && !(one.ariaLabel || one.textContent.trim() || one.labels?.length)).map((one) => one.outerHTML));
    assert.deepEqual(nameless, []);
  });

  test('any room id has an address', async (stage) => {
    for (const id of ['a/b?c#d', '100 %', '..', 'rtcmc.js', '<b>ü</b> 😀']) {
      const visitor = await stage.stranger(Visitor);
      await visitor.openRoom(stage.server.url, id);
      await visitor.untilShown('notice', 'first one here');
      assert.equal(await visitor.evaluate(() => document.title), id);
      await visitor.close();
    }
  });

  test('camera and microphone where the browser has none for the page', async (stage) => {
    const visitor = await visit(stage);
    await visitor.evaluate(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined }));
    await visitor.click('join');
    await visitor.untilShown('toast', 'https://');
  });
});
