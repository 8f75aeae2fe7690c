// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages from somebody who means ill or knows no better.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { Element, input } from './harness/element.mjs';
import { inAnyBrowser } from './harness/stage.mjs';

const MEGABYTES = 1024 * 1024;
const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
const CANDIDATE = 'candidate:1 1 udp 2122194687 127.0.0.1 9 typ host';

const DESCRIPTORS = 1024; // the usual soft limit; with none left, GLib ends the process

const FEW_DESCRIPTORS = 128; // for a handful of participants

class Confined extends Element {
  static get descriptors() {
    return DESCRIPTORS;
  }

  static get program() {
    return ['prlimit', `--nofile=${this.descriptors}:${this.descriptors}`, ...Element.program];
  }
}

class Starved extends Confined {
  static get descriptors() {
    return FEW_DESCRIPTORS;
  }
}

/** `count` requests for a connection at once, each in another name. */
function ask(participant, room, count) {
  return participant.evaluate((to, times) => new Promise((resolve) => {
    const { socket, socketMessageEvent } = globalThis.participant.connection;
    for (let index = 0; index < times; index += 1) {
      socket.emit(socketMessageEvent, {
        remoteUserId: to, message: { newParticipationRequest: true }, sender: `made-up-${index}`,
      });
    }
    socket.emit('check-presence', to, resolve);
  }), room, count);
}

/** From somebody with whom the element has no connection. */
const OUT_OF_THE_BLUE = {
  'an offer out of the blue': { type: 'offer', sdp: SDP, renegotiatingPeer: false, streamsToShare: {} },
  'an offer to change a connection that does not exist': { type: 'offer', sdp: SDP, renegotiatingPeer: true },
  'an answer to nothing': { type: 'answer', sdp: SDP, renegotiatingPeer: false },
  'a candidate for an unknown peer': { candidate: CANDIDATE, sdpMid: '0', sdpMLineIndex: 0 },
  'a number as SDP': { type: 'offer', sdp: 42 },
  'an object as candidate': { candidate: { candidate: CANDIDATE }, sdpMid: 0 },
  'a list as message': [1, 2, 3],
  'a number as message': 7,
};

/** From a participant. */
const FROM_A_PARTICIPANT = {
  'an offer that is no SDP': { type: 'offer', sdp: 'no SDP at all', renegotiatingPeer: true, streamsToShare: {} },
  'an answer that is no SDP': { type: 'answer', sdp: 'no SDP at all', renegotiatingPeer: false, streamsToShare: {} },
  'a candidate that is none': { candidate: 'candidate:nonsense', sdpMLineIndex: 0 },
};

async function send(element, sender, messages) {
  for (const message of Object.values(messages)) {
    await sender.sendRaw(element.userid, message);
  }
  await element.until('a line about what is dropped', () => element.loggedDrops().length > 0);
}

/** The element still serves those who were there, and newcomers. */
async function assertUnhurt(stage, element, viewer) {
  await viewer.untilPicture();
  await (await stage.viewer()).untilPicture();
  assert.deepEqual([element.errors, element.warnings], [[], []]);
}

inAnyBrowser('Hostile messages', { socketOptions: { maxHttpBufferSize: 32 * MEGABYTES } }, (test) => {
  test('from a stranger', async (stage) => {
    const element = await stage.element([input.video()]);
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    const [stranger] = await stage.tryToJoin({ room: `${stage.room}-elsewhere` });
    await send(element, stranger, OUT_OF_THE_BLUE);
    await assertUnhurt(stage, element, viewer);
  });

  test('from a participant', async (stage) => {
    const element = await stage.element([input.video()]);
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    const participant = await stage.viewer();
    await participant.untilPicture();
    await send(element, participant, FROM_A_PARTICIPANT);
    await assertUnhurt(stage, element, viewer);
  });

  test('10 MB of text', async (stage) => {
    const element = await stage.element([input.video()]);
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    const [stranger] = await stage.tryToJoin({ room: `${stage.room}-elsewhere` });
    await stranger.evaluate((to, length) => {
      const { connection } = participant;
      connection.socket.emit(connection.socketMessageEvent,
        { remoteUserId: to, message: { chat: 'x'.repeat(length) }, sender: connection.userid });
    }, element.userid, 10 * MEGABYTES);
    await element.until('a line about what is dropped', () => element.loggedDrops().length > 0);
    await assertUnhurt(stage, element, viewer);
  });

  test('requests under thousands of made-up names', async (stage) => {
    const element = stage.startElement([input.video()], {}, Confined);
    await element.untilMessage('rtcmc-room-joined');
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    const participant = await stage.viewer();
    await participant.untilPicture();
    await ask(participant, stage.room, 5000);
    await element.until('the first of them is given up', () => element.warnings.length > 0);
    await viewer.untilPicture();
    assert.deepEqual(element.errors, []);
    assert.ok(readdirSync(`/proc/${element.pid}/fd`).length < DESCRIPTORS);
  });

  test('a hundred strangers ask at once where there is no place for them', async (stage) => {
    const element = stage.startElement([input.video()], {}, Starved);
    await element.untilMessage('rtcmc-room-joined');
    const viewer = await stage.viewer();
    await viewer.untilPicture();
    await ask(viewer, stage.room, 100);
    await element.until('the remedy', () => element.warnings.find((text) => text.includes('ulimit -n')));
    await viewer.untilPicture();
    await element.until('the others are given up', () => element.warnings.some((text) => text.includes('12 seconds')));
    // Then there is place again.
    await (await stage.viewer()).untilPicture();
    assert.equal(element.warnings.filter((text) => text.includes('ulimit -n')).length, 1);
    assert.deepEqual(element.errors, []);
  });
});
