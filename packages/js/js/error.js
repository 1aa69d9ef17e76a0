// The error of the SDK.

export class CleverError extends Error {
  constructor({ text, message, retryable = false, mayBeDone = false, notFound = false, ...fields }) {
    super(text);
    this.name = 'CleverError';
    this.reason = message;
    this.isRetryable = retryable;
    this.isNotFound = notFound;
    this.mayBeDone = mayBeDone;
    Object.assign(this, fields);
  }

  toJSON() {
    return { ...this, name: this.name, message: this.message };
  }
}

/** The error of a failure: JSON that the module wrote, the words of this package, or an error of something else. */
export function failure(reason) {
  if (typeof reason !== 'string') return reason;
  if (reason.startsWith('{')) return new CleverError(JSON.parse(reason));
  return new CleverError({ text: `invalid input: ${reason}`, message: reason, kind: 'InvalidInput', code: 'INVALID_INPUT' });
}
