// SPDX-License-Identifier: LGPL-2.1-or-later
// The viewer page and socket.io.js with others: pages with unmodified RTCMultiConnection.js, and rtcmcroom.

import assert from 'node:assert/strict';
import { input } from '../e2e/harness/element.mjs';
import { visit, withViewer } from './harness/visitor.mjs';

const inputs = () => [input.video(), input.tone()];

/** Collects what an RTCMultiConnection page is told. */
const listen = (page) => page.evaluate(() => {
  participant.heard = [];
  participant.connection.onmessage = ({ data }) => participant.heard.push(data);
});
const untilHeard = (page, text) =>
  page.until(`the message ${text}`, (wanted) => participant.heard.includes(wanted), {}, text);

withViewer('RTCMultiConnection.js on our socket.io.js', {}, (test) => {
  test('a camera and a viewer', async (stage) => {
    const camera = await stage.camera();
    const viewer = await stage.viewer();
    const [stream] = await viewer.untilStreams(1, { kinds: ['audio', 'video'], userid: await camera.userid() });
    await viewer.untilPicture(stream.id);
    await camera.leave();
    await viewer.untilLeft(stream.userid);
  });

  test('the server restarts: a new connection, and the page is told', async (stage) => {
    const viewer = await stage.viewer();
    await viewer.evaluate(() => {
      participant.told = [];
      const { socket } = participant.connection;
      ['connect', 'disconnect'].forEach((name) => socket.on(name, () => participant.told.push(name)));
      socket.io.on('reconnect', () => participant.told.push('reconnect'));
    });
    await stage.server.stop();
    await viewer.until('the end', () => participant.told.includes('disconnect'));
    await stage.server.start();
    await viewer.until('the return', () => participant.told.includes('connect'));
    assert.deepEqual(await viewer.evaluate(() => participant.told), ['disconnect', 'reconnect', 'connect']);
    const exists = await viewer.evaluate((room) => new Promise((resolve) => {
      participant.connection.socket.emit('check-presence', room, resolve);
    }), stage.room);
    assert.equal(exists, false);
  });
});

withViewer('Viewer page and RTCMultiConnection.js', {}, (test) => {
  test('a camera is first, the page joins, both chat', async (stage) => {
    const camera = await stage.camera({ extra: { name: 'Cam' } });
    await listen(camera);
    const visitor = await visit(stage, { name: 'Ada' });
    await visitor.untilPictures(1);
    const [tile] = await visitor.tiles();
    assert.deepEqual([tile.name, tile.kinds], ['Cam', ['audio', 'video']]);
    await visitor.say('hello camera');
    await untilHeard(camera, 'hello camera');
    await camera.evaluate(() => participant.connection.send('hello page'));
    await visitor.untilHeard('Cam', 'hello page');
    const long = 'x'.repeat(3000);
    await camera.evaluate((text) => {
      participant.connection.chunkSize = 1000;
      participant.connection.send(text);
    }, long);
    await visitor.untilHeard('Cam', long);
    await visitor.startSending();
    const [stream] = await camera.untilStreams(1, { kinds: ['audio', 'video'] });
    await camera.untilPicture(stream.id);
    await camera.leave();
    await visitor.untilOthers(0);
  });

  test('the page is first, a camera joins', async (stage) => {
    const visitor = await visit(stage);
    const camera = await stage.camera();
    await visitor.untilPictures(1);
    await visitor.startSending();
    const [stream] = await camera.untilStreams(1, { kinds: ['audio', 'video'] });
    await camera.untilPicture(stream.id);
    await visitor.click('stop');
    await visitor.close();
    await camera.untilStreams(0);
  });

  test('the page sends and is first, a viewer joins', async (stage) => {
    const visitor = await visit(stage);
    await visitor.startSending();
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    await visitor.untilOthers(1);
  });

  test('a viewer is first, the page joins and sends', async (stage) => {
    const viewer = await stage.viewer();
    const visitor = await visit(stage);
    await visitor.untilOthers(1);
    await visitor.startSending();
    await viewer.untilPicture();
  });

  test('a page that watches uploads nothing', async (stage) => {
    const visitor = await visit(stage);
    const camera = await stage.camera();
    await visitor.untilPictures(1);
    const [id] = await camera.participants();
    const received = await camera.evaluate(async (user) =>
      [...(await participant.peerOf(user).getStats()).values()].filter((entry) => entry.type === 'inbound-rtp'), id);
    assert.deepEqual([received.filter((entry) => entry.bytesReceived > 0), await camera.streams()], [[], []]);
  });

  test('who mutes is marked so', async (stage) => {
    const camera = await stage.camera();
    const visitor = await visit(stage);
    await visitor.untilPictures(1);
    await camera.evaluate(() => participant.connection.attachStreams[0].mute('audio'));
    await visitor.until('the mark', () => document.querySelector('figure.mute'));
    await camera.evaluate(() => participant.connection.attachStreams[0].unmute('audio'));
    await visitor.until('no mark', () => !document.querySelector('figure.mute'));
  });

  test('a password and a full room are said in words', async (stage) => {
    await stage.viewer({ password: 'green', maxParticipants: 1 });
    const visitor = await visit(stage);
    await visitor.until('the dialog', () => document.getElementById('passwordDialog').open);
    await visitor.type('green');
    await visitor.press('Enter');
    await visitor.untilShown('notice', 'full');
  });

  test('hostile messages hurt nothing', async (stage) => {
    const attacker = await stage.camera({ extra: { name: '<img src=x onerror=alert(1)>\u202e\n'.repeat(9) } });
    const visitor = await visit(stage);
    await visitor.untilPictures(1);
    const [{ name }] = await visitor.tiles();
    assert.match(name, /^<img src=x onerror=alert\(1\)>/);
    assert.ok(name.length <= 60 && !/[\u202e\n]/.test(name));
    const victim = await attacker.evaluate(() => participant.participants()[0]);
    await attacker.until('the data channel', (to) => participant.connection.peers[to].channels.length, {}, victim);
    const messages = [null, 7, [], '', {}, { type: 'offer' }, { type: 'offer', sdp: 'v=0' }, { type: 'answer', sdp: 7 },
      { type: 'offer', sdp: 'm=\n'.repeat(9), renegotiatingPeer: true }, { candidate: 'candidate:' }, { candidate: {} },
      { candidate: 'candidate:1 1 udp 1 256.1.1.1 9 typ host', sdpMid: '__proto__' },
      { streamSyncNeeded: true, streamid: '__proto__', action: 'constructor', type: {} }, { enableMedia: true },
      { enableMedia: true, userPreferences: [] }, { readyForOffer: 1, userPreferences: 'x' }, { changedUUID: true },
      { newParticipant: '__proto__' }, { allParticipants: [1] }];
    await attacker.evaluate((to) => {
      const { connection } = participant;
      ['__proto__', '', 'x'.repeat(999), 'a\u0000b'].forEach((sender) => connection.socket.emit(
        connection.socketMessageEvent, { remoteUserId: to, message: { newParticipationRequest: true }, sender }));
      const [channel] = connection.peers[to].channels;
      ['{', '[]', 'null', '{"uuid":"__proto__","message":{}}', '{"uuid":7,"message":"x","last":true}',
        '{"uuid":"u","message":"{","last":true,"isobject":true}', new ArrayBuffer(9)].forEach((data) => channel.internalSend(data));
      for (let i = 0; i < 300; ++i) channel.internalSend(JSON.stringify({ uuid: `u${i}`, message: 'flood', last: true }));
    }, victim);
    for (const message of messages) {
      await attacker.sendRaw(victim, message);
    }
    const newcomer = await stage.camera();
    await visitor.untilPictures(2);
    await newcomer.evaluate(() => participant.connection.send('safe?'));
    await visitor.until('a message', () => /safe\?/.test(document.getElementById('log').textContent));
    assert.ok(await visitor.evaluate(() => document.querySelectorAll('#log li').length) <= 12);
    assert.deepEqual(visitor.errors, []);
  });
});

withViewer('Viewer page and rtcmcroom', {}, (test) => {
  test('the element is first', async (stage) => {
    const element = await stage.element(inputs());
    const visitor = await visit(stage, { name: 'Ada' });
    await visitor.untilPictures(1);
    assert.deepEqual((await visitor.tiles())[0].kinds, ['audio', 'video']);
    const joined = await element.untilMessage('rtcmc-participant-joined');
    assert.equal(joined.extra.fields.name, 'Ada');
    await visitor.startSending();
    await visitor.untilPictures(1);
    await element.stop();
    await visitor.untilOthers(0);
  });

  test('the page is first', async (stage) => {
    const visitor = await visit(stage);
    const element = await stage.element(inputs());
    await visitor.untilPictures(1);
    await element.stop();
    await visitor.untilOthers(0);
    assert.deepEqual(element.warnings, []);
  });

  test('the page sends when the element comes', async (stage) => {
    const visitor = await visit(stage);
    await visitor.startSending();
    const element = await stage.element([input.video(), input.video({ pattern: 'ball' })]);
    await visitor.untilPictures(2);
    const other = await visit(stage);
    await other.untilPictures(3);
    assert.deepEqual(element.warnings, []);
  });

  for (const isFirst of [true, false]) {
    test(`they chat, ${isFirst ? 'the element' : 'the page'} is first`, async (stage) => {
      const meet = [() => stage.talker(inputs(), { extra: 'extra,name=Bot' }), () => visit(stage, { name: 'Ada' })];
      const met = [];
      for (const come of isFirst ? meet : meet.toReversed()) {
        met.push(await come());
      }
      const [element, visitor] = isFirst ? met : met.toReversed();
      await visitor.say('hello element');
      const { user } = await element.untilHeard('message', ({ text }) => text === 'hello element');
      const long = `${'x'.repeat(3000)} 😀`;
      assert.equal(await element.say(long, user), true);
      await visitor.untilHeard('Bot', long);
      assert.deepEqual([element.warnings, element.loggedDrops()], [[], []]);
    });
  }

  test('the server restarts: what works stays', async (stage) => {
    const element = await stage.element(inputs());
    const visitor = await visit(stage);
    await visitor.untilPictures(1);
    await visitor.evaluate(() => document.querySelectorAll('video').forEach((video) => { video.srcObject.isMarked = true; }));
    await stage.server.stop();
    await visitor.untilShown('status', 'Connection lost');
    await stage.server.start();
    await visitor.untilOthers(1);
    await visitor.untilPictures(1);
    const newcomer = await visit(stage);
    await newcomer.untilOthers(2);
    await newcomer.untilPictures(1);
    await visitor.untilPictures(1);
    assert.deepEqual(await visitor.evaluate(() =>
      [...document.querySelectorAll('video')].map((video) => video.srcObject.isMarked === true)), [true]);
    assert.deepEqual(element.messages.filter(({ name }) => name === 'rtcmc-participant-left'), []);
  });
});
