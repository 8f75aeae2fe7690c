// SPDX-License-Identifier: LGPL-2.1-or-later
// The same to a media server as to the room, by WHIP: one that is a browser, and LiveKit. What goes wrong without media
// is tested in tests/element.

import assert from 'node:assert/strict';
import { Element, HostedElement, input } from './harness/element.mjs';
import { LiveKit, whyNoLiveKit } from './harness/livekit.mjs';
import { inAnyBrowser } from './harness/stage.mjs';
import { untilStats, valuesOf } from './harness/statistics.mjs';
import { WhipBrowser } from './harness/whip_browser.mjs';

const INPUTS = [input.video({ width: 320, height: 180 }), input.tone()];

/** gst-launch that takes Ctrl+C for the end of everything, at once. */
class Abrupt extends Element {
  static get program() {
    return ['gst-launch-1.0', '-m'];
  }
}

/** The media server says what it gets, as every participant does. */
const isReportedOn = (stats) => stats.includes('rtcmc-publication-stats') && valuesOf(stats, 'fraction-lost').length > 0;

inAnyBrowser('Publishing', {}, (test) => {
  const endpoint = async (stage) => stage.run(await new WhipBrowser(await stage.page('about:blank')).start());

  test('to who answers an offer: both see the same encoding', async (stage) => {
    const server = await endpoint(stage);
    const element = stage.startElement(INPUTS, { 'publish-url': server.url, 'publish-token': 'let-me-in' }, HostedElement);
    assert.deepEqual((await server.untilPicture()).toSorted(), ['audio', 'video']);
    const [{ headers }] = server.offers;
    assert.equal(headers.authorization, 'Bearer let-me-in');
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    const stats = await untilStats(element, 'both', (text) => valuesOf(text, 'shared-with').join() === '2,2,2,2');
    assert.match(stats, /rtcmc-publication-stats/);
    assert.deepEqual(valuesOf(stats, 'encoders'), ['2'], 'each track is encoded once');
    assert.equal(server.offers.length, 1);
    await element.emit('leave');
    await element.until('the session is deleted', () => server.deleted.join() === '/whip/session/1');
    assert.deepEqual([element.warnings, element.errors], [[], []]);
  });

  test('goes on with a new session when the server hangs up, and with another track', async (stage) => {
    const server = await endpoint(stage);
    const element = stage.startElement([INPUTS[0]], { 'publish-url': server.url }, HostedElement);
    const viewer = await stage.viewer();
    await server.untilPicture();
    await viewer.untilPicture();
    await server.hangUp();
    await element.until('a warning', () => element.warnings.length > 0);
    assert.match(element.warnings[0], /^The connection to the media server at .* has ended/);
    assert.deepEqual(await server.untilPicture(), ['video']);
    const before = server.offers.length;
    await element.feed('audiotestsrc is-live=true', 'audio_0');
    await element.until('a new session', () => server.offers.length > before && server.offers.at(-1).sdp.includes('m=audio'));
    assert.deepEqual((await server.untilPicture()).toSorted(), ['audio', 'video']);
    assert.ok(server.deleted.length > 0, 'the one before is deleted');
    assert.equal((await viewer.participants()).length, 1, 'the room has not noticed');
    assert.equal(element.warnings.length, 1);
  });

  test('tells the server when the element is stopped, and does not wait for its word', async (stage) => {
    const server = await endpoint(stage);
    server.ignoresGoodbyes = true;
    const element = stage.startElement([INPUTS[0]], { 'publish-url': server.url }, Abrupt);
    await server.untilPicture();
    assert.equal(await element.stop(), 0);
    assert.deepEqual(server.deleted, ['/whip/session/1']);
    assert.deepEqual([element.warnings, element.errors], [[], []]);
  });

  const whyNot = whyNoLiveKit();
  const livekit = (name, run) => (whyNot ? test(name, async (_stage, t) => t.skip(whyNot)) : test(name, run));

  livekit('to LiveKit: its participant comes, is reported on, and goes with the room', async (stage) => {
    const server = stage.run(await new LiveKit().start());
    const element = stage.startElement(INPUTS, {
      'publish-url': server.publishUrl,
      'publish-token': server.publishToken(stage.room, 'camera'),
    }, HostedElement);
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    const tracks = await server.untilTracks(stage.room, 'camera', 2);
    assert.deepEqual(tracks.map(({ type }) => type ?? 'AUDIO').toSorted(), ['AUDIO', 'VIDEO']);
    const stats = await untilStats(element, 'reports', (text) => isReportedOn(text) &&
      valuesOf(text, 'shared-with').join() === '2,2,2,2' && valuesOf(text, 'round-trip-time').length === 6);
    assert.deepEqual(valuesOf(stats, 'encoders'), ['2']);
    await element.emit('leave');
    await server.untilGone(stage.room, 'camera');
    assert.deepEqual([element.warnings, element.errors], [[], []]);
  });

  livekit('to LiveKit that dies and comes back, while the room goes on', async (stage) => {
    const server = stage.run(await new LiveKit().start());
    const element = stage.startElement([INPUTS[0]], {
      'publish-url': server.publishUrl,
      'publish-token': server.publishToken(stage.room, 'camera'),
    }, HostedElement);
    await server.untilTracks(stage.room, 'camera', 1);
    await server.dispose();
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    await element.until('nobody listens', () => element.warnings.some((warning) => /^No server listens at/.test(warning)));
    assert.match(element.warnings[0], /^The connection to the media server at .* has ended/);
    await server.start();
    await server.untilTracks(stage.room, 'camera', 1);
    await viewer.untilPicture();
    assert.deepEqual([element.warnings.length, element.errors], [2, []]);
  });

  livekit('to LiveKit that throws us out, and that does not know the token', async (stage) => {
    const server = stage.run(await new LiveKit().start());
    const element = stage.startElement([INPUTS[0]], {
      'publish-url': server.publishUrl,
      'publish-token': server.publishToken(stage.room, 'camera'),
    }, HostedElement);
    const [{ sid }] = await server.untilTracks(stage.room, 'camera', 1);
    await server.removeParticipant(stage.room, 'camera');
    await element.until('a warning', () => element.warnings.length > 0);
    assert.match(element.warnings[0], /^The connection to the media server at .* has ended/);
    const [again] = await server.untilTracks(stage.room, 'camera', 1);
    assert.notEqual(again.sid, sid);

    const stranger = stage.startElement([INPUTS[0]], { 'publish-url': server.publishUrl, 'publish-token': 'nobody' });
    await stranger.until('a refusal', () => stranger.warnings.some((warning) =>
      /does not let us publish \(HTTP 401 .*set publish-token/.test(warning)));
    const viewer = await stage.viewer();
    await viewer.untilStreams(2);
    assert.deepEqual([...element.errors, ...stranger.errors], []);
  });
});
