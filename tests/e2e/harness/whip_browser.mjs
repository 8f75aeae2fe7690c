// SPDX-License-Identifier: LGPL-2.1-or-later
// A WHIP endpoint whose media ends in a browser: HTTP is Node's, WebRTC the browser's own.

import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** In the page: answers an offer with all candidates, and shows what comes. */
async function answer(sdp, session) {
  const connection = new RTCPeerConnection();
  const stream = new MediaStream();
  const video = document.createElement('video');
  Object.assign(video, { autoplay: true, muted: true, srcObject: stream });
  document.body.replaceChildren(video);
  connection.ontrack = ({ track }) => stream.addTrack(track);
  await connection.setRemoteDescription({ type: 'offer', sdp });
  await connection.setLocalDescription(await connection.createAnswer());
  while (connection.iceGatheringState !== 'complete') {
    await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, { once: true }));
  }
  globalThis.sessions = { ...globalThis.sessions, [session]: connection };
  return connection.localDescription.sdp;
}

export class WhipBrowser {
  #page;
  #server;

  offers = []; // the requests' headers and SDP
  deleted = []; // paths
  ignoresGoodbyes = false; // a DELETE is not answered

  /** @param page of a Stage */
  constructor(page) {
    this.#page = page;
  }

  async start() {
    this.#server = http.createServer((request, response) => {
      this.#handle(request, response).catch((error) => response.writeHead(500).end(error.message));
    }).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/whip/garden`;
  }

  async #handle(request, response) {
    if (request.method === 'DELETE') {
      this.deleted.push(request.url);
      if (this.ignoresGoodbyes) {
        return;
      }
      await this.#page.evaluate((session) => globalThis.sessions?.[session]?.close(), path.basename(request.url));
      response.writeHead(200).end();
      return;
    }
    const sdp = await text(request);
    this.offers.push({ headers: request.headers, sdp });
    const session = this.offers.length;
    const answered = await this.#page.evaluate(answer, sdp, session);
    response.writeHead(201, { 'Content-Type': 'application/sdp', Location: `session/${session}` }).end(answered);
  }

  /** Waits for a moving picture. */
  untilPicture() {
    return this.#page.until('a published picture', () => {
      const video = document.querySelector('video');
      return video && video.videoWidth > 0 && video.currentTime > 0 && video.srcObject.getTracks().map(({ kind }) => kind);
    });
  }

  /** Ends the connection as a server does that has enough, without a word over HTTP. */
  hangUp() {
    return this.#page.evaluate(() => {
      document.body.replaceChildren();
      Object.values(globalThis.sessions).forEach((connection) => connection.close());
    });
  }

  describe() {
    return `WHIP endpoint: ${this.offers.length} offers, deleted ${this.deleted}`;
  }

  async dispose() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
