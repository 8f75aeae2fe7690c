// SPDX-License-Identifier: LGPL-2.1-or-later
// The life of a room besides media: who mutes, says something new of itself, goes, closes, owns.

/* global participant */

import assert from 'node:assert/strict';
import { input } from './harness/element.mjs';
import { inAnyBrowser, inEachBrowser } from './harness/stage.mjs';

const ONE_WAY = { audio: true, video: true, oneway: true };
const DATA_ONLY = { data: true };

const of = (userid) => (fields) => fields['user-id'] === userid;
const untilJoined = (element, userid) => element.untilMessage('rtcmc-participant-joined', { fits: of(userid) });
const untilGone = (element, userid) => element.untilMessage('rtcmc-participant-left', { fits: of(userid) });
const untilState = (element, state) => element.untilNotify('state', state);

inEachBrowser('Muting', {}, (test) => {
  test('ours: told, sent nothing, and there again at once', async (stage) => {
    const element = await stage.hostedElement([input.video(), input.tone({ frequency: 440 })]);
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    const { id } = await viewer.untilTone(440).then(() => viewer.untilStreams(1)).then(([stream]) => stream);

    await element.set({ muted: true }, 'video_0');
    assert.deepEqual(await viewer.untilMute(1), { streamid: id, type: 'video', muted: true });
    await viewer.untilStill('video');
    await viewer.untilTone(440);

    await element.set({ muted: false }, 'video_0');
    assert.deepEqual(await viewer.untilMute(2), { streamid: id, type: 'video', muted: false });
    await viewer.untilPicture();

    await element.emit('mute', 'both', true);
    assert.deepEqual(await viewer.untilMute(3), { streamid: id, type: 'both', muted: true });
    assert.deepEqual([await element.get('muted', 'video_0'), await element.get('muted', 'audio_0')], [true, true]);
    await viewer.untilStill('audio');
    await viewer.untilStill('video');

    await element.emit('mute', 'both', false);
    assert.deepEqual(await viewer.untilMute(4), { streamid: id, type: 'both', muted: false });
    await viewer.untilPicture();
    await viewer.untilTone(440);
  });

  test('ours: a newcomer is told', async (stage) => {
    const element = await stage.hostedElement([input.video(), input.tone()]);
    await element.emit('mute', 'audio', true);
    const viewer = await stage.viewer();
    assert.equal((await viewer.untilMute(1)).type, 'audio');
    await viewer.untilPicture();
    await element.emit('mute', 'audio', false);
    assert.equal((await viewer.untilMute(2)).muted, false);
    await viewer.untilTone(440);
  });

  test('ours: of a pad that comes in the call', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const viewer = await stage.viewer();
    const [first] = await viewer.untilStreams(1);
    await viewer.untilPicture(first.id);
    await element.feed('videotestsrc is-live=true', 'video_1', { muted: true });
    const { id } = (await viewer.untilStreams(2)).find((stream) => stream.id !== first.id);
    assert.deepEqual(await viewer.untilMute(1), { streamid: id, type: 'video', muted: true });
    await element.set({ muted: false }, 'video_1');
    assert.deepEqual(await viewer.untilMute(2), { streamid: id, type: 'video', muted: false });
    await viewer.untilPicture(id);
  });

  test('ours: what came encoded is back with a keyframe', async (stage) => {
    const encoder = ['vp8enc deadline=1 keyframe-max-dist=1000'];
    const element = await stage.hostedElement([input.video({ encoder })]);
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    await element.set({ muted: true }, 'video_0');
    await viewer.untilStill('video');
    await element.set({ muted: false }, 'video_0');
    await viewer.untilPicture();
  });

  test('theirs', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const camera = await stage.camera();
    const userid = await camera.userid();
    await untilJoined(element, userid);
    const streamid = await camera.evaluate(() => participant.connection.attachStreams[0].streamid);
    const change = (method, kind) => camera.evaluate((name, type) => {
      participant.connection.attachStreams[0][name](type ?? undefined);
    }, method, kind);

    await change('mute', 'video');
    assert.deepEqual(await element.untilSignal('mute-changed'), [userid, streamid, 'video', true]);
    await change('unmute', 'video');
    assert.deepEqual(await element.untilSignal('mute-changed', { count: 2 }), [userid, streamid, 'video', false]);
    await change('mute', null);
    const message = await element.untilMessage('rtcmc-mute-changed', { count: 3 });
    assert.deepEqual(message, { 'user-id': userid, 'stream-id': streamid, kind: 'both', muted: true });
  });
});

// What RTCMultiConnection.js itself makes of it is the same in all browsers.
inAnyBrowser('The life of a room', {}, (test) => {
  test('extra, both ways', async (stage) => {
    const element = await stage.hostedElement([input.video()], { extra: 'extra,name=kitchen' });
    const viewer = await stage.viewer({ extra: { name: 'Ann' } });
    const userid = await viewer.userid();
    assert.equal((await untilJoined(element, userid)).extra.fields.name, 'Ann');

    await element.set({ extra: { name: 'hall', place: { floor: 2 } } });
    const heard = await viewer.until('the new extra', (wanted) =>
      participant.extras.find((change) => change.userid === wanted && change.extra.name === 'hall'), {}, element.userid);
    assert.deepEqual(heard.extra, { name: 'hall', place: { floor: 2 } });

    await viewer.evaluate(() => {
      participant.connection.extra.name = 'Bob';
      participant.connection.updateExtraData();
    });
    const told = await element.untilMessage('rtcmc-extra-changed', { fits: ({ extra }) => extra.fields.name === 'Bob' });
    assert.equal(told['user-id'], userid);
  });

  test('disconnect-with ends one connection and no other', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const [first, second] = [await stage.viewer(), await stage.viewer()];
    await untilJoined(element, await first.userid());
    await untilJoined(element, await second.userid());
    await element.emit('disconnect-with', await first.userid());
    await first.untilLeft(element.userid);
    await untilGone(element, await first.userid());
    assert.deepEqual(await element.get('participants'), [await second.userid()]);
    await second.untilPicture();
  });

  test('we close the room', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const viewer = await stage.viewer();
    await untilJoined(element, await viewer.userid());
    await element.emit('close-room');
    await viewer.untilLeft(element.userid);
    await untilState(element, 'left');
    assert.deepEqual(await element.get('participants'), []);
    assert.equal(await element.get('is-initiator'), false);
  });

  test('the owner closes the room', async (stage) => {
    const owner = await stage.viewer({ autoClose: true });
    const element = await stage.hostedElement([input.video()]);
    await untilJoined(element, await owner.userid());
    await owner.sendRaw(element.userid, { userLeft: true, autoCloseEntireSession: true });
    await owner.leave(); // then the server ends the room
    await element.untilMessage('rtcmc-room-closed');
    await untilState(element, 'left');
    assert.deepEqual(await element.get('participants'), []);
  });

  test('who is not the owner closes nothing', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const viewer = await stage.viewer();
    await untilJoined(element, await viewer.userid());
    await viewer.sendRaw(element.userid, { userLeft: true, autoCloseEntireSession: true });
    await untilGone(element, await viewer.userid());
    await (await stage.viewer()).untilPicture();
    assert.equal(await element.get('is-initiator'), true);
  });

  test('an event that anybody can have sent closes nothing', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const viewer = await stage.viewer();
    await untilJoined(element, await viewer.userid());
    await viewer.evaluate(() => {
      participant.connection.socket.emit('set-custom-socket-event-listener', 'closed-entire-session');
      participant.connection.socket.emit('closed-entire-session', 'x');
    });
    await (await stage.viewer()).untilPicture();
    assert.equal(await element.get('state'), 'joined');
  });

  test('the room passes to us when its owner leaves', async (stage) => {
    const owner = await stage.viewer();
    const element = await stage.hostedElement([input.video()]);
    assert.equal(await element.get('is-initiator'), false);
    await untilJoined(element, await owner.userid());
    await owner.leave();
    await untilGone(element, await owner.userid());
    await element.untilNotify('is-initiator', true);
    // It is still open for the next one.
    await (await stage.viewer()).untilPicture();
  });

  test('leaving, coming back, going to another room', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    await element.emit('leave');
    await viewer.untilLeft(element.userid);
    await untilState(element, 'left');
    await untilGone(element, await viewer.userid());

    await element.emit('open-or-join', null);
    const back = await element.untilMessage('rtcmc-room-joined', { count: 2 });
    assert.deepEqual(back, { created: false, 'room-id': stage.room });
    await viewer.untilPicture();
    assert.equal(await element.get('user-id'), element.userid);

    await element.emit('open-or-join', `${stage.room}-2`);
    const moved = await element.untilMessage('rtcmc-room-joined', { count: 3 });
    assert.deepEqual(moved, { created: true, 'room-id': `${stage.room}-2` });
    await viewer.until('left twice', (userid) => participant.left.filter((id) => id === userid).length >= 2, {},
      element.userid);
    const other = await stage.viewer({ room: `${stage.room}-2` });
    await other.untilPicture();
  });

  test('a participant changes its userid', async (stage) => {
    const element = await stage.hostedElement([input.video()]);
    const viewer = await stage.viewer();
    const old = await viewer.userid();
    await untilJoined(element, old);
    await viewer.untilPicture();
    const renamed = `${old}-renamed`;
    await viewer.evaluate((userid) => new Promise((resolve) => {
      participant.connection.changeUserId(userid, resolve);
    }), renamed);
    await viewer.sendRaw(element.userid, { changedUUID: true, oldUUID: old, newUUID: renamed });
    assert.deepEqual(await element.untilSignal('user-id-changed'), [old, renamed]);
    assert.deepEqual(await element.get('participants'), [renamed]);
    await viewer.untilPicture();
    await viewer.leave();
    await untilGone(element, renamed);
  });

  test('what the server knows of rooms', async (stage) => {
    const element = await stage.hostedElement([input.video()], {
      'public-identifier': `list-of-${stage.room}`, extra: 'extra,name=hall', 'max-participants': 7,
    });
    await stage.viewer();
    const presence = await element.emit('check-presence', stage.room);
    assert.match(presence, /^rtcmc-presence,.*exists=\(boolean\)true.*full=\(boolean\)false.*name/);
    assert.match(await element.emit('check-presence', 'nowhere'), /exists=\(boolean\)false/);
    const rooms = await element.emit('get-public-rooms', `list-of-${stage.room}`);
    assert.ok(rooms.includes(stage.room) && rooms.includes('max-participants') && rooms.includes(element.userid), rooms);

    await element.emit('set-password', 'sesame');
    await element.untilNotify('password', null); // which nobody can read
    const [, refused] = await stage.tryToJoin();
    assert.equal(refused.joined, false);
    const [, admitted] = await stage.tryToJoin({ password: 'sesame' });
    assert.equal(admitted.joined, true);
  });
});

inAnyBrowser('Sessions', {}, (test) => {
  test('we send one way', async (stage) => {
    const element = await stage.hostedElement([input.video(), input.tone()], { session: 'audio+video+oneway' });
    const viewer = await stage.viewer({ session: ONE_WAY, camera: true });
    await viewer.untilPicture();
    await viewer.untilTone(440);
    await untilJoined(element, await viewer.userid());
    assert.equal((await viewer.sent(element.userid)).packetsSent, 0);
  });

  test('we watch one way, and send nothing', async (stage) => {
    const owner = await stage.viewer({ session: { ...ONE_WAY, data: true }, testCard: true });
    const element = await stage.hostedElement([input.video()], { session: 'audio+video+data+oneway' });
    await untilJoined(element, await owner.userid());
    assert.deepEqual(await owner.streams(), []);
  });

  test('data only, opened by us', async (stage) => {
    const element = await stage.hostedElement([input.video()], { session: 'data' });
    const viewer = await stage.viewer({ session: DATA_ONLY });
    await untilJoined(element, await viewer.userid());
    assert.deepEqual(await viewer.streams(), []);
  });

  test('data only, opened by the browser', async (stage) => {
    const viewer = await stage.viewer({ session: DATA_ONLY });
    const element = await stage.hostedElement([], { session: 'data' });
    await untilJoined(element, await viewer.userid());
    assert.deepEqual(await viewer.streams(), []);
  });

  test('broadcast: only the owner is connected with everyone', async (stage) => {
    const session = { audio: true, video: true, broadcast: true };
    const element = await stage.hostedElement([input.video()], { session: 'audio+video+broadcast' });
    const [first, second] = [await stage.viewer({ session }), await stage.viewer({ session })];
    await first.untilPicture();
    await second.untilPicture();
    assert.deepEqual(await first.participants(), [element.userid]);
    assert.deepEqual(await second.participants(), [element.userid]);
  });
});
