// The encoding of draw.md section 1: TLV(s) = u32(byte length) ‖ bytes, numbers big endian.
import { concatBytes } from "@noble/hashes/utils.js";
import { bytesOf, type Bytes } from "./bytes.ts";

export function u32(value: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

export function tlv(content: Bytes | string): Bytes {
  const bytes = typeof content === "string" ? bytesOf(content) : content;
  return concatBytes(u32(bytes.length), bytes);
}

export const concat = (...parts: Bytes[]): Bytes => concatBytes(...parts);
