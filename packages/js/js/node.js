// The package in Node.js.

import { readFile } from 'node:fs/promises';

import init, * as module from '../dist/sdk.js';
import { BaseClient, once } from './client.js';

export { CleverError } from './error.js';

export const load = once(async (source) => {
  const bytes = source ?? (await readFile(new URL('../dist/sdk_bg.wasm', import.meta.url)));
  await init({ module_or_path: bytes });
  return module;
});

export class Client extends BaseClient {
  constructor(options) {
    super(options, load);
  }
}
