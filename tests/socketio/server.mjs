// SPDX-License-Identifier: LGPL-2.1-or-later
// A real server for one test. Argument: JSON options; see the functions. Prints "port N" once it listens, then a line for
// what the test may wait for. It ends with its standard input.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import net from 'node:net';

const require = createRequire(new URL('../e2e/package.json', import.meta.url));
const options = JSON.parse(process.argv[2]);
const say = (...words) => console.log(...words);

process.stdin.on('end', () => process.exit(0)).resume();

function listen(server) {
  server.listen(options.port ?? 0, '127.0.0.1', () => say('port', server.address().port));
}

function application(io) {
  if (options.refuse) {
    io.use((socket, next) => next(new Error(options.refuse)));
  }
  if (options.delay) {
    io.use((socket, next) => setTimeout(next, options.delay));
  }
  io.on('connection', (socket) => {
    socket.conn.on('heartbeat', () => say('heartbeat'));
    say('connection', JSON.stringify(socket.handshake.query));
    socket.on('disconnect', (reason) => say('disconnect', reason));
    socket.on('echo', (...values) => {
      const answer = values.pop();
      if (typeof answer === 'function') {
        answer(...values);
      } else {
        socket.emit('echoed', ...values, answer);
      }
    });
    socket.on('never', () => {});
    socket.on('ask', (value) => socket.emit('question', value, (...answer) => socket.emit('answered', answer)));
    socket.on('binary', () => {
      socket.emit('bytes', { data: Buffer.from([1, 2, 3]) }, 'text', Buffer.alloc(200000));
      socket.emit('after', 1);
    });
    socket.on('big', (size) => {
      socket.emit('big', 'x'.repeat(size));
      socket.emit('after', size);
    });
    socket.on('raw', (text) => {
      socket.conn.write(text);
      socket.emit('after', 0);
    });
    socket.on('count', (n) => say('count', n));
    socket.on('transport', (answer) => answer(socket.conn.transport.name));
    socket.on('kick', () => socket.disconnect(false));
    socket.on('hang', () => {
      say('hang');
      process.kill(process.pid, 'SIGSTOP');
    });
  });
}

function socketIo() {
  const tls = options.cert && { cert: readFileSync(options.cert), key: readFileSync(options.key) };
  const server = tls ? https.createServer(tls) : http.createServer();
  const settings = { pingInterval: 25000, pingTimeout: 20000, ...options.settings };
  if (options.forbid) {
    settings.allowRequest = (request, decide) => decide(options.forbid, false);
  }
  const io = options.version === 2 ? require('socket.io-2')(server, settings) : new (require('socket.io').Server)(server, settings);
  // As a proxy does that knows no WebSocket: "all", or only those without a session ("direct").
  const upgrades = server.listeners('upgrade').slice();
  if (options.refuseUpgrade) {
    server.removeAllListeners('upgrade');
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      if (options.refuseUpgrade === 'direct' && request.url.includes('sid=')) {
        upgrades.forEach((upgrade) => upgrade.call(server, request, socket, head));
      } else {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      }
    });
  }
  application(io);
  listen(server);
}

function plain() {
  listen(http.createServer((request, response) => {
    response.writeHead(options.status ?? 404);
    response.end(options.body ?? 'not here');
  }));
}

function silent() {
  listen(net.createServer((socket) => socket.on('error', () => {})));
}

// Answers with fixed bytes, whatever comes.
function banner() {
  listen(net.createServer((socket) => socket.on('error', () => {}).end(options.text)));
}

// A WebSocket server that says what the test wants, frame by frame; the first is sent on connection, one more for each
// frame that comes.
function script() {
  const { WebSocketServer } = createRequire(require.resolve('engine.io'))('ws');
  const server = http.createServer((request, response) => {
    response.writeHead(404);
    response.end();
  });
  new WebSocketServer({ server }).on('connection', (socket) => {
    const frames = [...options.frames];
    const next = () => [frames.shift() ?? []].flat().forEach((frame) => socket.send(frame));
    socket.on('message', (data) => {
      say('got', String(data));
      next();
    });
    socket.on('error', () => {});
    next();
  });
  listen(server);
}

({ socketIo, plain, silent, banner, script })[options.kind ?? 'socketIo']();
