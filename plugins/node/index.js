// SPDX-License-Identifier: Apache-2.0
// Marks AI-generated media and verifies marks, through libsignmark; see README.md and index.d.ts.
'use strict';

const fs = require('fs');
const path = require('path');

// Where the addon may lie: named, beside this file (npm, installed), or in the build tree.
function addonPath() {
  if (process.env.SIGNMARK_NODE_ADDON) return path.resolve(process.env.SIGNMARK_NODE_ADDON);
  const places = ['.', '../../build/plugins/node'].map((p) => path.join(__dirname, p, 'signmark.node'));
  const found = places.find((place) => fs.existsSync(place));
  if (found) return found;
  throw new Error('signmark.node was not found; build it (make build), or name it in SIGNMARK_NODE_ADDON. ' +
    `Tried: ${places.join(', ')}`);
}

const addon = require(addonPath());

function refuse(message, where) {
  throw Object.assign(new Error(message),
    { code: 'node.argument', status: 2, where: String(where), hint: '' });
}

function textOf(value, name) {
  if (typeof value === 'string') return value;
  if (value instanceof URL && value.protocol === 'file:') return require('url').fileURLToPath(value);
  return refuse('not a text', name);
}

// A view of the bytes as the addon takes them; it copies them before it returns.
function bytesOf(value, name) {
  if (value instanceof Uint8Array || value instanceof Uint8ClampedArray) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  return refuse('neither a Buffer nor an Uint8Array', name);
}

// contentId, content_id and content-id are one option: that of the command line.
function dashed(name) {
  return name.replace(/_/g, '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function optionText(value, name) {
  if (Array.isArray(value)) return value.map((item) => optionText(item, name)).join(',');
  if (value instanceof Date) return value.toISOString();
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  return refuse('an option is a text, a number, a boolean or a list of texts', name);
}

// What is no option of the flow by name, but says with whose keys and where it runs.
const SETUP = {
  home: (job, value) => { job.home = path.resolve(textOf(value, 'home')); },
  ledger: (job, value) => { job.ledger = value === false ? '' : textOf(value, 'ledger'); },
  signer: (job, value) => {
    if (value === false) job.unsigned = true;
    else job.signer = textOf(value, 'signer');
  },
  trust: (job, value) => { job.trust = value === false ? '' : textOf(value, 'trust'); },
  carrier: (job, value) => {
    if (job.flow === 'verify') job.carriers = [value].flat().map((name) => textOf(name, 'carrier'));
    else setMarkCarrier(job, textOf(value, 'carrier'));
  },
};
const SETUP_OF = { mark: ['home', 'ledger', 'signer', 'carrier'], verify: ['home', 'trust', 'carrier'] };

// A private key is opened by its name; with "both" it is the newest one.
function setMarkCarrier(job, name) {
  job.names.push('carrier');
  job.values.push(name);
  if (name !== 'public') job.carriers = [name === 'both' ? '' : name];
}

function setOption(job, name, value) {
  if (SETUP_OF[job.flow].includes(name)) return SETUP[name](job, value);
  if (job.flow === 'verify' && job.subject === 'memory' && name === 'sidecar') {
    job.sidecar = bytesOf(value, 'sidecar');
    return undefined;
  }
  job.names.push(name);
  job.values.push(optionText(value, name));
  return undefined;
}

function jobOf(flow, subject, parts, options) {
  const job = { flow, subject, names: [], values: [], ...parts };
  if (options !== undefined && (options === null || typeof options !== 'object')) {
    refuse('not an object', 'options');
  }
  for (const [name, value] of Object.entries(options || {})) {
    if (value !== undefined) setOption(job, dashed(name), value);
  }
  // A visible label alone has nothing to sign.
  const layers = job.values[job.names.indexOf('layers')];
  if (layers === 'visible' && job.signer === undefined) job.unsigned = true;
  return job;
}

async function run(flow, subject, parts, options) {
  const result = await addon.run(jobOf(flow, subject, parts, options));
  return { ...result, report: JSON.parse(result.report) };
}

function pixelsOf(pixels) {
  if (pixels === null || typeof pixels !== 'object') refuse('not an object', 'pixels');
  const { width, height, channels = 4 } = pixels;
  return { data: bytesOf(pixels.data, 'data'), width, height, channels };
}

async function markFile(source, target, options) {
  const paths = { source: textOf(source, 'source') };
  if (target !== null && target !== undefined) paths.target = textOf(target, 'target');
  return (await run('mark', 'file', paths, options)).report;
}

async function markBuffer(buffer, options) {
  return run('mark', 'memory', { data: bytesOf(buffer, 'buffer') }, options);
}

async function markPixels(pixels, options) {
  const parts = pixelsOf(pixels);
  const { data, report } = await run('mark', 'pixels', parts, options);
  return { data, width: parts.width, height: parts.height, channels: parts.channels, report };
}

async function verifyFile(file, options) {
  return (await run('verify', 'file', { source: textOf(file, 'path') }, options)).report;
}

async function verifyBuffer(buffer, options) {
  return (await run('verify', 'memory', { data: bytesOf(buffer, 'buffer') }, options)).report;
}

async function verifyPixels(pixels, options) {
  return (await run('verify', 'pixels', pixelsOf(pixels), options)).report;
}

module.exports = {
  markFile, markBuffer, markPixels, verifyFile, verifyBuffer, verifyPixels, version: addon.version,
};
