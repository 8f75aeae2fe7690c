// SPDX-License-Identifier: LGPL-2.1-or-later
// The server of a room: RTCMultiConnection's signaling over Socket.IO, and a page that shows everyone in the room.

import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const here = path.dirname(fileURLToPath(import.meta.url));

const packageFile = (name, file) => path.join(path.dirname(require.resolve(`${name}/package.json`)), file);

const PAGE = path.join(here, 'index.html');
const FILES = {
  '/room.js': path.join(here, 'room.js'),
  '/room.css': path.join(here, 'room.css'),
  '/RTCMultiConnection.js': packageFile('rtcmulticonnection', 'dist/RTCMultiConnection.js'),
  '/adapter.js': packageFile('webrtc-adapter', 'out/adapter.js'),
};
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** The file behind an address, or undefined. A plain name such as /garden is a room's page. */
function fileAt(pathname, files) {
  if (Object.hasOwn(files, pathname)) {
    return files[pathname];
  }
  return /^\/[^/.]*$/.test(pathname) ? PAGE : undefined;
}

async function serve(request, response, files) {
  const file = fileAt(request.url.replace(/[?#].*/, ''), files);
  if (!file) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not here.\n');
    return;
  }
  const body = await readFile(file);
  const type = `${TYPES[path.extname(file)]}; charset=utf-8`;
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(body);
}

/**
 * Starts the server.
 *
 * @param {object} [options]
 * @param {string} [options.host] address to listen on
 * @param {number} [options.port] 0: any free one
 * @param {Function} [options.SocketIo] what require('socket.io') gives, of any version from 2
 * @param {object} [options.socketOptions] handed to Socket.IO
 * @param {object} [options.tls] options of https.createServer, at least key and cert: serve over TLS
 * @param {Object<string, string>} [options.files] more files to serve: address → path
 * @returns {Promise<{url: string, port: number, http: http.Server, close: () => Promise<void>}>}
 *   `close` cuts every connection at once, as when the machine goes down.
 */
export async function startServer({
  host = '127.0.0.1',
  port = 9001,
  SocketIo = require('socket.io'),
  socketOptions = {},
  tls,
  files = {},
} = {}) {
  const served = { ...FILES, ...files };
  const answer = (request, response) =>
    serve(request, response, served).catch((error) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`${error.message}\n`);
    });
  const server = tls ? https.createServer(tls, answer) : http.createServer(answer);
  const links = new Set();
  server.on('connection', (link) => {
    links.add(link);
    link.once('close', () => links.delete(link));
  });

  const { addSocket } = require('rtcmulticonnection-server');
  const io = SocketIo(server, socketOptions);
  io.on('connection', (socket) => addSocket(socket));

  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;

  return {
    url: `${tls ? 'https' : 'http'}://${shownHost}:${address.port}/`,
    port: address.port,
    http: server,
    close() {
      links.forEach((link) => link.destroy());
      return new Promise((resolve) => io.close(() => resolve()));
    },
  };
}

const USAGE = `Usage: node server.mjs [--host 127.0.0.1] [--port 9001] [--tls-key FILE --tls-cert FILE]

Browsers give camera and microphone only to pages from this machine or over TLS.`;

async function main() {
  const text = (value) => ({ type: 'string', default: value });
  const { values } = parseArgs({
    options: {
      host: text('127.0.0.1'),
      port: text('9001'),
      'tls-key': text(''),
      'tls-cert': text(''),
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const tls = values['tls-key']
    ? { key: readFileSync(values['tls-key']), cert: readFileSync(values['tls-cert']) }
    : undefined;
  const { url } = await startServer({ host: values.host, port: Number(values.port), tls });
  console.log(`Listening on ${url}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
