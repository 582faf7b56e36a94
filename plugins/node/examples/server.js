// SPDX-License-Identifier: Apache-2.0
// server.js PICTURE [PORT]: a server that marks what it sends, and sends nothing that it could not mark.
'use strict';

const fs = require('fs');
const http = require('http');
const path = require('path');
const signmark = require('..');

const [picture, port = '8080'] = process.argv.slice(2);
const TYPES = { '.png': 'image/png', '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.webp': 'image/webp' };

// Stands for your model: the bytes of a new picture.
async function generate() {
  return fs.promises.readFile(picture);
}

// Fails closed: what goes wrong before the last line sends a 500, never the picture.
async function send(response) {
  const { data, report } = await signmark.markBuffer(await generate());
  response.writeHead(200, {
    'Content-Type': TYPES[path.extname(picture).toLowerCase()] || 'application/octet-stream',
    'Content-Length': data.length,
    'X-Content-Id': report.content_id,
  });
  response.end(data);
}

const server = http.createServer((request, response) => {
  send(response).catch((error) => {
    // The cause is for the log: the client learns only that there is no picture.
    console.error(`not sent: ${error.message} (${error.code}) ${error.where || ''} ${error.hint || ''}`);
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'Content-Type': 'text/plain' }).end('the picture could not be marked\n');
  });
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
