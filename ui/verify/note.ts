// C2SP signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof, as far as a verifier needs them.
import { ed25519 } from "@noble/curves/ed25519.js";
import {
  bytesOf,
  bytesOfBase64,
  hexOf,
  linesOf,
  parseDecimal,
  sameBytes,
  textOf,
  type Bytes,
} from "./bytes.ts";
import { sha256 } from "./hashes.ts";
import { concat } from "./tlv.ts";
import { fail } from "./verdict.ts";

const noteBytesMost = 1_000_000;
const signaturesMost = 100;
const pathMost = 64; // a tree of 2^64 leaves

export type KeyType = "ed25519" | "cosignature" | "sm2";

const keyForms: readonly { type: KeyType; prefix: Bytes; length: number }[] = [
  { type: "ed25519", prefix: Uint8Array.of(0x01), length: 32 },
  { type: "cosignature", prefix: Uint8Array.of(0x04), length: 32 },
  { type: "sm2", prefix: concat(Uint8Array.of(0xff), bytesOf("gm/sm2-sm3/v1")), length: 65 },
];

export interface VerifierKey {
  readonly name: string;
  readonly type: KeyType;
  readonly id: string; // 8 hex digits
  readonly publicKey: Bytes;
  readonly text: string; // as given: name+id+base64
}

interface SignatureLine {
  readonly name: string;
  readonly id: string;
  readonly signature: Bytes;
}

export interface Note {
  readonly text: string;
  readonly signatures: readonly SignatureLine[];
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  readonly note: Note;
}

const isKeyName = (name: string): boolean =>
  name !== "" && !/[\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/.test(name);

export function parseVerifierKey(text: string): VerifierKey | undefined {
  const [name = "", id = "", ...rest] = text.split("+");
  const typed = bytesOfBase64(rest.join("+"));
  if (!isKeyName(name) || !typed) return undefined;
  for (const { type, prefix, length } of keyForms) {
    if (typed.length !== prefix.length + length) continue;
    if (!sameBytes(typed.subarray(0, prefix.length), prefix)) continue;
    const expected = hexOf(sha256(concat(bytesOf(`${name}\n`), typed)).subarray(0, 4));
    if (expected !== id) return undefined;
    return { name, type, id, publicKey: typed.subarray(prefix.length), text };
  }
  return undefined;
}

/** The key of a log; a failure names no file, for it was given from outside. */
export function logKey(text: string): VerifierKey {
  const key = parseVerifierKey(text);
  if (key?.type === "ed25519") return key;
  return fail("KEY_FORMAT", "", "not a verifier key of an Ed25519 log: name+id+base64");
}

function parseSignatureLine(line: string): SignatureLine | undefined {
  const [dash, name = "", base64 = "", ...more] = line.split(" ");
  const bytes = bytesOfBase64(base64);
  if (dash !== "—" || !isKeyName(name) || more.length > 0 || !bytes || bytes.length < 5) return undefined;
  return { name, id: hexOf(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

function parseNote(text: string): Note | undefined {
  if (bytesOf(text).length > noteBytesMost || /[\u0000-\u0009\u000b-\u001f]/.test(text)) return undefined;
  const blank = text.lastIndexOf("\n\n");
  const lines = blank < 0 ? undefined : linesOf(text.slice(blank + 2));
  if (!lines || lines.length === 0 || lines.length > signaturesMost) return undefined;
  const signatures: SignatureLine[] = [];
  for (const line of lines) {
    const signature = parseSignatureLine(line);
    if (!signature) return undefined;
    signatures.push(signature);
  }
  return { text: text.slice(0, blank + 1), signatures };
}

function parseHash(base64: string): Bytes | undefined {
  const bytes = bytesOfBase64(base64);
  return bytes?.length === 32 ? bytes : undefined;
}

function parseCheckpoint(text: string): Checkpoint | undefined {
  const note = parseNote(text);
  const [origin = "", sizeText = "", rootText = "", ...more] = (note && linesOf(note.text)) ?? [];
  const size = parseDecimal(sizeText);
  const root = parseHash(rootText);
  if (!note || origin === "" || size === undefined || !root || more.length > 0) return undefined;
  return { origin, size, root, note };
}

/** Strict RFC 8032: small keys and encodings that are not canonical are refused. */
function verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): boolean {
  return signature.length === 64 && ed25519.verify(signature, message, key, { zip215: false });
}

const linesBy = (note: Note, key: VerifierKey): SignatureLine[] =>
  note.signatures.filter((line) => line.name === key.name && line.id === key.id);

/** A checkpoint that the log has signed: CHECKPOINT_FORMAT, CHECKPOINT_SIGNATURE. */
export function openCheckpoint(text: string | undefined, key: VerifierKey, file: string): Checkpoint {
  const checkpoint = text === undefined ? undefined : parseCheckpoint(text);
  if (!checkpoint) return fail("CHECKPOINT_FORMAT", file, "");
  const lines = linesBy(checkpoint.note, key);
  const message = bytesOf(checkpoint.note.text);
  const isSigned =
    lines.length > 0 && lines.every((line) => verifyEd25519(key.publicKey, message, line.signature));
  if (checkpoint.origin !== key.name || !isSigned)
    return fail("CHECKPOINT_SIGNATURE", file, checkpoint.origin);
  return checkpoint;
}

/** The earliest time a witness cosigned at, nothing when it did not; "invalid": a line of its is wrong. */
export function cosignatureTime(note: Note, witness: VerifierKey): number | "invalid" | undefined {
  let earliest: number | undefined;
  for (const { signature } of linesBy(note, witness)) {
    if (signature.length !== 72) return "invalid";
    const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
    const message = bytesOf(`cosignature/v1\ntime ${time}\n${note.text}`);
    if (time > Number.MAX_SAFE_INTEGER || !verifyEd25519(witness.publicKey, message, signature.subarray(8)))
      return "invalid";
    earliest = Math.min(earliest ?? Number.POSITIVE_INFINITY, Number(time));
  }
  return earliest;
}

const proofStart = "c2sp.org/tlog-proof@v1\n";

export interface ProofFile {
  readonly index: number;
  readonly path: readonly Bytes[];
  readonly checkpoint: string | undefined; // not yet looked at; nothing: not UTF-8
}

export function parseProofFile(bytes: Bytes): ProofFile | undefined {
  const blank = bytes.findIndex((byte, i) => byte === 0x0a && bytes[i + 1] === 0x0a);
  const head = textOf(bytes.subarray(0, Math.max(0, blank)));
  if (!head?.startsWith(proofStart)) return undefined;
  const lines = head.slice(proofStart.length).split("\n");
  if (lines[0]?.startsWith("extra ") && !bytesOfBase64(lines.shift()?.slice(6) ?? "?")) return undefined;
  const indexLine = lines.shift() ?? "";
  const index = indexLine.startsWith("index ") ? parseDecimal(indexLine.slice(6)) : undefined;
  const path = lines.length > pathMost ? undefined : parseHashLines(lines);
  return index === undefined || !path
    ? undefined
    : { index, path, checkpoint: textOf(bytes.subarray(blank + 2)) };
}

/** The note at the end of a proof file, or the text itself when it is not one. */
export function checkpointPart(text: string): string {
  const blank = text.indexOf("\n\n");
  return text.startsWith(proofStart.trimEnd()) && blank >= 0 ? text.slice(blank + 2) : text;
}

export function parseHashLines(lines: readonly string[]): Bytes[] | undefined {
  const hashes = lines.map(parseHash);
  return lines.length <= 2 * pathMost && hashes.every((hash) => hash !== undefined) ? hashes : undefined;
}
