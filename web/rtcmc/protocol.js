// SPDX-License-Identifier: LGPL-2.1-or-later
// What participants say to one another, docs/protocol.md. What comes from others is hostile until it has been here.

const MAX = { id: 256, sdp: 524288, sections: 64, candidate: 1024, extra: 65536, streams: 64, rooms: 500, name: 60 };
// Of one participant: a frame, unfinished texts, and their size together.
const MAX_TEXT = { frame: 1048576, count: 16, size: 4194304 };
const CHUNK = 16000; // at most 6 bytes each; every browser takes 256 KiB

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether `value` may name a user or a room: 1 to 256 bytes without control characters. */
export const isId = (value) => typeof value === 'string' && /^[^\x00-\x1f\x7f]+$/.test(value) &&
	new TextEncoder().encode(value).length <= MAX.id;

/** A participant's extra without what the server adds; undefined if it is none or too large. */
export function parseExtra(value) {
	if (!isObject(value) || JSON.stringify(value).length > MAX.extra) return undefined;
	const { _room, ...extra } = value;
	return extra;
}

/** What pages of RTCMultiConnection call a name in `extra`. gst/element/display_name.cpp has the same. */
const NAMES = ['name', 'fullName', 'userFullName', 'fullname', 'username'];

/** What to call a participant: one short line. */
export function nameOf(extra, userId) {
	const line = (text) => [...text.slice(0, 999).replace(/[\p{C}\p{Z}]+/gu, ' ').trim()].slice(0, MAX.name).join('');
	const given = NAMES.map((name) => (typeof extra[name] === 'string' ? line(extra[name]) : '')).find(Boolean);
	return given || (userId.length > 20 ? `Guest ${line(userId.slice(0, 4))}` : line(userId)) || 'Guest';
}

/** cameThroughRoom: the server adds the sender's extra to all but what it passes on to the members of the sender's room. */
export const parseEnvelope = (value) => (isObject(value) && isId(value.sender) ? {
	sender: value.sender, to: value.remoteUserId, extra: parseExtra(value.extra), message: value.message,
	cameThroughRoom: value.extra === undefined,
} : undefined);

/** A description of ours in which Opus has two channels: Chromium takes and sends one unless both sides say so. */
export const withStereo = (description) => [...description.matchAll(/^a=rtpmap:(\d+) opus\//gim)].reduce((sdp, [, type]) =>
	sdp.replace(new RegExp(`^(a=fmtp:${type} (?!.*\\bstereo=).*)$`, 'gm'), '$1;stereo=1;sprop-stereo=1'), description);

/** Of the request that this answers: where rtcmcroom and we write it, or where browsers keep the whole request. */
const invitationOf = (answer, holder = answer) =>
	[answer.invitation, holder?.connectionDescription?.message?.invitation].find(isId);

const parseStreams = (value) => new Map(Object.entries(isObject(value) ? value : {}).slice(0, MAX.streams)
	.filter(([, info]) => isObject(info)));

function parseDescription({ type, sdp, ...flags }) {
	if (typeof sdp !== 'string' || sdp.length > MAX.sdp || sdp.split('\nm=').length > MAX.sections) return undefined;
	return {
		kind: type, sdp, streams: parseStreams(flags.streamsToShare), renegotiating: flags.renegotiatingPeer === true,
		crossing: flags.crossingResolvedByUserid === true, isOfPage: flags.renegotiationResolvedByUserid === true,
		invitation: invitationOf(flags),
	};
}

function parseCandidate({ candidate, sdpMid, sdpMLineIndex }) {
	const isOne = typeof candidate === 'string' && candidate.length <= MAX.candidate &&
		/^candidate:\S+ \d{1,3} \S+ \d{1,10} \S+ \d{1,5} typ \w.*$/.test(candidate);
	const mid = typeof sdpMid === 'string' ? sdpMid.slice(0, MAX.id) : null;
	const index = sdpMLineIndex >= 0 && sdpMLineIndex < 65536 ? Math.floor(sdpMLineIndex) : null;
	return isOne && (mid ?? index) !== null
		? { kind: 'candidate', init: { candidate, sdpMid: mid, sdpMLineIndex: index } } : undefined;
}

/** Undefined if it is broken or no business of ours. In browsers' order. */
export function parseMessage(value) {
	if (value === 'dropPeerConnection') return { kind: 'left' };
	if (!isObject(value)) return undefined;
	if (value.streamSyncNeeded && !value.newParticipationRequest) return { kind: 'sync', id: value.streamid, action: value.action, type: value.type };
	if (value.readyForOffer) return { kind: 'ready', streams: parseStreams(value.userPreferences?.streamsToShare) };
	if (value.newParticipationRequest) {
		const wantsOffer = Boolean(value.isOneWay || value.isDataOnly);
		return { kind: 'request', wantsOffer, invitation: invitationOf(value, null), spares: Boolean(value.streamSyncNeeded) };
	}
	if (value.changedUUID) return { kind: 'rename' };
	if (value.userLeft) return { kind: 'left', closesRoom: value.autoCloseEntireSession === true };
	if (value.type === 'offer' || value.type === 'answer') return parseDescription(value);
	if (value.candidate) return parseCandidate(value);
	if (!value.enableMedia) return undefined;
	const preferences = parseExtra(value.userPreferences) ?? {};
	return { kind: 'enableMedia', preferences, invitation: invitationOf(value, preferences) };
}

const everything = { OfferToReceiveAudio: true, OfferToReceiveVideo: true };
const constraints = { localPeerSdpConstraints: everything, remotePeerSdpConstraints: everything };

export const message = {
	/**
	 * invitation: a secret, which answers bring back; browsers do so of themselves. spares: whoever is connected with us
	 * stays so. RTCMultiConnection.js takes that for word of a stream then, and else for any request.
	 */
	request: ({ oneway = false }, invitation, spares = false) => ({
		newParticipationRequest: true, isOneWay: oneway, isDataOnly: false, ...constraints, invitation,
		...(spares && { streamSyncNeeded: true }),
	}),

	// isOneWay: with it in the echo a browser makes its offer.
	enableMedia: (extra = {}, invitation = undefined) => ({
		enableMedia: true, invitation,
		userPreferences: { extra, ...constraints, isOneWay: true, isDataOnly: false, connectionDescription: {} },
	}),

	ready: (preferences) => ({ readyForOffer: true, userPreferences: { ...preferences, streamsToShare: {} } }),

	description: ({ type, sdp }, renegotiatingPeer, extra, streamsToShare, invitation) => ({
		type, sdp, renegotiatingPeer, extra, streamsToShare, invitation, remotePeerSdpConstraints: everything,
		connectionDescription: {}, dontGetRemoteStream: false,
		crossingResolvedByUserid: true, renegotiationResolvedByUserid: true, // ours: browsers ignore them
	}),
};

/** How many audio and video sections an offer needs for these streams: one of each at least. */
export function sectionsFor(streams) {
	const count = (...flags) =>
		[...streams.values()].slice(0, 8).filter((info) => flags.some((flag) => info[flag])).length || 1;
	return { audio: count('isAudio', 'isVideo'), video: count('isVideo', 'isScreen') };
}

/** The answer to get-public-rooms. */
export const parseRooms = (value) => (Array.isArray(value) ? value : [])
	.filter((room) => isId(room?.sessionid)).slice(0, MAX.rooms).map((room) => ({
		id: room.sessionid,
		participants: Array.isArray(room.participants) ? room.participants.length : 0,
		isFull: room.isRoomFull === true,
		hasPassword: Boolean(room.isPasswordProtected),
	}));

/** A text, or what JSON can say, as RTCMultiConnection's data channel messages. */
export function frameText(value, uuid, sendingTime = Date.now()) {
	const isobject = typeof value !== 'string';
	const text = isobject ? JSON.stringify(value) : value;
	const packets = Math.floor(text.length / CHUNK);
	return Array.from({ length: Math.ceil(text.length / CHUNK) }, (_none, index, start = index * CHUNK) => JSON.stringify({
		type: 'text', uuid, sendingTime, ...(start === 0 && { packets }), message: text.slice(start, start + CHUNK),
		...(start + CHUNK >= text.length && { last: true, isobject }),
	}));
}

/** Puts together what frameText() took apart: gives { data, latency } when it is complete. */
export class TextReceiver {
	#unfinished = new Map();
	#size = 0;

	receive(frame, now = Date.now()) {
		try {
			const { uuid, message: part, last, isobject, sendingTime } = JSON.parse(frame.slice(0, MAX_TEXT.frame));
			if (typeof part !== 'string' || !isId(uuid)) return undefined;
			const text = this.#take(uuid) + part;
			if (last) return { data: isobject ? JSON.parse(text) : text, latency: now - sendingTime };
			this.#unfinished.set(uuid, text);
			this.#size += text.length;
			while (this.#unfinished.size > MAX_TEXT.count || this.#size > MAX_TEXT.size) {
				this.#take(this.#unfinished.keys().next().value);
			}
		} catch {
			// no such message
		}
		return undefined;
	}

	#take(uuid) {
		const text = this.#unfinished.get(uuid) ?? '';
		this.#unfinished.delete(uuid);
		this.#size -= text.length;
		return text;
	}
}
