// Values as JSON, without a silent loss: integers of any size, and nothing that JSON does not have.

import { failure } from './error.js';

/** Writes an input as JSON. `undefined` is left out, a date is written in RFC 3339, a bigint as an integer. */
export function encode(value) {
  return written(value, '', []) ?? 'null';
}

/** The module reads no JSON that is nested more than 127 levels deep. */
const DEEPEST = 100;

function written(value, path, parents) {
  if (ArrayBuffer.isView(value)) throw noValue(path, value, ': give its bytes as text in base64');
  // It would be `null`, which clears a value.
  if (value instanceof Date && Number.isNaN(value.valueOf())) throw invalid(path, 'the date is invalid');
  const own = typeof value === 'object' && typeof value?.toJSON === 'function' ? value.toJSON() : value;
  switch (typeof own) {
    case 'undefined':
      return undefined;
    case 'bigint':
      if (own !== BigInt.asIntN(64, own) && own !== BigInt.asUintN(64, own)) {
        throw invalid(path, 'an integer has at most 64 bits');
      }
      return own.toString();
    case 'number':
      if (!Number.isFinite(own)) throw invalid(path, `${own} is not a number of JSON`);
      if (Number.isInteger(own) && !Number.isSafeInteger(own)) {
        throw invalid(path, `a number above 2^53 is not exact: give a bigint`);
      }
      return JSON.stringify(own);
    case 'string':
      return text(own, path);
    case 'boolean':
      return JSON.stringify(own);
    case 'object':
      return own === null ? 'null' : composite(own, path, parents);
    default:
      throw noValue(path, own);
  }
}

function text(value, path) {
  if (/\p{Surrogate}/u.test(value)) throw invalid(path, 'the text has half of a surrogate pair, which is no character');
  return JSON.stringify(value);
}

function composite(value, path, parents) {
  if (parents.includes(value)) throw invalid(path, 'an object that contains itself is not a value of JSON');
  if (parents.length >= DEEPEST) throw invalid(`${path.slice(0, 60)}…`, `nested more than ${DEEPEST} levels deep`);
  const inner = [...parents, value];
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, index) => written(item, `${path}[${index}]`, inner) ?? 'null');
    return `[${items.join(',')}]`;
  }
  // What others keep is not in their properties: as objects they would be empty.
  if (kind(value) !== 'Object') throw noValue(path, value);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const place = path === '' ? name : `${path}.${name}`;
    const inside = written(member, place, inner);
    return inside === undefined ? [] : [`${text(name, place)}:${inside}`];
  });
  return `{${members.join(',')}}`;
}

/** `Object` for plain objects and those of a program's own classes, and the name of others, such as `Map` or `Promise`. */
export function kind(value) {
  return typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
}

function noValue(path, value, advice = '') {
  const name = kind(value);
  return invalid(path, `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name} is not a value of JSON${advice}`);
}

function invalid(path, reason) {
  return failure(path === '' ? reason : `\`${path}\`: ${reason}`);
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
