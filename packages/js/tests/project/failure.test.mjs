// Faults of the SDK itself: errors like others, after which the next call works.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { CleverError } from 'cc-sdk-wasm';

import { apiUrl, client, errorOf, fault, ids, openStreams, printed, requests, reset } from './sandbox.mjs';

const LOG = 'StreamApplicationRuntimeLog';

beforeEach(reset);

test('a fault of the module fails the calls and streams that run, and the next ones work', async () => {
  const one = client();
  const stream = one.stream(LOG, { applicationId: ids.application });
  await stream.next();
  // More than there are: the last of them waits.
  const items = Array.from({ length: 100 }, () => stream.next().catch((error) => error));
  await fault({ effect: 'latency', ms: 60_000, on: 'list_zones' });
  const running = errorOf(client({ maxAttempts: 1 }).dispatch('ListZone'));
  while ((await requests('list_zones')).length === 0) await new Promise((done) => setTimeout(done, 20));

  const { setTimeout: original } = globalThis;
  globalThis.setTimeout = () => {
    throw new Error('no timers today');
  };
  const failed = errorOf(one.dispatch('GetZone', { zoneName: 'par' }));
  const errors = await Promise.all([failed, running, failed.then(() => items.at(-1))]).finally(() => {
    globalThis.setTimeout = original;
  });
  const [faulty] = errors;
  assert.ok(faulty.message.includes('no timers today'), faulty.message);
  for (const error of errors.slice(0, 2)) {
    assert.ok(error instanceof CleverError, `${error}`);
    assert.equal(error.kind, 'Unexpected');
    assert.equal(error.code, 'UNEXPECTED_ERROR');
    assert.ok(error.mayBeDone && !error.isRetryable);
    assert.equal(error.message, faulty.message);
    assert.ok(error.message.startsWith('may have been done: the SDK failed: ') && error.message.endsWith(error.nextStep));
  }
  const told = await Promise.all(items);
  assert.deepEqual(told.filter((item) => item instanceof CleverError).map((error) => error.message), [faulty.message]);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  // What the failed ones had begun is aborted.
  await openStreams(0);

  await reset();
  for (const other of [one, client()]) assert.equal((await other.dispatch('GetZone', { zoneName: 'par' })).name, 'par');
  for await (const { item } of one.stream(LOG, { applicationId: ids.application })) {
    assert.equal(typeof item.message, 'string');
    break;
  }
});

const program = `
import { Client, load } from 'cc-sdk-wasm';
const client = new Client({ token: 'sandbox-token', apiUrl: ${JSON.stringify(apiUrl)} });
await load();
const { performance } = globalThis;
Object.defineProperty(globalThis, 'performance', { value: undefined, configurable: true });
const errors = await Promise.allSettled([1, 2].map(() => client.dispatch('ListZone')));
console.log(JSON.stringify(errors.map(({ reason }) => [reason.name, reason.kind, reason.message])));
Object.defineProperty(globalThis, 'performance', { value: performance });
console.log((await client.dispatch('GetZone', { zoneName: 'par' })).name);
`;

test('a panic is an error with its message, and no exception that ends the process', { timeout: 120_000 }, async (context) => {
  const text = await printed(context, program);
  const [first, last] = text.split('\n');
  for (const [name, kind, message] of JSON.parse(first)) {
    assert.deepEqual([name, kind], ['CleverError', 'Unexpected']);
    assert.match(message, /the SDK failed: panicked at .*: `Performance` object not found; this is a fault of the SDK/);
  }
  assert.equal(last, 'par');
});

test('a module that cannot be loaded says where to give its place, and is loaded again', { timeout: 120_000 }, async (context) => {
  const text = await printed(context, `
import { Client, load } from 'cc-sdk-wasm';
const wrong = await load(new Uint8Array(8)).catch((error) => error);
console.log(wrong.name, wrong.kind, wrong.message.startsWith('could not load the module of WebAssembly: '), wrong.nextStep);
console.log((await new Client().commands()).length > 0);
`);
  assert.equal(text, 'CleverError Unexpected true give the URL of `cc-sdk-wasm/module.wasm` to `load`\ntrue\n');
});
