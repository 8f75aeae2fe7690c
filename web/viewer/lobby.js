// SPDX-License-Identifier: LGPL-2.1-or-later

import { watchRooms } from '../rtcmc.js';
import { make, ui } from './ui.js';
import { addressOf } from './words.js';

function entry({ id, participants, isFull, hasPassword }, address) {
	const words = [`${participants} here`, isFull && 'full', hasPassword && 'password'].filter(Boolean);
	const link = make('a', { href: address }, make('b', {}, id), make('span', {}, words.join(' · ')));
	return make('li', {}, link);
}

let shown;

function list(rooms, base) {
	if (shown === JSON.stringify(rooms)) return; // a link may have the focus
	shown = JSON.stringify(rooms);
	const entries = (rooms ?? []).map((room) => [room, addressOf(room.id, base.pathname)])
		.filter(([, address]) => address).map((found) => entry(...found));
	ui.none.hidden = entries.length > 0;
	ui.none.textContent = rooms ? 'There is none right now.' : 'The server cannot be reached. Trying again…';
	ui.rooms.replaceChildren(...entries);
}

export function startLobby(base, remember) {
	ui.lobby.hidden = false;
	ui.open.onsubmit = (event) => {
		event.preventDefault();
		const { room, password, listed } = ui.open.elements;
		const id = room.value.trim();
		if (!id) return;
		remember(id, { password: password.value, publicIdentifier: listed.checked ? 'public' : '' });
		location.href = addressOf(id, base.pathname);
	};
	watchRooms(base, (rooms) => list(rooms, base));
}
