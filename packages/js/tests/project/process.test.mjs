// A process ends by itself when its calls are done.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

import { apiUrl, ids } from './sandbox.mjs';

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
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.signal.addEventListener('abort', () => child.kill());
  let printed = '';
  child.stdout.on('data', (data) => (printed += data));
  const [code] = await once(child, 'exit');
  assert.equal(printed, 'true\nAbortError\n404\n');
  assert.equal(code, 0);
});
