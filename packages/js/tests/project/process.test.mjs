// A process ends by itself when its calls are done.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { apiUrl, ids, printed } from './sandbox.mjs';

const program = `
import { Client } from 'cc-sdk-wasm';
const client = new Client({ token: 'sandbox-token', apiUrl: ${JSON.stringify(apiUrl)} });
console.log((await client.dispatch('ListZone', {}, { timeout: 3_600_000 })).length > 0);
for await (const { item } of client.stream('StreamApplicationRuntimeLog', { applicationId: ${JSON.stringify(ids.application)} })) break;
const controller = new AbortController();
const call = client.dispatch('ListZone', {}, { timeout: 3_600_000, signal: controller.signal });
controller.abort();
await call.catch((reason) => console.log(reason.name));
await client.dispatch('GetZone', { zoneName: 'mars' }).catch((error) => console.log(error.status));
`;

// Longer than a process takes, and shorter than the timers that it could leave.
test('nothing keeps a process alive after its last call', { timeout: 120_000 }, async (context) => {
  assert.equal(await printed(context, program), 'true\nAbortError\n404\n');
});

test('the module is loaded from the URL of a file', { timeout: 120_000 }, async (context) => {
  const url = import.meta.resolve('cc-sdk-wasm/module.wasm');
  for (const source of [JSON.stringify(url), `new URL(${JSON.stringify(url)})`]) {
    const text = await printed(context, `
      import { Client, load } from 'cc-sdk-wasm';
      await load(${source});
      console.log((await new Client().commands()).length > 0);
    `);
    assert.equal(text, 'true\n');
  }
});
