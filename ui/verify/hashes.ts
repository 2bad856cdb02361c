// The hashes in use. Trees, digests and commitments are SHA-256 in every suite; DR-1 itself, pids and the
// hashes of lists are of the plan's suite.
import { sha256 } from "@noble/hashes/sha2.js";
import { compareBytes, compareTexts, hexOf, type Bytes } from "./bytes.ts";
import { sm3 } from "./sm3.ts";

export { sha256 };

const encoder = new TextEncoder();

export const suites = ["sha256", "sm3"] as const;
export type Suite = (typeof suites)[number];

export function hashOf(suite: Suite, message: Bytes): Bytes {
  return suite === "sha256" ? sha256(message) : sm3(message);
}

export const sha256Hex = (message: Bytes): string => hexOf(sha256(message));

/** Writes hashes without new working memory for each: that costs more than short messages do to hash. */
function hasher(suite: Suite): (message: Bytes, out: Bytes) => void {
  if (suite === "sm3") return (message, out) => out.set(sm3(message));
  const fresh = sha256.create();
  const working = sha256.create();
  return (message, out) => fresh._cloneInto(working).update(message).digestInto(out);
}

export interface Hashed<Item> {
  readonly item: Item;
  readonly id: string;
  readonly hash: Bytes;
}

/** The first 48 bits as a number, which settle nearly every order. */
function headOf(hash: Bytes): number {
  let head = 0;
  for (let i = 0; i < 6; i += 1) head = head * 256 + (hash[i] ?? 0);
  return head;
}

/** The items by (hash of prefix ‖ TLV(id), id bytes). */
export function hashOrder<Item>(
  suite: Suite,
  prefix: Bytes,
  items: readonly Item[],
  idOf: (item: Item) => string,
): Hashed<Item>[] {
  const longest = items.reduce((most, item) => Math.max(most, 3 * idOf(item).length), 0); // in UTF-8
  const start = prefix.length + 4;
  const buffer = new Uint8Array(start + longest);
  buffer.set(prefix);
  const length = new DataView(buffer.buffer, prefix.length);
  const text = buffer.subarray(start);
  const hashes = new Uint8Array(items.length * 32);
  const write = hasher(suite);
  let message = buffer;
  const order = items.map((item, i) => {
    const id = idOf(item);
    const { written } = encoder.encodeInto(id, text);
    length.setUint32(0, written);
    if (message.length !== start + written) message = buffer.subarray(0, start + written);
    const hash = hashes.subarray(i * 32, i * 32 + 32);
    write(message, hash);
    return { item, id, hash, head: headOf(hash) };
  });
  return order.sort((a, b) => a.head - b.head || compareBytes(a.hash, b.hash) || compareTexts(a.id, b.id));
}
