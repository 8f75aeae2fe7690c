// SPDX-License-Identifier: LGPL-2.1-or-later
// Started by room_server.mjs with its options as JSON; sends its port, and ends with the process that started it.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../../examples/web-room/server.mjs';
import { ofPackage } from './pages.mjs';

const require = createRequire(import.meta.url);

const PACKAGES = { 4: 'socket.io', 2: 'socket.io-2' };
const OUR_PAGES = ['participant.html', 'participant.js', 'demos.html', 'demos.js', 'beeps.js', 'marks.html', 'marks.js'];
const FILES = { ...Object.fromEntries(OUR_PAGES.map((name) => [`/${name}`, fileURLToPath(new URL(`../pages/${name}`, import.meta.url))])),
  '/FileBufferReader.js': ofPackage('fbr', 'FileBufferReader.js') };

/** As a proxy that knows nothing of WebSocket. */
function refuseUpgrades(server) {
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request, socket) => {
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
}

/**
 * socketIo: Socket.IO's major version, 2 or 4. webSocket: false: upgrades to WebSocket are refused.
 * socketOptions: handed to Socket.IO. host: an address of this machine. port: 0: any.
 */
const { socketIo = 4, webSocket = true, socketOptions = {}, host, port = 0 } = JSON.parse(process.argv[2]);

process.on('disconnect', () => process.exit());
const SocketIo = require(PACKAGES[socketIo]);
const server = await startServer({ SocketIo, socketOptions, host, port, files: FILES });
if (!webSocket) {
  refuseUpgrades(server.http);
}
process.send(server.port);
