// The client: what `node.js` and `browser.js` export, but for how they load the module.

import { decode, encode } from './json.js';
import { failure } from './error.js';
import { check, onAbort, throwIfAborted } from './options.js';
import { Delivery } from './stream.js';

/** Options that calls have, and that a client has for all of its calls. */
const OF_CALLS = ['timeout', 'attemptTimeout', 'maxAttempts', 'bodyLimit', 'exposeSecrets'];

export class BaseClient {
  #load;
  #settings;
  #defaults;
  #sdk;

  constructor(options, load) {
    if (typeof (options ?? {}) !== 'object') throw failure('the settings of a client: expected an object, such as `{ token }`');
    const settings = { ...options };
    const defaults = {};
    for (const name of OF_CALLS) {
      if (settings[name] !== undefined) defaults[name] = settings[name];
      delete settings[name];
    }
    this.#load = load;
    this.#settings = encode(settings);
    this.#defaults = defaults;
  }

  async dispatch(name, input, options) {
    check(options);
    const { signal, ...rest } = options ?? {};
    throwIfAborted(signal);
    const arguments_ = [String(name), encode(input ?? null), encode({ ...this.#defaults, ...rest })];
    const sdk = await this.#ready();
    throwIfAborted(signal);
    const call = sdk.dispatch(...arguments_);
    const forget = onAbort(signal, () => call.abort());
    try {
      return decode(await call.start()).value;
    } catch (reason) {
      // Without a reason, it was aborted.
      throw reason === undefined ? signal.reason : failure(reason);
    } finally {
      forget();
      call.free();
    }
  }

  stream(name, input, options) {
    const { signal, ...rest } = options ?? {};
    // The input is read now, and its faults are told by the first item.
    const prepared = attempt(() => {
      check(options);
      const [other] = Object.keys(rest);
      if (other !== undefined) throw failure(`unknown option \`${other}\` of a stream: it takes \`signal\``);
      return [String(name), encode(input ?? null)];
    });
    const open = async () => {
      const arguments_ = prepared();
      const sdk = await this.#ready();
      try {
        return sdk.stream(...arguments_);
      } catch (reason) {
        throw failure(reason);
      }
    };
    return new Delivery(open, signal);
  }

  async commands() {
    return JSON.parse((await this.#load()).commands());
  }

  async describe(name) {
    const module = await this.#load();
    try {
      return JSON.parse(module.describe(String(name)));
    } catch (reason) {
      throw failure(reason);
    }
  }

  /** The clients of the module, which the first call creates. */
  async #ready() {
    const module = await this.#load();
    try {
      return (this.#sdk ??= new module.Sdk(this.#settings));
    } catch (reason) {
      throw failure(reason);
    }
  }
}

/** Runs a function now, and gives one that returns its result or throws its failure. */
function attempt(run) {
  try {
    const result = run();
    return () => result;
  } catch (reason) {
    return () => {
      throw reason;
    };
  }
}

/** Loads the module once, and again after a failure. */
export function once(load) {
  let loading;
  return (source) => {
    loading ??= load(source).catch((reason) => {
      loading = undefined;
      throw reason;
    });
    return loading;
  };
}
