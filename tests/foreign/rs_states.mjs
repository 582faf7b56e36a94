// SPDX-License-Identifier: Apache-2.0
// Asks the official c2pa-rs (npm @contentauth/c2pa-wasm) for its opinion of many files and prints one
// JSON object a line: {file, state, success, informational, failure, ingredientFailure, error}.
//
// Usage: C2PA_NODE_MODULES=<node_modules> node rs_states.mjs [--anchors=FILE.pem] FILE...
//        ("-" reads the file names from stdin, one a line)
// Exit: 0 when all files were looked at; 77 when the package is not installed.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const MIME = { jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif', tif: 'image/tiff', tiff: 'image/tiff', avif: 'image/avif', heic: 'image/heic', heif: 'image/heif', mp4: 'video/mp4', mov: 'video/quicktime', m4a: 'audio/mp4', c2pa: 'application/c2pa' };
// The extended key usages of C2PA claim signers and of the authorities that serve them.
const USAGES = ['1.3.6.1.4.1.62558.2.1', '1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.36', '1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.9'].join('\n') + '\n';

const options = process.argv.slice(2).filter(a => a.startsWith('--'));
let files = process.argv.slice(2).filter(a => !a.startsWith('--'));
if (files.length === 1 && files[0] === '-') files = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean);

const folder = path.join(process.env.C2PA_NODE_MODULES ?? 'node_modules', '@contentauth/c2pa-wasm/pkg');
if (!fs.existsSync(path.join(folder, 'c2pa_bg.wasm'))) {
  console.error(`skipped: no @contentauth/c2pa-wasm in ${path.dirname(path.dirname(folder))} (set C2PA_NODE_MODULES)`);
  process.exit(77);
}
const wasm = await import(pathToFileURL(path.join(folder, 'c2pa.js')));
await wasm.default({ module_or_path: fs.readFileSync(path.join(folder, 'c2pa_bg.wasm')) });

const settings = { version: 1, trust: { trust_config: USAGES }, verify: { verify_trust: true, remote_manifest_fetch: false, ocsp_fetch: false } };
const anchors = options.find(o => o.startsWith('--anchors='));
if (anchors) settings.trust.trust_anchors = fs.readFileSync(anchors.slice('--anchors='.length), 'utf8');

const codes = list => (list ?? []).map(status => status.code);
for (const file of files) {
  const answer = { file };
  try {
    const mime = MIME[path.extname(file).slice(1).toLowerCase()] ?? 'application/c2pa';
    const reader = await wasm.WasmReader.fromBytes(mime, new Uint8Array(fs.readFileSync(file)), JSON.stringify(settings));
    const report = JSON.parse(reader.json());
    const active = report.validation_results?.activeManifest;
    answer.state = report.validation_state;
    answer.success = codes(active?.success);
    answer.informational = codes(active?.informational);
    answer.failure = codes(active?.failure);
    answer.ingredientFailure = (report.validation_results?.ingredientDeltas ?? []).flatMap(d => codes(d.validationDeltas?.failure));
    reader.free();
  } catch (e) {
    answer.error = String(e?.message ?? e).slice(0, 200);
  }
  console.log(JSON.stringify(answer));
}
