// Failures: each is a `CleverError` that says what to do, and holds no secret.

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:net';
import { beforeEach, test } from 'node:test';
import { inspect } from 'node:util';

import { CleverError, Client } from 'cc-sdk-wasm';

import { apiUrl, client, errorOf, fault, ids, oauth, requests, reset, secrets } from './sandbox.mjs';

beforeEach(reset);

/** The error of a call, once it was checked for secrets. */
async function failed(call) {
  const error = await errorOf(call);
  assert.ok(error instanceof CleverError && error instanceof Error, inspect(error));
  assert.equal(error.name, 'CleverError');
  const told = `${inspect(error)} ${JSON.stringify(error)} ${error.stack}`;
  for (const secret of secrets) assert.ok(!told.includes(secret), told);
  return error;
}

test('a refusal has the status, the code, the request and an advice', async () => {
  const error = await failed(client().dispatch('GetZone', { zoneName: 'mars' }));
  assert.equal(error.kind, 'Refused');
  assert.equal(error.status, 404);
  assert.equal(error.code, 'clever.core.not-found');
  assert.equal(error.command, 'GetZone');
  assert.equal(error.operation, 'get_zone');
  assert.equal(error.method, 'GET');
  assert.equal(error.url, `${apiUrl}/v4/products/zones/mars`);
  assert.equal(error.reason, 'Zone mars not found');
  assert.equal(error.nextStep, 'check the ids and the owner');
  assert.equal(typeof error.sozuId, 'string');
  assert.equal(error.attempts, 1);
  assert.ok(error.isNotFound && !error.isRetryable && !error.mayBeDone);
  assert.ok(error.message.startsWith('GetZone: ') && error.message.endsWith(error.nextStep), error.message);
  assert.equal(JSON.parse(JSON.stringify(error)).message, error.message);
});

test('wrong credentials are 401, and none are an error too', async () => {
  const error = await failed(client({ token: 'wrong' }).dispatch('GetProfile'));
  assert.equal(error.status, 401);
  assert.match(error.nextStep, /credentials/);
  assert.equal((await failed(new Client({ apiUrl }).dispatch('GetProfile'))).status, 401);
});

test('an id that nobody sees cannot be resolved', async () => {
  const applicationId = 'app_00000000-0000-4000-8000-000000000000';
  const error = await failed(client().dispatch('GetApplication', { applicationId }));
  assert.equal(error.kind, 'CannotResolveResource');
  assert.ok(error.isNotFound);
});

test('an input that does not match names its field, and nothing is sent', async () => {
  for (const [input, told] of [
    [{ zone: 'par' }, 'unknown field `zone`'],
    [{ zoneName: 1 }, '`zoneName`: invalid type'],
    [undefined, 'missing field `zoneName`'],
    [[], 'invalid'],
    [{ zoneName: Infinity }, '`zoneName`: Infinity is not a number of JSON'],
    [{ zoneName: 2 ** 53 }, 'give a bigint'],
    [{ zoneName: ['par', () => 'par'] }, '`zoneName[1]`: a function is not a value of JSON'],
    [{ zoneName: new Map() }, 'a Map is not a value of JSON'],
    [{ zoneName: new Uint8Array(1) }, 'a Uint8Array is not a value of JSON: give its bytes as text in base64'],
    [{ zoneName: new Date('never') }, '`zoneName`: the date is invalid'],
    [new Map(), 'invalid input: a Map is not a value of JSON'],
    // As objects they would be empty.
    [{ zoneName: Promise.resolve('par') }, '`zoneName`: a Promise is not a value of JSON'],
    [new URLSearchParams('zoneName=par'), 'a URLSearchParams is not a value of JSON'],
    [{ zoneName: new Error('par') }, 'an Error is not a value of JSON'],
    [{ zoneName: Buffer.from('par') }, 'a Uint8Array is not a value of JSON: give its bytes as text in base64'],
    [{ zoneName: 2n ** 64n }, '`zoneName`: an integer has at most 64 bits'],
    [{ zoneName: '\ud83d' }, '`zoneName`: the text has half of a surrogate pair'],
    [{ 'zone\udc00': 'par' }, 'the text has half of a surrogate pair'],
    [{ zoneName: nested(101) }, 'nested more than 100 levels deep'],
    [{ zoneName: nested(100_000) }, 'nested more than 100 levels deep'],
    [{ zoneName: { toJSON() { return this; } } }, 'is not a value of JSON'],
  ]) {
    const error = await failed(client().dispatch('GetZone', input));
    assert.equal(error.kind, 'InvalidInput');
    assert.ok(error.message.includes(told), error.message);
  }
  const loop = { applicationId: ids.application };
  loop.ownerId = { loop };
  assert.match((await failed(client().dispatch('GetApplication', loop))).message, /contains itself/);
  assert.deepEqual(await requests(), []);
});

function nested(levels) {
  let value = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}

test('prototypes that a program has changed do not change an input', async () => {
  String.prototype.toJSON = BigInt.prototype.toJSON = () => 'changed';
  try {
    assert.equal((await client().dispatch('GetZone', { zoneName: 'par' })).name, 'par');
    const error = await failed(client().dispatch('GetZone', { zoneName: 1n }));
    assert.ok(error.message.includes('`zoneName`: invalid type: integer'), error.message);
  } finally {
    delete String.prototype.toJSON;
    delete BigInt.prototype.toJSON;
  }
});

test('an unknown command suggests a similar one, and a stream is no call', async () => {
  for (const [call, told] of [
    [() => client().dispatch('GetZoen', {}), 'unknown command `GetZoen`: did you mean `GetZone`?'],
    [() => client().dispatch('GetStringKy', {}), 'did you mean `GetStringKey` or'],
    [() => client().describe('GetZoen'), 'did you mean `GetZone`?'],
    [() => client().dispatch('StreamApplicationRuntimeLog', { applicationId: ids.application }), 'is a stream: run it with `stream`'],
    [() => client().stream('GetZone', { zoneName: 'par' }).next(), 'is not a stream: run it with `dispatch`'],
    [() => client().stream('StreamApplicationRuntimeLog', {}).next(), 'missing field `applicationId`'],
    [() => client().stream('StreamApplicationRuntimeLog', { applicationId: ids.application }, { timeout: 1 }).next(), 'unknown option `timeout`'],
  ]) {
    const error = await failed(call());
    assert.equal(error.kind, 'InvalidInput');
    assert.ok(error.message.includes(told), error.message);
  }
});

test('options and settings that do not exist are errors', async () => {
  for (const [call, told] of [
    [() => client().dispatch('ListZone', {}, { timeuot: 1 }), 'unknown field `timeuot`'],
    [() => client().dispatch('ListZone', {}, { timeout: -1 }), '`timeout`: expected a number of milliseconds of at least 0, not -1'],
    [() => client().dispatch('ListZone', {}, 5), 'the options: expected an object, such as `{ signal }`'],
    [() => client().dispatch('ListZone', {}, new AbortController().signal), 'the options: expected an object, such as `{ signal }`'],
    [() => client().dispatch('ListZone', {}, { signal: {} }), '`signal`: expected an `AbortSignal`'],
    [() => client().stream('StreamApplicationRuntimeLog', { applicationId: ids.application }, { signal: 1 }).next(), '`signal`: expected an `AbortSignal`'],
    [() => client().stream('StreamApplicationRuntimeLog', { applicationId: ids.application }, 5).next(), 'the options: expected an object'],
    [() => client().dispatch('ListZone', {}, new Map([['timeout', 1]])), 'the options: expected an object, such as `{ signal }`'],
    [async () => new Client([]), 'the settings of a client: expected an object, such as `{ token }`'],
    [async () => new Client(new Map([['token', 'token']])), 'the settings of a client: expected an object, such as `{ token }`'],
    [async () => new Client('token'), 'the settings of a client: expected an object, such as `{ token }`'],
    [() => client({ url: apiUrl }).dispatch('ListZone'), 'unknown field `url`'],
    [() => new Client({ timout: 1 }).dispatch('ListZone'), '`timeout`, `attemptTimeout`, `maxAttempts`, `bodyLimit`, `exposeSecrets`'],
    [() => client({ oauth }).dispatch('ListZone'), '`token` and `oauth` exclude each other'],
    [() => client({ apiUrl: 'nowhere' }).dispatch('ListZone'), 'URL'],
    [() => new Client({ apiUrl, oauth: { ...oauth, signatureMethod: 'MD5' } }).dispatch('ListZone'), 'expected one of PLAINTEXT'],
    [() => client({ apiUrl: '' }).dispatch('ListZone'), 'the base URL is not an absolute URL'],
    [() => client({ bridgeUrl: ' ' }).dispatch('ListZone'), 'the base URL is not an absolute URL'],
    [() => client({ concurrency: -1 }).dispatch('ListZone'), '`concurrency`: invalid value: integer, expected an integer from 0 to'],
    [() => client({ timeout: '5 s' }).dispatch('ListZone'), '`timeout`: invalid type: string, expected a number'],
    [() => client({ token: 5 }).dispatch('ListZone'), '`token`: invalid type: integer, expected a string'],
    [() => new Client({ apiUrl, oauth: [] }).dispatch('ListZone'), '`oauth`: invalid type: array, expected an object'],
    [() => client().dispatch('ListZone', 'par'), 'invalid type: string, expected an object'],
    [() => client().dispatch('CmdSend', { command: 'PING' }), 'no database is named: set `backendUrl`'],
  ]) {
    const error = await failed(call());
    assert.ok(error.message.includes(told), error.message);
  }
});

test('credentials that are empty or have a space at their ends are an error, and nothing is sent', async () => {
  for (const [settings, told] of [
    [{ token: '' }, 'the API token is empty: set it, or give no credentials'],
    [{ token: ' \n' }, 'the API token is empty'],
    [{ token: `${secrets[0]}\n` }, 'the API token begins or ends with a space or a line break: remove it'],
    [{ oauth: { ...oauth, consumerKey: '' } }, 'the OAuth consumer key is empty'],
    [{ oauth: { ...oauth, consumerSecret: '' } }, 'the OAuth consumer secret is empty'],
    [{ oauth: { ...oauth, token: '' } }, 'the OAuth token is empty'],
    [{ oauth: { ...oauth, secret: ` ${oauth.secret}` } }, 'the secret of the OAuth token begins or ends with a space'],
  ]) {
    const error = await failed(new Client({ apiUrl, ...settings }).dispatch('ListZone'));
    assert.equal(error.kind, 'Credentials');
    assert.ok(error.message.includes(told), error.message);
    const stream = new Client({ apiUrl, ...settings }).stream('StreamApplicationRuntimeLog', { applicationId: ids.application });
    assert.equal((await failed(stream.next())).kind, 'Credentials');
  }
  assert.deepEqual(await requests(), []);
});

test('nothing that a client or a call is told is in words of Rust', async () => {
  const error = await failed(new Client({ apiUrl }).dispatch('GetProfile'));
  assert.equal(error.nextStep, 'this client has no credentials: create it with an API token or with OAuth 1 credentials');
  assert.ok((await failed(client().dispatch('ListZone', {}, { bodyLimit: 10 }))).message.endsWith('raise the body limit of the call, or ask for less'));
});

test('credentials do not go over plain http to other machines, nor to the usual platform', async () => {
  const error = await failed(client({ apiUrl: 'http://platform.example' }).dispatch('ListZone'));
  assert.equal(error.kind, 'Credentials');
  // The bridge and the proxy are where the API is.
  const bridge = await failed(new Client({ apiUrl: 'http://127.0.0.1:1', oauth, maxAttempts: 1 }).dispatch('ListApiToken'));
  assert.ok(bridge.url.startsWith('http://127.0.0.1:1/'), bridge.url);
});

test('a time limit ends a call, and its retries', async () => {
  await fault({ effect: 'latency', ms: 60_000, on: 'list_zones' });
  const error = await failed(client().dispatch('ListZone', {}, { timeout: 200 }));
  assert.equal(error.kind, 'TimedOut');
  assert.ok(error.isRetryable);
});

test('an attempt that fails is repeated, as often as the call allows', async () => {
  await fault({ effect: 'unavailable', on: 'list_zones', times: 1 });
  assert.ok((await client().dispatch('ListZone')).length > 0);
  assert.equal((await requests('list_zones')).length, 2);
  await fault({ effect: 'unavailable', on: 'list_zones', times: 1 });
  const error = await failed(client().dispatch('ListZone', {}, { maxAttempts: 1 }));
  assert.equal(error.status, 503);
  assert.ok(error.isRetryable);
});

test('an answer that cannot be read says why, and one that is too large is not read', async () => {
  await fault({ effect: 'answer', status: 200, body: {}, on: 'get_zone' });
  const error = await failed(client().dispatch('GetZone', { zoneName: 'par' }));
  assert.equal(error.kind, 'Undecodable');
  assert.match(error.reason, /missing field `id`/);
  await reset();
  assert.equal((await failed(client().dispatch('ListZone', {}, { bodyLimit: 10 }))).kind, 'TooLarge');
});

test('a server that is away is an error of the network, with the reason', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  const host = `127.0.0.1:${port}`;
  const error = await failed(client({ apiUrl: `http://${host}`, maxAttempts: 1 }).dispatch('ListZone'));
  assert.equal(error.kind, 'Unreachable');
  assert.ok(error.isRetryable);
  // Not the CORS of a page.
  assert.ok(error.message.startsWith(`ListZone: no answer from ${host}: connect ECONNREFUSED ${host} (`), error.message);
});

test('an aborted call is aborted on the wire, and fails with the reason of the signal', async () => {
  const aborted = AbortSignal.abort();
  assert.equal(await errorOf(client().dispatch('ListZone', {}, { signal: aborted })), aborted.reason);
  assert.equal((await requests()).length, 0);
  await fault({ effect: 'latency', ms: 60_000, on: 'list_zones' });
  const controller = new AbortController();
  const call = client().dispatch('ListZone', {}, { signal: controller.signal });
  while ((await requests()).length === 0) await new Promise((done) => setTimeout(done, 20));
  controller.abort();
  const error = await errorOf(call);
  assert.ok(error instanceof DOMException && error.name === 'AbortError', inspect(error));
  const own = new Error('enough');
  const other = new AbortController();
  const second = client().dispatch('ListZone', {}, { signal: other.signal });
  setTimeout(() => other.abort(own), 10);
  assert.equal(await errorOf(second), own);
  // A signal that outlives its calls does no harm.
  await reset();
  const lasting = new AbortController();
  assert.ok((await client().dispatch('ListZone', {}, { signal: lasting.signal })).length > 0);
  lasting.abort();
});

test('credentials reach no other origin on a redirect', async () => {
  // Another origin, of the same server.
  const other = apiUrl.replace('127.0.0.1', 'localhost');
  assert.notEqual(other, apiUrl);
  await fault({ effect: 'redirect', status: 302, to: `${other}/v4/products/zones/par`, on: 'get_profile' });
  // A zone is no profile: whether it is followed or not, there is no good answer.
  await client({ maxAttempts: 1 }).dispatch('GetProfile').catch(() => {});
  for (const request of await requests('get_zone')) assert.equal(request.headers.authorization, undefined);
  await reset();
  await fault({ effect: 'redirect', status: 307, to: `${other}/v2/self/keys/other`, on: 'create_application' });
  const input = { ownerId: ids.organisation, name: 'shop', instance: { slug: 'node' }, minFlavor: 'XS' };
  await failed(client().dispatch('CreateApplication', input));
  assert.ok((await requests()).every((request) => !request.headers.host.startsWith('localhost')));
});

test('one signal ends many calls, and Node.js sees no leak of listeners', async () => {
  const warnings = [];
  const note = (warning) => warnings.push(warning);
  process.on('warning', note);
  const controller = new AbortController();
  const { signal } = controller;
  const one = client();
  await Promise.all(Array.from({ length: 20 }, () => one.dispatch('ListZone', {}, { signal })));
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  await reset();
  await fault({ effect: 'latency', ms: 60_000, on: 'list_zones' });
  const calls = Array.from({ length: 20 }, () => errorOf(one.dispatch('ListZone', {}, { signal })));
  while ((await requests()).length === 0) await new Promise((done) => setTimeout(done, 20));
  controller.abort();
  assert.ok((await Promise.all(calls)).every((reason) => reason === signal.reason));
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});
