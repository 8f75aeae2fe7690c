// SPDX-License-Identifier: LGPL-2.1-or-later
// The one door: whether a message may make, rename or end a connection. As gst/session/admission.hpp has it, in its words.

const ignore = (why) => ({ verdict: 'ignore', why });
const refuse = (why) => ({ verdict: 'refuse', why });
const act = (verdict) => ({ verdict });

const onGoodbye = (verdict) => ({ link, isAcquainted }) =>
	(link === 'none' && !isAcquainted ? ignore('we are not connected with it') : act(verdict));

const ofConnection = ({ link }, why) => (link === 'none' ? refuse(why) : act('passOn'));

const doors = {
	/** Of somebody who is in the room again, and has kept the connections that work. */
	return: (sender, ...rest) => (sender.link === 'made' && sender.works ? act('keep') : doors.request(sender, ...rest)),
	/** RTCMultiConnection.js does not say whether it has. One that asks us alone has its reasons. */
	pageRequest: (sender, proof, ...rest) =>
		(sender.link === 'made' && sender.works && proof.cameThroughRoom ? act('doubt') : doors.request(sender, proof, ...rest)),
	request({ link, isAcquainted }, { cameThroughRoom }, isCrowded) {
		// Two newcomers ask each other at the same time.
		if (link === 'offered') return ignore('it asks for an offer that is on its way');
		if (link === 'none' && !cameThroughRoom && !isAcquainted) return refuse('it did not ask through our room');
		return isCrowded ? refuse('too many have not answered our offers') : act('offer');
	},
	enableMedia({ link, isAcquainted, isOfThisEntry }, { knowsInvitation }) {
		if (link === 'made' && !isOfThisEntry) return act('offer');
		if (link !== 'none') return ignore('it asks again for our media, which it was offered');
		return isAcquainted || knowsInvitation ? act('offer') : refuse('we have not asked it to be connected');
	},
	ready({ link, isAcquainted }, _proof, isCrowded) {
		if (link === 'offered') return ignore('it is ready for an offer that it has');
		if (link === 'none' && !isAcquainted) return refuse('it was not asked whether it is');
		return isCrowded ? refuse('too many have not answered our offers') : act('offer');
	},
	/** Should first offers cross: an RTCMultiConnection page gives its own up, others go by userid. */
	firstOffer({ link, isAcquainted, outranksUs }, { knowsInvitation }, _isCrowded, { crossing }) {
		if (link === 'offered' && !(crossing && outranksUs)) return ignore('ours is on its way, and counts');
		const isIn = link !== 'none' || isAcquainted || knowsInvitation;
		return isIn ? act('takeOffer') : refuse('it was not asked for one');
	},
	laterOffer: (sender) => ofConnection(sender, 'it would change a connection that does not exist'),
	answer: (sender) => ofConnection(sender, 'nothing was offered to it'),
	candidate: (sender) => ofConnection(sender, 'there is no connection with it'),
	sync: (sender) => ofConnection(sender, 'there is no connection with it'),
	goodbye: onGoodbye('hangUp'),
	/** Whoever says so may not be the owner, whom nobody but the server knows. */
	closing: onGoodbye('askIfClosed'),
	/** Browsers' own pages never say so, and whose word it is cannot be known. */
	rename: () => refuse('we know everybody by the userid that it came with'),
};

export const KINDS = Object.keys(doors);

/** @param {object} content of parseMessage() */
export function kindOf({ kind, renegotiating, closesRoom, spares, invitation }) {
	if (kind === 'request') return spares ? 'return' : invitation ? 'request' : 'pageRequest';
	if (kind === 'offer') return renegotiating ? 'laterOffer' : 'firstOffer';
	if (kind === 'left') return closesRoom ? 'closing' : 'goodbye';
	return kind;
}

/**
 * Pure: what we know goes in, a decision comes out. Nothing that a sender says of itself is knowledge.
 *
 * @param {string} kind of kindOf()
 * @param {object} sender
 *   link: 'none', 'offered' (our first offer is on its way) or 'made';
 *   isOfThisEntry: its link was made since we last entered the room; outranksUs: its userid is the larger one;
 *   works: that link, as far as can be seen;
 *   isAcquainted: it was let in before, and neither it nor the server has said that it is gone
 * @param {object} proof that it is in our room, besides its word
 *   cameThroughRoom: the server passes such a message to the members of the sender's own room alone;
 *   knowsInvitation: it got our participation request, which went to the room's members alone
 * @param {boolean} isCrowded as many of our offers as we make at a time are unanswered
 * @param {{crossing: boolean}} offer says that userids decide when offers cross
 * @returns {{verdict: 'offer' | 'takeOffer' | 'keep' | 'doubt' | 'passOn' | 'hangUp' | 'askIfClosed' | 'ignore' | 'refuse', why?: string}}
 *   offer: make a connection, in the place of the one there may be; takeOffer: the same, and answer its offer;
 *   keep: the connection there is; doubt: the same, if something still comes over it, else offer;
 *   passOn: to the connection there is; askIfClosed: hang up, and ask the server whether the room is still there
 */
export const decide = (kind, sender, proof, isCrowded = false, offer = { crossing: false }) =>
	doors[kind](sender, proof, isCrowded, offer);
