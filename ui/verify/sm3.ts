// SM3 (GB/T 32905-2016), 256 bits.
import type { Bytes } from "./bytes.ts";

const initial = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
] as const;

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
const p0 = (x: number): number => x ^ rotate(x, 9) ^ rotate(x, 17);
const p1 = (x: number): number => x ^ rotate(x, 15) ^ rotate(x, 23);

/** The round constants T_j, rotated by j already. */
const constants = Int32Array.from({ length: 64 }, (_, j) => rotate(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32));

/** A one bit, zeros and the length in bits, to whole blocks of 64 bytes. */
function padded(message: Bytes): DataView {
  const blocks = Math.ceil((message.length + 9) / 64);
  const out = new Uint8Array(blocks * 64);
  out.set(message);
  out[message.length] = 0x80;
  const view = new DataView(out.buffer);
  view.setUint32(out.length - 8, Math.floor(message.length / 0x2000_0000));
  view.setUint32(out.length - 4, (message.length % 0x2000_0000) * 8);
  return view;
}

function expand(words: Int32Array, block: DataView, offset: number): void {
  const at = (j: number): number => words[j] ?? 0;
  for (let j = 0; j < 16; j += 1) words[j] = block.getInt32(offset + 4 * j);
  for (let j = 16; j < 68; j += 1)
    words[j] = p1(at(j - 16) ^ at(j - 9) ^ rotate(at(j - 3), 15)) ^ rotate(at(j - 13), 7) ^ at(j - 6);
}

type State = [number, number, number, number, number, number, number, number];

function compress(state: State, words: Int32Array): State {
  let [a, b, c, d, e, f, g, h] = state;
  for (let j = 0; j < 64; j += 1) {
    const word = words[j] ?? 0;
    const a12 = rotate(a, 12);
    const ss1 = rotate((a12 + e + (constants[j] ?? 0)) | 0, 7);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + (ss1 ^ a12) + (word ^ (words[j + 4] ?? 0))) | 0;
    const tt2 = (gg + h + ss1 + word) | 0;
    [a, b, c, d] = [tt1, a, rotate(b, 9), c];
    [e, f, g, h] = [p0(tt2), e, rotate(f, 19), g];
  }
  const [a0, b0, c0, d0, e0, f0, g0, h0] = state;
  return [a0 ^ a, b0 ^ b, c0 ^ c, d0 ^ d, e0 ^ e, f0 ^ f, g0 ^ g, h0 ^ h];
}

export function sm3(message: Bytes): Bytes {
  const blocks = padded(message);
  const words = new Int32Array(68);
  let state: State = [...initial];
  for (let offset = 0; offset < blocks.byteLength; offset += 64) {
    expand(words, blocks, offset);
    state = compress(state, words);
  }
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  state.forEach((word, i) => view.setInt32(4 * i, word));
  return out;
}
