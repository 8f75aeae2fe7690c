// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands in front of a server: a proxy that has it below a path, as nginx with
// `location /rtc/ { proxy_pass http://…/; }`, or what sends everybody elsewhere.

import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';

const FOLDER = '/rtc/';

/** Listens on any port of this machine, and ends with all that is connected. */
class Front {
  #http;
  #links = new Set();

  constructor(onRequest, onUpgrade) {
    this.#http = http.createServer(onRequest).on('upgrade', onUpgrade);
    this.#http.on('connection', (link) => {
      this.#links.add(link);
      link.once('close', () => this.#links.delete(link));
    });
  }

  async start() {
    this.#http.listen(0, '127.0.0.1');
    await once(this.#http, 'listening');
  }

  get url() {
    return `http://127.0.0.1:${this.#http.address().port}/`;
  }

  stop() {
    this.#links.forEach((link) => link.destroy());
    return new Promise((resolve) => this.#http.close(resolve));
  }
}

export class Proxy extends Front {
  /** @param {string} target URL of what it is in front of */
  constructor(target) {
    const { hostname, port } = new URL(target);
    const pathOf = (url) => (url.startsWith(FOLDER) ? url.slice(FOLDER.length - 1) : undefined);
    const onRequest = (request, response) => {
      const path = pathOf(request.url);
      if (path === undefined) {
        response.writeHead(404).end('Not of rtcmc.\n');
        return;
      }
      const { method, headers } = request;
      const onward = http.request({ hostname, port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    };
    const onUpgrade = (request, socket, head) => {
      const lines = request.rawHeaders.flatMap((text, index) => (index % 2 ? [] : [`${text}: ${request.rawHeaders[index + 1]}`]));
      const onward = net.connect(port, hostname, () => {
        onward.write([`GET ${pathOf(request.url)} HTTP/1.1`, ...lines, '\r\n'].join('\r\n'));
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      [onward, socket].forEach((end) => end.on('error', () => [onward, socket].forEach((each) => each.destroy())));
    };
    super(onRequest, onUpgrade);
  }

  /** With the path, and a slash at its end. */
  get url() {
    return new URL(FOLDER, super.url).href;
  }
}

/** What sends everybody elsewhere. Upgrades it refuses, as a server that knows nothing of WebSocket. */
export class Redirection extends Front {
  /** @param {string} target URL of where to, without a path  @param {number} status 301, 302, 307 or 308 */
  constructor(target, status) {
    super(
      (request, response) => {
        request.resume();
        response.writeHead(status, { location: new URL(request.url, target).href }).end();
      },
      (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'),
    );
  }
}
