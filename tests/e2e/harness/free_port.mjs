// SPDX-License-Identifier: LGPL-2.1-or-later

import { once } from 'node:events';
import net from 'node:net';

/** One that nobody listens on at the moment. */
export async function freePort(host = '127.0.0.1') {
  const server = net.createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
