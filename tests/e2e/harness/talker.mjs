// SPDX-License-Identifier: LGPL-2.1-or-later
// An element whose data channel somebody uses.

import { createHash } from 'node:crypto';
import { HostedElement } from './element.mjs';

/** What the data channel's signals say, by name. */
const SIGNALS = {
  'channel-open': (user) => ({ user }),
  message: (user, text, isObject) => ({ user, text, isObject }),
  'binary-message': (user, data) => ({ user, data }),
  'file-progress': (user, name, bytes, size, isSending) => ({ user, name, bytes, size, isSending }),
  'file-received': (user, name, type, data) => {
    const bytes = Buffer.from(data, 'base64');
    return { user, name, type, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  },
};

export class Talker extends HostedElement {
  heard = []; // in order

  interpret(line) {
    const known = this.signals.length;
    super.interpret(line);
    for (const [signal, ...args] of this.signals.slice(known)) {
      if (SIGNALS[signal]) {
        this.heard.push({ signal, ...SIGNALS[signal](...args) });
      }
    }
  }

  /** Waits for a signal that fits, and returns its arguments. */
  untilHeard(signal, fits = () => true) {
    return this.until(`signal ${signal}`, () => this.heard.find((said) => said.signal === signal && fits(said)));
  }

  untilMessageFrom(user, fits) {
    return this.untilHeard('message', (said) => said.user === user && (!fits || fits(said)));
  }

  /** Calls an action; returns what it returns. @param {string | null} user null: everyone */
  call(action, user, value) {
    return this.emit(action, user, value);
  }

  say(text, user = null) {
    return this.call('send-message', user, text);
  }
}
