// SPDX-License-Identifier: LGPL-2.1-or-later
// The viewer page on the Node server of a room, as the signaling server of ours serves it: with its own socket.io.js and
// a strict Content-Security-Policy. Started by e2e/harness/room_server.mjs.

import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PAGES } from '../../e2e/harness/pages.mjs';

const here = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const require = createRequire(here('../../e2e/package.json'));
const requireOfRoom = createRequire(here('../../../examples/web-room/package.json'));

const WEB = here('../../../web');
const OTHERS = { ...PAGES, '/socket.io/socket.io.js': path.join(WEB, 'socket.io.js') };
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** A file of web/ by its name; any other address is a room's. */
async function serve(request, response) {
  const { pathname } = new URL(request.url, 'http://server');
  const name = OTHERS[pathname] ?? (/^\/[\w./-]+\.(js|css|svg)$/.test(pathname) ? path.join(WEB, pathname) : undefined);
  const file = name ?? path.join(WEB, 'index.html');
  try {
    const body = await readFile(file);
    response.writeHead(200, {
      'content-type': `${TYPES[path.extname(file)]}; charset=utf-8`,
      'cache-control': 'no-cache',
      ...(!OTHERS[pathname] && { 'content-security-policy': "default-src 'self'" }),
    }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

const { port = 0, socketOptions = {} } = JSON.parse(process.argv[2]);
process.on('disconnect', () => process.exit());

const server = http.createServer();
const io = require('socket.io')(server, { serveClient: false, ...socketOptions });
const { addSocket } = requireOfRoom('rtcmulticonnection-server');
io.on('connection', (socket) => addSocket(socket));

const [engine] = server.listeners('request');
server.removeAllListeners('request');
server.on('request', (request, response) => {
  const isSocket = request.url.startsWith('/socket.io/?');
  (isSocket ? engine.call(server, request, response) : serve(request, response));
});
server.listen(port, '127.0.0.1', () => process.send(server.address().port));
