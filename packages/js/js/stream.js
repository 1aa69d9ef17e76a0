// The items of a stream, one for each that is asked for.

import { CleverError, failure } from './error.js';
import { decode } from './json.js';
import { onAbort, throwIfAborted } from './options.js';

export class Delivery {
  #open;
  #signal;
  /** The stream in the module, from the first item to the end. */
  #items;
  #isOver = false;
  /** Why the next call fails: the reason of an abort, told once. */
  #reason;
  /** Calls of `next` wait for those before them. */
  #turn = Promise.resolve();
  /** Leaves the signal. */
  #forget;

  constructor(open, signal) {
    this.#open = open;
    this.#signal = signal;
  }

  next() {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async return(value) {
    this.#close();
    return { done: true, value };
  }

  async throw(reason) {
    this.#close();
    throw reason;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async #next() {
    if (this.#isOver) return this.#end();
    try {
      if (this.#items === undefined) {
        throwIfAborted(this.#signal);
        this.#forget = onAbort(this.#signal, () => {
          this.#reason = { reason: this.#signal.reason };
          this.#close();
        });
        const items = await this.#open();
        if (this.#isOver) {
          items.close();
          return this.#end();
        }
        this.#items = items;
      }
      const text = await this.#items.next().catch((reason) => {
        throw failure(reason);
      });
      if (this.#isOver) return this.#end();
      if (text === undefined) {
        this.#close();
        return this.#end();
      }
      const { value: item, notice } = decode(text);
      return { done: false, value: notice === undefined ? { item } : { notice: new CleverError(notice) } };
    } catch (reason) {
      this.#close();
      throw reason;
    }
  }

  #end() {
    const told = this.#reason;
    this.#reason = undefined;
    if (told !== undefined) throw told.reason;
    return { done: true, value: undefined };
  }

  /** Closes the connection at once, also while an item is waited for. */
  #close() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#forget?.();
    this.#items?.close();
  }
}

if (Symbol.asyncDispose !== undefined) {
  Object.defineProperty(Delivery.prototype, Symbol.asyncDispose, {
    value: async function dispose() {
      await this.return();
    },
  });
}
