// SPDX-License-Identifier: LGPL-2.1-or-later
// Shows everyone in an RTCMultiConnection room. We come in as a viewer; a button brings camera and microphone along.

/* global RTCMultiConnection */

const byId = (id) => document.getElementById(id);

const address = new URL(location.href);
const room = address.searchParams.get('room') || decodeURIComponent(address.pathname.slice(1)) || 'garden';
byId('title').textContent = room;
document.title = room;

function say(text, state = 'good') {
  byId('status').textContent = text;
  byId('status').dataset.state = state;
}

/** The pictures, one tile for each stream. */
const grid = {
  tiles: new Map(),
  muted: true, // browsers only start sound by themselves after a click

  show(id, stream, userid, name, isSelf = false) {
    this.remove(id);
    const figure = byId('tile').content.firstElementChild.cloneNode(true);
    const video = figure.querySelector('video');
    figure.dataset.user = userid;
    figure.classList.toggle('self', isSelf);
    figure.classList.toggle('silent', stream.getVideoTracks().length === 0);
    figure.querySelector('figcaption').textContent = name;
    video.srcObject = stream;
    video.muted = isSelf || this.muted;
    byId('grid').append(figure);
    this.tiles.set(id, figure);
    this.arrange();
  },

  remove(id) {
    this.tiles.get(id)?.remove();
    this.tiles.delete(id);
    this.arrange();
  },

  removeUser(userid) {
    this.tiles.forEach((figure, id) => figure.dataset.user === userid && this.remove(id));
  },

  clear() {
    [...this.tiles.keys()].forEach((id) => this.remove(id));
  },

  mark(id, mutedWhat) {
    const figure = this.tiles.get(id);
    if (figure && mutedWhat) {
      figure.dataset.muted = mutedWhat;
    } else if (figure) {
      delete figure.dataset.muted;
    }
  },

  unmute() {
    this.muted = false;
    document.querySelectorAll('figure:not(.self) video').forEach((video) => {
      video.muted = false;
    });
    this.arrange();
  },

  arrange() {
    byId('grid').style.setProperty('--columns', Math.ceil(Math.sqrt(this.tiles.size)) || 1);
    const hasSound = [...document.querySelectorAll('figure:not(.self) video')].some(
      (video) => video.srcObject.getAudioTracks().length > 0,
    );
    byId('unmute').hidden = !(this.muted && hasSound);
  },
};

let connection;

function tellWhoIsHere() {
  if (!connection.socket?.connected) {
    return;
  }
  const people = connection.getAllParticipants().length + 1;
  say(people === 1 ? 'Alone in the room' : `${people} participants`);
}

/** The library reports a change before it has made it. */
const tellSoon = () => setTimeout(tellWhoIsHere);

async function askForPassword(wasWrong) {
  const dialog = byId('password');
  byId('wrong').hidden = !wasWrong;
  byId('secret').value = '';
  say('Waiting for the password', 'busy');
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  return byId('secret').value;
}

function openOrJoin() {
  const mine = connection;
  say('Connecting…', 'busy');
  mine.openOrJoin(room, async (isIn, _room, error) => {
    if (mine !== connection) {
      return;
    }
    if (isIn) {
      tellWhoIsHere();
    } else if (error === 'Invalid password') {
      mine.password = await askForPassword(Boolean(mine.password));
      openOrJoin();
    } else if (error === 'Room not available') {
      openOrJoin(); // somebody was faster to open or to leave it
    } else {
      say(error === 'Room full' ? 'The room is full' : error, 'bad');
    }
  });
}

/** Somebody without camera who was here first made an offer in which ours has no place: we make our own. */
function offerWhatWasNotAskedFor(userid) {
  const transceivers = connection.peers[userid]?.peer?.getTransceivers() ?? [];
  if (transceivers.some((transceiver) => transceiver.mid === null && transceiver.sender.track)) {
    connection.renegotiate(userid);
  }
}

function makeConnection(stream) {
  const made = new RTCMultiConnection();
  const ifCurrent = (handler) => (event) => made === connection && handler(event);
  made.socketURL = '/';
  made.enableLogs = false;
  made.session = { audio: true, video: true, data: true };
  made.iceServers = []; // participants are in one network; across the internet, name a STUN or TURN server here
  made.autoCreateMediaElement = false;
  made.dontCaptureUserMedia = true;
  if (stream) {
    stream.streamid = stream.id;
    stream.isVideo = true;
    made.attachStreams = [stream];
  }
  made.onstream = ifCurrent((event) => {
    if (event.type === 'remote') {
      grid.show(event.streamid, event.stream, event.userid, event.extra?.name || event.userid);
    }
    tellSoon();
  });
  made.onstreamended = ifCurrent((event) => grid.remove(event.streamid));
  made.onmute = ifCurrent((event) => grid.mark(event.streamid, event.muteType === 'both' ? 'all' : event.muteType));
  made.onunmute = ifCurrent((event) => grid.mark(event.streamid, null));
  made.onopen = ifCurrent((event) => {
    offerWhatWasNotAskedFor(event.userid);
    tellSoon();
  });
  made.onleave = ifCurrent((event) => {
    grid.removeUser(event.userid);
    tellSoon();
  });
  made.onUserStatusChanged = ifCurrent(tellSoon);
  return made;
}

function enter(stream) {
  connection = makeConnection(stream);
  connection.onSocketDisconnect = () => say('Connection lost, trying again…', 'bad');
  openOrJoin();
  let isBack = false;
  connection.socket.on('connect', () => {
    if (isBack) {
      comeBack(stream); // to the server we are somebody new
    }
    isBack = true;
  });
}

function leave() {
  connection.onSocketDisconnect = () => {};
  connection.onbeforeunload(); // says goodbye and closes
  grid.clear();
}

function comeBack(stream) {
  leave();
  if (stream) {
    grid.show('self', stream, connection.userid, 'You', true);
  }
  enter(stream);
}

async function bringCamera() {
  byId('camera').disabled = true;
  try {
    if (!navigator.mediaDevices) {
      throw new Error('a page needs https for that');
    }
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    byId('camera').hidden = true;
    grid.unmute();
    comeBack(stream);
  } catch (error) {
    say(`No camera or microphone: ${error.message}`, 'bad');
    byId('camera').disabled = false;
  }
}

byId('camera').addEventListener('click', bringCamera);
byId('unmute').addEventListener('click', () => grid.unmute());
enter();
