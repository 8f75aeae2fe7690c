// SPDX-License-Identifier: LGPL-2.1-or-later
// The pure parts of the viewer page and its module, and what all of it weighs.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KINDS, decide, kindOf } from '../../web/rtcmc/admission.js';
import { positionIn } from '../../web/rtcmc/control.js';
import { TextReceiver, frameText, isId, nameOf, parseEnvelope, parseExtra, parseMessage, parseRooms, sectionsFor }
  from '../../web/rtcmc/protocol.js';
import { summarize } from '../../web/rtcmc/statistics.js';
import { addressOf, describeStats, fit, mediaTrouble, roomIdOf, wordsFor } from '../../web/viewer/words.js';

const WEB = fileURLToPath(new URL('../../web', import.meta.url));
const files = readdirSync(WEB, { recursive: true }).filter((name) => /\.(html|js|css|svg)$/.test(name));
const CANDIDATE = 'candidate:1 1 udp 2122194687 127.0.0.1 37909 typ host generation 0';

describe('files', () => {
  test('are all in the resource', () => {
    const resource = readFileSync(path.join(WEB, 'rtcmc.gresource.xml'), 'utf8');
    const listed = [...resource.matchAll(/<file[^>]*>(.*)<\/file>/g)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), files.sort());
  });

  test('have nothing that a strict Content-Security-Policy forbids', () => {
    const page = readFileSync(path.join(WEB, 'index.html'), 'utf8');
    assert.doesNotMatch(page, /<script>|<style| style=| on\w+=|javascript:/);
    const code = files.filter((name) => name.endsWith('.js')).map((name) => readFileSync(path.join(WEB, name), 'utf8')).join();
    assert.doesNotMatch(code, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
  });
});

describe('room ids and addresses', () => {
  const idOf = (address) => roomIdOf(new URL(address, 'http://server'));

  test('every id comes back out of its address', () => {
    const ids = ['garden', 'a/b', 'a/', '/a', '100 %', 'ü 😀', '..', '.', 'v1.2', 'rtcmc.js', 'viewer/x', '?#&=', 'socket.io',
      'favicon.ico', 'robots.txt', 'metrics', 'healthz', 'rtcmc', 'viewer', 'index.html', 'комната'];
    for (const id of ids) {
      assert.equal(idOf(addressOf(id)), id);
      const below = new URL(addressOf(id, '/rtc/'), 'http://server');
      assert.equal(roomIdOf(below, '/rtc/'), id);
      assert.match(below.pathname, /^\/rtc\/[^/]*$/);
    }
    assert.equal(roomIdOf(new URL('http://server/rtc/'), '/rtc/'), '');
  });

  test('what people type', () => {
    assert.equal(idOf('/'), '');
    assert.equal(idOf('/garden/'), 'garden');
    assert.equal(idOf('/50%'), '50%');
    assert.equal(addressOf('\ud800'), undefined);
  });

  test('ids', () => {
    ['a', 'ü'.repeat(128), '<b>', '__proto__'].forEach((id) => assert.ok(isId(id), id));
    ['', 'a\n', '\u0000', '\u007f', 'x'.repeat(257), 'ü'.repeat(129), 7, null, undefined, {}, ['a']]
      .forEach((id) => assert.ok(!isId(id), String(id)));
  });
});

describe('messages of others', () => {
  test('envelopes', () => {
    assert.deepEqual(parseEnvelope({ sender: 'a', remoteUserId: 'b', message: 1, extra: { x: 1, _room: {} } }),
      { sender: 'a', to: 'b', message: 1, extra: { x: 1 }, cameThroughRoom: false });
    assert.equal(parseEnvelope({ sender: 'a', remoteUserId: 'b', message: 1 }).cameThroughRoom, true);
    [null, 'x', [], {}, { sender: '' }, { sender: {} }].forEach((value) => assert.equal(parseEnvelope(value), undefined));
  });

  test('extra', () => {
    [null, [], 'x', 1, { x: 'x'.repeat(70000) }].forEach((value) => assert.equal(parseExtra(value), undefined));
  });

  test('are known by what browsers look for', () => {
    assert.equal(parseMessage('dropPeerConnection').kind, 'left');
    assert.deepEqual(parseMessage({ userLeft: true, autoCloseEntireSession: true }), { kind: 'left', closesRoom: true });
    assert.equal(parseMessage({ newParticipationRequest: true, isOneWay: true }).wantsOffer, true);
    const offer = parseMessage({ type: 'offer', sdp: 'v=0', streamsToShare: { s: { isScreen: true }, t: 1 } });
    assert.deepEqual([offer.kind, offer.renegotiating, [...offer.streams.keys()]], ['offer', false, ['s']]);
    assert.equal(parseMessage({ candidate: CANDIDATE, sdpMid: '0' }).init.sdpMid, '0');
    assert.equal(parseMessage({ enableMedia: true, userPreferences: { a: 1 } }).preferences.a, 1);
  });

  test('bring back an invitation, each in its place', () => {
    const invitationIn = (value) => parseMessage(value).invitation;
    const request = { newParticipationRequest: true, invitation: 'i' };
    const asBrowsers = { connectionDescription: { sender: 'a', remoteUserId: 'b', message: request } };
    assert.equal(invitationIn(request), 'i');
    assert.equal(invitationIn({ enableMedia: true, invitation: 'i' }), 'i');
    assert.equal(invitationIn({ enableMedia: true, userPreferences: asBrowsers }), 'i');
    assert.equal(invitationIn({ type: 'offer', sdp: 'v=0', invitation: 'i' }), 'i');
    assert.equal(invitationIn({ type: 'offer', sdp: 'v=0', ...asBrowsers }), 'i');
    for (const broken of [undefined, '', 7, {}, 'x'.repeat(300)]) {
      assert.equal(invitationIn({ type: 'offer', sdp: 'v=0', invitation: broken }), undefined);
      assert.equal(invitationIn({ newParticipationRequest: true, invitation: broken }), undefined);
    }
    for (const broken of [null, 7, { message: null }, { message: 'x' }]) {
      assert.equal(invitationIn({ type: 'offer', sdp: 'v=0', connectionDescription: broken }), undefined);
    }
  });

  test('broken ones are none', () => {
    const broken = [undefined, null, 7, 'x', [], {}, { type: 'offer' }, { type: 'answer', sdp: {} },
      { type: 'offer', sdp: 'x'.repeat(600000) }, { type: 'offer', sdp: '\nm='.repeat(100) }, { candidate: 'x', sdpMid: '0' },
      { candidate: CANDIDATE }, { candidate: `${CANDIDATE}\r\na=x`, sdpMid: '0' }, { candidate: {} }];
    broken.forEach((value) => assert.equal(parseMessage(value), undefined, JSON.stringify(value)?.slice(0, 80)));
  });

  test('how many sections streams need', () => {
    const streams = (...infos) => new Map(infos.map((info, index) => [String(index), info]));
    assert.deepEqual(sectionsFor(streams()), { audio: 1, video: 1 });
    assert.deepEqual(sectionsFor(streams({ isVideo: true }, { isScreen: true }, { isAudio: true })), { audio: 2, video: 2 });
    assert.equal(sectionsFor(streams(...Array(99).fill({ isVideo: true }))).video, 8);
  });

  test('rooms', () => {
    assert.deepEqual(parseRooms(null), []);
    assert.deepEqual(parseRooms([null, 1, { sessionid: 7 }, { sessionid: 'a', participants: ['x'], isPasswordProtected: 5 }]),
      [{ id: 'a', participants: 1, isFull: false, hasPassword: true }]);
  });

  test('names', () => {
    assert.equal(nameOf({ name: '  Ada\u202e\n\tLovelace ' }, 'x'), 'Ada Lovelace');
    assert.equal(nameOf({ name: '😀'.repeat(100) }, 'x'), '😀'.repeat(60));
    assert.equal(nameOf({ name: {} }, 'porch'), 'porch');
    assert.equal(nameOf({ fullName: 'Ada' }, 'x'), 'Ada');
    assert.equal(nameOf({ name: ' ', username: 'ada', userFullName: 'Ada Lovelace' }, 'x'), 'Ada Lovelace');
    assert.equal(nameOf({}, 'abcdef'.repeat(5)), 'Guest abcd');
    assert.equal(nameOf({}, '\u202e'), 'Guest');
  });
});

describe('the door', () => {
  const SENDERS = {
    stranger: { link: 'none' },
    acquaintance: { link: 'none', isAcquainted: true },
    offered: { link: 'offered', isOfThisEntry: true },
    participant: { link: 'made', isOfThisEntry: true },
    earlier: { link: 'made' }, // connected before we came back
  };
  const VERDICTS = { O: 'offer', T: 'takeOffer', P: 'passOn', H: 'hangUp', C: 'askIfClosed', i: 'ignore', '-': 'refuse' };
  const check = (columns, rows, proof, isCrowded) => {
    for (const [kind, letters] of Object.entries(rows)) {
      columns.forEach((sender, index) => {
        const { verdict, why } = decide(kind, SENDERS[sender], proof, isCrowded);
        assert.equal(verdict, VERDICTS[letters[index]], `${kind} of ${sender}`);
        assert.equal(typeof why, ['ignore', 'refuse'].includes(verdict) ? 'string' : 'undefined', `${kind} of ${sender}`);
      });
    }
  };
  const ALL = Object.keys(SENDERS);

  test('by who sends what, without a proof', () => {
    const rows = {
      request: '-OiOO',
      return: '-OiOO',
      pageRequest: '-OiOO',
      enableMedia: '-OiiO',
      ready: '-OiOO',
      firstOffer: '-TiTT',
      laterOffer: '--PPP',
      answer: '--PPP',
      candidate: '--PPP',
      sync: '--PPP',
      goodbye: 'iHHHH',
      closing: 'iCCCC',
      rename: '-----',
    };
    assert.deepEqual(Object.keys(rows).sort(), KINDS.toSorted());
    check(ALL, rows, {});
  });

  test('by what proves that a stranger is in our room', () => {
    const kinds = ['request', 'enableMedia', 'ready', 'firstOffer', 'laterOffer', 'answer', 'candidate', 'sync', 'goodbye',
      'closing', 'rename'];
    const verdicts = (proof) => kinds.map((kind) =>
      Object.entries(VERDICTS).find(([, verdict]) => verdict === decide(kind, SENDERS.stranger, proof).verdict)[0]).join('');
    assert.equal(verdicts({ cameThroughRoom: true }), 'O-------ii-');
    assert.equal(verdicts({ knowsInvitation: true }), '-O-T----ii-');
  });

  test('who comes again keeps a connection that works', () => {
    const verdict = (kind, works, cameThroughRoom) => decide(kind, { ...SENDERS.participant, works }, { cameThroughRoom }).verdict;
    assert.deepEqual([verdict('return', true, true), verdict('return', true, false), verdict('return', false, true)],
      ['keep', 'keep', 'offer']);
    assert.deepEqual([verdict('pageRequest', true, true), verdict('pageRequest', true, false), verdict('pageRequest', false, true)],
      ['doubt', 'offer', 'offer']);
    assert.equal(verdict('request', true, true), 'offer');
  });

  test('newcomers wait while too many offers are unanswered', () => {
    check(ALL, { request: '--i--', ready: '--i--', enableMedia: '-OiiO', firstOffer: '-TiTT' }, {}, true);
    assert.equal(decide('request', SENDERS.stranger, { cameThroughRoom: true }, true).verdict, 'refuse');
  });

  test('of two offers that cross, the larger userid counts if both sides know that rule', () => {
    const meet = (crossing, outranksUs) => decide('firstOffer', { ...SENDERS.offered, outranksUs }, {}, false, { crossing }).verdict;
    assert.deepEqual([meet(true, true), meet(true, false), meet(false, true), meet(false, false)],
      ['takeOffer', 'ignore', 'ignore', 'ignore']);
  });

  test('has a kind for every message', () => {
    const kind = (value) => kindOf(parseMessage(value));
    assert.deepEqual([
      kind({ newParticipationRequest: true, invitation: 'i' }), kind({ newParticipationRequest: true }),
      kind({ newParticipationRequest: true, streamSyncNeeded: true, invitation: 'i' }), kind({ enableMedia: true }), kind({ readyForOffer: true }),
      kind({ type: 'offer', sdp: 'v=0' }), kind({ type: 'offer', sdp: 'v=0', renegotiatingPeer: true }),
      kind({ type: 'answer', sdp: 'v=0', renegotiatingPeer: true }), kind({ candidate: CANDIDATE, sdpMid: '0' }),
      kind({ streamSyncNeeded: true }), kind({ userLeft: true }), kind('dropPeerConnection'),
      kind({ userLeft: true, autoCloseEntireSession: true }), kind({ changedUUID: true, oldUUID: 'a', newUUID: 'b' }),
    ], ['request', 'pageRequest', 'return', 'enableMedia', 'ready', 'firstOffer', 'laterOffer', 'answer', 'candidate', 'sync', 'goodbye', 'goodbye',
      'closing', 'rename']);
  });
});

describe('texts', () => {
  const receiveAll = (receiver, frames) => frames.map((frame) => receiver.receive(frame, 1005)).filter(Boolean);

  test('come back out of their frames, interleaved too', () => {
    const receiver = new TextReceiver();
    for (const value of ['hi', '😀'.repeat(20001), { a: ['ü'.repeat(40000)] }, 7, null]) {
      const frames = frameText(value, 'u', 1000);
      const others = frameText('x'.repeat(50000), 'v', 1000);
      const mixed = frames.flatMap((frame, index) => [others[index], frame]).filter(Boolean);
      const [complete] = receiveAll(receiver, mixed).filter(({ data }) => JSON.stringify(data) === JSON.stringify(value));
      assert.equal(complete.latency, 5);
    }
  });

  test('look as RTCMultiConnection makes them', () => {
    assert.deepEqual(frameText('hi', 'u', 9).map((frame) => JSON.parse(frame)),
      [{ type: 'text', uuid: 'u', sendingTime: 9, packets: 0, message: 'hi', last: true, isobject: false }]);
    assert.deepEqual(frameText('', 'u'), []);
  });

  test('broken frames are none, and unfinished ones are bounded', () => {
    const receiver = new TextReceiver();
    const broken = [new ArrayBuffer(4), '', '{', 'null', '[]', '{"uuid":1,"message":"x","last":true}', '{"uuid":"u"}',
      '{"uuid":"u","message":{},"last":true}', '{"uuid":"u","message":"{","last":true,"isobject":true}'];
    assert.deepEqual(receiveAll(receiver, broken), []);
    const part = (uuid, message) => JSON.stringify({ uuid, message });
    for (let i = 0; i < 100; ++i) receiver.receive(part(`u${i}`, 'x'));
    const end = (uuid) => receiver.receive(JSON.stringify({ uuid, message: '!', last: true })).data;
    assert.deepEqual([end('u0'), end('u99')], ['!', 'x!']);
    for (let i = 0; i < 100; ++i) receiver.receive(part('large', 'x'.repeat(100000)));
    assert.ok(end('large').length <= 4200000);
    assert.equal(end('__proto__'), '!');
  });
});

describe('the grid', () => {
  test('tiles fit, and are as large as can be', () => {
    assert.deepEqual(fit(1, 1600, 900, 8), { columns: 1, width: 1600 });
    assert.deepEqual(fit(4, 1608, 908, 8), { columns: 2, width: 800 });
    assert.equal(fit(2, 390, 700, 8).columns, 1);
    for (let count = 1; count < 30; ++count) {
      const { columns, width } = fit(count, 1280, 600, 8);
      const rows = Math.ceil(count / columns);
      assert.ok(columns * width + (columns - 1) * 8 <= 1280, `${count} across`);
      assert.ok((rows * width * 9) / 16 + (rows - 1) * 8 <= 601, `${count} down`);
    }
  });

  test('too many are scrolled, and nothing breaks without space', () => {
    const { columns, width } = fit(60, 390, 700, 8);
    assert.ok(width >= 150 && columns * width <= 390);
    assert.deepEqual(fit(0, 100, 100, 8), { columns: 1, width: 0 });
    assert.ok(fit(5, 0, 0, 8).width >= 0);
  });
});

describe('words', () => {
  test('for every state', () => {
    for (const state of ['connecting', 'unreachable', 'reconnecting', 'password', 'full', 'failed', 'closed', 'left', 'joined']) {
      const { status, tone } = wordsFor(state, 2, 'because');
      assert.ok(status && ['good', 'busy', 'bad'].includes(tone), state);
    }
    assert.equal(wordsFor('joined', 1).status, '1 other is here');
    assert.match(wordsFor('failed', 0, 'because').text, /because/);
  });

  test('of statistics', () => {
    const text = describeStats({
      video: { width: 1280, height: 720, frameRate: 29.8, codec: 'VP8', bitrate: 1940000, loss: 0.0123 }, roundTripTime: 0.0121,
    });
    assert.equal(text, '1280×720 30 fps\nVP8 1.9 Mbit/s\n1.2 % lost\n13 ms round trip');
    assert.equal(describeStats({}), '');
    assert.equal(describeStats({ audio: { codec: 'opus', bitrate: 32000, loss: null }, roundTripTime: null }), 'opus 32 kbit/s');
  });

  test('of what keeps the camera away', () => {
    assert.match(mediaTrouble({ name: 'insecure' }), /https/);
    assert.match(mediaTrouble({ name: 'OddError', message: 'odd' }), /odd/);
  });
});

describe('statistics', () => {
  const report = (timestamp, bytesReceived, packetsLost) => new Map([
    ['v', { id: 'v', type: 'inbound-rtp', kind: 'video', trackIdentifier: 't', timestamp, bytesReceived, packetsReceived: bytesReceived / 100,
      packetsLost, framesDecoded: timestamp / 40, frameWidth: 64, frameHeight: 48, codecId: 'c' }],
    ['other', { id: 'other', type: 'inbound-rtp', kind: 'audio', trackIdentifier: 'u', timestamp }],
    ['c', { id: 'c', type: 'codec', mimeType: 'video/VP8' }],
    ['p', { id: 'p', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.02 }],
  ]);

  test('rates are since the time before', () => {
    const first = summarize(report(1000, 0, 0), ['t']);
    assert.deepEqual([first.audio, first.video.bitrate, first.video.codec, first.roundTripTime], [null, null, 'VP8', 0.02]);
    const second = summarize(report(3000, 10000, 25), ['t'], first);
    assert.deepEqual([second.video.bitrate, second.video.frameRate, second.video.loss], [40000, 25, 0.2]);
    const restarted = summarize(report(4000, 0, 0), ['t'], second);
    assert.deepEqual([restarted.video.bitrate, restarted.video.loss], [0, 0]);
  });
});

test('places in a picture', () => {
  const box = { left: 100, top: 50, width: 320, height: 180 };
  const at = (video, clientX, clientY) => Object.values(positionIn(box, video, { clientX, clientY }));
  const fitting = { videoWidth: 1280, videoHeight: 720 };
  assert.deepEqual(at(fitting, 100, 50), [0, 0]);
  assert.deepEqual(at(fitting, 420, 230), [1, 1]);
  const narrow = { videoWidth: 90, videoHeight: 90 }; // bars of 70 pixels
  assert.deepEqual(at(narrow, 170, 50), [0, 0]);
  assert.deepEqual(at(narrow, 350, 230), [1, 1]);
  const wide = { videoWidth: 640, videoHeight: 180 }; // bars of 45 pixels
  assert.deepEqual(at(wide, 100, 95), [0, 0]);
  assert.deepEqual(at(wide, 420, 185), [1, 1]);
  assert.ok(at(wide, 100, 94)[1] < 0);
});
