// Steps 1 and 2 of draw-publication.md section 7: the key, the policy, and every log entry of a draw with
// its proof.
import {
  readAssign,
  readBody,
  readErase,
  readFrame,
  readOpen,
  readPlan,
  readRecusal,
  readResult,
  readReveal,
  readRoster,
  readSeed,
  readVoid,
  type Assign,
  type DrawResult,
  type Erase,
  type Frame,
  type Open,
  type Plan,
  type Recusal,
  type Reveal,
  type Roster,
  type Seed,
  type Void,
} from "./bodies.ts";
import { bytesOfHex, linesOf, parseDecimal, sameBytes, textOf, type Bytes } from "./bytes.ts";
import { sha256Hex } from "./hashes.ts";
import { readLeaf, type Leaf } from "./leaf.ts";
import {
  logKey,
  openCheckpoint,
  parseHashLines,
  parseProofFile,
  type Checkpoint,
  type VerifierKey,
} from "./note.ts";
import { readPolicy, type Policy } from "./policy.ts";
import type { Reader } from "./schema.ts";
import type { Source } from "./source.ts";
import { verifyConsistency, verifyInclusion } from "./tree.ts";
import { fail, missing, worseGrade, type Grade } from "./verdict.ts";

/** A cosignature may be this much older than the entry it covers claims to be: clocks differ. */
const clockSlack = 300;

export interface DrawOptions {
  /** The log's, Ed25519: name+id+base64. */
  readonly vkey: string;
  /** A tlog-policy of the verifier's own; without it the folder's is taken. */
  readonly policy?: string;
  /** "Now" in POSIX seconds; it decides OVERDUE only. */
  readonly at: number;
  /** 甲 where none is given. */
  readonly require?: Grade;
}

/** A log entry, read and proved. `body` is undefined only where its type says so: withheld or erased. */
export interface Entry<Body> {
  readonly name: string; // "plan", "recusal-1"
  readonly leaf: Leaf;
  readonly body: Body;
  readonly bodyBytes: Bytes | undefined;
  readonly checkpoint: Checkpoint;
  readonly witnessed: number; // T(E), POSIX seconds
}

export interface Entries {
  readonly frame: Entry<Frame>;
  readonly roster: Entry<Roster>;
  readonly plan: Entry<Plan>;
  readonly reveal: Entry<Reveal> | undefined;
  readonly seed: Entry<Seed> | undefined;
  readonly result: Entry<DrawResult | undefined> | undefined;
  readonly voided: Entry<Void> | undefined;
  readonly assign: Entry<Assign | undefined> | undefined;
  readonly recusals: readonly Entry<Recusal | undefined>[];
  readonly open: Entry<Open | undefined> | undefined;
  readonly erase: Entry<Erase> | undefined;
}

/** A draw under verification. */
export interface Draw extends Entries {
  readonly files: Source;
  readonly options: DrawOptions;
  readonly key: VerifierKey;
  readonly policy: Policy;
  readonly isSealed: boolean; // lists and result withheld until the checks are over
  readonly grade: Grade;
  readonly warnings: Set<string>;
  readonly roots: ReadonlyMap<number, Bytes>; // of the log, by size
}

export const has = async (files: Source, path: string): Promise<boolean> =>
  (await files.read(path)) !== undefined;

export async function needed(files: Source, path: string): Promise<Bytes> {
  return (await files.read(path)) ?? missing(path);
}

/** Keeps what was read: most files are asked for more than once. */
export function remembering(source: Source): Source {
  const kept = new Map<string, Promise<Bytes | undefined>>();
  return {
    read(path) {
      const content = kept.get(path) ?? source.read(path);
      if (!path.startsWith("evidence/")) kept.set(path, content);
      return content;
    },
    list: () => source.list(),
    folders: () => source.folders(),
    folder: (name) => source.folder(name),
  };
}

/** An entry's proof: PROOF_FORMAT, CHECKPOINT_FORMAT, CHECKPOINT_SIGNATURE, INCLUSION. */
export function openProof(proofBytes: Bytes, key: VerifierKey, leaf: Leaf, file: string): Checkpoint {
  const proof = parseProofFile(proofBytes) ?? fail("PROOF_FORMAT", file, "not a C2SP tlog-proof");
  const checkpoint = openCheckpoint(proof.checkpoint, key, file);
  if (proof.index !== leaf.seq) return fail("INCLUSION", file, `it is about index ${proof.index}`);
  const hash = bytesOfHex(leaf.hash) ?? new Uint8Array();
  if (!verifyInclusion(proof.index, checkpoint.size, hash, checkpoint.root, proof.path))
    return fail("INCLUSION", file, "the path does not lead to the root");
  return checkpoint;
}

class EntryReader {
  readonly warnings = new Set<string>();
  readonly all: Entry<unknown>[] = [];
  grade: Grade = "甲";

  constructor(
    private readonly files: Source,
    private readonly key: VerifierKey,
    private readonly policy: Policy,
    private readonly require: Grade,
  ) {}

  /** An entry that must be there whole. */
  async whole<Body>(name: string, read: Reader<Body>): Promise<Entry<Body>> {
    const { body, ...rest } = await this.entry(name, read, false);
    return { ...rest, body: body ?? missing(`${name}.json`) };
  }

  async wholeIfHere<Body>(name: string, read: Reader<Body>): Promise<Entry<Body> | undefined> {
    return (await this.isHere(name)) ? this.whole(name, read) : undefined;
  }

  async ifHere<Body>(
    name: string,
    read: Reader<Body>,
    mayLackBody: boolean,
  ): Promise<Entry<Body | undefined> | undefined> {
    return (await this.isHere(name)) ? this.entry(name, read, mayLackBody) : undefined;
  }

  async isHere(name: string): Promise<boolean> {
    if ((await has(this.files, `${name}.entry`)) || (await has(this.files, `${name}.tlog-proof`)))
      return true;
    // A draw voided before RESULT has result.json alone.
    return name !== "result" && has(this.files, `${name}.json`);
  }

  async entry<Body>(
    name: string,
    read: Reader<Body>,
    mayLackBody: boolean,
  ): Promise<Entry<Body | undefined>> {
    const leaf = readLeaf(await needed(this.files, `${name}.entry`), `${name}.entry`);
    const type = `draw.${name.replace(/-.*/, "")}`;
    if (leaf.type !== type) return fail("SCHEMA", `${name}.entry`, `its type is not ${type}`);

    const file = `${name}.json`;
    const bodyBytes = await this.files.read(file);
    if (!bodyBytes && !mayLackBody) return missing(file);
    if (bodyBytes && sha256Hex(bodyBytes) !== leaf.digest)
      return fail("DIGEST_MISMATCH", file, `its SHA-256 is not the digest in ${name}.entry`);
    const body = bodyBytes && readBody(read, bodyBytes, file);

    const proofFile = `${name}.tlog-proof`;
    const checkpoint = openProof(await needed(this.files, proofFile), this.key, leaf, proofFile);
    const witnessed = this.witnessed(leaf, checkpoint, proofFile);
    const entry = { name, leaf, body, bodyBytes, checkpoint, witnessed };
    this.all.push(entry);
    return entry;
  }

  /** T(E). COSIGNATURE_INVALID, WITNESS_QUORUM, TIME_ORDER. */
  private witnessed(leaf: Leaf, checkpoint: Checkpoint, file: string): number {
    const times = this.policy.cosignatures(checkpoint.note);
    if ("invalid" in times) return fail("COSIGNATURE_INVALID", file, times.invalid);
    const given = times.filter((time) => time !== undefined);
    const earliest = given.length > 0 ? Math.min(...given) : undefined;
    const quorumTime = this.policy.quorumTime(times);
    const grade = this.policy.gradeOf(times);
    this.grade = worseGrade(this.grade, grade);
    if (quorumTime === undefined && this.require === "甲")
      return fail("WITNESS_QUORUM", file, "the witnesses that cosigned are no quorum of the policy");
    if (this.require === "乙" && grade === "丙") return fail("WITNESS_QUORUM", file, "no witness cosigned");
    if (quorumTime === undefined) this.warnings.add("WITNESS_QUORUM");

    if (earliest !== undefined && earliest < leaf.seconds - clockSlack)
      return fail("TIME_ORDER", file, "cosigned before the entry's own time");
    if (quorumTime !== undefined && this.policy.fewestWitnesses() >= 1) return quorumTime;
    return earliest ?? leaf.seconds;
  }
}

async function readRecusals(
  reader: EntryReader,
  files: Source,
  isSealed: boolean,
): Promise<Entries["recusals"]> {
  const numbers = (await files.list()).map((path) =>
    parseDecimal(/^recusal-([0-9]{1,6})(?:\.|$)/.exec(path)?.[1] ?? ""),
  );
  const last = Math.max(0, ...numbers.filter((number) => number !== undefined)); // a gap is a missing file
  const recusals: Entry<Recusal | undefined>[] = [];
  for (let i = 1; i <= last || (await reader.isHere(`recusal-${i}`)); i += 1)
    recusals.push(await reader.entry(`recusal-${i}`, readRecusal, isSealed));
  return recusals;
}

async function readEntries(reader: EntryReader, files: Source, isSealed: boolean): Promise<Entries> {
  return {
    frame: await reader.whole("frame", readFrame),
    roster: await reader.whole("roster", readRoster),
    plan: await reader.whole("plan", readPlan),
    reveal: await reader.wholeIfHere("reveal", readReveal),
    seed: await reader.wholeIfHere("seed", readSeed),
    result: await reader.ifHere("result", readResult, isSealed),
    voided: await reader.wholeIfHere("void", readVoid),
    assign: await reader.ifHere("assign", readAssign, isSealed),
    recusals: await readRecusals(reader, files, isSealed),
    open: await reader.ifHere("open", readOpen, await reader.isHere("erase")),
    erase: await reader.wholeIfHere("erase", readErase),
  };
}

/** One root per size, and every later tree begins with the earlier ones: LOG_FORKED, CONSISTENCY. */
async function checkOneHistory(
  entries: readonly Entry<unknown>[],
  files: Source,
): Promise<Map<number, Bytes>> {
  const roots = new Map<number, Bytes>();
  for (const { name, checkpoint } of entries) {
    const known = roots.get(checkpoint.size);
    if (known && !sameBytes(known, checkpoint.root))
      fail("LOG_FORKED", `${name}.tlog-proof`, "another root for the same size of the log");
    roots.set(checkpoint.size, checkpoint.root);
  }
  const history = [...roots].sort(([a], [b]) => a - b);
  for (const [i, [size, root]] of history.entries()) {
    const earlier = history[i - 1];
    if (!earlier) continue;
    const file = `consistency/${earlier[0]}-${size}`;
    const lines = linesOf(textOf(await needed(files, file)) ?? "?");
    const path = lines && parseHashLines(lines);
    if (!path) return fail("CONSISTENCY", file, "not lines of base64 hashes");
    if (!verifyConsistency(earlier[0], size, earlier[1], root, path))
      return fail("CONSISTENCY", file, "the later log does not begin with the earlier one");
  }
  return roots;
}

export async function readDraw(source: Source, options: DrawOptions): Promise<Draw> {
  const files = remembering(source);
  const key = logKey(options.vkey);
  const policy =
    options.policy === undefined
      ? readPolicy(await needed(files, "policy"), "policy")
      : readPolicy(options.policy, "");
  const isSealed =
    !(await has(files, "frame.csv")) &&
    !(await has(files, "result.json")) &&
    !(await has(files, "open.json"));
  const reader = new EntryReader(files, key, policy, options.require ?? "甲");
  const entries = await readEntries(reader, files, isSealed);
  const roots = await checkOneHistory(reader.all, files);
  const { grade, warnings } = reader;
  return { ...entries, files, options, key, policy, isSealed, grade, warnings, roots };
}
