// SPDX-License-Identifier: LGPL-2.1-or-later

import { make, ui } from './ui.js';

const { panel, panelToggle, log } = ui;
const MAX_SHOWN = 200;
const MAX_LENGTH = 4000;
const BURST = { count: 10, time: 5000 };
const arrivals = new WeakMap();
let unread = 0;

function floods(participant) {
	const recent = (arrivals.get(participant) ?? []).filter((time) => Date.now() - time < BURST.time);
	arrivals.set(participant, [...recent, Date.now()].slice(-BURST.count));
	return recent.length === BURST.count;
}

function setUnread(count) {
	unread = count;
	ui.unread.hidden = !count;
	ui.unread.textContent = count;
	panelToggle.ariaLabel = count ? `People and chat, ${count} unread` : 'People and chat';
}

function show(name, text, className = '') {
	const isAtEnd = log.scrollTop + log.clientHeight > log.scrollHeight - 40;
	const time = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
	const parts = [make('b', {}, name), make('time', {}, time), make('p', {}, text.slice(0, MAX_LENGTH))];
	log.append(make('li', { className }, ...parts));
	if (log.children.length > MAX_SHOWN) log.firstChild.remove();
	if (isAtEnd) log.scrollTop = log.scrollHeight;
	if (panel.hidden) setUnread(unread + 1);
}

function open(isOpen) {
	panel.hidden = !isOpen;
	panelToggle.ariaExpanded = isOpen;
	setUnread(0);
	(isOpen ? ui.text : panelToggle).focus();
}

/** Fills the panel with the people of `room`, and lets one talk to them. */
export function startChat(room, rememberName) {
	const refresh = () => {
		const people = room.participants.filter((participant) => participant.isConnected);
		ui.people.replaceChildren(...people.map((participant) => make('li', {}, participant.name)));
		ui.hint.hidden = people.some((participant) => participant.canChat);
	};
	room.addEventListener('participant', refresh);
	room.addEventListener('participantgone', refresh);
	room.addEventListener('message', ({ detail: { participant, data } }) => {
		if (typeof data === 'string' && !floods(participant)) show(participant.name, data);
	});
	panelToggle.onclick = () => open(panel.hidden);
	ui.panelClose.onclick = () => open(false);
	panel.onkeydown = ({ key }) => {
		if (key === 'Escape') open(false);
	};
	ui.chat.onsubmit = (event) => {
		event.preventDefault();
		const text = ui.text.value.trim();
		if (!text || !room.send(text)) return;
		show('You', text, 'own');
		ui.text.value = '';
	};
	ui.name.value = room.extra.name;
	ui.name.onchange = () => {
		rememberName(ui.name.value);
		room.setExtra({ name: ui.name.value });
	};
}
