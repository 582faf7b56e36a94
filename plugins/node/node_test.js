// SPDX-License-Identifier: Apache-2.0
// node_test.js ADDON PROGRAM PICTURE: the addon against the real library, as a host uses it.
'use strict';

const assert = require('assert');
const { execFileSync, spawn, spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { test, after } = require('node:test');
const { Worker } = require('worker_threads');

const [ADDON, PROGRAM, PICTURE] = process.argv.slice(2);
const HOME = fs.mkdtempSync(path.join(os.tmpdir(), 'signmark-node-'));
after(() => fs.rmSync(HOME, { recursive: true }));
process.env.SIGNMARK_NODE_ADDON = ADDON;
process.env.SIGNMARK_HOME = path.join(HOME, 'home');
execFileSync(PROGRAM, ['key', 'new', '--no-passphrase'], { stdio: 'ignore' });
const signmark = require('.');

const PHOTO = fs.readFileSync(PICTURE);
const inHome = (name) => path.join(HOME, name);
// What the program says about a file: its exit code.
const programVerdict = (file) => spawnSync(PROGRAM, ['verify', file], { stdio: 'ignore' }).status;

// A picture with some structure, as a decoder gives it; its first 100 rows let something through.
const alphaOf = (y) => (y < 100 ? 200 : 255);
function samples(width, height, channels) {
  const data = Buffer.alloc(width * height * channels);
  let state = 1;
  for (let i = 0; i < data.length; i += 1) {
    state = (state * 48271) % 2147483647;
    const pixel = Math.floor(i / channels);
    const y = Math.floor(pixel / width);
    const slope = 60 + 90 * (pixel % width) / width + 60 * y / height;
    data[i] = channels === 4 && i % 4 === 3 ? alphaOf(y) : slope + (state % 16);
  }
  return { data, width, height, channels };
}

test('a marked file is verified by the program and recorded', async () => {
  const report = await signmark.markFile(PICTURE, inHome('out.png'), { producer: 'acme' });
  assert.strictEqual(programVerdict(inHome('out.png')), 0);
  assert.strictEqual(report.aigc.ContentProducer, 'acme');
  assert.ok('ledger' in report);
  const found = await signmark.verifyFile(inHome('out.png'));
  assert.deepStrictEqual([found.verdict, found.content_id], ['verified', report.content_id]);
});

test('buffers, option names in every spelling, and no ledger when none is wanted', async () => {
  for (const name of ['contentId', 'content_id', 'content-id']) {
    const { data, report } = await signmark.markBuffer(PHOTO,
      { [name]: '00112233445566aa', ledger: false, layers: ['metadata', 'manifest'] });
    assert.strictEqual(report.content_id, '00112233445566aa');
    assert.ok(!('ledger' in report));
    assert.strictEqual((await signmark.verifyBuffer(data)).content_id, '00112233445566aa');
    assert.strictEqual((await signmark.verifyBuffer(data, { trust: false })).verdict, 'untrusted');
  }
  assert.strictEqual((await signmark.verifyBuffer(PHOTO)).verdict, 'none');
});

test('the manifest may lie beside the picture', async () => {
  const { data, sidecar } = await signmark.markBuffer(PHOTO, { sidecar: true, layers: 'manifest' });
  assert.strictEqual((await signmark.verifyBuffer(data, { sidecar })).verdict, 'verified');
  assert.strictEqual((await signmark.verifyBuffer(data)).verdict, 'none');
});

test('pixels are marked in a copy, with and without alpha', async () => {
  for (const channels of [1, 3, 4]) {
    const picture = samples(640, 480, channels);
    const before = Buffer.from(picture.data);
    const marked = await signmark.markPixels(picture, { layers: 'robust' });
    assert.ok(before.equals(picture.data));
    assert.ok(!marked.data.equals(before));
    if (channels === 4) assert.ok(marked.data.every((sample, i) => i % 4 !== 3 || sample === before[i]));
    const found = await signmark.verifyPixels(marked);
    assert.deepStrictEqual([found.verdict, found.content_id], ['verified', marked.report.content_id]);
  }
});

test('a private carrier key is named, and without it the mark is not found', async () => {
  const listed = execFileSync(PROGRAM, ['--json', 'key', 'list'], { encoding: 'utf8' });
  const carrier = listed.trim().split('\n').map((line) => JSON.parse(line))
    .find((key) => key.role === 'carrier').id;
  const marked = await signmark.markPixels(samples(640, 480, 3), { layers: 'robust', carrier });
  assert.strictEqual((await signmark.verifyPixels(marked)).verdict, 'none');
  assert.strictEqual((await signmark.verifyPixels(marked, { carrier: [carrier] })).verdict, 'verified');
});

test('a wrong key rejects with status 15 and leaves no file', async () => {
  await assert.rejects(signmark.markFile(PICTURE, inHome('no.png'), { signer: 'nobody' }), (error) => {
    assert.ok(error instanceof Error);
    assert.deepStrictEqual([error.status, error.code], [15, 'keys.select.none']);
    assert.strictEqual(typeof error.where, 'string');
    assert.ok(error.hint.length > 0);
    return true;
  });
  await assert.rejects(signmark.markBuffer(PHOTO, { home: inHome('empty') }), { status: 15 });
  assert.ok(!fs.existsSync(inHome('no.png')));
});

test('what is marked already is refused', async () => {
  const { data } = await signmark.markBuffer(PHOTO);
  await assert.rejects(signmark.markBuffer(data), { status: 20, code: 'pipeline.existing' });
  fs.writeFileSync(inHome('once.png'), data);
  await assert.rejects(signmark.markFile(inHome('once.png'), inHome('twice.png')), { status: 20 });
  assert.ok(!fs.existsSync(inHome('twice.png')));
  const marked = await signmark.markPixels(samples(640, 480, 3));
  await assert.rejects(signmark.markPixels(marked), { status: 20 });
});

test('wrong arguments reject and never reach the library', async () => {
  const bad = { status: 2, code: 'node.argument' };
  const picture = samples(64, 64, 3);
  await assert.rejects(signmark.markPixels({ ...picture, height: 65 }), bad);
  await assert.rejects(signmark.markPixels({ ...picture, width: -64 }), bad);
  await assert.rejects(signmark.markPixels({ ...picture, width: 2 ** 31, height: 2 ** 31 }), bad);
  await assert.rejects(signmark.markPixels({ ...picture, data: new Uint16Array(64 * 64 * 3) }), bad);
  await assert.rejects(signmark.verifyPixels(null), bad);
  await assert.rejects(signmark.markFile(`${PICTURE}\0.png`, inHome('nul.png')), bad);
  await assert.rejects(signmark.markBuffer('text'), bad);
  await assert.rejects(signmark.markBuffer(PHOTO, { text: {} }), bad);
  await assert.rejects(signmark.markBuffer(PHOTO, { noSuch: 'x' }), { code: 'pipeline.option.unknown' });
  await assert.rejects(signmark.verifyFile(inHome('missing.png')), { status: 1 });
  assert.match(signmark.version(), /^\d+\.\d+\.\d+/);
});

test('four promises at a time', async () => {
  const all = await Promise.all([1, 2, 3, 4].map(async () => {
    const { data, report } = await signmark.markBuffer(PHOTO);
    const found = await signmark.verifyBuffer(data);
    assert.deepStrictEqual([found.verdict, found.content_id], ['verified', report.content_id]);
    return report.content_id;
  }));
  assert.strictEqual(new Set(all).size, 4);
});

const WORKER = `
const { parentPort, workerData } = require('worker_threads');
const signmark = require(workerData.module);
parentPort.postMessage('loaded');
signmark.markBuffer(workerData.photo).then(({ data }) => parentPort.postMessage(data));`;

test('works in a worker thread, which may be ended at any time', async () => {
  const start = () => new Worker(WORKER, { eval: true, workerData: { module: __dirname, photo: PHOTO } });
  const worker = start();
  const data = await new Promise((resolve, reject) => {
    worker.on('message', (message) => { if (message !== 'loaded') resolve(message); });
    worker.on('error', reject);
  });
  assert.strictEqual((await signmark.verifyBuffer(data)).verdict, 'verified');
  const ended = start();
  await new Promise((resolve) => { ended.once('message', resolve); });
  await ended.terminate();
});

// Starts the example, asks once, ends it; {status, body, log}.
async function askServer(env) {
  const server = spawn(process.execPath, [path.join(__dirname, 'examples/server.js'), PICTURE, '0'],
    { env: { ...process.env, ...env } });
  let log = '';
  server.stderr.on('data', (chunk) => { log += chunk; });
  try {
    const url = await new Promise((resolve, reject) => {
      server.stdout.once('data', (line) => resolve(String(line).trim()));
      server.once('exit', () => reject(new Error(log)));
    });
    const answer = await fetch(url);
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()), log };
  } finally {
    server.kill();
  }
}

test('the example server sends marked pictures', async () => {
  const { status, body } = await askServer({});
  assert.strictEqual(status, 200);
  fs.writeFileSync(inHome('sent.png'), body);
  assert.strictEqual(programVerdict(inHome('sent.png')), 0);
});

test('the example server without a key sends no picture', async () => {
  const { status, body, log } = await askServer({ SIGNMARK_HOME: inHome('empty') });
  assert.strictEqual(status, 500);
  assert.strictEqual(body.toString(), 'the picture could not be marked\n');
  assert.match(log, /keys\.select\.none/);
});

function sharpOrNull() {
  try {
    return require('sharp');
  } catch {
    return null;
  }
}

test('beside sharp', { skip: sharpOrNull() ? false : 'sharp is not installed' }, async () => {
  const sharp = sharpOrNull();
  const { data, info } = await sharp(PHOTO).raw().toBuffer({ resolveWithObject: true });
  const marked = await signmark.markPixels({ data, ...info });
  const { width, height, channels } = marked;
  const jpeg = await sharp(marked.data, { raw: { width, height, channels } }).jpeg({ quality: 85 }).toBuffer();
  const found = await signmark.verifyBuffer(jpeg);
  assert.deepStrictEqual([found.verdict, found.content_id], ['verified', marked.report.content_id]);
});
