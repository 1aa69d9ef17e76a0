// The package in Node.js.

import { readFile } from 'node:fs/promises';

import init, * as module from '../dist/sdk.js';
import { BaseClient, once } from './client.js';

export { CleverError } from './error.js';

export const load = once(async (source) => {
  const from = source ?? new URL('../dist/sdk_bg.wasm', import.meta.url);
  // The `fetch` of Node.js reads no files.
  const isFile = (typeof from === 'string' || from instanceof URL) && String(from).startsWith('file:');
  await init({ module_or_path: isFile ? await readFile(new URL(from)) : from });
  return module;
});

export class Client extends BaseClient {
  constructor(options) {
    super(options, load);
  }
}
