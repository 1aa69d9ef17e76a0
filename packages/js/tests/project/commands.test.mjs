// Commands: outputs as the command gives them, whichever credentials sign in.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Client } from 'cc-sdk-wasm';

import { about, apiUrl, client, ids, oauth, requests, reset } from './sandbox.mjs';

beforeEach(reset);

test('a list is an array, an object an object, and nothing is null', async () => {
  const zones = await client().dispatch('ListZone');
  assert.ok(Array.isArray(zones) && zones.length > 1);
  const zone = await client().dispatch('GetZone', { zoneName: 'par' });
  assert.equal(zone.name, 'par');
  const created = await client().dispatch('CreateProfileEmailAddress', { address: 'ada@example.com' });
  assert.equal(created, null);
});

test('an API token and an OAuth pair sign in, by each method', async () => {
  const withToken = await client().dispatch('GetProfile');
  for (const signatureMethod of [undefined, 'PLAINTEXT', 'HMAC-SHA1', 'HMAC-SHA512']) {
    const signed = new Client({ oauth: { ...oauth, signatureMethod }, apiUrl });
    assert.deepEqual(await signed.dispatch('GetProfile'), withToken);
  }
});

test('an application is created, read, listed and deleted', async () => {
  const { dispatch } = bound(client());
  const input = { ownerId: ids.organisation, name: 'shop', instance: { slug: 'node' }, minFlavor: 'XS' };
  const shop = await dispatch('CreateApplication', input);
  assert.equal(shop.name, 'shop');
  const read = await dispatch('GetApplication', { applicationId: shop.id });
  assert.equal(read.id, shop.id);
  const all = await dispatch('ListApplication', { ownerId: ids.organisation });
  assert.ok(all.some((application) => application.id === shop.id));
  await dispatch('DeleteApplication', { applicationId: shop.id });
  const left = await dispatch('ListApplication', { ownerId: ids.organisation });
  assert.ok(!left.some((application) => application.id === shop.id));
});

test('undefined is left out of an input, null is sent, and a date is an instant', async () => {
  const { dispatch } = bound(client());
  const application = { applicationId: ids.application, ownerId: undefined };
  await dispatch('UpdateApplication', { ...application, description: 'from here' });
  assert.equal((await dispatch('GetApplication', application)).description, 'from here');
  await dispatch('UpdateApplication', { ...application, description: undefined, name: 'renamed' });
  assert.equal((await dispatch('GetApplication', application)).description, 'from here');
  const from = new Date(Date.parse(about.now) - 3_600_000);
  await dispatch('GetStatusCodeDistribution', { ...application, from });
  const [sent] = (await requests()).filter((request) => request.path.includes(encodeURIComponent(from.toISOString())));
  assert.ok(sent, JSON.stringify(await requests()));
});

test('secrets are hidden unless the call or the client exposes them', async () => {
  const input = { addonId: ids.addons.postgresql };
  const values = async (from, options) => {
    const { environment } = await from.dispatch('GetEnvironment', input, options);
    return environment.map((variable) => variable.value);
  };
  assert.ok((await values(client())).every((value) => value === '***'));
  const exposed = await values(client(), { exposeSecrets: true });
  assert.ok(exposed.some((value) => value.startsWith('postgresql://')), exposed.join());
  assert.deepEqual(await values(client({ exposeSecrets: true })), exposed);
  assert.ok((await values(client({ exposeSecrets: true }), { exposeSecrets: false })).every((value) => value === '***'));
});

test('commands of the bridge and of Redis go through the same client', async () => {
  const signed = new Client({ oauth, apiUrl, redisUrl: about.redisUrl });
  assert.ok(Array.isArray(await signed.dispatch('ListApiToken')));
  await signed.dispatch('CreateStringKey', { key: 'greeting', value: 'hello' });
  assert.equal((await signed.dispatch('GetStringKey', { key: 'greeting' })).value, 'hello');
});

test('an integer that a number cannot hold is a bigint, in both directions', async () => {
  const redis = client({ redisUrl: about.redisUrl });
  const reply = async (command, ...args) => (await redis.dispatch('CmdSend', { command, args })).result;
  await reply('SET', 'count', '9007199254740991');
  assert.equal(await reply('INCRBY', 'count', '0'), 9007199254740991);
  assert.equal(await reply('INCR', 'count'), 9007199254740992n);
  assert.equal(await reply('INCR', 'count'), 9007199254740993n);
  assert.equal(await reply('DECRBY', 'count', '18014398509481986'), -9007199254740993n);
  // Many programs write bigints as texts.
  BigInt.prototype.toJSON = function toJSON() {
    return this.toString();
  };
  // As an input of a command that takes an integer.
  const batch = await redis.dispatch('ScanKey', { cursor: 0n, count: 10n });
  assert.equal(batch.cursor, 0);
  delete BigInt.prototype.toJSON;
});

test('the types and the module have the same commands', async () => {
  const types = await readFile(fileURLToPath(import.meta.resolve('cc-sdk-wasm/package.json')).replace('package.json', 'types/commands.d.ts'), 'utf8');
  const names = (name) => {
    const [, body] = types.match(new RegExp(`^export interface ${name} \\{\\n(.*?)^\\}`, 'ms'));
    return [...body.matchAll(/^ {2}(\w+): \{ input: /gm)].map((found) => found[1]);
  };
  const commands = await client().commands();
  const of = (kind) => commands.filter((command) => command.kind === kind).map((command) => command.name);
  assert.deepEqual(names('Commands'), of('once'));
  assert.deepEqual(names('Streams'), of('stream'));
  assert.ok(commands.length > 230);
});

test('the package has its licences', async () => {
  for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) {
    const path = fileURLToPath(import.meta.resolve('cc-sdk-wasm/package.json')).replace('package.json', name);
    assert.ok((await readFile(path, 'utf8')).length > 1_000, name);
  }
});

test('a command describes itself', async () => {
  const zone = await client().describe('GetZone');
  assert.equal(zone.effect, 'read-only');
  assert.equal(zone.input.properties.zoneName.type, 'string');
  assert.equal(zone.output.title, 'Zone');
  const { output } = await client().describe('ListZone');
  assert.equal(output.type, 'array');
});

test('calls at the same time are all answered', async () => {
  const one = client();
  const names = ['par', 'rbx', 'par', 'rbx'];
  const zones = await Promise.all(names.map((zoneName) => one.dispatch('GetZone', { zoneName })));
  assert.deepEqual(zones.map((zone) => zone.name), names);
});

function bound(one) {
  return { dispatch: one.dispatch.bind(one) };
}
