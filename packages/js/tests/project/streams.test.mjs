// Streams: complete, in order, and closed as soon as nobody reads them.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { CleverError } from 'cc-sdk-wasm';

import { client, errorOf, fault, ids, now, openStreams, requests, reset } from './sandbox.mjs';

const LOG = 'StreamApplicationRuntimeLog';
const application = { applicationId: ids.application };

beforeEach(reset);

/** The log of the next 100 seconds, which the sandbox writes in five. */
async function live() {
  const since = await now();
  return { ...application, since, until: new Date(since.getTime() + 100_000) };
}

/** Reads a stream to its end: the ids of its items, and its notices. */
async function read(stream) {
  const [lines, notices] = [[], []];
  for await (const { item, notice } of stream) {
    if (notice) notices.push(notice);
    else lines.push(item.id);
  }
  return { lines, notices };
}

test('a log gives its lines, up to its limit', async () => {
  const input = { ...application, since: new Date((await now()).getTime() - 300_000), limit: 5n };
  const { lines, notices } = await read(client().stream(LOG, input));
  assert.equal(new Set(lines).size, 5);
  assert.deepEqual(notices, []);
  await openStreams(0);
});

test('a stream that is cut goes on without loss and without repetition', async () => {
  const input = await live();
  for (const kind of [
    { kind: 'reset-between-events', after: 3 },
    { kind: 'reset-mid-event', after: 2 },
    { kind: 'duplicate-on-resume', events: 2 },
  ]) {
    await fault({ effect: 'stream', fault: kind, times: 1 });
  }
  const followed = await read(client().stream(LOG, input));
  assert.ok((await requests('stream_application_logs')).length >= 3);
  assert.deepEqual(followed, await read(client().stream(LOG, input)));
  assert.ok(followed.lines.length > 5);
});

test('a gap is a notice in its place, and the stream goes on', async () => {
  await fault({ effect: 'stream', fault: { kind: 'reset-between-events', after: 3 }, times: 1 });
  await fault({ effect: 'stream', fault: { kind: 'lost-on-resume', events: 2 }, times: 1 });
  const { lines, notices } = await read(client().stream(LOG, await live()));
  assert.deepEqual(notices.map((notice) => notice.kind), ['StreamGap']);
  assert.ok(notices[0] instanceof CleverError);
  assert.ok(lines.length > 5);
});

test('a refusal ends the loop with an error', async () => {
  await fault({ effect: 'answer', status: 403, body: { id: 4001, message: 'no', type: 'error' }, on: 'stream_application_logs' });
  const stream = client().stream(LOG, application);
  const error = await errorOf(stream.next());
  assert.ok(error instanceof CleverError);
  assert.equal(error.status, 403);
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test('a stream has the input of the moment in which it was made', async () => {
  const input = { ...application, since: new Date((await now()).getTime() - 300_000), limit: 2 };
  const stream = client().stream(LOG, input);
  input.limit = 0;
  assert.equal((await read(stream)).lines.length, 2);
});

test('a stream that nobody reads sends nothing', async () => {
  const stream = client().stream(LOG, application);
  await stream.return();
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  assert.deepEqual(await requests(), []);
});

test('leaving the loop closes the connection', async () => {
  for await (const { item } of client().stream(LOG, application)) {
    assert.equal(typeof item.message, 'string');
    await openStreams(1);
    break;
  }
  await openStreams(0);
  await assert.rejects(async () => {
    for await (const _ of client().stream(LOG, application)) throw new Error('of the loop');
  }, /of the loop/);
  await openStreams(0);
});

test('return closes the connection while an item is waited for', async () => {
  const stream = client().stream(LOG, application);
  await stream.next();
  // More than there are: the last of them waits.
  const waiting = Array.from({ length: 100 }, () => stream.next());
  await openStreams(1);
  assert.deepEqual(await stream.return('left'), { done: true, value: 'left' });
  const results = await Promise.all(waiting);
  assert.deepEqual(results.at(-1), { done: true, value: undefined });
  await openStreams(0);
});

test('calls of next at the same time give the items in order', async () => {
  const input = { ...application, since: new Date((await now()).getTime() - 300_000), limit: 4 };
  const stream = client().stream(LOG, input);
  const results = await Promise.all(Array.from({ length: 6 }, () => stream.next()));
  assert.deepEqual(results.map((result) => result.done), [false, false, false, false, true, true]);
  const dates = results.slice(0, 4).map((result) => result.value.item.date);
  assert.deepEqual(dates, [...dates].sort());
});

test('a signal that is aborted closes the stream, before and during', async () => {
  const before = client().stream(LOG, application, { signal: AbortSignal.abort() });
  assert.equal((await errorOf(before.next())).name, 'AbortError');
  assert.deepEqual(await requests(), []);

  const text = client().stream(LOG, application, { signal: AbortSignal.abort('enough') });
  assert.equal(await errorOf(text.next()), 'enough');

  const controller = new AbortController();
  const { signal } = controller;
  const error = await errorOf(
    (async () => {
      for await (const _ of client().stream(LOG, application, { signal })) controller.abort();
    })(),
  );
  assert.equal(error, signal.reason);
  await openStreams(0);

  const waiting = new AbortController();
  const stream = client().stream(LOG, application, { signal: waiting.signal });
  await stream.next();
  const rest = Array.from({ length: 100 }, () => stream.next().catch((reason) => reason));
  setTimeout(() => waiting.abort(new Error('enough')), 50);
  assert.ok((await Promise.all(rest)).some((reason) => reason.message === 'enough'));
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
  await openStreams(0);
});
