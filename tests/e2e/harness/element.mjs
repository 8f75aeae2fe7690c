// SPDX-License-Identifier: LGPL-2.1-or-later
// A pipeline with rtcmcroom in a process of its own: gst-launch-1.0, as a person would type it; or an application.

import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PATIENCE } from './patience.mjs';
import { parseStructure } from './structure.mjs';

// Debian's own, which has Debian's PyGObject.
export const PYTHON = process.env.RTCMC_PYTHON ?? '/usr/bin/python3';
const HOST = fileURLToPath(new URL('element_host.py', import.meta.url));

const MESSAGE = /^Got message #\d+ from \S+ "[^"]*" \(element\): (rtcmc-.*)$/;
const TROUBLE = /^(ERROR|WARNING): from element (\S+): (.*)$/;
// Messages, that is: a queue of the sending side that is too slow drops buffers.
const DROPPED = /\b(?:WARN|INFO)\s+rtcmc(?!send)\w+ .*\bdropped\b/;
// What webrtcbin warns of in every call.
const NOISE = /No SSRC found in buffer|Invalid buffer, dropping|failed to match fec decoder/;
const LOG_LINES_SHOWN = 60;
const LOG_INTERVAL = 200; // ms, since nobody says when the log grows

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** The inputs of a pipeline, each a list of words on gst-launch's command line. `pad` is where it goes. */
export const input = {
  video({ pattern = 'smpte', width = 320, height = 180, rate = 15, encoder = [], buffers = -1, pad = 'r.' } = {}) {
    // Left alone, most encoders take 4:4:4 from videotestsrc, which no camera does.
    const format = encoder.length > 0 ? 'format=I420,' : '';
    const caps = `video/x-raw,${format}width=${width},height=${height},framerate=${rate}/1`;
    const source = ['videotestsrc', 'is-live=true', `pattern=${pattern}`, `num-buffers=${buffers}`];
    return [...source, '!', caps, '!', ...encoder.flatMap((word) => [...word.split(' '), '!']), pad];
  },

  h264(options = {}) {
    const encoder = ['x264enc tune=zerolatency speed-preset=ultrafast bitrate=500', 'h264parse'];
    return input.video({ encoder, ...options });
  },

  tone({ frequency = 440, buffers = -1, pad = 'r.' } = {}) {
    return ['audiotestsrc', 'is-live=true', `freq=${frequency}`, `num-buffers=${buffers}`, '!', pad];
  },
};

/** A program that runs a pipeline. */
export class Program {
  #child;
  #events = new EventEmitter();
  #output = [];
  #directory = mkdtempSync(path.join(tmpdir(), 'rtcmc-e2e-'));
  #exit;

  warnings = [];
  errors = [];

  /**
   * @param {string[]} words its command line
   * @param {object} [options] debug: what to log, as GST_DEBUG
   */
  constructor([program, ...words], { debug = '2,rtpsession:1,rtcmc*:5' } = {}) {
    this.#child = spawn(program, words, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        GST_DEBUG: debug,
        ...process.env,
        ...(process.env.RTCMC_PRELOAD && { LD_PRELOAD: process.env.RTCMC_PRELOAD }),
        GST_DEBUG_FILE: this.#logFile,
        GST_DEBUG_NO_COLOR: '1',
        LC_ALL: 'C.UTF-8',
      },
    });
    running.add(this.#child);
    [this.#child.stdout, this.#child.stderr].forEach((stream) =>
      createInterface({ input: stream }).on('line', (line) => this.#read(line)));
    this.#child.on('error', (error) => this.#ended({ code: null, error }));
    this.#child.on('close', (code, signal) => this.#ended({ code, signal }));
  }

  get input() {
    return this.#child.stdin;
  }

  get pid() {
    return this.#child.pid;
  }

  get #logFile() {
    return path.join(this.#directory, 'log');
  }

  #ended(how) {
    running.delete(this.#child);
    this.#exit ??= how;
    this.#events.emit('change');
  }

  #read(line) {
    this.#output.push(line);
    this.interpret(line);
    this.#events.emit('change');
  }

  /** One line that the program wrote. */
  interpret() {}

  /** Waits until `find` gives something true; fails early when the process ends without. */
  until(what, find, timeout = PATIENCE) {
    return new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        clearTimeout(timer);
        clearInterval(glance);
        this.#events.off('change', check);
        settle(value);
      };
      const check = () => {
        const found = find();
        if (found) {
          finish(resolve, found);
        } else if (this.#exit) {
          finish(reject, new Error(`${this.#child.spawnfile} ended (${JSON.stringify(this.#exit)}) before: ${what}`));
        }
      };
      const timer = setTimeout(() => finish(reject, new Error(`waited ${timeout} ms in vain: ${what}`)), timeout);
      const glance = setInterval(check, LOG_INTERVAL);
      this.#events.on('change', check);
      check();
    });
  }

  /** Waits until the process has ended by itself; returns its exit code. */
  async untilExit(timeout = PATIENCE) {
    await this.until('the end', () => this.#exit, timeout);
    return this.#exit.code;
  }

  /** Ends it as Ctrl+C does; returns the exit code. */
  stop() {
    this.#child.kill('SIGINT');
    return this.untilExit();
  }

  /** Lines of the log so far. */
  log() {
    try {
      return readFileSync(this.#logFile, 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }

  /** For a person who asks why a test failed. */
  describe() {
    const shown = (title, lines) => [`--- ${title}`, ...lines.slice(-LOG_LINES_SHOWN)];
    const output = this.#output.filter((line) => !/\((?:state-changed|stream-status|tag|latency)\)/.test(line));
    const log = this.log().filter((line) => !NOISE.test(line));
    return [...shown(this.#child.spawnargs.join(' '), output), ...shown('its log', log)].join('\n');
  }

  /** Ends it, whatever it is doing. */
  async dispose() {
    if (!this.#exit) {
      this.#child.kill('SIGKILL');
      await this.untilExit();
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export class Element extends Program {
  messages = [];

  /**
   * @param {Object<string, string | number>} properties of rtcmcroom
   * @param {string[][]} inputs of `input`
   * @param {object} [options] of Program
   */
  constructor(properties, inputs, options) {
    const room = ['rtcmcroom', 'name=r', ...Object.entries(properties).map(([name, value]) => `${name}=${value}`)];
    super([...new.target.program, ...room, ...inputs.flat()], options);
    this.userid = properties['user-id'];
  }

  /** What runs a pipeline that it is given as further arguments. */
  static get program() {
    return ['gst-launch-1.0', '-m', '-e'];
  }

  interpret(line) {
    const message = MESSAGE.exec(line);
    const trouble = TROUBLE.exec(line);
    if (message) {
      this.messages.push(parseStructure(message[1]));
    } else if (trouble) {
      const [, kind, , text] = trouble;
      (kind === 'ERROR' ? this.errors : this.warnings).push(text);
    }
  }

  /** Waits for an element message and returns its fields. `count`: for the how manieth that fits. */
  untilMessage(name, { fits = () => true, count = 1, timeout = PATIENCE } = {}) {
    const find = () => this.messages.filter((message) => message.name === name && fits(message.fields))[count - 1];
    return this.until(`message ${name}`, find, timeout).then((message) => message.fields);
  }

  untilWarning(timeout = PATIENCE) {
    return this.until('a warning', () => this.warnings.at(-1), timeout);
  }

  /** The lines about messages that the element did not act on. */
  loggedDrops() {
    return this.log().filter((line) => DROPPED.test(line));
  }
}

/** The same within an application that sets its properties and calls its actions while it runs: element_host.py. */
export class HostedElement extends Element {
  #commands = 0;
  #replies = new Map();

  signals = []; // [name, ...arguments]
  notified = []; // [property, value]
  navigation = []; // fields of the events that reached what is upstream
  ended = false; // end of stream

  static get program() {
    return [PYTHON, HOST];
  }

  interpret(line) {
    if (!line.startsWith('{')) {
      return;
    }
    const said = JSON.parse(line);
    if ('reply' in said) {
      this.#replies.set(said.reply, said);
    } else if (said.signal) {
      this.signals.push([said.signal, ...said.args]);
    } else if (said.notify) {
      this.notified.push([said.notify, said.value]);
    } else if (said.message) {
      this.messages.push(parseStructure(said.message));
    } else if (said.navigation) {
      this.navigation.push(said.navigation);
    } else if (said.error) {
      this.errors.push(said.error);
    } else if (said.warning) {
      this.warnings.push(said.warning);
    } else if (said.eos) {
      this.ended = true;
    }
  }

  async #command(command) {
    this.#commands += 1;
    const id = this.#commands;
    this.input.write(`${JSON.stringify({ id, ...command })}\n`);
    const reply = await this.until(`an answer to ${JSON.stringify(command)}`, () => this.#replies.get(id));
    this.#replies.delete(id);
    if (reply.error) {
      throw new Error(`${JSON.stringify(command)}: ${reply.error}`);
    }
    return reply.value;
  }

  /** @param {string} [pad] of the element; none: the element itself */
  set(properties, pad) {
    return this.#command({ set: properties, pad });
  }

  get(property, pad) {
    return this.#command({ get: property, pad });
  }

  /** An action. Its last argument is left out if it is a promise, whose answer is returned then. */
  emit(action, ...args) {
    return this.#command({ emit: action, args });
  }

  /** Requests a pad with these settings and links `description` to it. */
  feed(description, pad, settings = {}) {
    return this.#command({ feed: description, pad, settings });
  }

  /** Gives back a pad of feed(). */
  release(pad) {
    return this.#command({ release: pad });
  }

  /** Ends all sources, as files end. */
  end() {
    return this.#command({ end: true });
  }

  /** How much memory its process has allocated and not freed, in bytes. */
  heap() {
    return this.#command({ heap: true });
  }

  /** What a signal's handler returns from now on. */
  answer(signal, value) {
    return this.#command({ answer: { [signal]: value } });
  }

  /** Waits for a signal and returns its arguments. */
  untilSignal(name, { fits = () => true, count = 1, timeout } = {}) {
    const find = () => this.signals.filter(([signal, ...args]) => signal === name && fits(...args))[count - 1];
    return this.until(`signal ${name}`, find, timeout).then(([, ...args]) => args);
  }

  /** Waits for a GstNavigation event upstream. @param {object} fields some that it has */
  untilNavigation(fields) {
    const fits = (event) => Object.entries(fields).every(([name, value]) => event[name] === value);
    return this.until(`navigation ${JSON.stringify(fields)}`, () => this.navigation.find(fits));
  }

  /** Waits until a property has become `value` and listeners were told. */
  untilNotify(property, value) {
    const is = ([name, latest]) => name === property && latest === value;
    return this.until(`${property} becomes ${value}`, () => this.notified.findLast(is));
  }
}
