// Canonical JSON (draw-publication.md section 1): RFC 8785 restricted to objects, arrays, texts and integers.
import { textOf, type Bytes } from "./bytes.ts";

export type Json = number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

const depthMost = 16;

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && !Array.isArray(value);
}

/** A member of its own, never one of Object.prototype. */
export function member(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function writeText(text: string): string {
  if (/[\ud800-\udfff]/u.test(text)) throw new RangeError("half a surrogate pair has no UTF-8");
  return JSON.stringify(text);
}

/** Throws RangeError for what canonical JSON cannot hold. */
export function writeCanonical(value: unknown, depth = 1): string {
  if (depth > depthMost) throw new RangeError("nested more than 16 deep");
  if (typeof value === "string") return writeText(value);
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => writeCanonical(item, depth + 1)).join(",")}]`;
  if (typeof value !== "object" || value === null) throw new RangeError("not a value of canonical JSON");
  const members = Object.entries(value).filter(([, content]) => content !== undefined);
  for (const [name] of members)
    if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name)) throw new RangeError(`not a member name: ${name}`);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  const written = members.map(([name, content]) => `"${name}":${writeCanonical(content, depth + 1)}`);
  return `{${written.join(",")}}`;
}

/** Parsed, written again and compared: nothing unless the bytes are canonical. */
export function parseCanonical(bytes: Bytes): Json | undefined {
  const text = textOf(bytes);
  if (text === undefined) return undefined;
  try {
    const value: Json = JSON.parse(text);
    return writeCanonical(value) === text ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
