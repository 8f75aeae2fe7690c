// SPDX-License-Identifier: LGPL-2.1-or-later
// A small Socket.IO client (Engine.IO 4, Socket.IO 5): WebSocket, default namespace, text. Defines `io`, as npm's does.
(() => {
	'use strict';
	if (globalThis.io) return;

	class Emitter {
		#listeners = { __proto__: null };

		listeners(name) {
			return this.#listeners[name] ?? [];
		}

		on(name, listener) {
			this.#listeners[name] = [...this.listeners(name), listener];
			return this;
		}

		once(name, listener) {
			const wrapper = (...values) => this.off(name, wrapper) && listener.apply(this, values);
			wrapper.of = listener;
			return this.on(name, wrapper);
		}

		off(name, listener) {
			if (name === undefined) this.#listeners = { __proto__: null };
			else this.#listeners[name] = this.listeners(name).filter((one) => listener && one !== listener && one.of !== listener);
			return this;
		}

		tell(name, ...values) {
			for (const listener of this.listeners(name)) {
				try {
					listener.apply(this, values);
				} catch (error) {
					reportError(error);
				}
			}
		}
	}
	const { off } = Emitter.prototype;
	Object.assign(Emitter.prototype, { removeListener: off, removeAllListeners: off });

	class Socket extends Emitter {
		connected = false;
		io = new Emitter(); // tells `reconnect`
		#address;
		#link = null;
		#session; // the server's handshake
		#unsent = [];
		#acks = new Map();
		#nextAck = 0;
		#attempts = 0;
		#retry;
		#watchdog;

		constructor(address, options) {
			super();
			this.#address = address;
			this.io.opts = options;
			if (options.autoConnect) this.connect();
		}

		connect() {
			clearTimeout(this.#retry);
			if (this.#link) return this;
			const link = new WebSocket(this.#address);
			link.onmessage = ({ data }) => link === this.#link && typeof data === 'string' && this.#receive(data);
			link.onclose = () => link === this.#link && this.#lost('transport close');
			this.#link = link;
			this.#session = null;
			this.#watch(this.io.opts.timeout);
			return this;
		}

		/** Without a packet that says so: what the Node server reads together with one, it drops. */
		disconnect() {
			this.#hangUp('io client disconnect');
			return this;
		}

		/** Kept until there is a connection. A function as the last argument gets the answer. */
		emit(...values) {
			let id = '';
			if (typeof values.at(-1) === 'function') {
				id = this.#nextAck++;
				this.#acks.set(id, values.pop());
			}
			const packet = `42${id}${JSON.stringify(values)}`;
			if (this.connected) this.#link.send(packet);
			else this.#unsent.push(packet);
			return this;
		}

		#watch(time) {
			clearTimeout(this.#watchdog);
			this.#watchdog = setTimeout(() => this.#lost('ping timeout'), time);
		}

		#lost(reason) {
			if (!this.connected) this.tell('connect_error', new Error('websocket error'));
			this.#hangUp(reason);
			const { reconnection, reconnectionDelay, reconnectionDelayMax } = this.io.opts;
			if (!reconnection) return;
			const delay = Math.min(reconnectionDelayMax, reconnectionDelay * 2 ** this.#attempts++ * (0.5 + Math.random()));
			this.#retry = setTimeout(() => this.connect(), delay);
		}

		#hangUp(reason) {
			const wasConnected = this.connected;
			const link = this.#link;
			clearTimeout(this.#retry);
			clearTimeout(this.#watchdog);
			this.connected = false;
			this.#link = this.id = null;
			this.#acks.clear();
			link?.close();
			if (wasConnected) this.tell('disconnect', reason);
		}

		#receive(packet) {
			const [, type, kind, id, json] = /^(\d)(\d?)(\d*)([^]*)$/.exec(packet) ?? [];
			try {
				if (type === '0') this.#session = JSON.parse(packet.slice(1));
				this.#watch(this.#session.pingInterval + this.#session.pingTimeout);
				if (type === '0') this.#link.send('40');
				else if (type === '1') this.#lost('transport close');
				else if (type === '2') this.#link.send(`3${packet.slice(1)}`);
				else if (type === '4') this.#handle(kind, id, json && JSON.parse(json));
			} catch {
				this.#lost('parse error');
			}
		}

		#handle(kind, id, content) {
			if (kind === '0') {
				Object.assign(this, { connected: true, id: content.sid });
				this.#unsent.splice(0).forEach((packet) => this.#link.send(packet));
				if (this.#attempts) this.io.tell('reconnect', this.#attempts);
				this.#attempts = 0;
				this.tell('connect');
			} else if (kind === '1') {
				this.#hangUp('io server disconnect');
			} else if (kind === '2') {
				const answer = (...values) => this.connected && this.#link.send(`43${id}${JSON.stringify(values)}`);
				this.tell(...content, ...(id ? [answer] : []));
			} else if (kind === '3') {
				const ack = this.#acks.get(Number(id));
				this.#acks.delete(Number(id));
				ack?.(...content);
			} else if (kind === '4') {
				this.tell('connect_error', Object.assign(new Error(content.message), content));
			}
		}
	}
	Object.assign(Socket.prototype, { open: Socket.prototype.connect, close: Socket.prototype.disconnect });

	const DEFAULTS = {
		path: '/socket.io', autoConnect: true, reconnection: true, reconnectionDelay: 1000, reconnectionDelayMax: 5000,
		timeout: 20000,
	};

	/** As in npm's client, a query in the URL is not percent-decoded. */
	function io(url = '/', options = {}) {
		const [, base, text] = /^([^?#]*)\??([^#]*)/.exec(url);
		const query = [...text.matchAll(/([^&=]+)=?([^&]*)/g)].map(([, name, value]) => [name, value]);
		const opts = { ...DEFAULTS, ...options };
		const { origin } = new URL(base.replace(/^ws/, 'http'), globalThis.location?.href);
		const all = new URLSearchParams({ EIO: 4, transport: 'websocket', ...Object.fromEntries(query), ...opts.query });
		return new Socket(`${origin.replace('http', 'ws')}${opts.path.replace(/\/$/, '')}/?${all}`, opts);
	}
	globalThis.io = Object.assign(io, { connect: io });
})();
