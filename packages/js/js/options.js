// Options of calls and streams, and their signals.

import { failure } from './error.js';
import { kind } from './json.js';

/** Fails if options are something else than an object of options, which would say nothing and be left out. */
export function check(options) {
  if (options === undefined || options === null) return;
  // Such as a signal in the place of its options, or a `Map`.
  if (kind(options) !== 'Object') {
    throw failure('the options: expected an object, such as `{ signal }`');
  }
}

/** Fails with the reason of a signal that was aborted, and for a value that is no signal. */
export function throwIfAborted(signal) {
  if (signal === undefined || signal === null) return;
  if (typeof signal.throwIfAborted !== 'function') throw failure('`signal`: expected an `AbortSignal`');
  signal.throwIfAborted();
}

/** Waits for a promise, and no longer than until the signal is aborted. */
export function untilAbort(signal, promise) {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(forget);
  });
}

/** For each signal, what it ends. */
const ENDED_BY = new WeakMap();

/**
 * Calls `end` when the signal is aborted, until the function that it returns is called. A signal has one listener, however many calls it
 * ends: Node.js warns of a leak from the eleventh on.
 */
export function onAbort(signal, end) {
  if (signal === undefined || signal === null) return () => {};
  let ended = ENDED_BY.get(signal);
  if (ended === undefined) {
    const ends = new Set();
    ended = { ends, listener: () => ends.forEach((end) => end()) };
    ENDED_BY.set(signal, ended);
  }
  const { ends, listener } = ended;
  if (ends.size === 0) signal.addEventListener('abort', listener);
  // Each call has an entry of its own.
  const entry = () => end();
  ends.add(entry);
  return () => {
    if (ends.delete(entry) && ends.size === 0) signal.removeEventListener('abort', listener);
  };
}
