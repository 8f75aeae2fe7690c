// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * How long anything that has to happen may take, in ms: long enough for a busy machine under a sanitizer. Only a test
 * that fails waits for it.
 */
export const PATIENCE = 30000;
