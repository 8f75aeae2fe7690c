// SPDX-License-Identifier: LGPL-2.1-or-later
// Pages as RTCMultiConnection's demos are, one of each kind: docs/rtcmulticonnection.md says what an element needs for
// each of them. It comes into the page's room, or the page into its.

/* global participant, demo */

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { Participant } from './harness/participant.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

class DemoPage extends Participant {
  async enter(url, options) {
    const answer = await this.tryToEnter(url, options);
    assert.equal(answer.error, undefined);
    return answer;
  }

  async connect(url, options) {
    await this.open(`${url}demos.html`);
    return this.evaluate((given) => demo.connect(given), options);
  }

  /** @returns {Promise<boolean>} whether it goes on already */
  async enterBroadcast(url, room) {
    await this.open(`${url}demos.html`);
    return this.evaluate((id) => demo.enterBroadcast(id), room);
  }

  async tryToEnter(url, options) {
    await this.open(`${url}demos.html`);
    return this.evaluate((given) => demo.enter(given), options);
  }
}

const AUDIO_AND_VIDEO = ['audio', 'video'];
const CAMERA = [input.video(), input.tone()];
const drop = (pad) => `r.${pad} ! fakesink`.split(' ');
const PARTNER = [...CAMERA, drop('recv_video_0'), drop('recv_audio_0')];
const VIEWER = [drop('recv_video_0'), drop('recv_audio_0')];

/** Needed on the Node.js server alone, by an element that comes into a page's room. */
const messagesNamed = (name) => (process.env.RTCMC_SERVER ? {} : { 'message-event': name });

async function sees(page, element, kinds = AUDIO_AND_VIDEO) {
  const [{ id }] = await page.untilStreams(1, { kinds, userid: element.userid });
  if (kinds.includes('video')) await page.untilPicture(id);
  if (kinds.includes('audio')) await page.untilSound(id);
}

/** Waits until the element gets these kinds of the page's media. */
const gets = async (element, page, kinds) => {
  const userid = await page.userid();
  for (const kind of kinds) {
    await element.untilMessage('rtcmc-stream-added', { fits: (fields) => fields['user-id'] === userid && fields.kind === kind });
  }
  await page.until(`${kinds} is sent`, (user) => participant.sent(user).then(({ packetsSent }) => packetsSent > 10), {},
    element.userid);
};

const sendsNothing = async (page, element) =>
  assert.equal((await page.sent(element.userid)).packetsSent, 0);

async function chats(page, element) {
  const user = await page.userid();
  await element.untilHeard('channel-open', (said) => said.user === user);
  await page.until('an open channel', (id) => participant.opened.includes(id), {}, element.userid);
  await page.evaluate(() => demo.send('hello element'));
  await element.untilMessageFrom(user, ({ text }) => text === 'hello element');
  assert.equal(await element.say('hello page'), true);
  await page.until('a text', (id) => participant.heard.some(({ userid, data }) => userid === id && data === 'hello page'), {},
    element.userid);
}

async function sharesFiles(page, element) {
  await page.evaluate(() => demo.sendFile('notes.txt', 150000));
  const { name, size } = await element.untilHeard('file-received');
  assert.deepEqual([name, size], ['notes.txt', 150000]);
}

const seeEachOther = async (page, element) => {
  await sees(page, element);
  await gets(element, page, AUDIO_AND_VIDEO);
};

/** Who comes first, and whose room it is. */
async function comeIntoPage(stage, kind, event, inputs, properties = {}, call = 'open') {
  const page = await stage.stranger(DemoPage);
  await page.enter(stage.server.url, { kind, room: stage.room, call });
  return [page, await stage.talker(inputs, { ...messagesNamed(event), ...properties })];
}

async function comeIntoElement(stage, kind, inputs, properties = {}, call = 'join') {
  const element = await stage.talker(inputs, properties);
  const page = await stage.stranger(DemoPage);
  await page.enter(stage.server.url, { kind, room: stage.room, call });
  return [page, element];
}

inAnyBrowser('Demos', {}, (test) => {
  test('conference', async (stage) => {
    await seeEachOther(...await comeIntoPage(stage, 'conference', 'video-conference-demo', PARTNER));
  });

  test('one-to-one, and nobody else', async (stage) => {
    await seeEachOther(...await comeIntoElement(stage, 'one-to-one', PARTNER, { 'max-participants': 2 }));
    const third = await stage.stranger(DemoPage);
    const answer = await third.tryToEnter(stage.server.url, { kind: 'one-to-one', room: stage.room, call: 'join' });
    assert.deepEqual([answer.joined, answer.error], [false, 'Room full']);
  });

  test('broadcast', async (stage) => {
    const [page, element] = await comeIntoElement(stage, 'broadcast', CAMERA, { session: 'audio+video+oneway' });
    await sees(page, element);
    await sendsNothing(page, element);
  });

  test('broadcast of the page', async (stage) => {
    const viewer = [...VIEWER, ...CAMERA];  // which it keeps to itself
    const [page, element] =
      await comeIntoPage(stage, 'broadcast', 'video-broadcast-demo', viewer, { session: 'audio+video+oneway' });
    await gets(element, page, AUDIO_AND_VIDEO);
    assert.deepEqual(await page.streams(), []);
  });

  test('broadcast to which viewers speak', async (stage) => {
    const [page, element] = await comeIntoElement(stage, 'broadcast that viewers talk to',
      [...CAMERA, ...VIEWER], { session: 'audio+video+oneway+two-way-audio' });
    await sees(page, element);
    await gets(element, page, ['audio']);
  });

  test('broadcast of the page, to which the element speaks', async (stage) => {
    const [page, element] = await comeIntoPage(stage, 'broadcast that viewers talk to', 'two-way-demo',
      PARTNER, { session: 'audio+video+oneway+two-way-audio' });
    await gets(element, page, AUDIO_AND_VIDEO);
    await sees(page, element, ['audio']);
  });

  test('audio only', async (stage) => {
    const [page, element] =
      await comeIntoPage(stage, 'audio only', 'audio-conference-demo', [input.tone(), drop('recv_audio_0')]);
    await sees(page, element, ['audio']);
    await gets(element, page, ['audio']);
  });

  test('screen', async (stage) => {
    const properties = { session: 'screen+oneway', 'video_0::screen': true };
    const [page, element] = await comeIntoElement(stage, 'screen', [input.video({ pad: 'r.video_0' })], properties);
    await sees(page, element, ['video']);
  });

  test('camera, then the screen in its place', async (stage) => {
    const [page, element] = await comeIntoPage(stage, 'camera, then screen', 'video-screen-demo', PARTNER);
    await seeEachOther(page, element);
    await page.evaluate(() => demo.replaceCameraByScreen());
    await gets(element, page, AUDIO_AND_VIDEO);
  });

  test('chat and files', async (stage) => {
    const [page, element] = await comeIntoElement(stage, 'chat and files', []);
    await chats(page, element);
    await sharesFiles(page, element);
  });

  test('camera, chat and files', async (stage) => {
    const [page, element] =
      await comeIntoPage(stage, 'camera, chat and files', 'audio-video-file-chat-demo', PARTNER);
    await seeEachOther(page, element);
    await chats(page, element);
  });

  test('files', async (stage) => {
    const [page, element] = await comeIntoPage(stage, 'files', 'file-sharing-demo', [], {}, 'openOrJoin');
    await page.until('an open channel', (id) => participant.opened.includes(id), {}, element.userid);
    await sharesFiles(page, element);
  });

  test('a page calls an element by its name, and it a page', async (stage) => {
    const properties = { session: 'audio+video+broadcast' };
    const callee = await stage.talker(PARTNER, properties);
    const page = await stage.stranger(DemoPage);
    const kind = 'call by username';
    const own = `${stage.room}-page`;
    await page.enter(stage.server.url, { kind, room: own, call: 'open' });
    assert.equal(await page.evaluate((room) => demo.isThere(room), stage.room), true);
    await page.evaluate((room) => demo.call('join', room), stage.room);
    await seeEachOther(page, callee);

    const called = await stage.stranger(DemoPage);
    await called.enter(stage.server.url, { kind, room: `${stage.room}-called`, call: 'open' });
    const caller = await stage.talker(PARTNER, { ...properties, ...messagesNamed('call-by-username-demo') });
    await caller.emit('open-or-join', `${stage.room}-called`);
    await seeEachOther(called, caller);
  });

  test('calls by userid, from no room and to none', async (stage) => {
    const callee = await stage.talker(PARTNER, { 'room-id': '""', 'accept-calls': true });
    const page = await stage.stranger(DemoPage);
    await page.connect(stage.server.url, { takesCalls: true });
    await page.evaluate((user) => demo.ask(user), callee.userid);
    await seeEachOther(page, callee);
    assert.deepEqual((await callee.untilSignal('participant-request'))[0], await page.userid());

    const caller = await stage.talker(CAMERA);
    await caller.emit('call', callee.userid);
    await caller.untilMessage('rtcmc-participant-joined', { fits: (fields) => fields['user-id'] === callee.userid });
    await caller.emit('call', await page.userid());
    await sees(page, caller);
  });

  test('nobody calls an element that has not been told to take calls', async (stage) => {
    const element = await stage.talker(CAMERA);
    const page = await stage.stranger(DemoPage);
    await page.connect(stage.server.url, {});
    await page.evaluate((user) => demo.ask(user), element.userid);
    // The server has what the page said before it answers, and the element what the server did.
    await page.evaluate((room) => demo.isThere(room), stage.room);
    await element.emit('check-presence', stage.room);
    assert.deepEqual(await page.participants(), []);
    assert.deepEqual(element.signals.filter(([name]) => /participant-request|webrtcbin-ready/.test(name)), []);
  });

  test('a scalable broadcast of an element, passed on by its viewers', async (stage) => {
    const properties = { 'scalable-broadcast': true, 'max-relay-limit': 1, 'auto-close-session': true };
    const source = await stage.talker(CAMERA, { 'user-id': `${stage.room}-before`, ...properties });
    source.userid = await source.get('user-id');
    assert.equal(source.userid, stage.room);
    const first = await stage.stranger(DemoPage);
    assert.equal(await first.enterBroadcast(stage.server.url, stage.room), true);
    await sees(first, source);
    await first.evaluate((room) => demo.isThere(room), stage.room); // by then the server knows that it passes it on
    const second = await stage.stranger(DemoPage);
    await second.enterBroadcast(stage.server.url, stage.room);
    // The two pages' connection has nothing of ours: with the library and its server it often gets no further than this.
    await second.untilStreams(1, { userid: await first.userid() });
    assert.deepEqual(await source.get('participants'), [await first.userid()]);
  });

  test('a scalable broadcast of a page, watched by an element', async (stage) => {
    const page = await stage.stranger(DemoPage);
    assert.equal(await page.enterBroadcast(stage.server.url, stage.room), false);
    await page.until('the broadcast', () => demo.serves);
    const element = await stage.talker([...VIEWER, ...CAMERA],
      { 'scalable-broadcast': true, ...messagesNamed('scalable-media-broadcast-demo') });
    await gets(element, page, AUDIO_AND_VIDEO);
    assert.deepEqual(await page.streams(), []);
    await page.leave();
    await element.untilMessage('rtcmc-room-closed');
  });

  test('public rooms', async (stage) => {
    const identifier = `public-${stage.room}`;
    const lister = await stage.talker(PARTNER, { 'public-identifier': identifier, extra: 'extra,name=Ada' });
    const page = await stage.stranger(DemoPage);
    await page.enter(stage.server.url, { kind: 'public rooms', room: `${stage.room}-page`, call: 'open', identifier });
    const rooms = await page.evaluate((of) => demo.publicRooms(of), identifier);
    assert.deepEqual(rooms.map(({ sessionid, owner }) => [sessionid, owner]).sort(),
      [[stage.room, lister.userid], [`${stage.room}-page`, await page.userid()]].sort());
    const found = await lister.emit('get-public-rooms', identifier);
    assert.match(found, new RegExp(`${stage.room}-page`));
    await page.evaluate((room) => demo.call('join', room), stage.room);
    await seeEachOther(page, lister);
  });

  test('statistics', async (stage) => {
    const [page, element] = await comeIntoPage(stage, 'statistics', 'getStats-demo', PARTNER);
    await seeEachOther(page, element);
    const types = await page.evaluate(async (user) => {
      const report = await participant.peerOf(user).getStats();
      return [...report.values()].map(({ type }) => type);
    }, element.userid);
    assert.ok(['inbound-rtp', 'outbound-rtp', 'candidate-pair', 'codec'].every((type) => types.includes(type)), `${types}`);
  });

  test('canvas, with data only', async (stage) => {
    await chats(...await comeIntoElement(stage, 'canvas', []));
  });
});
