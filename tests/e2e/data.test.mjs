// SPDX-License-Identifier: LGPL-2.1-or-later
// The data channel: texts, objects, bytes, files, both ways.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { input, Program, PYTHON } from './harness/element.mjs';
import { inEachBrowser } from './harness/stage.mjs';

const ECHO_BOT = fileURLToPath(new URL('../../examples/python/echo_bot.py', import.meta.url));
const DATA_ONLY = { session: { data: true } };
const MEGABYTE = 1000000;
/** Of the library, in UTF-16 code units. */
const CHUNK = 40000;

/** Waits until a browser has heard something from an element, and returns it. `is`: what it has to be, as JSON. */
const untilHeard = (browser, element, is) =>
  browser.until(`hears ${JSON.stringify(is).slice(0, 80)}`, (from, wanted) => {
    const found = participant.heard.find(({ userid, data }) => userid === from && JSON.stringify(data) === wanted);
    return found !== undefined;
  }, {}, element.userid, JSON.stringify(is));

const send = (browser, data, to) =>
  browser.evaluate((what, whom) => participant.connection.send(what, whom), data, to ?? null);

/** A hash of a text that a page makes as well: no need to carry a megabyte through the debugger. */
const sha256 = (data) => createHash('sha256').update(data).digest('hex');

async function untilOpen(element, browser) {
  const user = await browser.userid();
  await element.untilHeard('channel-open', (said) => said.user === user);
  await browser.until('an open data channel', (from) => participant.opened.includes(from), {}, element.userid);
  return user;
}

/** Who is in the room first, and by that who offers. */
const ORDERS = {
  'the element is first': async (stage, options = {}, inputs = [input.video()], properties = {}) => {
    const element = await stage.talker(inputs, properties);
    return [element, await stage.viewer(options)];
  },
  'the browser is first': async (stage, options = {}, inputs = [input.video()], properties = {}) => {
    const browser = await stage.viewer(options);
    return [await stage.talker(inputs, properties), browser];
  },
};

/** Says something both ways, and waits until it has arrived. */
async function converse(element, browser) {
  const user = await untilOpen(element, browser);
  await send(browser, 'hello element');
  await element.untilMessageFrom(user, ({ text, isObject }) => text === 'hello element' && !isObject);
  assert.equal(await element.say('hello everyone'), true);
  await untilHeard(browser, element, 'hello everyone');
  assert.equal(await element.say('hello you', user), true);
  await untilHeard(browser, element, 'hello you');
  return user;
}

function untilDrop(element, pattern) {
  return element.until(`a drop ${pattern}`, () => element.loggedDrops().find((line) => pattern.test(line)));
}

async function withFile(data, name, use) {
  const folder = mkdtempSync(path.join(tmpdir(), 'rtcmc-file-'));
  try {
    const file = path.join(folder, name);
    writeFileSync(file, data);
    await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const FLOOD = 60000; // messages

inEachBrowser('Data channel', {}, (test) => {
  for (const [order, meet] of Object.entries(ORDERS)) {
    test(`texts, ${order}`, async (stage) => {
      const [element, browser] = await meet(stage);
      const user = await converse(element, browser);
      const fields = await element.untilMessage('rtcmc-message');
      assert.deepEqual(fields, { 'user-id': user, text: 'hello element', 'is-object': false });
      assert.deepEqual([element.errors, element.warnings, element.loggedDrops()], [[], [], []]);
    });

    test(`data only, ${order}`, async (stage) => {
      const [element, browser] = await meet(stage, DATA_ONLY, []);
      await converse(element, browser);
      await element.untilMessage('rtcmc-participant-joined');
    });
  }

  test('objects', async (stage) => {
    const [element, browser] = await ORDERS['the element is first'](stage, DATA_ONLY, []);
    const user = await untilOpen(element, browser);
    const object = { lamp: 'on', levels: [1, 2.5, null, true], name: 'Grün 😀', deep: { er: {} } };
    await send(browser, object);
    const { text } = await element.untilMessageFrom(user, ({ isObject }) => isObject);
    assert.deepEqual(JSON.parse(text), object);
    assert.equal(await element.call('send-object', user, JSON.stringify(object)), true);
    await untilHeard(browser, element, object);
    // The library sends such a one as it is.
    await send(browser, { type: 'text', value: 7 });
    const raw = await element.untilMessageFrom(user, (said) => said.isObject && said.text !== text);
    assert.deepEqual(JSON.parse(raw.text), { type: 'text', value: 7 });
    assert.equal(await element.call('send-object', user, 'no JSON'), false);
    assert.match(await element.untilWarning(), /send-object takes JSON/);
  });

  test('surrogate pairs where the library cuts', async (stage) => {
    const [element, browser] = await ORDERS['the element is first'](stage, DATA_ONLY, []);
    const user = await untilOpen(element, browser);
    const text = `${'x'.repeat(CHUNK - 1)}${'😀'.repeat(CHUNK)}ß€`;
    await send(browser, text);
    await element.untilMessageFrom(user, (said) => said.text === text);
    assert.equal(await element.say(text), true);
    await browser.until('the same text', (from, wanted) => participant.heard.some((one) =>
      one.userid === from && one.data === wanted), {}, element.userid, text);
  });

  test('a megabyte both ways', async (stage) => {
    const [element, browser] = await ORDERS['the element is first'](stage, DATA_ONLY, []);
    const user = await untilOpen(element, browser);
    const text = randomBytes(MEGABYTE / 2).toString('hex');
    // By halves: so much does not go through the debugger at once.
    await browser.evaluate((half) => (participant.half = half), text.slice(0, MEGABYTE / 2));
    await browser.evaluate((half) => participant.connection.send(participant.half + half), text.slice(MEGABYTE / 2));
    const said = await element.untilMessageFrom(user);
    assert.equal(sha256(said.text), sha256(text));
    assert.equal(await element.say(text), true);
    await browser.until('the megabyte', () => participant.heard.some(({ data }) => data.length === 1000000));
    const same = await browser.evaluate(async () => {
      const bytes = new TextEncoder().encode(participant.heard[0].data);
      return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))];
    });
    assert.equal(Buffer.from(same).toString('hex'), sha256(text));
    assert.deepEqual([element.warnings, element.loggedDrops()], [[], []]);
  });

  test('messages as large as they may be', async (stage) => {
    const [element, browser] = await ORDERS['the element is first'](stage, DATA_ONLY, []);
    const user = await untilOpen(element, browser);
    const size = 65536;
    const sum = await browser.evaluate(async (length) => {
      const bytes = new Uint8Array(length).map((_none, index) => index * 3);
      participant.connection.send(bytes.buffer);
      return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))];
    }, size);
    const { data } = await element.untilHeard('binary-message', (said) => said.user === user);
    assert.equal(sha256(Buffer.from(data, 'base64')), Buffer.from(sum).toString('hex'));
    await browser.evaluate((from) => {
      participant.channelOf(from).onmessage = ({ data: bytes }) => participant.heard.push(bytes);
    }, element.userid);
    assert.equal(await element.call('send-binary', user, Buffer.alloc(size, 7).toString('base64')), true);
    const length = await browser.until('the bytes', () => participant.heard[0]?.byteLength);
    assert.equal(length, size);
    assert.equal(await element.call('send-binary', user, Buffer.alloc(size + 1).toString('base64')), false);
    assert.match(await element.untilWarning(), /Send it as a file/);
  });

  test('bytes, which pages of this library only take without its help', async (stage) => {
    const [element, browser] = await ORDERS['the element is first'](stage, DATA_ONLY, []);
    const user = await untilOpen(element, browser);
    await browser.evaluate(() => participant.connection.send(new Uint8Array([0, 1, 254, 255]).buffer));
    const { data } = await element.untilHeard('binary-message', (said) => said.user === user);
    assert.equal(data, Buffer.from([0, 1, 254, 255]).toString('base64'));
    await browser.evaluate((from) => {
      participant.channelOf(from).onmessage = ({ data: bytes }) => participant.heard.push([...new Uint8Array(bytes)]);
    }, element.userid);
    assert.equal(await element.call('send-binary', user, Buffer.from([7, 0, 255]).toString('base64')), true);
    await browser.until('the bytes', () => participant.heard.some((bytes) => String(bytes) === '7,0,255'));
  });

  test('files', async (stage) => {
    const [element, browser] = await ORDERS['the element is first'](stage, { ...DATA_ONLY, fileSharing: true }, []);
    const user = await untilOpen(element, browser);
    const sum = await browser.evaluate(async () => {
      const bytes = new Uint8Array(300000).map((_none, index) => index * 7 + index / 256);
      participant.connection.send(new File([bytes], 'grüße 😀.txt', { type: 'text/plain' }));
      return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))];
    });
    const received = await element.untilHeard('file-received');
    assert.deepEqual(received, { signal: 'file-received', user, name: 'grüße 😀.txt', type: 'text/plain', size: 300000,
      sha256: Buffer.from(sum).toString('hex') });
    const progress = element.heard.filter(({ signal }) => signal === 'file-progress');
    assert.ok(progress.length > 2 && progress.every(({ isSending, size }) => !isSending && size === 300000));
    assert.equal(progress.at(-1).bytes, 300000);

    // Not by chance: a type is found by how a file begins.
    const contents = Buffer.from(Uint8Array.from({ length: 250000 }, (_none, index) => index * 7 + index / 256));
    await withFile(contents, 'data.bin', async (file) => {
      assert.equal(await element.call('send-file', user, file), true);
      await browser.until('the file', () => participant.files.some(({ userid }) => userid));
      const [got] = await browser.evaluate(() => participant.files.filter(({ userid }) => userid));
      assert.deepEqual(got, { userid: element.userid, name: 'data.bin', type: 'application/octet-stream', size: 250000,
        sha256: sha256(contents) });
      await element.untilHeard('file-progress', ({ isSending, bytes }) => isSending && bytes === 250000);
      assert.equal(await element.call('send-file', user, `${file}.absent`), false);
    });
    assert.match(await element.untilWarning(), /absent is not sent/);
  });

  test('a channel that a page opens late', async (stage) => {
    const [element, browser] = await ORDERS['the element is first'](stage,
      { session: { audio: true, video: true } }, [input.video()], { session: 'video+data' });
    const user = await browser.userid();
    await browser.untilPicture();
    // The element's own channel is none for this page: it opens another one. (To one participant the library would
    // frame the text twice.)
    await send(browser, 'late');
    await element.untilMessageFrom(user, ({ text }) => text === 'late');
    assert.equal(await element.say('better late than never', user), true);
    await untilHeard(browser, element, 'better late than never');
  });

  test('what is sent before the channel is open arrives', async (stage) => {
    const element = await stage.talker();
    const browser = await stage.viewer(DATA_ONLY);
    // The moment that a connection is being made has no signal here: said again and again, until somebody is there.
    while (!(await element.say('early'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await untilHeard(browser, element, 'early');
    assert.deepEqual(element.warnings, []);
  });

  test('a session without data has no channel, and says so', async (stage) => {
    const element = await stage.talker([input.video()], { session: 'video' });
    const browser = await stage.viewer();
    await browser.untilPicture();
    assert.equal(await element.say('nobody hears this'), false);
    assert.match(await element.untilWarning(), /Add data to the property session/);
    assert.deepEqual(await browser.evaluate(() => participant.opened), []);
  });

  test('whom there is not, nothing is sent to', async (stage) => {
    const element = await stage.talker();
    assert.equal(await element.say('hello', 'nobody'), false);
    assert.match(await element.untilWarning(), /There is no participant nobody/);
    assert.equal(await element.say('hello'), false);
  });

  test('the example of an echo bot', async (stage) => {
    // In the room first: two who find none at the same time is another test's concern.
    const browser = await stage.viewer({ ...DATA_ONLY, fileSharing: true });
    const bot = stage.run(new Program([PYTHON, ECHO_BOT, stage.server.url, stage.room]));
    const hears = (data) => browser.until(data, (text) => participant.heard.some((said) => said.data === text), {}, data);
    await hears('Hello! I say everything back.');
    await send(browser, 'Wie geht\'s? 😀');
    await hears('You said: Wie geht\'s? 😀');
    await send(browser, { a: 1 });
    await browser.until('the object', () => participant.heard.some(({ data }) => data.a === 1));
    await browser.evaluate(() => participant.connection.send(new File(['abc'], 'a.txt', { type: 'text/plain' })));
    await browser.until('the file', () => participant.files.some(({ name, size, userid }) =>
      userid && name === 'a.txt' && size === 3));
    assert.equal(await bot.stop(), 0);
  });

  test('garbage is dropped, and the log says whose', async (stage) => {
    const [element, browser] = await ORDERS['the element is first'](stage, DATA_ONLY, []);
    const user = await untilOpen(element, browser);
    const garbage = ['plain', '', '{', '{}', '[1,2]', '{"uuid":"u"}', '"'.repeat(1000)];
    await browser.evaluate((from, texts) => {
      const channel = participant.channelOf(from);
      texts.forEach((text) => channel.internalSend(text));
      channel.internalSend(new Uint8Array(1000).fill(255));
      channel.internalSend(new Uint8Array([6, 255, 255, 255, 255, 255, 255]));
    }, element.userid, garbage);
    await element.until('all of it', () => element.heard.filter(({ signal }) => signal === 'binary-message').length === 2);
    await untilDrop(element, /no JSON object/);
    await converse(element, browser);
    assert.ok(!element.heard.some(({ text }) => garbage.includes(text)));
    assert.ok(element.loggedDrops().every((line) => line.includes(`a message of ${user}`)));
  });

  test('a flood hurts nobody, and the log says so without one of its own', async (stage) => {
    const element = await stage.talker([input.video()]);
    const victim = await stage.viewer();
    await victim.untilPicture();
    const flooder = await stage.viewer();
    await untilOpen(element, flooder);
    await flooder.evaluate(async (from, count) => {
      const channel = participant.channelOf(from);
      for (let sent = 0; sent < count; ++sent) {
        channel.internalSend(JSON.stringify({ type: 'text', uuid: `${sent}`, message: 'x', last: true }));
        if (channel.bufferedAmount > 1000000) {
          await new Promise((resolve) => { channel.onbufferedamountlow = resolve; channel.bufferedAmountLowThreshold = 100000; });
        }
      }
    }, element.userid, FLOOD);
    await untilDrop(element, /dropped messages of .* faster than/);
    await converse(element, victim);
    await (await stage.viewer()).untilPicture();
    assert.ok(element.loggedDrops().length < FLOOD / 1000, element.loggedDrops().join('\n'));
    assert.deepEqual([element.errors, element.warnings], [[], []]);
  });
});
