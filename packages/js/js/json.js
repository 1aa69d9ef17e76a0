// Values as JSON, without a silent loss: integers of any size, and nothing that JSON does not have.

import { failure } from './error.js';

/** Writes an input as JSON. `undefined` is left out, a date is written in RFC 3339, a bigint as an integer. */
export function encode(value) {
  return written(value, '', []) ?? 'null';
}

function written(value, path, parents) {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'bigint':
      return value.toString();
    case 'number':
      if (!Number.isFinite(value)) throw invalid(path, `${value} is not a number of JSON`);
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw invalid(path, `a number above 2^53 is not exact: give a bigint`);
      }
      return JSON.stringify(value);
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'object':
      if (value === null) return 'null';
      // As JSON it would be null.
      if (value instanceof Date && Number.isNaN(value.getTime())) throw invalid(path, 'the date is invalid');
      if (typeof value.toJSON === 'function') return written(value.toJSON(), path, parents);
      return composite(value, path, parents);
    default:
      throw invalid(path, `a ${typeof value} is not a value of JSON`);
  }
}

function composite(value, path, parents) {
  if (parents.includes(value)) throw invalid(path, 'an object that contains itself is not a value of JSON');
  const inner = [...parents, value];
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, index) => written(item, `${path}[${index}]`, inner) ?? 'null');
    return `[${items.join(',')}]`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw invalid(path, `a ${prototype.constructor.name} is not a value of JSON`);
  }
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = written(member, path === '' ? name : `${path}.${name}`, inner);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(',')}}`;
}

function invalid(path, reason) {
  return failure(path === '' ? `the input: ${reason}` : `\`${path}\`: ${reason}`);
}

/** Reads an answer of the module: its integers that a number cannot hold are bigints. */
export function decode(text) {
  const answer = JSON.parse(text);
  for (const [path, digits] of answer.large ?? []) {
    const last = path.pop();
    if (last === undefined) answer.value = BigInt(digits);
    else path.reduce((at, name) => at[name], answer.value)[last] = BigInt(digits);
  }
  return answer;
}
