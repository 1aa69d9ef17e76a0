// Compares values with the types that the JavaScript client declares for them.
//
// The client is not compiled against its types, and nothing checks the answers of the platform at run time. Its declared
// output types say what a caller may read without asking: a required property that is `undefined` is a difference.

import ts from 'typescript';

export class Types {
  /** @param {string[]} files - the `.d.ts` files that declare the commands */
  constructor(files) {
    this.program = ts.createProgram(files, { strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] });
    this.checker = this.program.getTypeChecker();
  }

  /** The type of what a command gives: the result of `compose` or `transformCommandOutput`. */
  output(file, className) {
    const instance = this.#instance(file, className);
    for (const method of ['compose', 'transformCommandOutput']) {
      const property = instance.getProperty(method);
      const signature = property && this.checker.getTypeOfSymbol(property).getCallSignatures()[0];
      if (signature == null) continue;
      const result = this.checker.getReturnTypeOfSignature(signature);
      return this.checker.getAwaitedType(result) ?? result;
    }
    return null;
  }

  /** The type of the events of a stream: the parameter of the callback of `onLog`. */
  event(file, className) {
    const create = this.#instance(file, className).getProperty('createStream');
    const stream = this.checker.getReturnTypeOfSignature(this.checker.getTypeOfSymbol(create).getCallSignatures()[0]);
    const onLog = this.checker.getTypeOfSymbol(stream.getProperty('onLog')).getCallSignatures()[0];
    const callback = this.checker.getTypeOfSymbol(onLog.parameters[0]).getCallSignatures()[0];
    return this.checker.getTypeOfSymbol(callback.parameters[0]);
  }

  /** Differences of a value from a type, as texts such as `plan.slug is undefined`. */
  differences(value, type, path = '') {
    const found = [];
    this.#compare(value, type, path, found);
    return found;
  }

  #instance(file, className) {
    const source = this.program.getSourceFile(file);
    const exported = this.checker.getExportsOfModule(this.checker.getSymbolAtLocation(source));
    return this.checker.getDeclaredTypeOfSymbol(exported.find((symbol) => symbol.name === className));
  }

  #compare(value, type, path, found) {
    const at = path === '' ? 'the result' : path;
    const is = (flags) => (type.flags & flags) !== 0;
    const expect = (holds) => {
      if (!holds) found.push(`${at} is ${shown(value)}, not ${this.checker.typeToString(type)}`);
    };
    if (is(ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Void | ts.TypeFlags.TypeParameter)) return;
    if (type.isUnion()) return this.#compareUnion(value, type, path, found);
    if (value === undefined) return expect(is(ts.TypeFlags.Undefined));
    if (value === null) {
      // The types leave out which scalars may be null. What the client goes into may not.
      return expect(!is(ts.TypeFlags.Object));
    }
    if (is(ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLiteral)) return expect(value === type.value);
    if (is(ts.TypeFlags.BooleanLiteral)) return expect(String(value) === type.intrinsicName);
    if (is(ts.TypeFlags.StringLike)) return expect(typeof value === 'string');
    if (is(ts.TypeFlags.NumberLike)) return expect(typeof value === 'number' && !Number.isNaN(value));
    if (is(ts.TypeFlags.BooleanLike)) return expect(typeof value === 'boolean');
    if (is(ts.TypeFlags.Null | ts.TypeFlags.Undefined)) return expect(false);
    if (typeof value !== 'object') return expect(false);
    const name = type.symbol?.name;
    if (name === 'Date' || name === 'Blob') return expect(value.constructor.name === name);
    if (this.checker.isArrayType(type)) {
      if (!Array.isArray(value)) return expect(false);
      const element = this.checker.getTypeArguments(type)[0];
      value.forEach((item, index) => this.#compare(item, element, `${path}[${index}]`, found));
      return;
    }
    const inside = (key) => (path === '' ? key : `${path}.${key}`);
    for (const property of this.checker.getPropertiesOfType(type)) {
      const own = value[property.name];
      if (own == null && (property.flags & ts.SymbolFlags.Optional) !== 0) continue;
      this.#compare(own, this.checker.getTypeOfSymbol(property), inside(property.name), found);
    }
    const index = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
    if (index != null) {
      for (const [key, own] of Object.entries(value)) this.#compare(own, index.type, inside(key), found);
    }
  }

  /** A value of a union differs as little as from the nearest member. */
  #compareUnion(value, type, path, found) {
    if (type.types.every((member) => member.isLiteral() || (member.flags & ts.TypeFlags.BooleanLiteral) !== 0)) {
      if (value === null || type.types.some((member) => this.differences(value, member, path).length === 0)) return;
      found.push(`${path === '' ? 'the result' : path} is ${shown(value)}, not ${this.checker.typeToString(type)}`);
      return;
    }
    const members = value === undefined ? type.types : type.types.filter((member) => (member.flags & ts.TypeFlags.Undefined) === 0);
    const tries = members.map((member) => this.differences(value, member, path));
    found.push(...tries.reduce((least, next) => (next.length < least.length ? next : least)));
  }
}

function shown(value) {
  const text = value === undefined ? 'undefined' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
