// The package in browsers, and everywhere else where `fetch` loads files.

import { BaseClient } from './client.js';
import { Module } from './module.js';

export { CleverError } from './error.js';

// Bundlers look for this form of address.
const module = new Module((source) => source ?? new URL('../dist/sdk_bg.wasm', import.meta.url));

export async function load(source) {
  await module.load(source);
}

export class Client extends BaseClient {
  constructor(options) {
    super(options, module);
  }
}
