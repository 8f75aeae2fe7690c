// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person does over a video, as navigation: docs/protocol.md.

const BUTTONS = [0, 2, 1, 3, 4]; // by their bits in event.buttons
const IGNORED = ['Dead', 'Process', 'Unidentified'];
const TOUCH_FRAME = ['touch-frame'];

const modifiersOf = ({ shiftKey, ctrlKey, altKey, metaKey }) => ({ shiftKey, ctrlKey, altKey, metaKey });

/** Where an event is in a picture that is fit into `box` as a whole: 0 to 1 if inside. */
export function positionIn({ left, top, width, height }, { videoWidth, videoHeight }, { clientX, clientY }) {
	const scale = Math.min(width / videoWidth, height / videoHeight);
	return {
		x: 0.5 + (clientX - left - width / 2) / (videoWidth * scale),
		y: 0.5 + (clientY - top - height / 2) / (videoHeight * scale),
	};
}

/** Sends what happens over `video` to the participant whose `stream` it shows, until Escape or until the function that it returns is called. */
export function control(video, participant, stream, onend = () => {}) {
	const motions = new Map(); // the latest of each pointer, for the next frame
	const held = new Map(); // what lets go of each key, button and touch
	const listeners = new AbortController();
	let frame = 0;

	const send = ([navigation, members]) => participant.navigate(stream, navigation, members);

	function flush() {
		cancelAnimationFrame(frame);
		frame = 0;
		const waiting = [...motions.values()];
		motions.clear();
		waiting.forEach(send);
		if (waiting.some(([navigation]) => navigation === 'touch-motion')) send(TOUCH_FRAME);
	}

	function act(...messages) {
		flush();
		messages.forEach(send);
	}

	function move(pointer, message) {
		motions.set(pointer, message);
		frame ||= requestAnimationFrame(flush);
	}

	function letGo() {
		act(...held.values());
		held.clear();
	}

	/** Undefined outside, unless something is held. */
	function place(event) {
		const { x, y } = positionIn(video.getBoundingClientRect(), video, event);
		const clamp = (part) => Math.min(Math.max(part, 0), 1);
		const isInside = x === clamp(x) && y === clamp(y);
		return isInside || held.size ? { ...modifiersOf(event), x: clamp(x), y: clamp(y) } : undefined;
	}

	function onTouch({ type, pointerId, pressure }, at) {
		const touch = { ...at, identifier: pointerId, pressure };
		const isDown = type === 'pointerdown';
		if (!isDown && !held.has(pointerId)) return;
		held.set(pointerId, ['touch-up', touch]);
		if (type === 'pointermove') return move(pointerId, ['touch-motion', touch]);
		if (!isDown) held.delete(pointerId);
		act([{ pointerdown: 'touch-down', pointerup: 'touch-up' }[type] ?? 'touch-cancel', touch], TOUCH_FRAME);
	}

	function onMouse({ buttons }, at) {
		move('mouse', ['mouse-move', at]);
		BUTTONS.forEach((button, bit) => {
			const name = `button ${button}`;
			const wasDown = held.has(name);
			const isDown = (buttons >> bit) & 1;
			held.set(name, ['mouse-button-release', { ...at, button }]);
			if (isDown && !wasDown) act(['mouse-button-press', { ...at, button }]);
			if (!isDown && wasDown) act(held.get(name));
			if (!isDown) held.delete(name);
		});
	}

	function onPointer(event) {
		if (event.type === 'pointerdown') {
			video.focus();
			video.setPointerCapture(event.pointerId);
		}
		const at = place(event);
		if (at) (event.pointerType === 'touch' ? onTouch : onMouse)(event, at);
	}

	function onWheel(event) {
		const at = place(event);
		const [, { deltaX, deltaY }] = motions.get('wheel') ?? [0, { deltaX: 0, deltaY: 0 }];
		if (at) move('wheel', ['mouse-scroll', { ...at, deltaX: deltaX + event.deltaX, deltaY: deltaY + event.deltaY }]);
	}

	function onKey(event) {
		const { type, key, code } = event;
		if (key === 'Escape') return stop();
		if (event.isComposing || IGNORED.includes(key)) return;
		const release = held.get(code);
		if (type === 'keydown') {
			held.set(code, ['key-release', { key }]);
			act(['key-press', { ...modifiersOf(event), key }]);
		} else if (release) {
			held.delete(code); // another key by now, if Shift has come or gone
			act([release[0], { ...modifiersOf(event), ...release[1] }]);
		}
	}

	function on(types, handle) {
		types.split(' ').forEach((type) => video.addEventListener(type, (event) => {
			event.preventDefault();
			event.stopImmediatePropagation();
			handle(event);
		}, { capture: true, passive: false, signal: listeners.signal }));
	}

	function stop() {
		if (listeners.signal.aborted) return;
		listeners.abort();
		letGo();
		video.removeAttribute('tabindex');
		video.role = null;
		onend();
	}

	on('pointerdown pointermove pointerup pointercancel', onPointer);
	on('wheel', onWheel);
	on('keydown keyup', onKey);
	on('blur', letGo);
	on('click dblclick contextmenu touchstart touchmove', () => {}); // nothing else comes of it
	video.tabIndex = 0;
	video.role = 'application'; // screen readers leave the keys alone
	video.focus();
	return stop;
}
