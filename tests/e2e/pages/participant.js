// SPDX-License-Identifier: LGPL-2.1-or-later
// What the tests call in a participant's page. The library is used as an application uses it.

/* global RTCMultiConnection */

const participant = {
  connection: null,
  elements: new Map(), // streamid → media element
  left: [], // userids, in order
  opened: [], // userids whose data channel has opened
  heard: [], // what came over data channels: { userid, data }
  files: [], // what came as files: { userid, name, type, size, sha256 }, and those sent: { sentTo, name }
  mutes: [], // {streamid, type, muted}, in order
  extras: [], // {userid, extra}, in order
  seen: { flashes: [], beeps: [] }, // when there was one, in ms
  shown: [], // of watchPictures()
  held: [], // messages that holdMessages() keeps
  rejected: null, // the kind of media whose sections answers reject

  /** Makes the connection, before any traffic. */
  prepare({ camera = false, testCard = false, flashAndBeep, session, password, userid, extra, maxParticipants, socketUrl = '/',
    picture = { width: 320, height: 180, frameRate: 15 }, fileSharing = false, autoClose = false, messageEvent, receive, rejected, stereo = false, videoLimit }) {
    const connection = new RTCMultiConnection();
    this.connection = connection;
    this.elements.clear();
    this.left = [];
    this.mutes = [];
    this.extras = [];
    connection.socketURL = socketUrl;
    connection.enableLogs = false;
    connection.autoCloseEntireSession = autoClose;
    connection.iceServers = [];
    connection.session = session ?? { audio: true, video: true, data: true };
    connection.autoCreateMediaElement = false;
    connection.dontCaptureUserMedia = !camera;
    connection.mediaConstraints = { audio: true, video: picture };
    connection.extra = extra ?? {};
    if (messageEvent) connection.socketMessageEvent = messageEvent;
    if (receive) {
      connection.sdpConstraints.mandatory =
        { OfferToReceiveAudio: receive.audio ?? false, OfferToReceiveVideo: receive.video ?? false };
    }
    if (stereo) connection.processSdp = (sdp) => sdp.replace(/useinbandfec=1/g, 'useinbandfec=1;stereo=1');
    // As many pages do, in kbit/s.
    if (videoLimit) connection.processSdp = (sdp) => sdp.replace(/(m=video[^]*?c=IN.*\r\n)/g, `$1b=AS:${videoLimit}\r\n`);
    this.rejected = rejected;
    if (userid) connection.userid = userid;
    if (password) connection.password = password;
    if (maxParticipants) connection.maxParticipantsAllowed = maxParticipants;
    if (testCard) connection.attachStreams = [makeTestCard()];
    if (flashAndBeep) connection.attachStreams = [makeFlashAndBeep(flashAndBeep)];
    connection.onstream = (event) => event.type === 'remote' && this.show(event);
    connection.onstreamended = (event) => this.hide(event.streamid);
    connection.onleave = (event) => {
      this.left.push(event.userid);
      this.streams().forEach((stream) => stream.userid === event.userid && this.hide(stream.id));
    };
    this.opened = [];
    this.heard = [];
    this.files = [];
    connection.enableFileSharing = fileSharing;
    connection.onopen = ({ userid }) => this.opened.push(userid);
    connection.onmessage = ({ userid, data }) => this.heard.push({ userid, data });
    connection.onFileStart = connection.onFileProgress = () => {};
    connection.onFileEnd = (file) => this.keepFile(file);
    connection.onmute = ({ streamid, muteType }) => this.mutes.push({ streamid, type: muteType, muted: true });
    connection.onunmute = ({ streamid, unmuteType }) => this.mutes.push({ streamid, type: unmuteType, muted: false });
    connection.onExtraDataUpdated = ({ userid: user, extra: changed }) => this.extras.push({ userid: user, extra: changed });
  },

  /** The openOrJoin callback's values. */
  enter(room) {
    const { connection } = this;
    return new Promise((resolve) => {
      connection.openOrJoin(room, (joined, _room, error) => resolve({ joined, error, created: connection.isInitiator }));
    });
  },

  join({ room, ...options }) {
    this.prepare(options);
    return this.enter(room);
  },

  /** Writes down when the stream's picture changes between black and white, and when a beep begins. */
  async watchSync(streamid) {
    const element = this.elements.get(streamid);
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    let wasBright;
    const onFrame = (_now, { expectedDisplayTime }) => {
      canvas.drawImage(element, 0, 0, 1, 1);
      const isBright = canvas.getImageData(0, 0, 1, 1).data[1] > 128;
      if (wasBright !== undefined && isBright !== wasBright) this.seen.flashes.push(expectedDisplayTime);
      wasBright = isBright;
      element.requestVideoFrameCallback(onFrame);
    };
    element.requestVideoFrameCallback(onFrame);

    const context = new AudioContext();
    await context.audioWorklet.addModule('/beeps.js');
    const detector = new AudioWorkletNode(context, 'beeps');
    detector.port.onmessage = ({ data }) => {
      // Without the output's latency: Web Audio adds its own to the one that the browser allows for.
      this.seen.beeps.push(performance.now() - (context.currentTime - data) * 1000);
    };
    context.createMediaStreamSource(element.srcObject).connect(detector).connect(context.destination);
  },

  /** Writes down each picture that is shown, in `shown`: when, in ms since 1970; its RTP timestamp; how many there were. */
  watchPictures(streamid) {
    const element = this.elements.get(streamid);
    const onFrame = (_now, { presentationTime, rtpTimestamp, presentedFrames }) => {
      this.shown.push([performance.timeOrigin + presentationTime, rtpTimestamp, presentedFrames]);
      element.requestVideoFrameCallback(onFrame);
    };
    element.requestVideoFrameCallback(onFrame);
  },

  /** Keeps what the room's server sends from now on, until it is to be delivered. */
  holdMessages() {
    const { socket } = this.connection;
    const deliver = socket.listeners(this.connection.socketMessageEvent);
    socket.off(this.connection.socketMessageEvent);
    socket.on(this.connection.socketMessageEvent, (...message) => this.held.push(message));
    this.deliverMessages = () => {
      socket.off(this.connection.socketMessageEvent);
      deliver.forEach((listener) => socket.on(this.connection.socketMessageEvent, listener));
      this.held.splice(0).forEach((message) => deliver.forEach((listener) => listener(...message)));
    };
  },

  leave() {
    this.connection.leave();
    this.connection.closeSocket();
  },

  show(event) {
    const element = document.createElement('video');
    element.autoplay = true;
    element.dataset.user = event.userid;
    element.srcObject = event.stream;
    document.body.append(element);
    this.elements.get(event.streamid)?.remove();
    this.elements.set(event.streamid, element);
  },

  hide(streamid) {
    this.elements.get(streamid)?.remove();
    this.elements.delete(streamid);
  },

  streams() {
    return [...this.elements].map(([id, element]) => ({
      id,
      userid: element.dataset.user,
      kinds: element.srcObject.getTracks().map((track) => track.kind).sort(),
    }));
  },

  participants() {
    return this.connection.getAllParticipants();
  },

  peerOf(userid) {
    return this.connection.peers[userid]?.peer;
  },

  /** Statistics of the stream's first track of this kind, with the codec's entry merged in. */
  async received(streamid, kind) {
    const element = this.elements.get(streamid);
    const track = element?.srcObject.getTracks().find((candidate) => candidate.kind === kind);
    const peer = element && this.peerOf(element.dataset.user);
    if (!track || !peer) return null;
    const receiver = peer.getReceivers().find((candidate) => candidate.track.id === track.id);
    if (!receiver) return null; // what is shown is still of the connection before
    const report = await receiver.getStats();
    const inbound = [...report.values()].find((entry) => entry.type === 'inbound-rtp');
    return inbound ? { ...inbound, codec: report.get(inbound.codecId)?.mimeType ?? codecFromSdp(peer, receiver) } : null;
  },

  /** What we send to a participant, summed over its outbound streams. */
  async sent(userid) {
    const report = await this.peerOf(userid).getStats();
    const outbound = [...report.values()].filter((entry) => entry.type === 'outbound-rtp');
    const sum = (field) => outbound.reduce((total, entry) => total + (entry[field] ?? 0), 0);
    return { packetsSent: sum('packetsSent'), bytesSent: sum('bytesSent'), framesSent: sum('framesSent') };
  },

  async keepFile(file) {
    if (file.remoteUserId !== this.connection.userid) {
      this.files.push({ sentTo: file.remoteUserId, name: file.name });
      return;
    }
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    this.files.push({ userid: file.userid, name: file.name, type: file.type, size: file.size, sha256 });
  },

  channelOf(userid) {
    return this.connection.peers[userid]?.channels[0];
  },

  connectionState(userid) {
    return this.peerOf(userid)?.connectionState;
  },

  /** Red, green and blue at points given as fractions of width and height. */
  pixels(streamid, points) {
    const element = this.elements.get(streamid);
    const canvas = document.createElement('canvas');
    canvas.width = element.videoWidth;
    canvas.height = element.videoHeight;
    const context = canvas.getContext('2d');
    context.drawImage(element, 0, 0);
    return points.map(([x, y]) => {
      const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
      return [...context.getImageData(...at, 1, 1).data].slice(0, 3);
    });
  },

  /** Its strongest frequency in Hz and how strong that is in dB below full scale. */
  tone(streamid) {
    const element = this.elements.get(streamid);
    if (!element.analyser) {
      const context = new AudioContext();
      element.analyser = context.createAnalyser();
      element.analyser.fftSize = 8192;
      context.createMediaStreamSource(element.srcObject).connect(element.analyser);
    }
    const { analyser } = element;
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const strongest = spectrum.reduce((best, level, bin) => (level > spectrum[best] ? bin : best), 0);
    const width = analyser.context.sampleRate / analyser.fftSize;
    return { frequency: strongest * width, level: spectrum[strongest], resolution: width };
  },
};
window.participant = participant;

const answer = RTCPeerConnection.prototype.createAnswer;
RTCPeerConnection.prototype.createAnswer = function createAnswer(...args) {
  const kind = participant.rejected;
  if (kind) {
    const strange = RTCRtpReceiver.getCapabilities(kind).codecs.filter(({ mimeType }) => /VP9|CN/.test(mimeType));
    this.getTransceivers().filter(({ receiver }) => receiver.track.kind === kind)
      .forEach((transceiver) => transceiver.setCodecPreferences(strange));
  }
  return answer.apply(this, args);
};

/** Firefox leaves codecs out of a receiver's statistics until late: the answer says what it must be. */
function codecFromSdp(peer, receiver) {
  const transceiver = peer.getTransceivers().find((candidate) => candidate.receiver === receiver);
  const section = peer.currentRemoteDescription.sdp.split(/^m=/m).find((text) =>
    new RegExp(`^a=mid:${transceiver.mid}\\r?$`, 'm').test(text));
  const [kind, , , payloadType] = section.split(/\s/);
  const name = new RegExp(`^a=rtpmap:${payloadType} ([^/]+)`, 'm').exec(section)?.[1];
  return name && `${kind}/${name}`;
}

/** Four coloured bars and a tone of 440 Hz. */
function makeTestCard({ frameRate = 15 } = {}) {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 180;
  const context = canvas.getContext('2d');
  let drawn = 0;
  setInterval(() => {
    ['#ff0000', '#00ff00', '#0000ff', '#ffffff'].forEach((colour, bar) => {
      context.fillStyle = colour;
      context.fillRect(bar * 80, 0, 80, 180);
    });
    context.fillStyle = '#000000';
    context.fillRect((drawn += 8) % 320, 170, 8, 10);
  }, 1000 / frameRate);
  const stream = canvas.captureStream(frameRate);
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 440 });
  const output = audio.createMediaStreamDestination();
  tone.connect(output);
  tone.start();
  stream.addTrack(output.stream.getAudioTracks()[0]);
  stream.streamid = stream.id;
  stream.isVideo = true;
  return stream;
}

/** Each `interval` ms, black becomes white or white black, with a short beep. */
function makeFlashAndBeep(interval) {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 180;
  const context = canvas.getContext('2d');
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 440 });
  const volume = new GainNode(audio, { gain: 0 });
  const output = audio.createMediaStreamDestination();
  tone.connect(volume).connect(output);
  tone.start();
  let isWhite = false;
  setInterval(() => {
    isWhite = !isWhite;
    volume.gain.value = 1;
    volume.gain.setValueAtTime(0, audio.currentTime + 0.05);
  }, interval);
  setInterval(() => {
    context.fillStyle = isWhite ? '#ffffff' : '#000000';
    context.fillRect(0, 0, 320, 180);
  }, 16);
  const stream = canvas.captureStream(30);
  stream.addTrack(output.stream.getAudioTracks()[0]);
  stream.streamid = stream.id;
  stream.isVideo = true;
  return stream;
}
