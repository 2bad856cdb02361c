// The hashes in use. Trees, digests and commitments are SHA-256 in every suite; DR-1 itself, pids and the
// hashes of lists are of the plan's suite.
import { sha256 } from "@noble/hashes/sha2.js";
import { compareBytes, compareTexts, hexOf, type Bytes } from "./bytes.ts";
import { sm3 } from "./sm3.ts";

export { sha256 };

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

interface Placed {
  readonly place: number;
  readonly hash: Bytes;
}

/** The first 48 bits as a number, which settle nearly every order. */
const headOf = (hash: Bytes): number => hash.subarray(0, 6).reduce((head, byte) => head * 256 + byte, 0);

/** Places in `ids` by (hash of prefix ‖ TLV(id), id bytes), each with its hash. */
export function hashOrder(suite: Suite, prefix: Bytes, ids: readonly string[]): Placed[] {
  const longest = ids.reduce((most, id) => Math.max(most, 3 * id.length), 0); // UTF-8 of a UTF-16 unit
  const message = new Uint8Array(prefix.length + 4 + longest);
  message.set(prefix);
  const length = new DataView(message.buffer, prefix.length);
  const text = message.subarray(prefix.length + 4);
  const encoder = new TextEncoder();
  const write = hasher(suite);
  const hashes = new Uint8Array(ids.length * 32);
  const order = ids.map((id, place) => {
    const { written } = encoder.encodeInto(id, text);
    length.setUint32(0, written);
    const hash = hashes.subarray(place * 32, place * 32 + 32);
    write(message.subarray(0, prefix.length + 4 + written), hash);
    return { place, hash, head: headOf(hash) };
  });
  const idAt = (place: number): string => ids[place] ?? "";
  return order.sort(
    (a, b) => a.head - b.head || compareBytes(a.hash, b.hash) || compareTexts(idAt(a.place), idAt(b.place)),
  );
}
