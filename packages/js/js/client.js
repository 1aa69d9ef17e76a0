// The client: what `node.js` and `browser.js` export, but for how they load the module.

import { failure } from './error.js';
import { decode, encode, kind } from './json.js';
import { check, onAbort, throwIfAborted, untilAbort } from './options.js';
import { Delivery } from './stream.js';

/** Options that calls have, and that a client has for all of its calls. */
const OF_CALLS = ['timeout', 'attemptTimeout', 'maxAttempts', 'bodyLimit', 'exposeSecrets'];

export class BaseClient {
  #module;
  #settings;
  #defaults;
  /** The clients of the module, and the instance that has them. */
  #ready;

  constructor(options, module) {
    if (kind(options ?? {}) !== 'Object') throw failure('the settings of a client: expected an object, such as `{ token }`');
    const settings = { ...options };
    const defaults = {};
    for (const name of OF_CALLS) {
      if (settings[name] !== undefined) defaults[name] = settings[name];
      delete settings[name];
    }
    this.#module = module;
    this.#settings = encode(settings);
    this.#defaults = defaults;
  }

  async dispatch(name, input, options) {
    check(options);
    const { signal, ...rest } = options ?? {};
    throwIfAborted(signal);
    const arguments_ = [String(name), encode(input ?? null), encode({ ...this.#defaults, ...rest })];
    const { instance, sdk } = await untilAbort(signal, this.#connect());
    throwIfAborted(signal);
    const call = instance.run(() => sdk.dispatch(...arguments_));
    const forget = onAbort(signal, () => instance.end(() => call.abort()));
    try {
      return decode(await instance.wait(() => call.start())).value;
    } catch (reason) {
      // Without a reason, it was aborted.
      throw reason === undefined ? signal.reason : failure(reason);
    } finally {
      forget();
      instance.end(() => call.free());
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
      const { instance, sdk } = await untilAbort(signal, this.#connect());
      const items = instance.run(() => sdk.stream(...arguments_));
      const close = () => {
        items.close();
        items.free();
      };
      return { next: () => instance.wait(() => items.next()), close: () => instance.end(close) };
    };
    return new Delivery(open, signal);
  }

  async commands() {
    const instance = await this.#module.load();
    return JSON.parse(instance.run((module) => module.commands()));
  }

  async describe(name) {
    const instance = await this.#module.load();
    return JSON.parse(instance.run((module) => module.describe(String(name))));
  }

  /** The clients of the module, which the first call creates. */
  async #connect() {
    const instance = await this.#module.load();
    if (this.#ready?.instance !== instance) {
      this.#ready = { instance, sdk: instance.run((module) => new module.Sdk(this.#settings)) };
    }
    return this.#ready;
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
