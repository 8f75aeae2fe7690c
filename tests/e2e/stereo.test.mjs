// SPDX-License-Identifier: LGPL-2.1-or-later
// Two channels stay two: each has a tone of its own.

import assert from 'node:assert/strict';
import { inEachBrowser } from './harness/stage.mjs';

const TONES = [440, 1760];

const STEREO = [
  'interleave', 'name=both', '!', 'audioconvert', '!', 'r.',
  ...TONES.flatMap((frequency, channel) => ['audiotestsrc', 'is-live=true', `freq=${frequency}`, '!',
    `audio/x-raw,rate=48000,channels=1,channel-mask=(bitmask)0x${channel + 1}`, '!', 'queue', '!', 'both.']),
];

/** In a page: the strongest frequency of each channel that a media element's stream has. */
const channelTones = async (wanted) => {
  const element = [...document.querySelectorAll('video, audio')].find(({ srcObject }) => srcObject?.getAudioTracks().length);
  if (!element) return null;
  if (!element.channels) {
    const context = new AudioContext();
    const splitter = context.createChannelSplitter(2);
    context.createMediaStreamSource(element.srcObject).connect(splitter);
    element.channels = wanted.map((_, channel) => {
      const analyser = new AnalyserNode(context, { fftSize: 8192 });
      splitter.connect(analyser, channel);
      return analyser;
    });
  }
  const heard = element.channels.map((analyser) => {
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    const width = analyser.context.sampleRate / analyser.fftSize;
    const level = (frequency) => spectrum[Math.round(frequency / width)];
    return wanted.map(level);
  });
  window.heardChannels = heard;
  return heard.every((levels, channel) => levels[channel] > -50 && levels[channel] > levels[1 - channel] + 12);
};

const untilStereo = (page) => page.until('a tone on each side', channelTones, {}, TONES)
  .catch(async (error) => { throw new Error(`${error.message}: ${JSON.stringify(await page.evaluate(() => window.heardChannels))}`); });

/** In our page: a microphone with two channels. */
function sendTones(frequencies) {
  const context = new AudioContext();
  const merger = context.createChannelMerger(frequencies.length);
  frequencies.forEach((frequency, channel) => {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(merger, 0, channel);
    tone.start();
  });
  const output = new MediaStreamAudioDestinationNode(context, { channelCount: 2 });
  merger.connect(output);
  navigator.mediaDevices.getUserMedia = async () => output.stream;
  document.getElementById('join').click();
}

inEachBrowser('Stereo', {}, (test) => {
  test('an element towards pages of RTCMultiConnection.js', async (stage) => {
    const resident = await stage.viewer({ stereo: true });
    await stage.element([STEREO]);
    await untilStereo(resident);
    await untilStereo(await stage.viewer({ stereo: true }));
  });

  test('an element towards our page', async (stage) => {
    const element = await stage.servingElement([STEREO], { 'listen-port': 0 });
    const { url } = await element.untilMessage('rtcmc-page-ready');
    await untilStereo(await stage.page(url));
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });

  test('our page towards our page', async (stage) => {
    const element = await stage.servingElement([], { 'listen-port': 0, session: 'data' });
    const { url } = await element.untilMessage('rtcmc-page-ready');
    const [sender, listener] = [await stage.page(url), await stage.page(url)];
    await sender.evaluate(sendTones, TONES);
    await untilStereo(listener);
  });
});
