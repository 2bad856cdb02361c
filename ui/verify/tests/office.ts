// An office that publishes one draw of any size: its own log, two witnesses, dice. Keys are for tests
// only. Tree proofs are made by RFC 6962's recursive definitions, not by the library.
import { ed25519 } from "@noble/curves/ed25519.js";
import type { DrawResult, Plan, Seed } from "../bodies.ts";
import { base64Of, bytesOf, hexOf, type Bytes } from "../bytes.ts";
import { writeCanonical } from "../cj.ts";
import { computeResult, type DrawInputs } from "../compute.ts";
import { formatTime, secondsOf } from "../forms.ts";
import { sha256, sha256Hex } from "../hashes.ts";
import { concat } from "../tlv.ts";
import { leafHash, nodeHash } from "../tree.ts";
import type { Files } from "./files.ts";

class Key {
  private readonly secret: Bytes;
  readonly vkey: string;
  private readonly id: Bytes;

  constructor(
    readonly name: string,
    type: number,
  ) {
    this.secret = sha256(bytesOf(`key of ${name}`));
    const typed = concat(Uint8Array.of(type), ed25519.getPublicKey(this.secret));
    this.id = sha256(concat(bytesOf(`${name}\n`), typed)).slice(0, 4);
    this.vkey = `${name}+${hexOf(this.id)}+${base64Of(typed)}`;
  }

  line(message: string, before: Bytes = new Uint8Array()): string {
    const signature = ed25519.sign(bytesOf(message), this.secret);
    return `— ${this.name} ${base64Of(concat(this.id, before, signature))}\n`;
  }

  cosign(text: string, time: number): string {
    const seconds = new Uint8Array(8);
    new DataView(seconds.buffer).setBigUint64(0, BigInt(time));
    return this.line(`cosignature/v1\ntime ${time}\n${text}`, seconds);
  }
}

/** Largest power of two below n. */
const split = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);

export function treeRoot(leaves: readonly Bytes[]): Bytes {
  const [first = new Uint8Array()] = leaves;
  const k = split(leaves.length);
  return leaves.length === 1 ? first : nodeHash(treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

export function inclusionPath(index: number, leaves: readonly Bytes[]): Bytes[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k
    ? [...inclusionPath(index, left), treeRoot(right)]
    : [...inclusionPath(index - k, right), treeRoot(left)];
}

export function consistencyPath(old: number, leaves: readonly Bytes[], isWhole = true): Bytes[] {
  if (old === leaves.length) return isWhole ? [] : [treeRoot(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return old <= k
    ? [...consistencyPath(old, left, isWhole), treeRoot(right)]
    : [...consistencyPath(old - k, right, false), treeRoot(left)];
}

const hashLines = (hashes: readonly Bytes[]): string => hashes.map((hash) => `${base64Of(hash)}\n`).join("");

const logSigner = new Key("office.example/log", 1);
const witnesses = [new Key("w1.example/w", 4), new Key("w2.example/w", 4)];

class Log {
  readonly leaves: Bytes[] = [];
  private readonly waiting: [string, number][] = []; // names of entries not yet under a checkpoint
  private size = 0; // under one

  constructor(
    private readonly files: Files,
    private readonly cosigners: number,
    private readonly onBody: (name: string, body: object) => object,
  ) {}

  /** The three files but the proof; gives the leaf hash. */
  append(name: string, subject: string, time: number, body: object, prev = ""): string {
    const bytes = bytesOf(writeCanonical(this.onBody(name, body)));
    const entry = {
      actor: "system",
      digest: sha256Hex(bytes),
      prev,
      seq: this.leaves.length,
      subject,
      time: formatTime(time),
      type: `draw.${name.replace(/-.*/, "")}`,
      v: 1,
    };
    const leaf = bytesOf(writeCanonical(entry));
    this.files.set(`${name}.json`, bytes);
    this.files.set(`${name}.entry`, leaf);
    this.waiting.push([name, this.leaves.length]);
    this.leaves.push(leafHash(leaf));
    return hexOf(leafHash(leaf));
  }

  /** A checkpoint cosigned at `time`, and to it the proofs of the entries since the last. */
  checkpoint(time: number): void {
    const text = `${logSigner.name}\n${this.leaves.length}\n${base64Of(treeRoot(this.leaves))}\n`;
    const cosigned = witnesses
      .slice(0, this.cosigners)
      .map((witness) => witness.cosign(text, time))
      .join("");
    for (const [name, index] of this.waiting.splice(0)) {
      const path = hashLines(inclusionPath(index, this.leaves));
      const note = `${text}\n${logSigner.line(text)}${cosigned}`;
      const proof = `c2sp.org/tlog-proof@v1\nindex ${index}\n${path}\n${note}`;
      this.files.set(`${name}.tlog-proof`, bytesOf(proof));
    }
    const consistency = hashLines(consistencyPath(this.size, this.leaves));
    if (this.size > 0) this.files.set(`consistency/${this.size}-${this.leaves.length}`, bytesOf(consistency));
    this.size = this.leaves.length;
  }
}

/** What is logged after RESULT on draw/<draw id>, in order. */
export type After = (result: DrawResult) => readonly (readonly [name: string, body: object])[];

/** `n` of each stratum is a hundredth of the units, at least one. */
export interface Script {
  readonly units: number;
  readonly inspectors?: number;
  readonly reserves?: number; // a plan of v 2
  readonly cosigners?: number; // of the two witnesses
  readonly quorum?: string; // line of the policy
  readonly after?: After;
  readonly onResult?: (result: DrawResult) => DrawResult;
  /** Spoils a body before it is logged and signed. */
  readonly onBody?: (name: string, body: object) => object;
}

const strataOf = ({ units, reserves }: Script): Plan["strata"] =>
  ["A", "B", "C"].map((id) => ({
    id,
    n: Math.max(1, Math.floor(units / 300)),
    k: 2,
    ...(reserves !== undefined && { reserves }),
  }));
const planned = secondsOf("2025-03-04T00:40:00Z");
const event = secondsOf("2025-03-04T02:00:00Z");

export const inspectorId = (number: number): string => sha256Hex(bytesOf(`inspector ${number}`));

function listsOf({ units, inspectors = 60 }: Script): Pick<DrawInputs, "frame" | "roster"> {
  const pids = Array.from({ length: units }, (_, i) => sha256Hex(bytesOf(`unit ${i}`))).sort();
  const frame = pids.map((pid, i) => ({
    pid,
    stratum: "ABC".charAt(i % 3),
    weight: BigInt(1 + (i % 20)),
  }));
  const ipids = Array.from({ length: inspectors }, (_, i) => inspectorId(i)).sort();
  return { frame, roster: ipids.map((ipid) => ({ ipid, cap: 50, groups: ["A", "B", "C"] })) };
}

export interface Publication {
  readonly files: Files;
  readonly vkey: string;
  readonly inputs: DrawInputs;
}

export function publish(script: Script): Publication {
  const { units, cosigners = 2, quorum = "both", reserves, onBody = (_, body) => body } = script;
  const files: Files = new Map();
  const log = new Log(files, cosigners, onBody);
  const put = (path: string, text: string): string => {
    files.set(path, bytesOf(text));
    return sha256Hex(bytesOf(text));
  };
  const { frame, roster } = listsOf(script);
  const [w1, w2] = witnesses.map(({ vkey }) => vkey);
  const policy = put(
    "policy",
    `witness w1 ${w1}\nwitness w2 ${w2}\ngroup both all w1 w2\nquorum ${quorum}\n`,
  );
  const rows = frame.map(({ pid, stratum, weight }) => `${pid},${stratum},${weight}\n`).join("");
  const frameHash = put("frame.csv", rows);
  const rosterRows = roster.map(({ ipid, cap, groups }) => `${ipid},${cap},${groups.join("|")}\n`).join("");
  const rosterHash = put("roster.csv", rosterRows);
  const suite = "sha256";
  const frameEntry = log.append("frame", `frame/${"0".repeat(32)}`, planned, {
    v: 1,
    suite,
    pool: "食品生产企业",
    rows: units,
    rows_hash: frameHash,
    excluded: 0,
    excluded_hash: put("excluded.csv", ""),
    registry: { total: units, by_status: [{ status: "normal", count: units }] },
    weight_rule: { id: "WR-2025-1", sha256: "0".repeat(64), ratio_max: 20 },
  });
  const rosterEntry = log.append("roster", `roster/${"0".repeat(32)}`, planned, {
    v: 1,
    suite,
    rows: roster.length,
    rows_hash: rosterHash,
    recusals: 0,
    recusals_hash: put("recusals.csv", ""),
    groups_hash: "",
  });
  const plan: Plan = {
    v: reserves === undefined ? 1 : 2,
    draw: "DR-2025-371500-0001",
    authority: "371500",
    year: 2025,
    number: 1,
    item: "食品生产",
    alg: "dr1/sha256",
    frame_entry: frameEntry,
    frame_hash: frameHash,
    roster_entry: rosterEntry,
    roster_hash: rosterHash,
    strata: strataOf(script),
    profile: "standard",
    ceremony: "CE-2025-371500-0001",
    sources: [
      {
        id: "dice",
        kind: "dice",
        time: formatTime(event),
        place: "302",
        pick: [{ times: 20, k: 1, lo: 0, hi: 9 }],
      },
    ],
    margin_s: 600,
    deadline: formatTime(event + 36_000),
    policy,
  };
  return { files, vkey: logSigner.vkey, inputs: publishEvent(log, files, plan, { frame, roster }, script) };
}

/** PLAN, SEED, RESULT and what comes after. */
function publishEvent(
  log: Log,
  files: Files,
  plan: Plan,
  lists: Pick<DrawInputs, "frame" | "roster">,
  { after = () => [], onResult = (result) => result }: Script,
): DrawInputs {
  const series = "draws/371500/2025#1";
  const planHash = log.append("plan", series, planned, plan);
  log.checkpoint(planned + 30);
  const seed: Seed = {
    v: 1,
    ceremony: plan.ceremony,
    sources_hash: sha256Hex(bytesOf(writeCanonical(plan.sources))),
    plans: [{ draw: plan.draw, plan_hash: planHash }],
    recorders: [`u-${"1".repeat(32)}`, `u-${"2".repeat(32)}`],
    values: [
      {
        id: "dice",
        value: hexOf(bytesOf("31415926535897932384")),
        evidence: [{ kind: "video", sha256: "0".repeat(64), bytes: 1 }],
      },
    ],
  };
  const seedEntry = log.append("seed", `ceremony/${plan.ceremony}`, event + 60, seed);
  const inputs: DrawInputs = { plan, planHash, seedEntry, seed, ...lists, recusals: [], groups: [] };
  const result = computeResult(inputs);
  log.append("result", series, event + 120, onResult(result), planHash);
  let previous = "";
  for (const [name, body] of after(result)) {
    const whole = { v: 1, draw: plan.draw, plan_hash: planHash, ...body };
    previous = log.append(name, `draw/${plan.draw}`, event + 130, whole, previous);
  }
  log.checkpoint(event + 150);
  const leaves = ["plan.entry", "result.entry"].map((path) => files.get(path) ?? new Uint8Array());
  files.set("series.jsonl", concat(...leaves.flatMap((leaf) => [leaf, bytesOf("\n")])));
  return inputs;
}
