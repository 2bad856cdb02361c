// Bytes and the texts that stand for them. Strict everywhere: one meaning has one spelling.
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

export type Bytes = Uint8Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const bytesOf = (text: string): Bytes => encoder.encode(text);
export const hexOf = (bytes: Bytes): string => bytesToHex(bytes);

/** Nothing when the bytes are not UTF-8; a byte order mark stays in the text. */
export function textOf(bytes: Bytes): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Lower case only. */
export function bytesOfHex(hex: string): Bytes | undefined {
  return /^(?:[0-9a-f]{2})*$/.test(hex) ? hexToBytes(hex) : undefined;
}

export function base64Of(bytes: Bytes): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function bytesOfBase64(text: string): Bytes | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return base64Of(bytes) === text ? bytes : undefined; // left-over bits of the last group are zero
}

/** 0 or digits without a leading zero, up to 2^53-1. */
export function parseDecimal(text: string): number | undefined {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

export function sameBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function compareBytes(a: Bytes, b: Bytes): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The order of the texts' UTF-8 bytes, which is that of code points and not that of `<`. */
export const compareTexts = (a: string, b: string): number => compareBytes(bytesOf(a), bytesOf(b));

/** The lines of a text in which every line, the last too, ends in a line feed; else nothing. */
export function linesOf(text: string): string[] | undefined {
  if (text === "") return [];
  return text.endsWith("\n") ? text.slice(0, -1).split("\n") : undefined;
}
