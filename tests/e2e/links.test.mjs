// SPDX-License-Identifier: LGPL-2.1-or-later
// What a viewer sees over a link that is not good, and that nobody else notices. What is measured is in the output.

import assert from 'node:assert/strict';
import { inputs, overABadLink } from './harness/bad_link.mjs';

const STREAM = 2_200_000; // bit/s of the pipeline's picture on the wire
const MBIT = 1_000_000;
const both = (settings) => [settings, settings];

/**
 * what: the viewer's link; input: what goes into the room, if not raw pictures; phases: what it is like one after another, there and back, with the time until the
 * measurement and that of the measurement, in ms.
 * What the viewer wants of each: pictures a second at least; frozen: at most that part of the time; longest: at most that
 * long one picture, in ms; delay: at most, in
 * ms, more than on a good link; overload: that many times the link's rate at most, for longer than two seconds;
 * traffic: that many times the stream at most; used: that part of the link's rate at least.
 */
const ROWS = [
  ...[1, 0.5, 0.3].map((rate) => ({
    what: `${rate} Mbit/s: a moving picture`,
    phases: [{ link: [{ rate: rate * MBIT }], settle: 5000, watch: 5000, pictures: 10, frozen: 0.2, delay: 1000, overload: 1.2, used: 0.4 }],
  })),
  {
    what: 'a quarter of the rate for a while, and then enough: the whole picture',
    phases: [
      { link: [{ rate: 0.5 * MBIT }], settle: 3000, watch: 2000, overload: 1.2 },
      { link: [{ rate: 3 * MBIT }], settle: 5000, watch: 3000, pictures: 24, frozen: 0.1, delay: 1000, used: 0.5 },
    ],
  },
  {
    what: '0.5 Mbit/s of a camera that sends 2: keyframes, each of them whole, and all of it when it carries that again',
    input: inputs.encoded,
    phases: [
      { link: [{ rate: 0.5 * MBIT }], settle: 5000, watch: 8000, pictures: 1, longest: 2000, delay: 3000, overload: 1.2 },
      { link: [{ rate: 0 }], settle: 12000, watch: 5000, pictures: 20, delay: 1000 },
    ],
  },
  {
    what: 'a quarter of the rate: it gets no flood of what it misses',
    phases: [{ link: [{ rate: 0.5 * MBIT }], settle: 2000, watch: 5000, traffic: 1.35 }],
  },
  {
    what: 'delays of 100±50 ms that let packets overtake each other',
    phases: [{ link: both({ delay: 100, jitter: 50 }), settle: 3000, watch: 6000, pictures: 24, frozen: 0.05, delay: 300, traffic: 1.1 }],
  },
  {
    what: 'a loss of one packet in ten, in both directions',
    phases: [{ link: both({ delay: 50, loss: 0.1 }), settle: 6000, watch: 10000, pictures: 24, frozen: 0.033, delay: 500, traffic: 1.2 }],
  },
];

const round = (value) => Math.round(value * 100) / 100;

/** What is seen, heard and sent in a phase. */
async function measure(link, { link: [there, back], settle, watch }) {
  await link.worsen(there, back);
  const [changed] = await link.pass(settle);
  const [from, to] = await link.pass(watch);
  const far = await link.far.between(from, to);
  const traffic = link.traffic(from, to);
  return {
    pictures: round(far.pictures),
    frozen: round(far.frozen / (to - from)),
    longest: round(far.longest),
    delay: round(far.delay),
    // The first two seconds are those in which it may be more.
    overload: round(there.rate ? link.mostOffered(changed + 2000, to) / there.rate : 0),
    traffic: round(traffic.offered / STREAM),
    used: round(there.rate ? traffic.delivered / there.rate : 0),
    others: await link.near.between(from, to),
  };
}

function check(phase, seen) {
  const atMost = (name) => assert.ok(!(seen[name] > (phase[name] ?? Infinity)), `${name}: ${seen[name]}, at most ${phase[name]}`);
  assert.ok(seen.pictures >= (phase.pictures ?? 0), `pictures: ${seen.pictures} a second, at least ${phase.pictures}`);
  assert.ok(seen.used >= (phase.used ?? 0), `used: ${seen.used} of the link, at least ${phase.used}`);
  ['frozen', 'longest', 'delay', 'overload', 'traffic'].forEach(atMost);
  assert.ok(seen.others.pictures >= 24 && seen.others.frozen === 0, `others: ${JSON.stringify(seen.others)}`);
}

overABadLink('A viewer whose link has', (test) => {
  for (const { what, input, phases } of ROWS) {
    test(what, async (link, t) => {
      for (const phase of phases) {
        const { others, ...seen } = await measure(link, phase);
        t.diagnostic(`${JSON.stringify(phase.link[0])}: ${JSON.stringify(seen)}; others: ${round(others.pictures)}`);
        check(phase, { ...seen, others });
      }
      if (input) {
        const { warnings, messages } = link.told('rtcmc-bitrate-wanted');
        assert.equal(warnings.filter((text) => text.includes('does not carry video_0')).length, 1, warnings.join());
        assert.ok(messages.length > 0 && messages.length < 10, JSON.stringify(messages));
        assert.ok(messages[0].fields.bitrate < 0.6 * MBIT, JSON.stringify(messages));
      } else if (phases[0].link[0].rate) {
        const { messages } = link.told('rtcmc-quality-changed');
        const [change] = messages.filter(({ fields }) => fields.reason === 'network');
        assert.equal(change?.fields['user-id'], await link.farPerson.userid(), JSON.stringify(messages));
      }
    }, input);
  }
});
