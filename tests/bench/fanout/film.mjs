// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process';

/** Ten seconds of what a camera with an encoder sends: 1280×720, 30 frames a second, H.264 at 2 Mbit/s. */
export function makeFilm(path) {
  execFileSync('gst-launch-1.0', ['-q',
    'videotestsrc', 'num-buffers=300', 'pattern=smpte', 'horizontal-speed=4', '!',
    'video/x-raw,format=I420,width=1280,height=720,framerate=30/1', '!',
    'x264enc', 'bitrate=2000', 'vbv-buf-capacity=200', 'speed-preset=veryfast', 'tune=zerolatency', 'key-int-max=60',
    'option-string=slices=1:nal-hrd=none', '!',
    'video/x-h264,profile=constrained-baseline,stream-format=byte-stream', '!', 'filesink', `location=${path}`,
  ], { stdio: ['ignore', 'ignore', 'inherit'] });
}
