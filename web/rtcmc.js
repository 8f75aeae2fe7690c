// SPDX-License-Identifier: LGPL-2.1-or-later
// A participant of an RTCMultiConnection room in a page. docs/viewer.md is the reference.

import './socket.io.js';
import { decide, kindOf } from './rtcmc/admission.js';
import { Participant } from './rtcmc/participant.js';
import { frameText, isId, message, parseEnvelope, parseExtra, parseMessage, parseRooms, sectionsFor } from './rtcmc/protocol.js';

export { control } from './rtcmc/control.js';

const MESSAGE = 'RTCMultiConnection-Message';
const ANSWER_TIME = 8000;
const RETRY_TIME = 5000;
const SETTLE_TIME = 5000; // after which browsers see that a connection is dead
const MAX_DETOURS = 5; // of a room that comes and goes
const MAX_PARTICIPANTS = 256;
const MAX_ACQUAINTANCES = 1000;
const MAX_UNANSWERED = 64; // offers to newcomers
const QUESTIONS = 5; // whether the room is closed: its owner's goodbye may come before the server has closed it
const QUESTION_INTERVAL = 1000;
const MAX_TEXT = 1000000;

// crypto.randomUUID() is for secure pages only.
const randomId = () => Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join('');

/** The server is in the folder of `url`: Socket.IO's clients would take a path for something else. */
function connect(url, options) {
	const { origin, pathname } = new URL('.', new URL(url, globalThis.location?.href));
	return globalThis.io(origin, { path: `${pathname}socket.io`, ...options });
}

class Room extends EventTarget {
	#url;
	#socket;
	#participants = new Map();
	#acquaintances = new Map(); // userid, the oldest first → the invitation of its request; of whom the door let in
	#invitation = '';
	#isAsking = false; // whether the room is closed
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
		this.#socket = connect(this.#url, {
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
			'user-disconnected': (id) => this.#hangUp(id),
			'extra-data-updated': (id, extra) => this.#learn(this.#participants.get(id), parseExtra(extra)),
			'set-isInitiator-true': () => (this.isOwner = true),
			// On the Node server anybody can have anything emitted to everybody.
			'closed-entire-session': () => this.#askIfClosed(),
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
		const returns = this.#wasIn;
		this.isOwner = isOwner;
		this.#wasIn = true;
		this.#invitation = '';
		this.#setState('joined');
		if (!isOwner) this.#askToParticipate(this.id, returns);
		this.participants.filter((one) => one.isConnected).forEach(({ id }) => this.#greet(id));
		const isOver = (one) => one.entry !== entry && !one.isConnected;
		this.#timer = setTimeout(() => this.participants.filter(isOver).forEach(({ id }) => {
			this.#forget(id);
			this.#askToParticipate(id);
		}), SETTLE_TIME);
	}

	/** @param {boolean} spares whom we are connected with */
	#askToParticipate(id, spares = false) {
		this.#invitation ||= randomId();
		this._send(id, message.request(this.session, this.#invitation, spares));
	}

	/** Has the server know that we are connected with it. */
	#greet(id) {
		this._send(id, message.request(this.session, undefined, true));
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
		if (content) this.#act(this.#admit(envelope, content), envelope, content);
		else console.debug('dropped a message of', envelope.sender);
	}

	#learn(participant, extra) {
		if (!participant || !extra) return;
		participant.extra = extra;
		this._tell('participant', { participant });
	}

	#admit({ sender, cameThroughRoom }, content) {
		const known = this.#participants.get(sender);
		const link = !known ? 'none' : known.awaitsFirstAnswer ? 'offered' : 'made';
		const knowsInvitation = this.#invitation !== '' && content.invitation === this.#invitation;
		const decision = decide(kindOf(content), {
			link, works: known?.isConnected, isOfThisEntry: known?.entry === this.#entry,
			isAcquainted: this.#acquaintances.has(sender), outranksUs: sender > this.userId,
		}, { cameThroughRoom, knowsInvitation }, this.participants.filter((one) => one.isUnanswered).length >= MAX_UNANSWERED, { crossing: content.crossing });
		if (['offer', 'takeOffer'].includes(decision.verdict)) this.#acquaint(sender, content);
		return decision;
	}

	#acquaint(id, { kind, invitation }) {
		const theirs = kind === 'request' ? invitation : this.#acquaintances.get(id);
		this.#acquaintances.delete(id);
		this.#acquaintances.set(id, theirs);
		if (this.#acquaintances.size > MAX_ACQUAINTANCES) {
			this.#acquaintances.delete(this.#acquaintances.keys().next().value);
		}
	}

	_invitationOf(id) {
		return this.#acquaintances.get(id);
	}

	#act({ verdict, why }, { sender, extra, cameThroughRoom }, content) {
		const does = {
			keep: () => cameThroughRoom && this.#greet(sender),
			doubt: () => {
				this.#greet(sender);
				this.#doubt(this.#participants.get(sender), extra, content);
			},
			offer: () => this.#offer(sender, extra, content),
			takeOffer: () => this.#start(sender, extra)?.acceptOffer(content, false),
			passOn: () => this.#passOn(this.#participants.get(sender), content),
			hangUp: () => this.#hangUp(sender),
			askIfClosed: () => {
				this.#hangUp(sender);
				this.#askIfClosed();
			},
		};
		if (does[verdict]) does[verdict]();
		else console.debug(verdict, content.kind, 'of', sender, why);
	}

	async #doubt(known, extra, content) {
		const isHeard = await known.isHeard().catch(() => false);
		if (!isHeard && this.#participants.get(known.id) === known) this.#offer(known.id, extra, content);
	}

	/** Or says first what it takes for one. */
	#offer(id, extra, { kind, wantsOffer, preferences, streams }) {
		const one = { audio: 1, video: 1 };
		if (kind === 'request' && !wantsOffer) this._send(id, message.enableMedia(extra, this._invitationOf(id)));
		// A browser without camera would offer no section that our media could use.
		else if (kind === 'enableMedia' && !this.stream) this._send(id, message.ready(preferences));
		else this.#start(id, extra)?.offer(kind === 'ready' ? sectionsFor(streams) : one);
	}

	/** Should later offers cross: an RTCMultiConnection page gives its own up, of pages of ours one by userid. */
	#passOn(known, content) {
		const oursCounts = !content.crossing || (content.isOfPage && this.userId > known.id);
		if (content.kind === 'offer') known.acceptOffer(content, oursCounts);
		else if (content.kind === 'answer') known.acceptAnswer(content);
		else if (content.kind === 'candidate') known.acceptCandidate(content.init);
		else known.sync(content);
	}

	async #askIfClosed() {
		const entry = this.#entry;
		if (this.#isAsking) return;
		this.#isAsking = true;
		for (let count = 0; count < QUESTIONS && entry === this.#entry; ++count) {
			const [exists] = await this.#ask('check-presence', this.id).catch(() => [true]);
			if (exists === false && entry === this.#entry) this.#stop('closed');
			await new Promise((resolve) => setTimeout(resolve, QUESTION_INTERVAL));
		}
		this.#isAsking = false;
	}

	#start(id, extra) {
		if (!this.#participants.has(id)) {
			if (this.#participants.size >= MAX_PARTICIPANTS) {
				console.debug('no place for', id);
				return undefined;
			}
			this.#participants.set(id, new Participant(id, this));
		}
		return this.#participants.get(id).start(this.#entry, extra);
	}

	/** Whoever is still there makes another connection. */
	_failed({ id }) {
		this.#forget(id);
		setTimeout(() => {
			const isWanted = this.state === 'joined' && !this.#participants.has(id);
			if (isWanted) this.#askToParticipate(id);
		}, RETRY_TIME);
	}

	/** It is gone, for all that anybody says. */
	#hangUp(id) {
		this.#acquaintances.delete(id);
		this.#forget(id);
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
	const socket = connect(url, { query: { userid: randomId() } });
	const list = () => socket.connected && socket.emit('get-public-rooms', identifier, (rooms) => callback(parseRooms(rooms)));
	socket.on('connect', list).on('disconnect', () => callback(null)).on('connect_error', () => callback(null));
	const timer = setInterval(list, interval);
	return () => {
		clearInterval(timer);
		socket.off().disconnect();
	};
}
