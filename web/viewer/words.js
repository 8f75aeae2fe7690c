// SPDX-License-Identifier: LGPL-2.1-or-later

/** What has something else at its address, or would be more than one step down. */
const UNFIT = /^(\.\.?|rtcmc(\.js)?|viewer|socket\.io(\.js)?|index\.html|healthz|metrics|favicon\.ico|robots\.txt)$|\//;

/** The room that an address is for; '' for the list of rooms. `base`: where the list is, behind a proxy not `/`. */
export function roomIdOf({ pathname, search }, base = '/') {
	const path = pathname.slice(base.length).replace(/^\/+|\/+$/g, '');
	try {
		return new URLSearchParams(search).get('room') || decodeURIComponent(path);
	} catch {
		return path; // no encoding: as it is
	}
}

/** A room's address on its server; undefined for what none can name. */
export function addressOf(id, base = '/') {
	try {
		return base + (UNFIT.test(id) ? '?room=' : '') + encodeURIComponent(id);
	} catch {
		return undefined;
	}
}

/** Columns and width of `count` tiles as large as can be, at least 150 pixels wide. */
export function fit(count, width, height, gap) {
	const across = (columns) => Math.floor((width - gap * (columns - 1)) / columns);
	let best = { columns: 1, width: 0 };
	for (let columns = 1; columns <= count; ++columns) {
		const rows = Math.ceil(count / columns);
		const down = Math.floor((((height - gap * (rows - 1)) / rows) * 16) / 9);
		const size = Math.min(across(columns), down);
		if (size > best.width) best = { columns, width: size };
	}
	if (best.width >= 150 || !count) return best;
	const columns = Math.max(1, Math.floor((width + gap) / (150 + gap))); // and one scrolls
	return { columns, width: Math.max(0, across(columns)) };
}

const bits = (rate) => (rate < 1e6 ? `${Math.round(rate / 1e3)} kbit/s` : `${(rate / 1e6).toFixed(1)} Mbit/s`);

/** A tile's statistics, in lines. */
export function describeStats({ video, audio, roundTripTime }) {
	const { codec, bitrate, loss } = video ?? audio ?? {};
	const known = (value, text) => (value === null || value === undefined ? '' : text(value));
	const rate = known(video?.frameRate, (frames) => `${Math.round(frames)} fps`);
	return [
		video?.width ? `${video.width}×${video.height} ${rate}` : '',
		`${codec ?? ''} ${known(bitrate, bits)}`,
		known(loss, (part) => `${(100 * part).toFixed(1)} % lost`),
		known(roundTripTime, (time) => `${Math.ceil(1000 * time)} ms round trip`),
	].filter((line) => line.trim()).join('\n');
}

/** The status and its tone; in place of pictures a title and a text; an action, which is offered even beside pictures. */
export function wordsFor(state, others, reason) {
	const people = others === 1 ? '1 other is here' : `${others} others are here`;
	const wait = 'You come in by yourself as soon as';
	const lost = ['bad', 'The server cannot be reached', `${wait} it answers.`];
	const texts = {
		connecting: ['Connecting…', 'busy', 'Connecting…'],
		unreachable: ['No connection to the server', ...lost],
		reconnecting: ['Connection lost, trying again…', ...lost],
		password: ['Waiting for the password', 'busy', 'This room has a password', 'Ask whoever opened it.', 'Enter the password'],
		full: ['Waiting for a place', 'busy', 'This room is full', `${wait} somebody leaves.`, 'Try now'],
		failed: ['Not in the room', 'bad', 'The server does not let you in', reason, 'Try again'],
		closed: ['Not in the room', 'bad', 'This room was closed', 'Whoever opened it closed it for everyone.', 'Open it again'],
		left: ['Not in the room', 'bad'],
		joined: others
			? [people, 'good', 'Nobody sends video yet', `${people}. Pictures appear as soon as somebody sends one.`]
			: ['Nobody else is here', 'good', 'You are the first one here', 'Whoever opens this address joins you.'],
	};
	const [status, tone, title, text, action] = texts[state];
	return { status, tone, title, text, action };
}

/** Why camera and microphone are not to be had. */
export function mediaTrouble({ name, message }) {
	const texts = {
		insecure: 'Browsers give camera and microphone to secure pages only: open this one with https:// or as http://localhost.',
		NotAllowedError: 'The browser did not allow camera and microphone. Allow them beside the address, then try again.',
		NotFoundError: 'There is no camera and no microphone.',
		NotReadableError: 'Camera or microphone are in use by another program.',
	};
	return texts[name] ?? `Camera and microphone do not start: ${message}`;
}
