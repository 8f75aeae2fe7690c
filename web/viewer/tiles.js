// SPDX-License-Identifier: LGPL-2.1-or-later

import { control } from '../rtcmc.js';
import { ui } from './ui.js';
import { describeStats, fit } from './words.js';

class Tile {
	#isMuted = false; // by whoever watches
	#endControl; // while there is any

	constructor(participant, stream) {
		this.participant = participant; // null: it is ours
		this.stream = stream;
		this.figure = ui.tile.content.firstElementChild.cloneNode(true);
		this.figure.classList.toggle('self', !participant);
		[this.video, this.initial, this.stats, this.caption, this.tools] = this.figure.children;
		[this.sound, this.control, this.full] = this.tools.children;
		this.sound.onclick = () => {
			this.#isMuted = !this.#isMuted;
			this.sound.ariaPressed = this.#isMuted;
			this.play();
		};
		this.control.onclick = () => this.setControl(!this.#endControl);
		this.full.onclick = this.video.ondblclick = () => this.#toggleFullScreen();
		this.video.onplaying = () => this.figure.classList.add('playing');
		this.video.muted = true;
		this.video.srcObject = stream;
	}

	get hasSound() {
		return this.participant !== null && this.stream.getAudioTracks().length > 0;
	}

	refresh() {
		const name = this.participant?.name ?? 'You';
		const muted = this.participant?.muted.get(this.stream.id);
		const isNavigable = this.participant?.canChat && this.participant.navigable.has(this.stream.id);
		if (!isNavigable) this.setControl(false);
		const label = this.#endControl ? `${name}: Escape ends control` : name;
		this.caption.firstElementChild.textContent = this.video.ariaLabel = label;
		this.initial.textContent = [...name][0];
		this.sound.ariaLabel = `Mute ${name}`;
		this.sound.hidden = !this.hasSound;
		this.control.ariaLabel = `Control ${name}`;
		this.control.hidden = !isNavigable;
		this.full.ariaLabel = `Full screen: ${name}`;
		this.figure.classList.toggle('blind', !this.stream.getVideoTracks().length || /video|both/.test(muted));
		this.figure.classList.toggle('mute', /audio|both/.test(muted));
	}

	play() {
		this.video.muted = !this.hasSound || !tiles.soundIsOn || this.#isMuted;
		// A browser starts no sound before the person has touched the page.
		this.video.play().catch((error) => error.name === 'NotAllowedError' && tiles.soundIsOn && tiles.setSound(false));
	}

	setControl(isOn) {
		if (!isOn) return this.#endControl?.();
		this.#endControl = control(this.video, this.participant, this.stream, () => {
			this.#endControl = undefined;
			this.#showControl();
			this.control.focus();
		});
		this.#showControl();
	}

	#showControl() {
		this.control.ariaPressed = Boolean(this.#endControl);
		this.figure.classList.toggle('controlled', Boolean(this.#endControl));
		this.refresh();
	}

	async showStats() {
		this.stats.hidden = !this.participant;
		if (this.participant) this.stats.textContent = describeStats(await this.participant.getStats(this.stream));
	}

	#toggleFullScreen() {
		if (document.fullscreenElement) document.exitFullscreen();
		else if (this.figure.requestFullscreen) this.figure.requestFullscreen().catch(() => {});
		else this.video.webkitEnterFullscreen?.(); // iPhone
	}
}

export const tiles = {
	all: new Map(), // stream → tile
	soundIsOn: false,

	get hasSound() {
		return [...this.all.values()].some((tile) => tile.hasSound);
	},

	show(participant, stream) {
		const tile = this.all.get(stream) ?? new Tile(participant, stream);
		if (!tile.figure.parentNode) ui.grid.append(tile.figure);
		this.all.set(stream, tile);
		tile.refresh();
		tile.play();
		this.arrange();
	},

	remove(stream) {
		const tile = this.all.get(stream);
		if (!tile) return;
		this.all.delete(stream);
		tile.setControl(false);
		tile.video.srcObject = null;
		tile.figure.remove();
		this.arrange();
	},

	refresh(participant) {
		this.all.forEach((tile) => tile.participant === participant && tile.refresh());
	},

	setSound(isOn) {
		this.soundIsOn = isOn;
		this.all.forEach((tile) => tile.play());
		this.onchange?.();
		ui.unmute.hidden ? ui.mute.focus() : ui.unmute.focus();
	},

	setStats(isOn) {
		clearInterval(this.timer);
		const update = () => this.all.forEach((tile) => tile.showStats().catch(() => {}));
		this.all.forEach((tile) => (tile.stats.hidden = true));
		if (!isOn) return;
		update();
		this.timer = setInterval(update, 1000);
	},

	arrange() {
		const { clientWidth, clientHeight } = ui.stage;
		const { columns, width } = fit(this.all.size, clientWidth - 2 * MARGIN, clientHeight - 2 * MARGIN, GAP);
		ui.grid.style.setProperty('--tile', `${width}px`);
		ui.grid.style.width = `${columns * (width + GAP) - GAP}px`;
		this.onchange?.();
	},
};

const GAP = 8; // as in the style sheet
const MARGIN = 10;
new ResizeObserver(() => tiles.arrange()).observe(ui.stage);
