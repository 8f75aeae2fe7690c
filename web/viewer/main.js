// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of rooms at /, a room at any other address.

import { join } from '../rtcmc.js';
import { startChat } from './chat.js';
import { startLobby } from './lobby.js';
import { tiles } from './tiles.js';
import { ui } from './ui.js';
import { mediaTrouble, roomIdOf, wordsFor } from './words.js';

/** What is stored under `key`, after `value` was if given; null where storage is forbidden. */
function stored(storage, key, value) {
	try {
		if (value !== undefined) window[storage].setItem(key, JSON.stringify(value));
		return JSON.parse(window[storage].getItem(key));
	} catch {
		return null;
	}
}

/** Where the server is: behind a proxy, it may be below a path. */
const base = new URL('..', import.meta.url);

const nameOfMine = (value) => stored('localStorage', 'name', value);
const wishesFor = (id, wishes) => stored('sessionStorage', `room ${id}`, wishes);

function toast(text) {
	ui.toast.textContent = text;
	clearTimeout(toast.timer);
	toast.timer = setTimeout(toast, 12000, '');
}

const toggle = (button) => {
	const isOn = button.ariaPressed !== 'true';
	button.ariaPressed = isOn;
	return isOn;
};

async function capture() {
	if (!navigator.mediaDevices) throw Object.assign(new Error(), { name: 'insecure' });
	const get = (wanted) => navigator.mediaDevices.getUserMedia(wanted);
	const video = { width: 1280, height: 720 };
	const audio = { channelCount: { ideal: 2 } };
	return get({ video, audio }).catch((error) => {
		if (error.name !== 'NotFoundError') throw error;
		return get({ video }).catch(() => get({ audio }));
	});
}

function startRoom(id) {
	const room = join(base, id, { ...wishesFor(id), extra: { name: nameOfMine() ?? '' } });
	let detail = {};

	function render() {
		const others = room.participants.filter((participant) => participant.isConnected).length;
		const words = wordsFor(room.state, others, detail.reason);
		if (ui.status.textContent !== words.status) ui.status.textContent = words.status; // or it would be read out again
		ui.status.dataset.tone = words.tone;
		ui.notice.hidden = !words.title || (tiles.all.size > 0 && !words.action);
		ui.noticeTitle.textContent = words.title;
		ui.noticeText.textContent = words.text;
		ui.act.hidden = !words.action;
		ui.act.textContent = words.action;
		ui.unmute.hidden = tiles.soundIsOn || !tiles.hasSound;
		ui.mute.hidden = !tiles.soundIsOn || !tiles.hasSound;
	}

	function askForPassword() {
		ui.wrong.textContent = detail.wasWrong ? 'That was not the right one.' : '';
		ui.secret.value = '';
		if (!ui.passwordDialog.open) ui.passwordDialog.showModal();
	}

	function showSending(stream) {
		ui.join.hidden = stream;
		ui.stop.hidden = !stream;
		ui.mic.hidden = !stream?.getAudioTracks().length;
		ui.cam.hidden = !stream?.getVideoTracks().length;
		ui.mic.ariaPressed = ui.cam.ariaPressed = true;
		(stream ? ui.stop : ui.join).focus();
	}

	const handlers = {
		state(news) {
			detail = news;
			if (room.state === 'password') askForPassword();
		},
		stream: ({ participant, stream }) => tiles.show(participant, stream),
		streamgone: ({ stream }) => tiles.remove(stream),
		participant: ({ participant }) => tiles.refresh(participant),
		participantgone() {},
	};
	Object.entries(handlers).forEach(([type, handle]) => room.addEventListener(type, (event) => {
		handle(event.detail);
		render();
	}));
	tiles.onchange = render;

	ui.unmute.onclick = () => tiles.setSound(true);
	ui.mute.onclick = () => tiles.setSound(false);
	ui.join.onclick = async () => {
		ui.join.disabled = true;
		try {
			const stream = await capture();
			room.setStream(stream);
			tiles.show(null, stream);
			tiles.setSound(true);
			showSending(stream);
		} catch (error) {
			toast(mediaTrouble(error));
		}
		ui.join.disabled = false;
	};
	ui.stop.onclick = () => {
		const { stream } = room;
		room.setStream(null);
		stream.getTracks().forEach((track) => track.stop());
		tiles.remove(stream);
		showSending(null);
	};
	for (const [button, kind] of [[ui.mic, 'audio'], [ui.cam, 'video']]) {
		button.onclick = () => {
			const isOn = toggle(button);
			room.stream.getTracks().filter((track) => track.kind === kind).forEach((track) => (track.enabled = isOn));
			room.setMuted(kind, !isOn);
		};
	}
	ui.stats.onclick = () => tiles.setStats(toggle(ui.stats));
	ui.act.onclick = () => {
		if (room.state === 'password') askForPassword();
		else if (room.state === 'full') room.enter();
		else location.reload();
	};
	ui.cancel.onclick = () => ui.passwordDialog.close();
	ui.passwordForm.onsubmit = () => room.enter(ui.secret.value);
	addEventListener('pagehide', () => room.leave());
	addEventListener('pageshow', ({ persisted }) => {
		if (persisted) location.reload();
	});

	document.title = ui.title.textContent = id;
	ui.room.hidden = ui.controls.hidden = ui.status.hidden = false;
	startChat(room, nameOfMine);
	render();
}

const id = roomIdOf(location, base.pathname);
if (id) startRoom(id);
else startLobby(base, wishesFor);
