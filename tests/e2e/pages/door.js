// SPDX-License-Identifier: LGPL-2.1-or-later
// Rooms of rtcmc.js whose sockets say anything, for tests of who may make and end connections.

import { join } from '/rtcmc.js';

const MESSAGE = 'RTCMultiConnection-Message';
const CANDIDATE = 'candidate:1 1 udp 2122194687 127.0.0.1 9 typ host';
const members = new Map(); // by name: { room, socket, heard }

let connections = 0;
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) {
    super(...options);
    connections += 1;
  }
};

const connect = globalThis.io;
let latest;
let closesWithOwner = false;
globalThis.io = (url, options) => {
  latest = connect(url, { ...options, query: { ...options.query, autoCloseEntireSession: closesWithOwner } });
  return latest;
};

function listen(name, member) {
  member.heard = [];
  member.socket.on(MESSAGE, ({ message, sender }) => member.heard.push({ message, sender }));
  members.set(name, member);
  return member;
}

const ask = (socket, event, ...values) => new Promise((resolve) => {
  socket.emit(event, ...values, (...answer) => resolve(answer));
});

/** A description that any connection could take: with one section for video, and a data channel. */
async function descriptionOf(type) {
  const [offerer, answerer] = [new RTCPeerConnection(), new RTCPeerConnection()];
  offerer.addTransceiver('video');
  offerer.createDataChannel('sctp');
  await offerer.setLocalDescription();
  await answerer.setRemoteDescription(offerer.localDescription);
  await answerer.setLocalDescription();
  const { sdp } = (type === 'offer' ? offerer : answerer).localDescription;
  offerer.close();
  answerer.close();
  return { type, sdp, renegotiatingPeer: false, streamsToShare: {} };
}

const MESSAGES = {
  request: () => ({ newParticipationRequest: true, isOneWay: false, isDataOnly: false }),
  'one-way request': () => ({ newParticipationRequest: true, isOneWay: true, isDataOnly: false }),
  enableMedia: () => ({ enableMedia: true, userPreferences: {} }),
  ready: () => ({ readyForOffer: true, userPreferences: {} }),
  'first offer': () => descriptionOf('offer'),
  'later offer': async () => ({ ...await descriptionOf('offer'), renegotiatingPeer: true }),
  answer: () => descriptionOf('answer'),
  candidate: () => ({ candidate: CANDIDATE, sdpMid: '0', sdpMLineIndex: 0 }),
  'word of a stream': () => ({ streamSyncNeeded: true, streamid: 'any', action: 'navigation-on', type: 'video' }),
  goodbye: () => ({ userLeft: true }),
  drop: () => 'dropPeerConnection',
  closing: () => ({ userLeft: true, autoCloseEntireSession: true }),
};

globalThis.door = {
  members,

  /** With a camera: there is something to be given away. */
  async enter(name, url, id, options = {}) {
    const stream = options.camera ? await navigator.mediaDevices.getUserMedia({ video: true }) : null;
    closesWithOwner = options.closesWithOwner === true;
    const room = join(url, id, { password: options.password, stream });
    const { userId } = listen(name, { room, socket: latest }).room;
    return userId;
  },

  /** A socket that is in no room, but perhaps one of its own; gives what the server says to `ask`. */
  async stranger(name, url, ...question) {
    const socket = connect(url, { query: { userid: name, msgEvent: MESSAGE, extra: '{}' } });
    listen(name, { socket, room: { userId: name, participants: [] } });
    await new Promise((resolve) => socket.on('connect', resolve));
    return ask(socket, ...question);
  },

  look(name) {
    const { room } = members.get(name);
    return {
      state: room.state,
      connections,
      participants: room.participants.map(({ id, isConnected }) => ({ id, isConnected })),
      navigable: room.participants.reduce((sum, one) => sum + one.navigable.size, 0),
    };
  },

  /** What `sender` said to `name`, by kind. */
  heard(name, sender) {
    const kindOf = ({ message }) => message.type ?? Object.keys(message)[0];
    return members.get(name).heard.filter((one) => one.sender === sender).map(kindOf);
  },

  /** Resolves when all that was sent before has reached the server, and all that it had sent has come. */
  async settle(name, room) {
    await ask(members.get(name).socket, 'check-presence', room);
  },

  /** @param other the userid of somebody else in the room */
  async attack(kind, name, victim, roomId, other) {
    const { socket, room } = members.get(name);
    const send = (to, message) => socket.emit(MESSAGE, { remoteUserId: to, message, sender: room.userId });
    const known = room.participants.find(({ id }) => id === victim);
    if (kind === 'request to the room') {
      send(roomId, MESSAGES.request());
    } else if (kind === 'later offer' && known) {
      await known.offer(); // one that its connection can take
    } else if (kind.startsWith('rename')) {
      const [oldUUID, newUUID] = {
        'rename to me': [victim, room.userId],
        'rename of me': [room.userId, victim],
        'rename of another': [other, room.userId],
        'rename to another': [room.userId, other],
      }[kind];
      send(victim, { changedUUID: true, oldUUID, newUUID });
    } else if (kind === 'word of the server') {
      socket.emit('set-custom-socket-event-listener', 'closed-entire-session');
      socket.emit('closed-entire-session', roomId);
    } else {
      send(victim, await MESSAGES[kind]());
    }
  },
};
