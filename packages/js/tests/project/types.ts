// What the types promise. The compiler fails where a line does not compile, and where one after `@ts-expect-error` does.

import { CleverError, Client, load } from 'cc-sdk-wasm';
import type { Application, ApplicationLog, CommandInfo, Commands, Delivered, Json, LogDrain, Streams } from 'cc-sdk-wasm';

/** `true` if two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(): T => true as T;

const client = new Client({ token: 'token', timeout: 1_000 });
new Client();
new Client({ oauth: { consumerKey: 'k', consumerSecret: 's', token: 't', secret: 's', signatureMethod: 'HMAC-SHA512' } });
// @ts-expect-error: it is named `apiUrl`.
new Client({ url: 'https://api.example' });
// @ts-expect-error: there is no such method.
new Client({ oauth: { consumerKey: 'k', consumerSecret: 's', token: 't', secret: 's', signatureMethod: 'MD5' } });

export async function commands() {
  const application = await client.dispatch('GetApplication', { applicationId: 'app_1' });
  yes<Same<typeof application, Application>>();
  application.name.toUpperCase();
  // @ts-expect-error: it may be absent.
  application.description.length;
  // @ts-expect-error: a time is a text.
  application.creationDate?.getTime();

  const all = await client.dispatch('ListApplication', { ownerId: 'orga_1' }, { signal: AbortSignal.timeout(1_000) });
  yes<Same<typeof all, Application[]>>();

  // Inputs that are all optional may be left out.
  const zones = await client.dispatch('ListZone');
  await client.dispatch('ListZone', null, { timeout: 1 });
  await client.dispatch('ListZone', undefined, { exposeSecrets: true });
  zones[0]?.name.length;
  // @ts-expect-error: an id is missing.
  await client.dispatch('GetApplication');
  // @ts-expect-error: an id is missing.
  await client.dispatch('GetApplication', {});
  // @ts-expect-error: there is no such input.
  await client.dispatch('GetApplication', { applicationId: 'app_1', aplicationId: 'app_1' });
  // @ts-expect-error: it is a text.
  await client.dispatch('GetApplication', { applicationId: 1 });
  // @ts-expect-error: there is no such command.
  await client.dispatch('GetAplication', { applicationId: 'app_1' });
  // @ts-expect-error: it is a stream.
  await client.dispatch('StreamApplicationRuntimeLog', { applicationId: 'app_1' });
  // @ts-expect-error: it is no option.
  await client.dispatch('ListZone', {}, { timeuot: 1 });

  const nothing = await client.dispatch('DeletePersonalSshKey', { name: 'laptop' });
  yes<Same<typeof nothing, null>>();
}

export async function values() {
  // Dates of inputs are those of JavaScript too, and large integers are bigints.
  await client.dispatch('GetStatusCodeDistribution', { ownerId: 'orga_1', from: new Date(), to: '2026-01-31', applicationId: null });
  await client.dispatch('ScanKey', { cursor: 1n, count: 10 });
  // Known values are suggested, and a value that is not known says so.
  await client.dispatch('ListLogDrain', { applicationId: 'app_1', status: ['ENABLED', { other: 'SLEEPING' }] });
  // @ts-expect-error: neither known nor marked as unknown.
  await client.dispatch('ListLogDrain', { applicationId: 'app_1', status: ['ENABELD'] });
  // One of two variants.
  await client.dispatch('UpdateProfileAvatar', { type: 'externalSource', source: 'github' });
  // @ts-expect-error: inputs of the other variant.
  await client.dispatch('UpdateProfileAvatar', { type: 'externalSource', mimeType: 'image/png', data: '' });
  // @ts-expect-error: an input of the variant is missing.
  await client.dispatch('UpdateProfileAvatar', { type: 'dataSource', mimeType: 'image/png' });
}

export function unions(drain: LogDrain) {
  const { target } = drain;
  if (target?.type === 'SYSLOG_TCP') {
    target.url.length;
    target.structuredDataParameters?.length;
    // @ts-expect-error: another variant has it.
    target.indexPrefix;
  } else if (target?.type === 'ELASTICSEARCH') {
    target.indexPrefix?.length;
  }
  // A tag is a text, also one that this version does not know.
  const tag: string | undefined = target?.type;
  // @ts-expect-error: no variant has this tag.
  if (target?.type === 'PIGEON') return tag;
  const state = drain.status;
  if (state === 'ENABLED') return state;
  // Outputs are open: a later version of the platform may have more.
  const text: string = state;
  return text;
}

export async function streams() {
  for await (const delivered of client.stream('StreamApplicationRuntimeLog', { applicationId: 'app_1' })) {
    yes<Same<typeof delivered, Delivered<ApplicationLog>>>();
    if (delivered.notice) {
      delivered.notice.kind;
      // @ts-expect-error: a notice has no item.
      delivered.item.message;
    } else {
      delivered.item.message.length;
    }
  }
  for await (const { item, notice } of client.stream('StreamApplicationRuntimeLog', { applicationId: 'app_1' }, { signal: AbortSignal.timeout(1) })) {
    if (notice === undefined) item.message.length;
    else notice.message;
  }
  // @ts-expect-error: it is no stream.
  client.stream('GetZone', { zoneName: 'par' });
  // @ts-expect-error: streams have no time limit.
  client.stream('StreamApplicationRuntimeLog', { applicationId: 'app_1' }, { timeout: 1 });
  await client.stream('StreamApplicationRuntimeLog', { applicationId: 'app_1' }).return(undefined);
}

export function failures(error: unknown) {
  if (error instanceof CleverError && error.kind === 'Refused' && error.status === 404) {
    return error.nextStep?.length;
  }
  return undefined;
}

export async function catalogue(): Promise<CommandInfo[]> {
  await load();
  const { input } = await client.describe('GetZone');
  input['properties'];
  return client.commands();
}

// Nothing is `any`.
type IsAny<T> = 0 extends 1 & T ? true : false;
type OfAny = { [Name in keyof Commands]: IsAny<Commands[Name]['input']> extends true ? Name : IsAny<Commands[Name]['output']> extends true ? Name : never }[keyof Commands];
yes<Same<OfAny, never>>();
yes<Same<IsAny<Streams['StreamApplicationRuntimeLog']['item']>, false>>();
yes<Same<IsAny<Json>, false>>();
