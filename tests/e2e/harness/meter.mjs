// SPDX-License-Identifier: LGPL-2.1-or-later
// An element that receives, and when flashes and beeps are in what it receives.

import { Element } from './element.mjs';
import { medianOffset } from './offsets.mjs';

const PICTURE = /GstVideoAnalyse,.*running-time=\(guint64\)(\d+).*luma-average=\(double\)([\d.e-]+)/;
const SOUND = /level,.*running-time=\(guint64\)(\d+).*rms=\(GValueArray\)< (-?[\d.]+|-inf)/;
const BRIGHT = 0.5;
const LOUD = -30; // dB
const NANOSECONDS = 1e6; // in a millisecond

export class Meter extends Element {
  static outputs = [
    'r.recv_video_0 ! videoconvert ! videoanalyse ! fakesink'.split(' '),
    // "level" counts samples from its first buffer: what sync moves in time has to be moved among the samples.
    'r.recv_audio_0 ! audioconvert ! audiorate tolerance=0 skip-to-first=true ! level interval=5000000 ! fakesink'.split(' '),
  ];

  #isBright;
  #isLoud;
  #flashes = [];
  #beeps = [];

  interpret(line) {
    super.interpret(line);
    const picture = PICTURE.exec(line);
    const sound = SOUND.exec(line);
    if (picture) {
      const isBright = Number(picture[2]) > BRIGHT;
      if (this.#isBright !== undefined && isBright !== this.#isBright) {
        this.#flashes.push(Number(picture[1]) / NANOSECONDS);
      }
      this.#isBright = isBright;
    } else if (sound) {
      const isLoud = Number(sound[2]) > LOUD;
      if (isLoud && !this.#isLoud) {
        this.#beeps.push(Number(sound[1]) / NANOSECONDS);
      }
      this.#isLoud = isLoud;
    }
  }

  /** Waits until the picture is at most `tolerance` ms from the sound, by the timestamps; both change each `interval`. */
  async untilInSync(interval, tolerance) {
    const offset = () => medianOffset(this.#flashes, this.#beeps, interval);
    await this.until('sound in sync with the picture', () => Math.abs(offset()) < tolerance).catch((error) => {
      throw new Error(`${error.message}: ${offset()} ms, ${this.#flashes.length} flashes, ${this.#beeps.length} beeps`);
    });
  }
}
