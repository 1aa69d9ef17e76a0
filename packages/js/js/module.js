// The module of WebAssembly: one instance at a time, and a new one after a failure of its own.

import { create } from '../dist/sdk.js';
import { CleverError, failure } from './error.js';

/** What every failure of the module ends with. */
const REPORT = 'this is a fault of the SDK: report it with this message';

/** An instance, and the calls that wait for it. */
class Instance {
  #exports;
  #stop;
  /** How the calls that wait for it fail. */
  #waiting = new Set();
  /** Why it is over: its memory may be in any state. */
  #fault;

  constructor(exports, stop) {
    this.#exports = exports;
    this.#stop = stop;
    exports.on_panic((message) => this.#fail(message));
  }

  get isOver() {
    return this.#fault !== undefined;
  }

  /** Runs a function with what the module exports, and gives its result. */
  run(work) {
    if (this.isOver) throw this.#failure(false);
    try {
      return work(this.#exports);
    } catch (reason) {
      // All that the module throws by itself is texts.
      if (typeof reason === 'string') throw failure(reason);
      this.#fail(this.#exports.panic_message() ?? `${reason.name}: ${reason.message}`);
      throw this.#failure(true);
    }
  }

  /** Waits for a promise that a function of the module gives. */
  wait(work) {
    return new Promise((resolve, reject) => {
      const fail = () => reject(this.#failure(true));
      const done = (settle) => (value) => {
        this.#waiting.delete(fail);
        settle(value);
      };
      this.#waiting.add(fail);
      try {
        this.run(work).then(done(resolve), done(reject));
      } catch (reason) {
        done(reject)(reason);
      }
    });
  }

  /** Runs a function that ends something, which has ended already where the instance is over. A failure is told to what waits. */
  end(work) {
    if (this.isOver) return;
    try {
      this.run(work);
    } catch {
      // The instance is over now.
    }
  }

  #fail(message) {
    if (this.isOver) return;
    // What JavaScript throws may have a stack of calls below its first line.
    this.#fault = message.split('\n', 1)[0].slice(0, 400);
    // It may be running below.
    queueMicrotask(this.#stop);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const fail of waiting) fail();
  }

  #failure(mayBeDone) {
    return unexpected(`${mayBeDone ? 'may have been done: ' : ''}the SDK failed: ${this.#fault}`, REPORT, { mayBeDone });
  }
}

function unexpected(message, nextStep, fields) {
  return new CleverError({ text: `${message}; ${nextStep}`, message, nextStep, kind: 'Unexpected', code: 'UNEXPECTED_ERROR', ...fields });
}

/** Loads the module: `read` gives its URL, its answer, its bytes or the compiled module. */
export class Module {
  #read;
  #loading;

  constructor(read) {
    this.#read = read;
  }

  /** The instance, which the first call makes, again after a failure. `source` is where the module is, if it is not beside the package. */
  async load(source) {
    this.#loading ??= this.#make(this.#read(source));
    for (;;) {
      const loading = this.#loading;
      const { instance, compiled } = await loading;
      if (!instance.isOver) return instance;
      // Of calls at the same time, the first one makes the next.
      if (this.#loading === loading) this.#make(compiled);
    }
  }

  #make(source) {
    const loading = instantiate(source);
    this.#loading = loading;
    loading.catch(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    return loading;
  }
}

/** What an instance begins, and what ends all of it: requests and timers would keep a process alive. */
function begun() {
  const [controllers, timers] = [new Set(), new Set()];
  class AbortController extends globalThis.AbortController {
    constructor() {
      super();
      controllers.add(this);
    }

    // The instance aborts each at its end, when there is nothing more to abort.
    abort() {
      controllers.delete(this);
      super.abort();
    }
  }
  const setTimeout = (run, time) => {
    const timer = globalThis.setTimeout(() => {
      timers.delete(timer);
      run();
    }, time);
    timers.add(timer);
    return timer;
  };
  const clearTimeout = (timer) => {
    timers.delete(timer);
    globalThis.clearTimeout(timer);
  };
  const end = () => {
    timers.forEach(clearTimeout);
    controllers.forEach((controller) => controller.abort());
  };
  return { globals: { AbortController, setTimeout, clearTimeout }, end };
}

async function instantiate(source) {
  const { globals, end } = begun();
  const { init, compiled, stop, ...exports } = create(globals);
  try {
    await init({ module_or_path: await source });
  } catch (reason) {
    throw unexpected(`could not load the module of WebAssembly: ${reason?.message ?? reason}`, 'give the URL of `cc-sdk-wasm/module.wasm` to `load`');
  }
  const stopAll = () => {
    stop();
    end();
  };
  return { instance: new Instance(exports, stopAll), compiled: compiled() };
}
