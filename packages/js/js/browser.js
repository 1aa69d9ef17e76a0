// The package in browsers, and everywhere else where `fetch` loads files.

import init, * as module from '../dist/sdk.js';
import { BaseClient, once } from './client.js';

export { CleverError } from './error.js';

export const load = once(async (source) => {
  // Bundlers look for this form of address.
  await init({ module_or_path: source ?? new URL('../dist/sdk_bg.wasm', import.meta.url) });
  return module;
});

export class Client extends BaseClient {
  constructor(options) {
    super(options, load);
  }
}
