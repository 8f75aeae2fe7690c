// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes the documents' pictures of the page anew, after "npm ci --prefix tests/e2e":
//   meson devenv -C build node ../scripts/screenshots.mjs

import { fileURLToPath } from 'node:url';
import { launch } from '../tests/e2e/harness/browsers.mjs';
import { Element } from '../tests/e2e/harness/element.mjs';
import { freePort } from '../tests/e2e/harness/free_port.mjs';

const SIZE = [1000, 600];
const VIEWER = fileURLToPath(new URL('../docs/viewer.png', import.meta.url));

const element = new Element(
  { 'room-id': 'garden', 'user-id': 'shed', 'listen-port': await freePort() },
  ['videotestsrc is-live=true ! video/x-raw,width=1280,height=720 ! r.'.split(' '), 'audiotestsrc is-live=true ! r.'.split(' ')]);
const browser = await launch('chromium');
try {
  const { url } = await element.untilMessage('rtcmc-page-ready');
  const page = await browser.newPage();
  await page.resize(...SIZE);
  await page.open(url);
  // In full size, which the rate comes up to.
  await page.until('the picture', () => [...document.querySelectorAll('video')].some((video) => video.videoWidth === 1280));
  await page.screenshot(VIEWER);
} finally {
  await browser.close();
  await element.dispose();
}
