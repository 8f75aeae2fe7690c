// SPDX-License-Identifier: LGPL-2.1-or-later
// Opus: pauses in silence (DTX), and repetitions for whom packets are lost on the way to (in-band FEC).

/* global participant */

import assert from 'node:assert/strict';
import { inputs, overABadLink } from './harness/bad_link.mjs';
import { inEachBrowser } from './harness/stage.mjs';

/** A short sound each two seconds. */
const TICKS = 'audiotestsrc is-live=true wave=ticks tick-interval=2000000000 ! audio/x-raw,rate=48000 ! r.'.split(' ');

/** In a page: what it is told of Opus, in an order of the browser's own. */
const opusOf = (user) => participant.peerOf(user).remoteDescription.sdp.match(/^a=fmtp:\d+ (.*stereo=1.*)$/m)[1].split(';');

/** In a page: statistics of the sound of a stream, once packets have come for two seconds less than it lasts. */
async function soundWithPauses(stream) {
  const stats = await participant.received(stream, 'audio');
  return stats?.packetsReceived > 10 && stats.totalSamplesDuration > 2 + stats.packetsReceived * 0.02 && stats.totalAudioEnergy > 0 && stats;
}

/** In a page: the same of what it sends. */
async function sendsWithPauses(user) {
  const report = await participant.peerOf(user).getStats();
  const of = (type) => [...report.values()].find((entry) => entry.type === type && entry.kind === 'audio');
  return of('outbound-rtp')?.packetsSent > 10 && of('media-source')?.totalSamplesDuration > 2 + of('outbound-rtp').packetsSent * 0.02;
}

inEachBrowser('Sound', {}, (test) => {
  test('in silence next to nothing is sent, and nothing looks lost', async (stage) => {
    const resident = await stage.viewer();
    const element = await stage.element([TICKS], { 'audio-dtx': true });
    for (const viewer of [resident, await stage.viewer()]) {
      const [{ id }] = await viewer.untilStreams(1);
      const stats = await viewer.until('sound with pauses', soundWithPauses, {}, id);
      assert.equal(stats.packetsLost, 0);
      const opus = await viewer.evaluate(opusOf, element.userid);
      assert.ok(opus.includes('useinbandfec=1') && opus.includes('usedtx=1'), opus);
    }
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  test('unless it is asked for, silence is sent', async (stage) => {
    const element = await stage.element([TICKS], { 'audio-fec': false });
    const viewer = await stage.viewer();
    await viewer.untilSound();
    const opus = await viewer.evaluate(opusOf, element.userid);
    assert.ok(opus.includes('useinbandfec=0') && !opus.some((parameter) => parameter.startsWith('usedtx')), opus);
  });

  test('a page that is asked for pauses', async (stage, t) => {
    const element = await stage.element(['r.recv_audio_0 ! audioconvert ! fakesink'.split(' ')], { 'audio-dtx': true });
    const page = await stage.viewer({ flashAndBeep: 2000 });
    await element.untilMessage('rtcmc-stream-added');
    if (await page.evaluate(() => navigator.userAgent.includes('Firefox'))) {
      t.skip?.('Firefox does not say how long its sound lasts');
      return;
    }
    await page.until('pauses in what it sends', sendsWithPauses, {}, element.userid);
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });
});

overABadLink('Sound over a bad link', (test) => {
  test('what is lost is repeated', async (link) => {
    await link.worsen({ delay: 50, loss: 0.1 });
    const [{ id }] = await link.farPerson.untilStreams(1);
    await link.farPerson.until('repetitions', async (stream) => (await participant.received(stream, 'audio'))?.fecPacketsReceived > 10, {}, id);
  }, inputs.pictureAndSound, { audio: true, video: true, data: true });
});
