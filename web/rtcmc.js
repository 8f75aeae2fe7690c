// SPDX-License-Identifier: LGPL-2.1-or-later
// A participant of an RTCMultiConnection room in a page. docs/viewer.md is the reference.

import './socket.io.js';
import { Participant } from './rtcmc/participant.js';
import { frameText, isId, message, parseEnvelope, parseExtra, parseMessage, parseRooms, sectionsFor } from './rtcmc/protocol.js';

export { control } from './rtcmc/control.js';

const MESSAGE = 'RTCMultiConnection-Message';
const ANSWER_TIME = 8000;
const RETRY_TIME = 5000;
const SETTLE_TIME = 15000; // until everybody who is still there is connected
const MAX_DETOURS = 5; // of a room that comes and goes
const MAX_PARTICIPANTS = 256;
const MAX_TEXT = 1000000;

// crypto.randomUUID() is for secure pages only.
const randomId = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join('');

class Room extends EventTarget {
	#url;
	#socket;
	#participants = new Map();
	#entry = 0; // what an earlier attempt asked for is ignored
	#timer;
	#wasIn = false;
	state = 'connecting';
	isOwner = false;
	session = { audio: true, video: true, data: true };
	extra = {};
	password = '';
	publicIdentifier = '';
	maxParticipants = 1000;
	iceServers = [];
	stream = null;
	userId = randomId();

	constructor(url, id, options) {
		super();
		if (!isId(id)) throw new TypeError('not a room id');
		Object.assign(this, options, { id });
		this.#url = url;
		this.#connect();
	}

	get participants() {
		return [...this.#participants.values()];
	}

	enter(password = this.password) {
		this.password = password;
		if (this.#socket.connected) this.#enter();
		else this.#socket.connect();
	}

	setStream(stream) {
		this.stream = stream;
		this.participants.forEach((participant) => participant.setStream(stream));
	}

	setMuted(type, isMuted) {
		this.#sendAll({ streamid: this.stream?.id, action: isMuted ? 'mute' : 'unmute', streamSyncNeeded: true, type });
	}

	setExtra(extra) {
		this.extra = extra;
		this.#socket.emit('extra-data-updated', extra);
	}

	send(data, to = this.participants) {
		const frames = frameText(data, randomId());
		if (!frames.length || frames.join('').length > MAX_TEXT) throw new RangeError('nothing, or too much');
		const able = [to].flat().filter((participant) => participant.canChat);
		able.forEach((participant) => participant.sendText(frames));
		return able.length;
	}

	leave() {
		this.#sendAll({ userLeft: true });
		this.#stop('left');
	}

	// What begins with _ is for Participant.
	_tell(type, detail) {
		this.dispatchEvent(new CustomEvent(type, { detail }));
	}

	#setState(state, detail) {
		if (this.state === state && !detail) return;
		this.state = state;
		this._tell('state', { state, ...detail });
	}

	#stop(state, detail) {
		++this.#entry;
		clearTimeout(this.#timer);
		this.#socket.off().disconnect();
		this.participants.forEach(({ id }) => this.#forget(id));
		this.#setState(state, detail);
	}

	#connect() {
		this.#socket = globalThis.io(this.#url, {
			reconnectionDelay: 500,
			query: {
				userid: this.userId, sessionid: this.id, msgEvent: MESSAGE, extra: JSON.stringify(this.extra),
				socketCustomEvent: 'RTCMultiConnection-Custom-Message', autoCloseEntireSession: false,
				maxParticipantsAllowed: this.maxParticipants,
			},
		});
		const handlers = {
			connect: () => this.#enter(),
			connect_error: () => this.#lost(),
			disconnect: (reason) => this.#lost(reason === 'io server disconnect'),
			'userid-already-taken': () => {
				this.#socket.off().disconnect(); // nothing is ever answered on it
				this.userId = randomId();
				this.#connect();
			},
			'user-disconnected': (id) => this.#forget(id),
			'extra-data-updated': (id, extra) => this.#learn(this.#participants.get(id), parseExtra(extra)),
			'set-isInitiator-true': () => (this.isOwner = true),
			'closed-entire-session': () => this.#stop('closed'),
			[MESSAGE]: (envelope) => this.#receive(parseEnvelope(envelope)),
		};
		Object.entries(handlers).forEach(([name, handler]) => this.#socket.on(name, handler));
	}

	/** Media goes on. */
	#lost(mustRedial) {
		++this.#entry;
		clearTimeout(this.#timer);
		if (mustRedial) this.#timer = setTimeout(() => this.#socket.connect(), RETRY_TIME);
		this.#setState(this.#wasIn ? 'reconnecting' : 'unreachable');
	}

	#ask(event, ...values) {
		return new Promise((resolve, reject) => {
			setTimeout(reject, ANSWER_TIME, new Error(`no answer to ${event}`));
			this.#socket.emit(event, ...values, (...answer) => resolve(answer));
		});
	}

	async #enter() {
		const entry = ++this.#entry;
		clearTimeout(this.#timer);
		const { session, extra, password, publicIdentifier: identifier } = this;
		const request = { sessionid: this.id, session, mediaConstraints: {}, sdpConstraints: {}, streams: [], extra, password };
		try {
			let [exists] = await this.#ask('check-presence', this.id);
			for (let detours = 0; detours < MAX_DETOURS; ++detours, exists = !exists) {
				const question = exists ? ['join-room', request] : ['open-room', { ...request, identifier }];
				const [isIn, reason] = await this.#ask(...question);
				if (entry !== this.#entry) return;
				if (isIn === true) return this.#entered(!exists);
				// This says that a room to join is absent, and that one to open exists.
				if (reason !== 'Room not available') return this.#refused(String(reason).slice(0, 200));
			}
		} catch (error) {
			console.debug(error);
		}
		if (entry !== this.#entry) return;
		this.#socket.disconnect();
		this.#lost(true);
	}

	#refused(reason) {
		if (reason === 'Invalid password') {
			this.#setState('password', { wasWrong: this.password !== '' });
		} else if (reason === 'Room full') {
			this.#setState('full');
			this.#timer = setTimeout(() => this.#enter(), RETRY_TIME);
		} else {
			this.#stop('failed', { reason });
		}
	}

	#entered(isOwner) {
		const entry = this.#entry;
		this.isOwner = isOwner;
		this.#wasIn = true;
		this.#setState('joined');
		if (!isOwner) this._send(this.id, message.request(this.session));
		const isOver = (one) => one.entry !== entry && !one.isConnected;
		this.#timer = setTimeout(() => this.participants.filter(isOver).forEach((one) => this.#forget(one.id)), SETTLE_TIME);
	}

	_send(to, content) {
		if (!this.#socket.connected) return;
		this.#socket.emit(MESSAGE, { remoteUserId: to, message: content, sender: this.userId });
	}

	#sendAll(content) {
		this.participants.forEach(({ id }) => this._send(id, content));
	}

	#receive(envelope) {
		if (envelope?.to !== this.userId || envelope.sender === this.userId || this.state !== 'joined') return;
		this.#learn(this.#participants.get(envelope.sender), envelope.extra);
		const content = parseMessage(envelope.message);
		if (content) this.#handle(envelope, content);
		else console.debug('dropped a message of', envelope.sender);
	}

	#learn(participant, extra) {
		if (!participant || !extra) return;
		participant.extra = extra;
		this._tell('participant', { participant });
	}

	#handle({ sender, extra }, content) {
		const known = this.#participants.get(sender);
		const start = () => this.#start(sender, extra);
		const one = { audio: 1, video: 1 };
		switch (content.kind) {
			case 'request':
				if (known?.awaitsFirstAnswer) break; // two newcomers ask each other at the same time
				if (content.wantsOffer) start()?.offer(one);
				else this._send(sender, message.enableMedia(extra));
				break;
			case 'enableMedia':
				if (known?.entry === this.#entry) break;
				// A browser without camera would offer no section that our media could use.
				if (this.stream) start()?.offer(one);
				else this._send(sender, message.ready(content.preferences));
				break;
			case 'ready':
				if (!known?.awaitsFirstAnswer) start()?.offer(sectionsFor(content.streams));
				break;
			case 'offer':
				this.#acceptOffer(sender, known, content, extra);
				break;
			case 'answer':
				known?.acceptAnswer(content);
				break;
			case 'candidate':
				known?.acceptCandidate(content.init);
				break;
			case 'left':
				this.#forget(sender);
				if (known && content.closesRoom) this.#stop('closed');
				break;
			case 'sync':
				known?.sync(content);
				break;
		}
	}

	/** Should offers cross: an RTCMultiConnection page gives its own up, an rtcmcroom a first one by userid, we by userid. */
	#acceptOffer(sender, known, offer, extra) {
		const isMineLarger = this.userId > sender;
		if (offer.renegotiating) {
			known?.acceptOffer(offer, !offer.crossing || (offer.isOfPage && isMineLarger));
		} else if (!known?.awaitsFirstAnswer || (offer.crossing && !isMineLarger)) {
			this.#start(sender, extra)?.acceptOffer(offer, false);
		}
	}

	#start(id, extra) {
		if (!this.#participants.has(id)) {
			if (this.#participants.size >= MAX_PARTICIPANTS) return undefined;
			this.#participants.set(id, new Participant(id, this));
		}
		return this.#participants.get(id).start(this.#entry, extra);
	}

	/** Whoever is still there makes another connection. */
	_failed({ id }) {
		this.#forget(id);
		setTimeout(() => {
			const isWanted = this.state === 'joined' && !this.#participants.has(id);
			if (isWanted) this._send(id, message.request(this.session));
		}, RETRY_TIME);
	}

	#forget(id) {
		const participant = this.#participants.get(id);
		this.#participants.delete(id);
		participant?.close();
		if (participant) this._tell('participantgone', { participant });
	}
}

/** Opens or joins a room. @returns {Room} */
export const join = (url, room, options = {}) => new Room(url, room, options);

/** Calls `callback` now and again with the public rooms, or null without a server. Returns what ends it. */
export function watchRooms(url, callback, { identifier = 'public', interval = 4000 } = {}) {
	const socket = globalThis.io(url, { query: { userid: randomId() } });
	const list = () => socket.connected && socket.emit('get-public-rooms', identifier, (rooms) => callback(parseRooms(rooms)));
	socket.on('connect', list).on('disconnect', () => callback(null)).on('connect_error', () => callback(null));
	const timer = setInterval(list, interval);
	return () => {
		clearInterval(timer);
		socket.off().disconnect();
	};
}
