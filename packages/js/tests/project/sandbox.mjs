// The sandbox of a test file: a server of the platform, at `SANDBOX_URL`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { Client } from 'cc-sdk-wasm';

export const apiUrl = process.env.SANDBOX_URL;

async function ask(method, path, body) {
  const answer = await fetch(`${apiUrl}/_sandbox${path}`, { method, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.headers.get('content-type')?.includes('json') ? answer.json() : answer.text();
}

export const about = await ask('GET', '');
export const { ids, credentials } = about;
export const oauth = {
  consumerKey: credentials.consumerKey,
  consumerSecret: credentials.consumerSecret,
  token: credentials.token,
  secret: credentials.tokenSecret,
};

/** Every secret that the tests send: no error may hold one. */
export const secrets = [credentials.apiToken, credentials.consumerSecret, credentials.tokenSecret, 'sandbox-kv-password'];

/** A client that is signed in with the token of the sandbox. */
export const client = (options) => new Client({ token: credentials.apiToken, apiUrl, ...options });

/** Adds a fault. */
export const fault = (body) => ask('POST', '/faults', body);

/** Removes what the tests before left. */
export async function reset() {
  await ask('DELETE', '/faults');
  await ask('DELETE', '/journal');
}

/** The requests of an operation since then, with their headers. */
export async function requests(operation) {
  const all = await ask('GET', '/exchanges');
  return operation === undefined ? all : all.filter((request) => request.operation === operation);
}

/** The time of the sandbox, which is faster than that of the machine. */
export const now = async () => new Date((await ask('GET', '')).now);

/** Waits until a number of streams is open. */
export async function openStreams(wanted) {
  while ((await ask('GET', '')).openStreams !== wanted) await delay(20);
}

/** The error of a promise. */
export async function errorOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it succeeded');
}

/** What a program prints, once it has ended by itself. */
export async function printed(context, program) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  context.signal.addEventListener('abort', () => child.kill());
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  return text;
}
