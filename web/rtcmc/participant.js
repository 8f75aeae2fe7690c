// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody else in the room, and the connection with them.

import { TextReceiver, isId, message, nameOf, withStereo } from './protocol.js';
import { summarize } from './statistics.js';

const CONNECT_TIME = 15000;
const RECOVERY_TIME = 12000;
const UNDER_WAY = 300; // what was sent before a page was left
const HEARING_TIME = 1200;
const MAX = { candidates: 256, streams: 16, channels: 4 };

const describe = (stream) => {
	const isVideo = stream?.getVideoTracks().length > 0;
	return stream ? { [stream.id]: { isAudio: !isVideo, isVideo, isScreen: false } } : {};
};

export class Participant {
	extra = {};
	entry = 0; // our entry into the room that the connection is of
	labels = new Map(); // stream id → what the sender says of it
	muted = new Map(); // stream id → 'audio', 'video' or 'both'
	navigable = new Set(); // ids of streams
	#room;
	#pc;
	#streams = new Map();
	#steps; // of the negotiation, one after another
	#channel;
	#deadline;
	#summaries = new WeakMap();

	constructor(id, room) {
		this.id = id;
		this.#room = room;
	}

	get name() {
		return nameOf(this.extra, this.id);
	}

	get isConnected() {
		return this.#pc?.connectionState === 'connected';
	}

	get canChat() {
		return this.#channel?.readyState === 'open';
	}

	get streams() {
		return [...this.#streams.values()];
	}

	async getStats(stream) {
		const ids = stream.getTracks().map((track) => track.id);
		const summary = summarize(await this.#pc.getStats(), ids, this.#summaries.get(stream));
		this.#summaries.set(stream, summary);
		return summary;
	}

	/** Whether something still comes over the connection. */
	async isHeard() {
		const pc = this.#pc;
		const received = async () => [...(await pc.getStats()).values()].filter(({ type }) => type === 'candidate-pair')
			.reduce((sum, { bytesReceived = 0 }) => sum + bytesReceived, 0);
		const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
		await wait(UNDER_WAY);
		const before = await received();
		await wait(HEARING_TIME);
		return pc === this.#pc && (await received()) > before;
	}

	/** Whether our very first offer is on its way. */
	get awaitsFirstAnswer() {
		return this.#pc?.signalingState === 'have-local-offer' && !this.#pc.isNegotiated;
	}

	/** Whether nothing came of this connection yet. */
	get isUnanswered() {
		return this.#pc?.remoteDescription === null;
	}

	start(entry, extra = this.extra) {
		this.close();
		Object.assign(this, { entry, extra });
		const { stream, iceServers } = this.#room;
		const pc = new RTCPeerConnection({ iceServers });
		// isNegotiated: once. offerIsDue: when stable. early: candidates before a description.
		this.#pc = Object.assign(pc, { isNegotiated: false, offerIsDue: false, early: [], candidates: 0, channels: 0 });
		this.#steps = Promise.resolve();
		stream?.getTracks().forEach((track) => pc.addTrack(track, stream));
		pc.onicecandidate = ({ candidate }) => candidate?.candidate && this.#room._send(this.id,
			{ candidate: candidate.candidate, sdpMid: candidate.sdpMid, sdpMLineIndex: candidate.sdpMLineIndex });
		pc.ondatachannel = ({ channel }) => this.#useChannel(channel);
		pc.ontrack = ({ track, streams }) => this.#addStream(streams[0] ?? new MediaStream([track]));
		pc.onconnectionstatechange = () => this.#watch(pc.connectionState);
		this.#failAfter(CONNECT_TIME);
		this.#changed();
		return this;
	}

	close() {
		clearTimeout(this.#deadline);
		const pc = this.#pc;
		this.#pc = this.#channel = undefined;
		pc?.close();
		this.navigable.clear();
		this.streams.forEach((stream) => this.#removeStream(stream));
	}

	/** @param {{audio: number, video: number}} [sections] at least */
	offer(sections = {}) {
		return this.#then(async (pc) => {
			pc.offerIsDue = pc.signalingState !== 'stable';
			if (pc.offerIsDue) return;
			for (const [kind, count] of Object.entries(sections)) {
				const there = pc.getTransceivers().filter((one) => one.receiver.track.kind === kind).length;
				for (let i = there; i < count; ++i) pc.addTransceiver(kind, { direction: 'recvonly' });
			}
			if (!pc.isNegotiated) this.#useChannel(pc.createDataChannel('sctp'));
			await this.#sendDescription(pc);
		});
	}

	/** @param {boolean} oursCounts while one of ours is on its way */
	acceptOffer({ sdp, streams }, oursCounts) {
		return this.#then(async (pc) => {
			if (pc.signalingState === 'have-local-offer') {
				if (oursCounts) return;
				pc.offerIsDue = true;
			}
			await this.#setRemote(pc, { type: 'offer', sdp }, streams);
			await this.#sendDescription(pc);
			this.#settled(pc);
		});
	}

	acceptAnswer({ sdp, streams }) {
		return this.#then(async (pc) => {
			if (pc.signalingState !== 'have-local-offer') return;
			await this.#setRemote(pc, { type: 'answer', sdp }, streams);
			this.#settled(pc);
		});
	}

	acceptCandidate(init) {
		const pc = this.#pc;
		if (!pc || ++pc.candidates > MAX.candidates) return;
		if (pc.remoteDescription) pc.addIceCandidate(init).catch(() => {});
		else pc.early.push(init);
	}

	/** Sends this stream, or nothing, instead of what was sent. */
	setStream(stream) {
		const pc = this.#pc;
		if (!pc) return;
		pc.getSenders().filter((sender) => sender.track).forEach((sender) => pc.removeTrack(sender));
		stream?.getTracks().forEach((track) => pc.addTrack(track, stream));
		this.offer();
	}

	sendText(frames) {
		frames.forEach((frame) => this.#channel.send(frame));
	}

	navigate(stream, navigation, members) {
		if (this.canChat) this.#room.send({ ...members, navigation, streamid: stream.id }, this);
	}

	sync({ id, action, type }) {
		if (action === 'navigation-on' && isId(id) && this.navigable.size < MAX.streams) this.navigable.add(id);
		if (action === 'navigation-off') this.navigable.delete(id);
		if (action === 'mute' && this.#streams.has(id)) this.muted.set(id, type);
		if (action === 'unmute') this.muted.delete(id);
		this.#changed();
	}

	#changed() {
		this.#room._tell('participant', { participant: this });
	}

	#then(step) {
		const pc = this.#pc;
		this.#steps = this.#steps?.then(() => pc === this.#pc && step(pc)).catch((error) => {
			console.debug(this.id, error);
			if (pc === this.#pc) this.#room._failed(this);
		});
		return this.#steps;
	}

	async #sendDescription(pc) {
		const { type, sdp } = await (pc.signalingState === 'stable' ? pc.createOffer() : pc.createAnswer());
		await pc.setLocalDescription({ type, sdp: withStereo(sdp) });
		const { stream, extra } = this.#room;
		const invitation = pc.isNegotiated ? undefined : this.#room._invitationOf(this.id);
		this.#room._send(this.id, message.description(pc.localDescription, pc.isNegotiated, extra, describe(stream), invitation));
	}

	async #setRemote(pc, description, streams) {
		this.labels = streams;
		await pc.setRemoteDescription(description);
		pc.early.splice(0).forEach((init) => pc.addIceCandidate(init).catch(() => {}));
	}

	#settled(pc) {
		pc.isNegotiated = true;
		const hasLeftOut = pc.getTransceivers().some((one) => one.mid === null && one.sender.track);
		if (pc.offerIsDue || hasLeftOut) this.offer();
	}

	#watch(state) {
		if (state === 'connected') clearTimeout(this.#deadline);
		if (state === 'disconnected') this.#failAfter(RECOVERY_TIME);
		if (state === 'failed') this.#room._failed(this);
		else this.#changed();
	}

	#failAfter(time) {
		clearTimeout(this.#deadline);
		this.#deadline = setTimeout(() => this.#room._failed(this), time);
	}

	#addStream(stream) {
		if (!this.#streams.has(stream.id) && this.#streams.size >= MAX.streams) return;
		this.#streams.set(stream.id, stream);
		const tell = () =>
			this.#room._tell('stream', { participant: this, stream, isScreen: this.labels.get(stream.id)?.isScreen === true });
		stream.onremovetrack = () => (stream.getTracks().length ? tell() : this.#removeStream(stream));
		tell();
	}

	#removeStream(stream) {
		stream.onremovetrack = null;
		if (this.#streams.delete(stream.id)) this.#room._tell('streamgone', { participant: this, stream });
	}

	#useChannel(channel) {
		if (++this.#pc.channels > MAX.channels) return;
		const texts = new TextReceiver();
		this.#channel = channel;
		channel.binaryType = 'arraybuffer';
		channel.onopen = channel.onclose = () => this.#changed();
		channel.onmessage = ({ data }) => {
			const text = texts.receive(data);
			if (text) this.#room._tell('message', { participant: this, ...text });
		};
	}
}
