// SPDX-License-Identifier: LGPL-2.1-or-later
// When each step between openOrJoin() and the first picture was done. Loaded before the library, which stays as it is.

/* global participant */

const clock = {
  start: 0,
  marks: {},

  /** The first time counts. */
  mark(step, at = performance.now()) {
    this.marks[step] ??= at - this.start;
  },
};

window.RTCPeerConnection = class extends window.RTCPeerConnection {
  constructor(...options) {
    super(...options);
    const markWhen = (event, property, step) =>
      this.addEventListener(event, () => this[property] === 'connected' && clock.mark(step));
    markWhen('iceconnectionstatechange', 'iceConnectionState', 'ICE connected');
    markWhen('connectionstatechange', 'connectionState', 'DTLS connected');
    this.addEventListener('track', ({ track }) => {
      if (track.kind === 'video') {
        track.addEventListener('unmute', () => clock.mark('track unmuted'));
      }
    });
  }
};

function watchSocket(socket, messageEvent) {
  const acknowledged = { 'check-presence': 'check-presence answered', 'join-room': 'join-room answered' };
  socket.on('connect', () => clock.mark('socket connected'));
  socket.on(messageEvent, ({ message }) => message.type === 'offer' && clock.mark('offer received'));
  const emit = socket.emit.bind(socket);
  socket.emit = (event, ...values) => {
    const answer = values.at(-1);
    if (acknowledged[event]) {
      values[values.length - 1] = (...given) => {
        clock.mark(acknowledged[event]);
        answer(...given);
      };
    } else if (event === messageEvent && values[0].message.type === 'answer') {
      clock.mark('answer sent');
    }
    return emit(event, ...values);
  };
}

/** Enters the room; gives the milliseconds from then to each step once a picture is shown. */
window.marksOfJoining = (room) =>
  new Promise((resolve) => {
    participant.prepare({});
    const { show } = participant;
    participant.show = (event) => {
      show.call(participant, event);
      participant.elements.get(event.streamid).requestVideoFrameCallback((now, { receiveTime }) => {
        clock.mark('keyframe received', receiveTime);
        clock.mark('first frame shown', now);
        resolve(clock.marks);
      });
    };
    clock.start = performance.now();
    participant.enter(room);
    watchSocket(participant.connection.socket, participant.connection.socketMessageEvent);
  });
