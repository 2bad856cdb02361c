// `record verify` (draw-publication.md section 3): an opened record version against its log entry.
import { readBody } from "./bodies.ts";
import { bytesOf, type Bytes } from "./bytes.ts";
import { writeCanonical, type Json } from "./cj.ts";
import { bytesOfHash } from "./compute.ts";
import { openProof } from "./entries.ts";
import { sha256Hex } from "./hashes.ts";
import { readLeaf } from "./leaf.ts";
import { logKey } from "./note.ts";
import { count, hash, list, object, text, where, type Reader } from "./schema.ts";
import { concat, tlv, u32 } from "./tlv.ts";
import { fail, verdict, type Failure } from "./verdict.ts";

export interface RecordReport {
  readonly ok: 1;
  readonly seq: number;
  readonly subject: string;
  readonly type: string;
  readonly time: string;
  /** Names of the fields whose values are shown and right. */
  readonly open: readonly string[];
  /** How many fields stay closed: a commitment that is not opened proves no name. */
  readonly closed: number;
  /** Entries of the log that the entry was shown to stand in, where that was asked. */
  readonly log_size?: number;
}

const anyValue: Reader<Json> = (value) => value;
const names = text((given) => /^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(given));
const readOpening = object({
  fields: where(
    list(
      where(
        object({ commitment: hash, name: names }, { salt: hash, value: anyValue }),
        ({ salt, value }) => (salt === undefined) === (value === undefined),
        "salt",
        "a field is open with value and salt, or closed",
      ),
    ),
    (fields) => fields.every(({ name }, i) => i === 0 || (fields[i - 1]?.name ?? "") < name),
    "",
    "names do not ascend",
  ),
  seq: count(),
  v: count(1, 1),
});

/** c of a field: what the version keeps of it. */
export function fieldCommitment(name: string, value: Json, salt: Bytes): string {
  return sha256Hex(concat(tlv(name), tlv(writeCanonical(value)), tlv(salt)));
}

/** Names ascending. */
export function recordDigest(commitments: readonly string[]): string {
  return sha256Hex(
    concat(bytesOf("ledger/record\n"), u32(commitments.length), ...commitments.map(bytesOfHash)),
  );
}

/** With the entry's .tlog-proof also that it stands in the log. */
export function verifyRecord(
  opening: Bytes,
  entry: Bytes,
  inLog?: { readonly proof: Bytes; readonly vkey: string },
): Promise<RecordReport | Failure> {
  return verdict(async () => {
    const { fields, seq } = readBody(readOpening, opening, "opening");
    const leaf = readLeaf(entry, "entry");
    if (seq !== leaf.seq) fail("SEQ_MISMATCH", "opening", String(leaf.seq));
    for (const { name, value, salt, commitment } of fields)
      if (value !== undefined && salt !== undefined)
        if (fieldCommitment(name, value, bytesOfHash(salt)) !== commitment)
          fail("COMMITMENT_MISMATCH", "opening", name);
    if (recordDigest(fields.map(({ commitment }) => commitment)) !== leaf.digest)
      fail("DIGEST_MISMATCH", "opening", "");
    const open = fields.filter(({ value }) => value !== undefined).map(({ name }) => name);
    const { subject, type, time } = leaf;
    const report = { ok: 1, seq, subject, type, time, open, closed: fields.length - open.length } as const;
    if (!inLog) return report;
    const checkpoint = openProof(inLog.proof, logKey(inLog.vkey), leaf, "proof");
    return { ...report, log_size: checkpoint.size };
  });
}
