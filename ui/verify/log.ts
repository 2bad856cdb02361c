// `log verify` (draw-publication.md section 8): a published log, from nothing but its files and its key.
import { hexOf, sameBytes, textOf, type Bytes } from "./bytes.ts";
import { sha256Hex } from "./hashes.ts";
import { readLeaf, type Leaf } from "./leaf.ts";
import { checkpointPart, logKey, openCheckpoint, type Checkpoint, type VerifierKey } from "./note.ts";
import { readPolicy, type Policy } from "./policy.ts";
import { SeriesRules } from "./series.ts";
import type { Source } from "./source.ts";
import { readBundle, readTile, tilePath, tileWidth } from "./tiles.ts";
import { emptyRoot, leafHash, peaks, perfectRoot, rootOfPeaks } from "./tree.ts";
import { fail, Fault, missing, verdict, type Failure, type Grade } from "./verdict.ts";

export interface LogOptions {
  /** Ed25519: name+id+base64. */
  readonly vkey: string;
  /** An older checkpoint or .tlog-proof of the verifier's own. */
  readonly since?: string;
  /** A tlog-policy of the verifier's own. */
  readonly policy?: string;
  readonly entries?: "auto" | "opaque";
  /** Now and then. */
  readonly progress?: (done: number, size: number) => void;
}

export interface LogReport {
  readonly ok: 1;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  readonly entries: "checked" | "opaque";
  readonly grade: Grade;
  readonly series: readonly { readonly authority: string; readonly year: number; readonly last: number }[];
}

/** Paths are relative to the log's folder: "checkpoint", "policy", "tile/…". */
export function verifyLog(source: Source, options: LogOptions): Promise<LogReport | Failure> {
  return verdict(async () => {
    const key = logKey(options.vkey);
    const note = (await source.read("checkpoint")) ?? missing("checkpoint");
    const checkpoint = openCheckpoint(textOf(note), key, "checkpoint");
    const grade = await gradeOf(source, checkpoint, options.policy);
    const since = openSince(options.since, key);
    const tree = new TreeScan(source, checkpoint.size, since instanceof Fault ? 0 : (since?.size ?? 0));
    const scan = await readTree(tree, source, checkpoint.size, options);
    tree.compareRoots(checkpoint.root);
    compareSince(since, tree, checkpoint.size);
    await scan?.finish(source);
    return {
      ok: 1,
      origin: checkpoint.origin,
      size: checkpoint.size,
      root: hexOf(tree.root),
      entries: scan ? "checked" : "opaque",
      grade,
      series: scan?.series() ?? [],
    };
  });
}

/** A given policy decides; the published one only grades. */
async function gradeOf(source: Source, checkpoint: Checkpoint, given: string | undefined): Promise<Grade> {
  const policy = given === undefined ? await publishedPolicy(source) : readPolicy(given, "");
  const times = policy?.cosignatures(checkpoint.note);
  if (!policy || !times) return "丙";
  if ("invalid" in times)
    return given === undefined ? "丙" : fail("COSIGNATURE_INVALID", "checkpoint", times.invalid);
  if (given !== undefined && policy.quorumTime(times) === undefined)
    fail("WITNESS_QUORUM", "checkpoint", "the witnesses that cosigned are no quorum of the policy");
  return policy.gradeOf(times);
}

async function publishedPolicy(source: Source): Promise<Policy | undefined> {
  const bytes = await source.read("policy");
  try {
    return bytes && readPolicy(bytes, "policy");
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** What is wrong with the older checkpoint is said only after the log itself was looked at. */
function openSince(since: string | undefined, key: VerifierKey): Checkpoint | Fault | undefined {
  try {
    return since === undefined ? undefined : openCheckpoint(checkpointPart(since), key, "");
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function compareSince(since: Checkpoint | Fault | undefined, tree: TreeScan, size: number): void {
  if (since === undefined) return;
  if (since instanceof Fault) fail(since.failure.error, "", `the older checkpoint: ${since.failure.why}`);
  if (since.size > size) fail("LOG_SHRUNK", "checkpoint", `it had ${since.size} entries`);
  if (!tree.rootAtSince || !sameBytes(since.root, tree.rootAtSince))
    fail("LOG_FORKED", "checkpoint", `another root at size ${since.size}`);
}

async function readTree(
  tree: TreeScan,
  source: Source,
  size: number,
  { entries, progress }: LogOptions,
): Promise<LogScan | undefined> {
  let scan: LogScan | undefined;
  for (let first = 0; first < size; first += tileWidth) {
    const bundle = await readBundle(source, first / tileWidth, Math.min(tileWidth, size - first));
    await tree.take(bundle.map(leafHash));
    if (first === 0 && entries !== "opaque" && bundle[0] && isGenesis(bundle[0])) scan = new LogScan();
    bundle.forEach((entry, i) => scan?.take(first + i, entry));
    progress?.(first + bundle.length, size);
  }
  await tree.finish();
  return scan;
}

/** Step 2: the tree computed from the entries, compared with every published tile. */
class TreeScan {
  root: Bytes = emptyRoot;
  rootAtSince: Bytes | undefined; // nothing: the log is shorter
  private readonly levels: Bytes[][] = [[]]; // roots of the full tiles below, from level 1; [0] is unused
  private entryUnlike: number | undefined; // the first one that is not what tile/0 says
  private tileUnlike: string | undefined; // the first tile that is not what is computed

  constructor(
    private readonly source: Source,
    private readonly size: number,
    private readonly sinceSize: number,
  ) {
    if (sinceSize === 0) this.rootAtSince = emptyRoot;
  }

  /** The leaf hashes of the next bundle: 256, fewer only at the log's end. */
  async take(leafHashes: Bytes[]): Promise<void> {
    const above = (this.levels[1] ??= []);
    const before = above.length * tileWidth;
    const done = before + leafHashes.length;
    const rootAt = (count: number): Bytes =>
      rootOfPeaks([...peaks(above), ...peaks(leafHashes.slice(0, count - before))]);
    if (this.sinceSize > before && this.sinceSize <= done) this.rootAtSince = rootAt(this.sinceSize);
    if (done === this.size) this.root = rootAt(done);
    await this.compare(0, before / tileWidth, leafHashes);
    if (leafHashes.length === tileWidth) above.push(perfectRoot(leafHashes));
  }

  /** The tiles of the higher levels. */
  async finish(): Promise<void> {
    for (let level = 1; (this.levels[level]?.length ?? 0) > 0; level += 1) {
      const hashes = this.levels[level] ?? [];
      for (let index = 0; index * tileWidth < hashes.length; index += 1) {
        const tile = hashes.slice(index * tileWidth, (index + 1) * tileWidth);
        await this.compare(level, index, tile);
        if (tile.length === tileWidth) (this.levels[level + 1] ??= []).push(perfectRoot(tile));
      }
    }
  }

  compareRoots(expected: Bytes): void {
    const entry = this.entryUnlike;
    const bundle = Math.floor((entry ?? 0) / tileWidth);
    const isRight = sameBytes(this.root, expected);
    if (entry !== undefined && isRight) fail("TILE_MISMATCH", tilePath(0, bundle), `hash of entry ${entry}`);
    if (entry !== undefined)
      fail("ENTRY_HASH", tilePath("entries", bundle), `entry ${entry} is not the one in the tree`);
    if (this.tileUnlike !== undefined) fail("TILE_MISMATCH", this.tileUnlike, "not what its entries give");
    if (!isRight) fail("ROOT_MISMATCH", "checkpoint", "the entries give another root");
  }

  private async compare(level: number, index: number, computed: readonly Bytes[]): Promise<void> {
    const published = await readTile(this.source, level, index, computed.length, this.size);
    const unlike = published?.findIndex((hash, i) => !sameBytes(hash, computed[i] ?? emptyRoot)) ?? 0;
    if (unlike < 0) return;
    if (published && level === 0) this.entryUnlike ??= index * tileWidth + unlike;
    else this.tileUnlike ??= tilePath(level, index, computed.length);
  }
}

function isGenesis(entry: Bytes): boolean {
  try {
    return readLeaf(entry, "").type === "ledger.genesis";
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/**
 * Step 4: what the entries say, read one after the other. Only this proves that no second PLAN, SEED or
 * RESULT exists anywhere in the log. The first failure is kept until the tree is known to be right.
 */
class LogScan {
  private fault: Fault | undefined;
  private latest = 0; // POSIX seconds
  private policyDigest: string | undefined;
  private readonly heads = new Map<string, string>(); // by chain: its latest leaf hash
  private readonly seriesOf = new Map<string, SeriesRules>(); // by chain
  private readonly ceremonies = new Map<string, { hasReveal: boolean; hasSeed: boolean }>();

  take(index: number, entry: Bytes): void {
    if (this.fault) return;
    const file = tilePath("entries", Math.floor(index / tileWidth));
    try {
      const leaf = readLeaf(entry, file);
      const error = this.check(index, leaf);
      if (error) fail(error, file, leaf.type === "ledger.genesis" && index !== 0 ? "a second genesis" : "");
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { error: name, why } = error.failure;
      this.fault = new Fault({ error: name, file, why: `entry ${index}${why === "" ? "" : `: ${why}`}` });
    }
  }

  async finish(source: Source): Promise<void> {
    if (this.fault) throw this.fault;
    if (this.policyDigest === undefined) return;
    const policy = (await source.read("policy")) ?? missing("policy");
    if (sha256Hex(policy) !== this.policyDigest)
      fail("POLICY_MISMATCH", "policy", "not the policy last logged");
  }

  series(): LogReport["series"] {
    const chains = [...this.seriesOf].sort(([a], [b]) => (a < b ? -1 : 1));
    return chains.map(([chain, rules]) => {
      const [, authority = "", year = ""] = chain.split("/");
      return { authority, year: Number(year), last: rules.planned };
    });
  }

  /** The name of what is wrong. */
  private check(index: number, leaf: Leaf): string | undefined {
    if (leaf.type === "ledger.genesis" && index !== 0) return "SCHEMA";
    if (leaf.seq !== index) return "SEQ_MISMATCH";
    if (leaf.seconds < this.latest) return "TIME_ORDER";
    this.latest = leaf.seconds;
    if ((this.heads.get(leaf.chain) ?? "") !== leaf.prev) return "CHAIN_BROKEN";
    this.heads.set(leaf.chain, leaf.hash);
    if (leaf.type === "ledger.policy") this.policyDigest = leaf.digest;
    return this.checkDraw(leaf);
  }

  private checkDraw(leaf: Leaf): string | undefined {
    if (["draw.plan", "draw.result", "draw.void"].includes(leaf.type)) {
      const rules = this.seriesOf.get(leaf.chain) ?? new SeriesRules();
      this.seriesOf.set(leaf.chain, rules);
      return rules.take(leaf);
    }
    if (leaf.type === "draw.reveal" || leaf.type === "draw.seed") {
      const seen = this.ceremonies.get(leaf.subject) ?? { hasReveal: false, hasSeed: false };
      this.ceremonies.set(leaf.subject, seen);
      if (seen.hasSeed || (leaf.type === "draw.reveal" && seen.hasReveal)) return "SEED_TWICE";
      if (leaf.type === "draw.seed") seen.hasSeed = true;
      else seen.hasReveal = true;
    }
    return undefined;
  }
}
