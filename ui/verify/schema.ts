// Readers of canonical JSON of a given form. What they give back is the JSON again, typed. The first thing
// that does not fit is thrown as a SchemaFlaw; `at` is a JSON pointer.
import { isObject, member, type Json, type JsonObject } from "./cj.ts";
import { isHash, parseTime } from "./forms.ts";

export class SchemaFlaw extends Error {
  constructor(at: string, why: string) {
    super(`${at}: ${why}`);
  }
}

export type Reader<T> = (value: Json, at: string) => T;
type Shape = Readonly<Record<string, Reader<unknown>>>;
type Members<S extends Shape> = { readonly [K in keyof S]: ReturnType<S[K]> };

/** Members nobody asked for are refused: a new member needs a new v. */
export function object<S extends Shape, O extends Shape = Record<never, never>>(
  required: S,
  optional: O = {} as O,
): Reader<Members<S> & Partial<Members<O>>> {
  const forms = Object.entries<Reader<unknown>>({ ...required, ...optional });
  const needed = new Set(Object.keys(required));
  return (value, at) => {
    const given = objectAt(value, at);
    const out: Record<string, unknown> = {};
    for (const [name, form] of forms) {
      const content = member(given, name);
      if (content !== undefined) out[name] = form(content, `${at}/${name}`);
      else if (needed.has(name)) throw new SchemaFlaw(`${at}/${name}`, "missing");
    }
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(out, name));
    if (unknown !== undefined) throw new SchemaFlaw(`${at}/${unknown}`, "unknown member");
    return out as Members<S> & Partial<Members<O>>; // each member was read by its own form
  };
}

export function objectAt(value: Json, at: string): JsonObject {
  if (!isObject(value)) throw new SchemaFlaw(at, "not an object");
  return value;
}

/** Further than the form of each member by itself. */
export function where<T>(
  form: Reader<T>,
  holds: (value: T) => boolean,
  name: string,
  why: string,
): Reader<T> {
  return (value, at) => {
    const read = form(value, at);
    if (!holds(read)) throw new SchemaFlaw(`${at}/${name}`, why);
    return read;
  };
}

export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new SchemaFlaw(at, "not an array");
    return value.map((content: Json, i) => item(content, `${at}/${i}`));
  };
}

export function count(least = 0, most = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, at) => {
    if (typeof value !== "number" || value < least || value > most)
      throw new SchemaFlaw(at, "not an integer of the range allowed");
    return value;
  };
}

export const anyText: Reader<string> = (value, at) => {
  if (typeof value !== "string") throw new SchemaFlaw(at, "not a text");
  return value;
};

export function text(fits: (text: string) => boolean, why = "not of the form required"): Reader<string> {
  return (value, at) => {
    const given = anyText(value, at);
    if (!fits(given)) throw new SchemaFlaw(at, why);
    return given;
  };
}

export const hash = text(isHash);
export const hashOrEmpty = text((given) => given === "" || isHash(given));
export const hexBytes = text((given) => /^(?:[0-9a-f]{2})*$/.test(given), "not lower-case hexadecimal bytes");
export const time = text(
  (given) => parseTime(given) !== undefined,
  "not a time of the form YYYY-MM-DDTHH:MM:SSZ",
);

export function oneOf<const T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value, at) => {
    const given = anyText(value, at);
    const found = allowed.find((one) => one === given);
    if (found === undefined) throw new SchemaFlaw(at, "not one of the values allowed");
    return found;
  };
}
