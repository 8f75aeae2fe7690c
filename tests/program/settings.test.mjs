// SPDX-License-Identifier: LGPL-2.1-or-later
// --help, the configuration file, and every mistake that somebody new to it may make.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { once } from 'node:events';
import test from 'node:test';
import { certificate, file, folder, run, serve } from './support.mjs';

const read = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

async function complaint(t, args) {
  const program = run(t, args);
  const status = await program.ended;
  assert.match(program.stderr, /^rtcmc-server: .*\n$/m, args.join(' '));
  return [status, program.stderr];
}

async function helpText(t) {
  const program = run(t, ['--help']);
  assert.equal(await program.ended, 0);
  return program.stdout;
}

test('--version', async (t) => {
  const program = run(t, ['--version']);
  assert.equal(await program.ended, 0);
  assert.match(program.stdout, /^rtcmc-server \d+\.\d+\.\d+\n$/);
});

test('the help, the manual page, the documentation and the example name the same settings', async (t) => {
  const flags = [...(await helpText(t)).matchAll(/^\s+(?:-\w, )?--([a-z-]+)/gm)].map(([, name]) => name).sort();
  const settings = flags.filter((name) => !['help', 'config', 'check', 'version'].includes(name));
  assert.ok(settings.length > 20);
  const names = (text, pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
  assert.deepEqual(names(read('server/rtcmc-server.conf'), /^#([a-z-]+)=/gm), settings);
  assert.deepEqual(names(read('docs/rtcmc-server.md').split('\n## ')[2], /^\| `([a-z-]+)` \|/gm), settings);
  assert.deepEqual(names(read('server/rtcmc-server.8').replaceAll('\\-', '-'), /^\.BR? --([a-z-]+)/gm), flags);
});

test('the example is right, and says what holds without it', async (t) => {
  const help = await helpText(t);
  const example = read('server/rtcmc-server.conf');
  for (const [, name, value] of example.matchAll(/^#([a-z-]+)=(.+)$/gm)) {
    assert.match(help, new RegExp(`--${name}=.*\\(${value}\\)`), name);
  }
  const bold = example.replaceAll(/^#([a-z-]+=.*)$/gm, '$1').replace('port=9001', 'port=0');
  const program = run(t, ['--check', '--config', file(t, bold)]);
  assert.deepEqual([await program.ended, program.stdout, program.stderr], [0, 'The settings are right.\n', '']);
});

test('a flag wins over the file', async (t) => {
  const config = file(t, '[server]\nlisten=127.0.0.2\nlog-format=json\nport=1\n');
  const { url, lines } = await serve(t, ['--config', config, '--listen=127.0.0.3']);
  assert.equal(new URL(url).hostname, '127.0.0.3');
  assert.equal(JSON.parse(lines().at(-1)).event, 'listening');
});

const FILES = {
  'an unknown key': ['[server]\nprot=9001\n', /no setting "prot"\. Is "port" meant\?/],
  'a key like no other': ['[server]\nzzzzzzzzzz=1\n', /no setting "zzzzzzzzzz"\. All of them are listed/],
  'an unknown group': ['[server]\n[tls]\nkey=1\n', /no group "\[tls\]"/],
  'no group': ['port=9001\n', /a line "\[server\]"/],
  'no key file': ['{"port": 9001}\n', /a line "\[server\]"/],
  'a wrong value': ['[server]\nport=ninethousand\n', /"port" is "ninethousand", but must be a whole number from 0 to 65535/],
  'a remark behind a value': ['[server]\nport=9001 # mine\n', /"port" is "9001 # mine", but must be/],
};

test('mistakes in the file are named, with the file and the key', async (t) => {
  for (const [name, [text, expected]] of Object.entries(FILES)) {
    const config = file(t, text);
    const [status, sentence] = await complaint(t, ['--config', config]);
    assert.equal(status, 2, name);
    assert.match(sentence, expected, name);
    assert.ok(sentence.includes(config), name);
  }
});

test('mistakes in flags are named, and say what is right', async (t) => {
  const there = folder(t);
  const one = certificate(there, 'one');
  const two = certificate(there, 'two');
  const tls = (cert, key) => [`--tls-certificate=${cert}`, `--tls-key=${key}`];
  const cases = [
    [['--prot=1'], /Unknown option --prot.*--help/],
    [['9001'], /"9001" is no flag.*--port=9001/],
    [['--port'], /Missing argument for --port/],
    [['--port=70000'], /--port is "70000", but must be a whole number from 0 to 65535/],
    [['--listen=localhost'], /--listen is "localhost", but must be .* 127\.0\.0\.1/],
    [['--listen='], /must be one or more IP addresses/],
    [['--allow-origins=https://example.org/'], /without a path or a slash at the end/],
    [['--allow-origins=example.org'], /https:\/\/example\.org/],
    [['--allow-origins=https://Example.org'], /in small letters/],
    [['--allow-origins=https://example.org:443'], /with the port only if it is not the usual one/],
    [['--max-rooms=-1'], /a whole number from 0/],
    [['--max-message-size=10'], /a whole number from 1024/],
    [['--message-burst=5'], /"message-burst" must be at least 246/],
    [['--messages-per-second=nan'], /a number from 0/],
    [['--metrics-public=maybe'], /true or false/],
    [['--log-level=loud'], /error, warning, notice, info, or debug/],
    [['--log-format=xml'], /text or json/],
    [['--config=/nowhere/at/all'], /\/nowhere\/at\/all cannot be read: No such file/],
    [['--web-root=/nowhere/at/all'], /\/nowhere\/at\/all is no folder/],
    [[`--tls-key=${one.key}`], /both "tls-certificate" and "tls-key"/],
    [tls(one.cert, '/nowhere'), /TLS key cannot be read: .*\/nowhere.* Write the whole path/],
    [tls(one.cert, one.cert), /holds no private key/],
    [tls(one.key, one.key), /cannot be used/],
    [tls(one.cert, two.key), /is not that of the certificate/],
    [['--admin-user=me'], /both "admin-user" and "admin-password-file"/],
    [[`--admin-token-file=${file(t, 'short')}`], /at least 16 characters.*openssl rand/],
    [[`--admin-token-file=${file(t, 'two words of many letters')}`], /one word/],
  ];
  for (const [args, expected] of cases) {
    const [status, sentence] = await complaint(t, ['--check', ...args]);
    assert.equal(status, 2, args.join(' '));
    assert.match(sentence, expected, args.join(' '));
  }
});

test('a port in use, and an address of another machine', async (t) => {
  const other = net.createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const [status, sentence] = await complaint(t, [`--port=${other.address().port}`]);
  assert.equal(status, 1);
  assert.match(sentence, /Another program listens on 127\.0\.0\.1 port \d+ already\. "ss -ltnp".*--port/);
  assert.match((await complaint(t, ['--listen=192.0.2.1', '--port=0']))[1], /Is it an address of this machine\?/);
});

// Whoever runs the tests as root can read everything, but has somebody else at hand.
test('files and folders that the server may not read', { skip: process.getuid() !== 0 }, async (t) => {
  const { chmodSync } = await import('node:fs');
  const secret = file(t, 'x'.repeat(40));
  chmodSync(secret, 0o600);
  const program = run(t, ['--check', `--admin-token-file=${secret}`], { uid: 65534, gid: 65534 });
  assert.equal(await program.ended, 2);
  const root = folder(t);
  chmodSync(root, 0o700);
  const other = run(t, ['--check', `--web-root=${root}`], { uid: 65534, gid: 65534 });
  assert.equal(await other.ended, 2);
  assert.match(other.stderr, /is no folder that the user whom the server runs as can read/);
  assert.match(program.stderr, /Permission denied\. The user that the server runs as must be able to read it/);
});
