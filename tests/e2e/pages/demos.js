// SPDX-License-Identifier: LGPL-2.1-or-later
// What the pages of RTCMultiConnection's demos set and call, one entry for each kind of them.

/* global participant, RTCMultiConnection */

const EVERYTHING = { OfferToReceiveAudio: true, OfferToReceiveVideo: true };
const NOTHING = { OfferToReceiveAudio: false, OfferToReceiveVideo: false };
const CAMERA = { width: 320, height: 180, frameRate: 15 };

/** `set`: before any traffic. `join`: what is set besides by who joins. */
const kinds = {
  conference: {
    set(connection) {
      connection.socketMessageEvent = 'video-conference-demo';
      connection.session = { audio: true, video: true };
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
      connection.mediaConstraints = { audio: true, video: CAMERA };
      const { CodecsHandler } = connection;
      connection.processSdp = (sdp) => {
        const limited = CodecsHandler.setApplicationSpecificBandwidth(CodecsHandler.preferCodec(sdp, 'vp8'),
          { audio: 128, video: 512, screen: 512 });
        return CodecsHandler.setVideoBitrates(limited, { min: 512 * 8 * 1024, max: 512 * 8 * 1024 });
      };
    },
  },

  'one-to-one': {
    set(connection) {
      connection.maxParticipantsAllowed = 2;
      connection.socketMessageEvent = 'one-to-one-demo';
      connection.session = { audio: true, video: true };
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
      connection.bandwidth = { audio: 50, video: 256 };
    },
  },

  broadcast: {
    set(connection) {
      connection.socketMessageEvent = 'video-broadcast-demo';
      connection.session = { audio: true, video: true, oneway: true };
      connection.sdpConstraints.mandatory = { ...NOTHING };
    },
    join(connection) {
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
    },
  },

  'broadcast that viewers talk to': {
    set(connection) {
      connection.socketMessageEvent = 'two-way-demo';
      connection.session = { audio: 'two-way', video: true, oneway: true };
      connection.sdpConstraints.mandatory = { OfferToReceiveAudio: true, OfferToReceiveVideo: false };
    },
    join(connection) {
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
    },
  },

  'audio only': {
    set(connection) {
      connection.socketMessageEvent = 'audio-conference-demo';
      connection.session = { audio: true, video: false };
      connection.mediaConstraints = { audio: true, video: false };
      connection.sdpConstraints.mandatory = { OfferToReceiveAudio: true, OfferToReceiveVideo: false };
    },
  },

  screen: {
    set(connection) {
      connection.socketMessageEvent = 'screen-sharing-demo';
      connection.session = { screen: true, oneway: true };
      connection.sdpConstraints.mandatory = { ...NOTHING };
    },
    join(connection) {
      connection.sdpConstraints.mandatory = { OfferToReceiveAudio: false, OfferToReceiveVideo: true };
    },
  },

  'camera, then screen': {
    set(connection, { room }) {
      connection.socketMessageEvent = 'video-screen-demo';
      connection.session = { audio: true, video: true };
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
      connection.socketCustomEvent = room;
    },
  },

  'chat and files': {
    set(connection) {
      connection.socketMessageEvent = 'textchat-plus-fileshare-demo';
      connection.enableFileSharing = true;
      connection.session = { data: true };
      connection.sdpConstraints.mandatory = { ...NOTHING };
    },
  },

  'camera, chat and files': {
    set(connection) {
      connection.socketMessageEvent = 'audio-video-file-chat-demo';
      connection.enableFileSharing = true;
      connection.session = { audio: true, video: true, data: true };
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
    },
  },

  files: {
    set(connection, { room }) {
      connection.socketMessageEvent = 'file-sharing-demo';
      connection.chunkSize = 60 * 1000;
      connection.sdpConstraints.mandatory = { ...NOTHING };
      connection.enableFileSharing = true;
      connection.channel = connection.sessionid = room;
      connection.session = { data: true };
    },
  },

  'call by username': {
    set(connection) {
      connection.socketMessageEvent = 'call-by-username-demo';
      connection.autoCloseEntireSession = true;
      connection.session = { audio: true, video: true, broadcast: true };
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
    },
  },

  'public rooms': {
    set(connection, { identifier }) {
      connection.publicRoomIdentifier = identifier;
      connection.socketMessageEvent = identifier;
      connection.autoCloseEntireSession = true;
      connection.session = { audio: true, video: true };
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
      connection.extra.userFullName = 'Ada Lovelace';
    },
  },

  statistics: {
    set(connection) {
      connection.socketMessageEvent = 'getStats-demo';
      connection.session = { audio: true, video: true };
      connection.sdpConstraints.mandatory = { ...EVERYTHING };
      connection.codecs.video = 'VP8';
    },
  },

  canvas: {
    set(connection, { owns }) {
      connection.socketMessageEvent = 'canvas-dashboard-demo';
      connection.autoCloseEntireSession = true;
      connection.maxParticipantsAllowed = 1000;
      connection.chunkSize = 16000;
      connection.enableFileSharing = true;
      connection.session = { data: true };
      connection.sdpConstraints.mandatory = { ...NOTHING };
      connection.extra = { userFullName: 'Ada', roomOwner: owns };
    },
  },
};

/** Begins a broadcast, or gets one and passes it on. */
async function enterBroadcast(room) {
  participant.prepare({ camera: true });
  const { connection } = participant;
  connection.enableScalableBroadcast = true;
  connection.maxRelayLimitPerUser = 1;
  connection.autoCloseEntireSession = true;
  connection.socketMessageEvent = 'scalable-media-broadcast-demo';
  connection.session = {};
  const socket = await new Promise((resolve) => connection.connectSocket(resolve));
  socket.on('join-broadcaster', (hints) => {
    connection.session = hints.typeOfStreams;
    connection.sdpConstraints.mandatory =
      { OfferToReceiveVideo: !!connection.session.video, OfferToReceiveAudio: !!connection.session.audio };
    connection.broadcastId = hints.broadcastId;
    demo.relay = hints.userid;
    connection.join(hints.userid);
  });
  socket.on('start-broadcasting', (types) => {
    connection.sdpConstraints.mandatory = { ...NOTHING };
    connection.session = types;
    connection.open(connection.userid, () => {
      demo.serves = true;
    });
  });
  const { onstream } = connection;
  connection.onstream = (event) => {
    onstream(event);
    if (event.type === 'remote' && !connection.isInitiator) {
      connection.dontCaptureUserMedia = true;
      connection.attachStreams = [event.stream];
      connection.sdpConstraints.mandatory = { ...NOTHING };
      socket.emit('can-relay-broadcast');
    }
  };
  const join = () => new Promise((resolve) => {
    socket.emit('check-broadcast-presence', room, (exists) => {
      if (!exists) connection.userid = room;
      socket.emit('join-broadcast', { broadcastId: room, userid: connection.userid, typeOfStreams: connection.session });
      resolve(exists);
    });
  });
  socket.on('rejoin-broadcast', () => {
    connection.attachStreams = [];
    join();
  });
  socket.on('broadcast-stopped', () => {
    demo.isStopped = true;
  });
  connection.extra.broadcastId = room;
  connection.session = { audio: true, video: true, oneway: true };
  return join();
}

const demo = {
  enterBroadcast,

  /** Is on the server, in no room; with its camera, as a page has it that waits for calls. */
  async connect({ takesCalls = false, userid }) {
    participant.prepare({ camera: true });
    const { connection } = participant;
    if (userid) connection.userid = userid;
    connection.session = { audio: true, video: true };
    connection.sdpConstraints.mandatory = { ...EVERYTHING };
    connection.mediaConstraints = { audio: true, video: CAMERA };
    if (takesCalls) connection.socketCustomParameters = '&acceptCalls=true';
    await new Promise((resolve) => connection.connectSocket(resolve));
    await new Promise((resolve) => connection.captureUserMedia(resolve));
    return connection.userid;
  },

  /** Asks a user to be connected, whatever room that is in: what join() says to a room. */
  ask(userid) {
    const receive = { ...EVERYTHING };
    participant.connection.multiPeersHandler.onNegotiationNeeded({
      newParticipationRequest: true, isOneWay: false, isDataOnly: false,
      localPeerSdpConstraints: receive, remotePeerSdpConstraints: receive,
    }, userid);
  },

  /**
   * Comes into a room as a page of this kind does.
   *
   * @param {object} options kind, room, call (open, join or openOrJoin), userid, identifier
   * @returns {Promise<{joined: boolean, room: string, error?: string}>} what the callback says
   */
  async enter(options) {
    participant.prepare({ camera: true });
    const { connection } = participant;
    const { set, join } = kinds[options.kind];
    if (options.userid) connection.userid = options.userid;
    connection.session = {};
    set(connection, { ...options, owns: options.call !== 'join' });
    return this.call(options.call, options.room, join);
  },

  call(method, room, join) {
    const { connection } = participant;
    if (method === 'join') join?.(connection);
    return new Promise((resolve) => {
      connection[method](room, (joined, at, error) => resolve({ joined, room: at, error }));
    });
  },

  /** As a page does that looks whether somebody is there before it joins. */
  isThere(room) {
    return new Promise((resolve) => {
      participant.connection.checkPresence(room, (exists) => resolve(exists));
    });
  },

  publicRooms(identifier) {
    const { connection } = participant;
    return new Promise((resolve) => {
      connection.getSocket((socket) => socket.emit('get-public-rooms', identifier, resolve));
    });
  },

  /** Has the screen sent in the camera's place, without negotiation. */
  async replaceCameraByScreen() {
    const { connection } = participant;
    const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: true })).getVideoTracks();
    connection.getAllParticipants().forEach((user) => {
      connection.peers[user].peer.getSenders().filter((sender) => sender.track?.kind === 'video')
        .forEach((sender) => sender.replaceTrack(track));
    });
  },

  send(data) {
    participant.connection.send(data);
  },

  sendFile(name, size) {
    participant.connection.send(new File([new Uint8Array(size).fill(7)], name, { type: 'text/plain' }));
  },
};
window.demo = demo;
