// The package in Node.js.

import { readFile } from 'node:fs/promises';

import { BaseClient } from './client.js';
import { Module } from './module.js';

export { CleverError } from './error.js';

const module = new Module((source) => {
  const from = source ?? new URL('../dist/sdk_bg.wasm', import.meta.url);
  // The `fetch` of Node.js reads no files.
  const isFile = (typeof from === 'string' || from instanceof URL) && String(from).startsWith('file:');
  return isFile ? readFile(new URL(from)) : from;
});

export async function load(source) {
  await module.load(source);
}

export class Client extends BaseClient {
  constructor(options) {
    super(options, module);
  }
}
