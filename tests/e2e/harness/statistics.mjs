// SPDX-License-Identifier: LGPL-2.1-or-later
// What a hosted element tells of its connections.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE } from './patience.mjs';

/** Every value of a field in a structure's text, whatever it is nested in. */
export const valuesOf = (text, field) =>
  [...text.replaceAll('\\', '').matchAll(new RegExp(`[ ,"]${field}=\\([a-z0-9]+\\)"?([^,;"]*)`, 'g'))].map(([, value]) => value);

/** The first statistics that are as `fits` has them. */
export async function untilStats(element, what, fits) {
  const deadline = Date.now() + PATIENCE;
  for (let text = ''; ; await pause(500)) {
    assert.ok(Date.now() < deadline, `${what}: ${text}`);
    text = await element.emit('get-stats');
    if (fits(text)) {
      return text;
    }
  }
}
