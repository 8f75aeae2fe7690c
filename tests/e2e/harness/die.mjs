// SPDX-License-Identifier: LGPL-2.1-or-later
import { once } from 'node:events';

/** Ends a process without a word to anybody; resolves when it is gone. */
export async function die(child) {
  if (child && child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
