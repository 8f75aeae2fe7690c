// SPDX-License-Identifier: LGPL-2.1-or-later
// The signaling server dies and comes back: connections that work stay, in both directions, and nobody is there twice.

/* global participant */

import assert from 'node:assert/strict';
import { HostedElement, input } from './harness/element.mjs';
import { freePort } from './harness/free_port.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

const joined = (element) => element.messages.filter(({ name }) => name === 'rtcmc-participant-joined').map(({ fields }) => fields['user-id']);
const left = (element) => element.messages.filter(({ name }) => name === 'rtcmc-participant-left').map(({ fields }) => fields['user-id']);

/** What an application does that wants to be in the room again when the server is back. */
function comesBack(page, room) {
  return page.evaluate((id) => {
    participant.returns = 0;
    participant.connection.socket.on('connect', async () => {
      await participant.enter(id);
      participant.returns += 1;
    });
  }, room);
}

const untilBack = (page, count) => page.until('the return', (wanted) => participant.returns >= wanted, {}, count);

/** Of the connections that there are, to tell them from others later. */
function mark(page) {
  return page.evaluate(() => participant.participants().forEach((id) => { participant.peerOf(id).isMarked = true; }));
}

/** Those with whom there is a connection that is marked, and one that is not. */
async function marks(page) {
  const [old, anew] = await page.evaluate(() => {
    const isMarked = (id) => participant.peerOf(id)?.isMarked === true;
    const all = participant.participants();
    return [all.filter(isMarked), all.filter((id) => !isMarked(id))];
  });
  return { old: old.sort(), anew: anew.sort() };
}

/** Everybody sees everybody. */
async function allSee(page, elements) {
  for (const element of elements) {
    const [stream] = await page.untilStreams(1, { userid: element.userid });
    await page.untilPicture(stream.id);
  }
  return page.evaluate(() => participant.streams().length);
}

async function untilSending(page, element) {
  const before = (await page.sent(element.userid)).packetsSent;
  await page.until(`packets to ${element.userid}`, async (user, count) =>
    (await participant.sent(user)).packetsSent > count + 20, {}, element.userid, before);
}

for (const socketIo of [4, 2]) {
  inAnyBrowser(`Socket.IO ${socketIo}, a server that comes back`, { socketIo }, (test) => {
    for (const isBack of [true, false]) {
      test(`a page that ${isBack ? 'comes' : 'does not come'} into the room again`, async (stage) => {
        const element = await stage.hostedElement([input.video()], { 'auto-receive': true });
        const page = await stage.camera();
        await allSee(page, [element]);
        await untilSending(page, element);
        await mark(page);
        if (isBack) {
          await comesBack(page, stage.room);
        }
        await stage.server.stop();
        await element.untilWarning();
        await stage.server.start();
        await element.untilMessage('rtcmc-room-joined', { count: 2 });
        if (isBack) {
          await untilBack(page, 1);
        }
        // Who comes now is the proof that all that was said before has been understood.
        const newcomer = await stage.viewer();
        await allSee(newcomer, [element]);
        await allSee(page, [element]);
        await untilSending(page, element);
        assert.deepEqual(await marks(page).then(({ old }) => old), [element.userid]);
        assert.deepEqual(joined(element), [await page.userid(), await newcomer.userid()]);
        assert.deepEqual(left(element), []);
        if (isBack) {
          const userid = await page.userid();
          await page.leave();
          await element.untilMessage('rtcmc-participant-left', { fits: (fields) => fields['user-id'] === userid });
        }
      });
    }

    test('a page that was loaded anew meanwhile, and goes by the same userid', async (stage) => {
      const element = await stage.hostedElement([input.video()]);
      const page = await stage.viewer({ userid: `${stage.room}-page` });
      await allSee(page, [element]);
      await stage.server.stop();
      await element.untilWarning();
      await stage.server.start();
      await page.join(stage.server.url, { room: stage.room, userid: `${stage.room}-page` });
      await allSee(page, [element]);
      assert.deepEqual(await element.get('participants'), [`${stage.room}-page`]);
    });

    test('two elements and a page', async (stage) => {
      const elements = [
        await stage.hostedElement([input.video()], { 'auto-receive': true }),
        await stage.hostedElement([input.video({ pattern: 'ball' })], { 'auto-receive': true }),
      ];
      const page = await stage.camera();
      await allSee(page, elements);
      await Promise.all(elements.map((element) => element.untilMessage('rtcmc-participant-joined', { count: 2 })));
      await mark(page);
      await comesBack(page, stage.room);
      await stage.server.stop();
      await Promise.all(elements.map((element) => element.untilWarning()));
      await stage.server.start();
      await Promise.all(elements.map((element) => element.untilMessage('rtcmc-room-joined', { count: 2 })));
      await untilBack(page, 1);
      const newcomer = await stage.viewer();
      await allSee(newcomer, elements);
      await allSee(page, elements);
      assert.deepEqual((await marks(page)).old, elements.map(({ userid }) => userid).sort());
      for (const element of elements) {
        assert.equal(joined(element).length, 3);
        assert.equal(element.signals.filter(([name]) => name === 'webrtcbin-ready').length, 3);
        assert.deepEqual(left(element), []);
      }
    });
  });
}

inAnyBrowser('A server that another element takes over', {}, (test) => {
  test('who is left keeps what works, and the dead one goes', async (stage) => {
    const port = await freePort();
    const start = async (pattern, Kind) => {
      const element = stage.startServingElement([input.video({ pattern })],
        { 'listen-port': port, 'auto-receive': true, 'allow-origins': `<"${new URL(stage.server.url).origin}">` }, Kind);
      await element.untilMessage('rtcmc-room-joined');
      return element;
    };
    const first = await start('ball', HostedElement);
    const others = [await start('red', HostedElement), await start('green', HostedElement)];
    const page = await stage.camera({ socketUrl: `http://127.0.0.1:${port}/` });
    await allSee(page, [first, ...others]);
    await Promise.all(others.map((element) => element.untilMessage('rtcmc-participant-joined', { count: 3 })));
    await mark(page);
    await comesBack(page, stage.room);
    await first.dispose();
    await Promise.all(others.map((element) => element.untilMessage('rtcmc-room-joined', { count: 2 })));
    await untilBack(page, 1);
    await Promise.all(others.map((element) => element.until('the end of the dead one', () => left(element).includes(first.userid))));
    for (const element of others) {
      await untilSending(page, element);
      const [{ id }] = await page.untilStreams(1, { userid: element.userid });
      await page.untilPicture(id);
      assert.deepEqual(left(element), [first.userid]);
      assert.equal(joined(element).length, 3);
      assert.equal((await element.get('participants')).length, 2);
    }
    const { old } = await marks(page);
    others.forEach(({ userid }) => assert.ok(old.includes(userid), `${userid} has another connection`));
  });
});

inAnyBrowser('A server at another address behind the same name', {}, (test) => {
  test('what works stays', async (stage) => {
    const { port } = new URL(stage.server.url);
    const url = `http://localhost:${port}/`;
    const element = await stage.hostedElement([input.video()], { 'socket-url': url });
    const page = await stage.stranger();
    await page.join(url, { room: stage.room });
    await allSee(page, [element]);
    await mark(page);
    await comesBack(page, stage.room);
    await stage.server.stop();
    await element.untilWarning();
    stage.server.moveTo('::1');
    try {
      await stage.server.start();
      await element.untilMessage('rtcmc-room-joined', { count: 2 });
      await untilBack(page, 1);
      await allSee(page, [element]);
      assert.deepEqual(await marks(page), { old: [element.userid], anew: [] });
      assert.equal(joined(element).length, 1);
    } finally {
      await stage.server.stop();
      stage.server.moveTo('127.0.0.1');
      await stage.server.start();
    }
  });
});
