// SPDX-License-Identifier: LGPL-2.1-or-later
// Says when a beep begins, in seconds of the AudioContext's time.

/* global AudioWorkletProcessor, currentTime, registerProcessor */

const LOUD = 0.05;
const SILENCE = 0.1; // s: how long it has to be quiet before the next one

class Beeps extends AudioWorkletProcessor {
  #quietSince = 0;

  process([[samples]]) {
    if (samples?.some((sample) => Math.abs(sample) > LOUD)) {
      if (currentTime - this.#quietSince > SILENCE) {
        this.port.postMessage(currentTime);
      }
      this.#quietSince = currentTime;
    }
    return true;
  }
}

registerProcessor('beeps', Beeps);
