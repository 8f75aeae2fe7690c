// SPDX-License-Identifier: LGPL-2.1-or-later
// What a server has to serve for a participant's page: address → file.

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const requireOfRoom = createRequire(here('../../../examples/web-room/package.json'));

export const ofPackage = (name, file) => path.join(path.dirname(requireOfRoom.resolve(`${name}/package.json`)), file);

export const PAGES = {
  '/participant.html': here('../pages/participant.html'),
  '/participant.js': here('../pages/participant.js'),
  '/beeps.js': here('../pages/beeps.js'),
  '/demos.html': here('../pages/demos.html'),
  '/demos.js': here('../pages/demos.js'),
  '/door.html': here('../pages/door.html'),
  '/door.js': here('../pages/door.js'),
  '/RTCMultiConnection.js': ofPackage('rtcmulticonnection', 'dist/RTCMultiConnection.js'),
  '/FileBufferReader.js': ofPackage('fbr', 'FileBufferReader.js'),
  '/adapter.js': ofPackage('webrtc-adapter', 'out/adapter.js'),
};

const MODULE = ['socket.io', 'rtcmc', 'rtcmc/admission', 'rtcmc/control', 'rtcmc/participant', 'rtcmc/protocol', 'rtcmc/statistics'];

/** rtcmc.js and what it imports. */
export const WEB_MODULE = Object.fromEntries(MODULE.map((name) => [`/${name}.js`, here(`../../../web/${name}.js`)]));
