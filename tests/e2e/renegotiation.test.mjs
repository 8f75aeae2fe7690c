// SPDX-License-Identifier: LGPL-2.1-or-later
// What changes during a call: streams that come and go on both sides, and participants who do it at the wrong moment or
// not as they should.

/* global participant, makeTestCard */

import assert from 'node:assert/strict';
import { assertColours } from './harness/colours.mjs';
import { input } from './harness/element.mjs';
import { canReceive, inEachBrowser } from './harness/stage.mjs';

const RED = [255, 0, 0];
const SECOND_CAMERA = 'videotestsrc is-live=true pattern=red ! capsfilter caps=video/x-raw,width=320,height=180,framerate=15/1';

/** Slots whose pictures nobody looks at. */
const drop = (...pads) => pads.map((pad) => `r.${pad} ! fakesink`.split(' '));

/** A pipeline that sends back what it sees. */
const ECHO = ['r.recv_video_0 ! videoconvert ! r.video_0'.split(' ')];

/** A second stream of the browser's, as when it shares its screen; returns its id. */
const share = (browser) => browser.evaluate(() => {
  const stream = makeTestCard();
  stream.isScreen = true;
  participant.connection.addStream(stream);
  return stream.id;
});

/** RTCMultiConnection.js 3.7.1 loses what it is asked for in the middle of a negotiation. */
const untilStable = (browser, element) => browser.until('the end of the negotiation', (peer) =>
  participant.peerOf(peer).signalingState === 'stable', {}, element.userid);

/** Ends that. (removeStream() of RTCMultiConnection.js 3.7.1 has the stream sent again at once.) */
const unshare = (browser, streamid) => browser.evaluate((id) => {
  const { connection } = participant;
  const stream = connection.attachStreams.find((candidate) => candidate.id === id);
  connection.attachStreams = connection.attachStreams.filter((candidate) => candidate !== stream);
  connection.getAllParticipants().forEach((userid) => participant.peerOf(userid).removeStream(stream));
  connection.renegotiate();
}, streamid);

const from = (userid, streamid) => (fields) => fields['user-id'] === userid &&
  (!streamid || fields['stream-id'] === streamid);

inEachBrowser('Renegotiation', {}, (test) => {
  test('a browser shares its screen and ends it', async (stage) => {
    const element = await stage.hostedElement(drop('recv_video_0', 'recv_video_1'));
    const browser = await stage.viewer({ testCard: true });
    const userid = await browser.userid();
    await element.untilMessage('rtcmc-stream-added', { fits: from(userid) });
    const screen = await share(browser);
    await element.untilMessage('rtcmc-stream-added', { fits: from(userid, screen) });
    await untilStable(browser, element);
    await unshare(browser, screen);
    await element.untilMessage('rtcmc-stream-removed', { fits: from(userid, screen) });
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  test('a pad of ours comes and goes', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const viewer = await stage.viewer();
    const [first] = await viewer.untilStreams(1);
    await viewer.untilPicture(first.id);
    await element.feed(SECOND_CAMERA, 'video_1');
    const second = async () => (await viewer.untilStreams(2)).find((stream) => stream.id !== first.id).id;
    const id = await second();
    await viewer.untilPicture(id);
    await assertColours(viewer, [[0.5, 0.5, RED]], id);
    await element.release('video_1');
    assert.equal((await viewer.untilStreams(1))[0].id, first.id);
    await element.feed(SECOND_CAMERA, 'video_1');
    await viewer.untilPicture(await second());
    await viewer.untilPicture(first.id);
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  for (const [what, camera, codec] of [['VP8', input.video(), 'video/VP8'], ['H.264', input.h264(), 'video/H264']]) {
    test(`first the browser, then we, with ${what}`, async (stage, t) => {
      const browser = await stage.viewer({ testCard: true });
      if (!(await canReceive(browser, codec))) {
        t.skip?.(`this browser does not decode ${what}`);
        return;
      }
      const element = await stage.hostedElement([camera, ...drop('recv_video_0', 'recv_video_1')]);
      const [first] = await browser.untilStreams(1);
      assert.equal((await browser.untilPicture(first.id)).codec, codec);
      const screen = await share(browser);
      await element.untilMessage('rtcmc-stream-added', { fits: from(await browser.userid(), screen) });
      await untilStable(browser, element);
      await element.feed(SECOND_CAMERA, 'video_1');
      const both = await browser.untilStreams(2);
      await browser.untilPicture(both.find((stream) => stream.id !== first.id).id);
      assert.equal((await browser.untilPicture(first.id)).codec, codec);
      assert.deepEqual([element.errors, element.warnings], [[], []]);
    });
  }

  test('both sides at the same moment (glare)', async (stage) => {
    const element = await stage.hostedElement([input.video(), ...drop('recv_video_0', 'recv_video_1')]);
    const browser = await stage.viewer({ testCard: true });
    const userid = await browser.userid();
    const [first] = await browser.untilStreams(1);
    await browser.untilPicture(first.id);
    await element.untilMessage('rtcmc-stream-added', { fits: from(userid) });
    await browser.evaluate(() => participant.holdMessages());
    await element.feed(SECOND_CAMERA, 'video_1');
    await browser.until('the offer of the element', () =>
      participant.held.some(([{ message }]) => message.type === 'offer'));
    const screen = await share(browser);
    await browser.until('an offer of its own', (peer) =>
      participant.peerOf(peer).signalingState === 'have-local-offer', {}, element.userid);
    await browser.evaluate(() => participant.deliverMessages());
    const both = await browser.untilStreams(2);
    await browser.untilPicture(both.find((stream) => stream.id !== first.id).id);
    await element.untilMessage('rtcmc-stream-added', { fits: from(userid, screen) });
    await browser.untilPicture(first.id);
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  test('in a storm', async (stage) => {
    const element = await stage.hostedElement([input.video(), ...drop('recv_video_0', 'recv_video_1')]);
    const viewer = await stage.viewer();
    const [{ id }] = await viewer.untilStreams(1);
    await viewer.untilPicture(id);
    const stormy = await stage.viewer({ testCard: true });
    const userid = await stormy.userid();
    await element.untilMessage('rtcmc-stream-added', { fits: from(userid) });
    await stormy.evaluate(() => {
      const { connection } = participant;
      let rounds = 0;
      const timer = setInterval(() => (rounds += 1) > 200 ? clearInterval(timer) : connection.renegotiate(), 10);
    });
    await viewer.untilPicture(id, { frames: 30 });
    const screen = await share(stormy);
    await element.untilMessage('rtcmc-stream-added', { fits: from(userid, screen) });
    assert.ok(element.loggedDrops().length < 25, element.loggedDrops().join('\n'));
    assert.deepEqual(element.errors, []);
  });

  test('with another codec', async (stage) => {
    const element = await stage.hostedElement([...ECHO, input.tone()], { 'video-codecs': '<VP8,VP9>' });
    const browser = await stage.viewer({ testCard: true });
    const [{ id }] = await browser.untilStreams(1, { kinds: ['audio', 'video'] });
    await browser.untilPicture(id);
    await browser.evaluate((peer) => {
      const { codecs } = RTCRtpReceiver.getCapabilities('video');
      const sender = participant.peerOf(peer).getTransceivers().find(({ sender: { track } }) => track?.kind === 'video');
      sender.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === 'video/VP9'));
      participant.connection.renegotiate();
    }, element.userid);
    await browser.until('VP9 is sent', async (peer) => {
      const report = await participant.peerOf(peer).getStats();
      const sent = [...report.values()].find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
      return sent?.framesSent > 0 && report.get(sent.codecId)?.mimeType === 'video/VP9';
    }, {}, element.userid);
    await element.until('VP9 arrives', () => element.log().some((line) => /VP9 of \S+, raw for downstream/.test(line)));
    await browser.untilPicture(id, { frames: 20 });
    await assertColours(browser, [[0.125, 0.3, RED]], id);
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  test('a stream that stops without a word, and goes on', async (stage) => {
    const element = await stage.hostedElement([...ECHO, input.tone()]);
    const browser = await stage.viewer({ testCard: true });
    const [{ id }] = await browser.untilStreams(1, { kinds: ['audio', 'video'] });
    await browser.untilPicture(id);
    await browser.evaluate(async (peer) => {
      const sender = participant.peerOf(peer).getSenders().find(({ track }) => track?.kind === 'video');
      participant.silenced = sender.track;
      await sender.replaceTrack(null);
      // Firefox sends a picture each second where there is no track.
      const parameters = sender.getParameters();
      parameters.encodings.forEach((encoding) => { encoding.active = false; });
      await sender.setParameters(parameters);
    }, element.userid);
    await browser.untilStill('video', id);
    await browser.untilTone(440, id);
    await browser.evaluate(async (peer) => {
      const sender = participant.peerOf(peer).getTransceivers()
        .find(({ sender: { track }, receiver, currentDirection }) => !track && receiver.track.kind === 'video' &&
          currentDirection.startsWith('send')).sender;
      const parameters = sender.getParameters();
      parameters.encodings.forEach((encoding) => { encoding.active = true; });
      await sender.setParameters(parameters);
      await sender.replaceTrack(participant.silenced);
    }, element.userid);
    await browser.untilPicture(id);
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  test('somebody who answers twice, and then no more', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const viewer = await stage.viewer();
    const [first] = await viewer.untilStreams(1);
    await viewer.untilPicture(first.id);
    const bad = await stage.viewer();
    await bad.untilPicture();
    await bad.evaluate(() => {
      const { socket, socketMessageEvent } = participant.connection;
      const emit = socket.emit.bind(socket);
      socket.emit = (event, ...values) => {
        const isAnswer = event === socketMessageEvent && values[0].message.type === 'answer';
        if (isAnswer && participant.isSilent) return socket;
        if (isAnswer) emit(event, ...values);
        return emit(event, ...values);
      };
    });
    await element.feed(SECOND_CAMERA, 'video_1');
    await bad.untilStreams(2);
    await element.until('the second answer is dropped', () =>
      element.loggedDrops().some((line) => line.includes('there is no offer that it could answer')));
    await bad.evaluate(() => {
      participant.isSilent = true;
    });
    await element.feed(SECOND_CAMERA, 'video_2');
    await viewer.untilStreams(3);
    await element.release('video_1');
    await viewer.untilStreams(2);
    await viewer.untilPicture(first.id);
    await bad.untilPicture(first.id);
    assert.equal(element.loggedDrops().length, 1, element.loggedDrops().join('\n'));
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });
});
