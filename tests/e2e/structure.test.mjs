// SPDX-License-Identifier: LGPL-2.1-or-later

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStructure } from './harness/structure.mjs';

test('a structure with values of every kind that the element posts', () => {
  const text = String.raw`rtcmc-participant-joined, user-id=(string)ab-c1, created=(boolean)true, extra=(structure)"extra\,\ name\=\(string\)\"\\303\\204\\\ \\\"q\\\"\\\ x\\\;\"\,\ n\=\(int\)3\,\ list\=\(string\)\<\ \"a\\\,\\\ b\"\,\ c\ \>\;", none=(string)NULL, empty=(string)"", d=(double)1.5;`;
  assert.deepEqual(parseStructure(text), {
    name: 'rtcmc-participant-joined',
    fields: {
      'user-id': 'ab-c1',
      created: true,
      extra: { name: 'extra', fields: { name: 'Ä "q" x;', n: 3, list: ['a, b', 'c'] } },
      none: null,
      empty: '',
      d: 1.5,
    },
  });
});

test('empty structures', () => {
  assert.deepEqual(parseStructure('rtcmc-room-closed;'), { name: 'rtcmc-room-closed', fields: {} });
  assert.deepEqual(parseStructure(String.raw`rtcmc-extra-changed, extra=(structure)"extra\;";`).fields.extra,
    { name: 'extra', fields: {} });
});

test('text that is no structure is refused', () => {
  assert.throws(() => parseStructure('rtcmc-room-joined, created'));
});
