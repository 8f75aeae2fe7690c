// SPDX-License-Identifier: LGPL-2.1-or-later
// What changes during a call: streams that come and go on both sides, and participants who do it at the wrong moment or
// not as they should.

/* global participant, makeTestCard */

import assert from 'node:assert/strict';
import { assertColours } from './harness/colours.mjs';
import { input } from './harness/element.mjs';
import { inEachBrowser } from './harness/stage.mjs';

const RED = [255, 0, 0];
const SECOND_CAMERA = 'videotestsrc is-live=true pattern=red ! capsfilter caps=video/x-raw,width=320,height=180,framerate=15/1';

/** Slots whose pictures nobody looks at. */
const drop = (...pads) => pads.map((pad) => `r.${pad} ! fakesink`.split(' '));

/** A second stream of the browser's, as when it shares its screen; returns its id. */
const share = (browser) => browser.evaluate(() => {
  const stream = makeTestCard();
  stream.isScreen = true;
  participant.connection.addStream(stream);
  return stream.id;
});

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
    await viewer.untilPicture();
    const stormy = await stage.viewer({ testCard: true });
    const userid = await stormy.userid();
    await element.untilMessage('rtcmc-stream-added', { fits: from(userid) });
    await stormy.evaluate(() => {
      const { connection } = participant;
      let rounds = 0;
      const timer = setInterval(() => (rounds += 1) > 200 ? clearInterval(timer) : connection.renegotiate(), 10);
    });
    await viewer.untilPicture(undefined, { frames: 30 });
    const screen = await share(stormy);
    await element.untilMessage('rtcmc-stream-added', { fits: from(userid, screen) });
    assert.ok(element.loggedDrops().length < 25, element.loggedDrops().join('\n'));
    assert.deepEqual(element.errors, []);
  });
});
