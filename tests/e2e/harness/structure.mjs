// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the text form of a GstStructure, as gst-launch-1.0 -m prints it.

const PLAIN_TYPES = {
  boolean: (text) => text === 'true',
  int: Number, uint: Number, gint: Number, guint: Number,
  int64: Number, uint64: Number, gint64: Number, guint64: Number,
  double: Number, float: Number, gdouble: Number, gfloat: Number,
  structure: (text) => parseStructure(text),
};

class Reader {
  #text;
  #at = 0;

  constructor(text) {
    this.#text = text;
  }

  atEnd() {
    return this.#at >= this.#text.length;
  }

  skip(pattern) {
    return this.take(pattern) !== undefined;
  }

  take(pattern) {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = this.#at;
    const match = sticky.exec(this.#text);
    if (!match) {
      return undefined;
    }
    this.#at = sticky.lastIndex;
    return match[0];
  }

  expect(pattern) {
    const taken = this.take(pattern);
    if (taken === undefined) {
      throw new Error(`no ${pattern.source} at ${this.#at} of ${this.#text}`);
    }
    return taken;
  }
}

/** Escapes are a backslash before the character itself or before three octal digits of a byte. */
function unescape(text) {
  const bytes = text.replace(/\\([0-3][0-7]{2}|.)/gs, (_all, escaped) =>
    escaped.length === 3 ? String.fromCharCode(parseInt(escaped, 8)) : escaped);
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function readScalar(reader, type) {
  const quoted = reader.take(/"(?:\\[^]|[^"\\])*"/);
  const text = quoted === undefined ? reader.expect(/(?:\\[^]|[^\\,;<>{} ])+/) : quoted.slice(1, -1);
  if (quoted === undefined && type === 'string' && text === 'NULL') {
    return null;
  }
  return (PLAIN_TYPES[type] ?? String)(unescape(text));
}

function readList(reader, close, type) {
  const list = [];
  while (!reader.skip(close)) {
    list.push(readValue(reader, type));
    reader.skip(/\s*,?\s*/);
  }
  return list;
}

function readValue(reader, inherited) {
  const type = reader.take(/\(\w+\)/)?.slice(1, -1) ?? inherited;
  if (reader.skip(/<\s*/)) {
    return readList(reader, />/, type);
  }
  if (reader.skip(/{\s*/)) {
    return readList(reader, /}/, type);
  }
  return readScalar(reader, type);
}

/** @returns {{name: string, fields: object}} */
export function parseStructure(text) {
  const reader = new Reader(text.trim());
  const name = reader.expect(/[\w./:-]+/);
  const fields = {};
  while (!reader.atEnd() && !reader.skip(/\s*;/)) {
    reader.expect(/\s*,\s*/);
    const field = reader.expect(/[^=\s]+/);
    reader.expect(/=/);
    fields[field] = readValue(reader);
  }
  return { name, fields };
}
