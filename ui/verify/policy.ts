// C2SP tlog-policy: which witnesses together make a quorum.
import { bytesOf, parseDecimal, textOf, type Bytes } from "./bytes.ts";
import { cosignatureTime, parseVerifierKey, type Note, type VerifierKey } from "./note.ts";
import { fail, type Grade } from "./verdict.ts";

const bytesMost = 65_536;
const nodesMost = 1_024;

/** A witness, or a group of which `threshold` members must hold. */
type Node = { readonly witness: number } | { readonly members: readonly Node[]; readonly threshold: number };

/** By witness: when it cosigned; nothing when it did not. */
export type WitnessTimes = readonly (number | undefined)[];

export class Policy {
  constructor(
    readonly logs: readonly VerifierKey[],
    readonly witnesses: readonly VerifierKey[],
    private readonly quorum: Node | undefined,
  ) {}

  /** Without log lines a policy is for any log. */
  knowsLog(key: VerifierKey): boolean {
    return this.logs.length === 0 || this.logs.some((log) => log.text === key.text);
  }

  fewestWitnesses(): number {
    return this.quorum ? fewest(this.quorum) : 0;
  }

  /** When each witness cosigned a note; a line that bears a witness's name and key id must verify. */
  cosignatures(note: Note): WitnessTimes | { invalid: string } {
    const times: (number | undefined)[] = [];
    for (const witness of this.witnesses) {
      const time = cosignatureTime(note, witness);
      if (time === "invalid") return { invalid: witness.name };
      times.push(time);
    }
    return times;
  }

  /** Least t such that the witnesses with times up to t are a quorum; -Infinity when none is asked for. */
  quorumTime(times: WitnessTimes): number | undefined {
    const quorum = this.quorum;
    if (!quorum) return Number.NEGATIVE_INFINITY;
    const candidates = times.filter((time) => time !== undefined).sort((a, b) => a - b);
    return candidates.find((candidate) =>
      holds(quorum, (witness) => (times[witness] ?? Infinity) <= candidate),
    );
  }

  gradeOf(times: WitnessTimes): Grade {
    if (this.quorumTime(times) !== undefined && this.fewestWitnesses() >= 2) return "甲";
    return times.some((time) => time !== undefined) ? "乙" : "丙";
  }
}

function holds(node: Node, hasCosigned: (witness: number) => boolean): boolean {
  if ("witness" in node) return hasCosigned(node.witness);
  return node.members.filter((member) => holds(member, hasCosigned)).length >= node.threshold;
}

// Groups form a tree (each name is a member once), so members are satisfied independently.
function fewest(node: Node): number {
  if ("witness" in node) return 1;
  const needs = node.members.map(fewest).sort((a, b) => a - b);
  return needs.slice(0, node.threshold).reduce((sum, need) => sum + need, 0);
}

class PolicyReader {
  private readonly logs: VerifierKey[] = [];
  private readonly witnesses: VerifierKey[] = [];
  private readonly nodes = new Map<string, Node>();
  private readonly grouped = new Set<Node>();
  private quorum: Node | "none" | undefined;

  /** False: not a line of a policy. */
  take(words: readonly string[]): boolean {
    if (this.nodes.size === nodesMost) return false;
    const [keyword, ...rest] = words;
    if (keyword === "log") return this.takeLog(rest);
    if (keyword === "witness") return this.takeWitness(rest);
    if (keyword === "group") return this.takeGroup(rest);
    return keyword === "quorum" && this.takeQuorum(rest);
  }

  finish(): Policy | undefined {
    if (this.quorum === undefined) return undefined;
    return new Policy(this.logs, this.witnesses, this.quorum === "none" ? undefined : this.quorum);
  }

  private takeLog(words: readonly string[]): boolean {
    const key = words.length === 1 || words.length === 2 ? parseVerifierKey(words[0] ?? "") : undefined;
    if (!key || key.type === "cosignature" || hasKey(this.logs, key)) return false;
    this.logs.push(key);
    return true;
  }

  private takeWitness(words: readonly string[]): boolean {
    const [name = "", vkey = ""] = words;
    const key = words.length === 2 || words.length === 3 ? parseVerifierKey(vkey) : undefined;
    if (key?.type !== "cosignature" || hasKey(this.witnesses, key)) return false;
    this.witnesses.push(key);
    return this.define(name, { witness: this.witnesses.length - 1 });
  }

  private takeGroup(words: readonly string[]): boolean {
    const [name = "", count = "", ...names] = words;
    const members: Node[] = [];
    for (const memberName of names) {
      const node = this.nodes.get(memberName);
      // In one group at most, so that a witness counts in one way only.
      if (!node || this.grouped.has(node)) return false;
      this.grouped.add(node);
      members.push(node);
    }
    const threshold = count === "any" ? 1 : count === "all" ? members.length : (parseDecimal(count) ?? 0);
    if (threshold < 1 || threshold > members.length) return false;
    return this.define(name, { members, threshold });
  }

  private takeQuorum(words: readonly string[]): boolean {
    const [name = ""] = words;
    if (words.length !== 1 || this.quorum !== undefined) return false;
    this.quorum = name === "none" ? "none" : this.nodes.get(name);
    return this.quorum !== undefined;
  }

  private define(name: string, node: Node): boolean {
    if (name === "none" || this.nodes.has(name)) return false;
    this.nodes.set(name, node);
    return true;
  }
}

const hasKey = (keys: readonly VerifierKey[], key: VerifierKey): boolean =>
  keys.some(({ publicKey }) => publicKey.join() === key.publicKey.join());

function parsePolicy(text: string): Policy | undefined {
  if (bytesOf(text).length > bytesMost || /[\u0000-\u0008\u000b-\u001f\u007f]/.test(text)) return undefined;
  // A last line without its newline may have been cut: "quorum w12" to "quorum w1".
  if (text !== "" && !text.endsWith("\n")) return undefined;
  const reader = new PolicyReader();
  for (const line of text.split("\n")) {
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    if (words.length === 0 || words[0]?.startsWith("#")) continue;
    if (!reader.take(words)) return undefined;
  }
  return reader.finish();
}

/** `file` is "" for a policy that was given from outside. */
export function readPolicy(content: Bytes | string, file: string): Policy {
  const text = typeof content === "string" ? content : textOf(content);
  const policy = text === undefined ? undefined : parsePolicy(text);
  return policy ?? fail("POLICY_FORMAT", file, "not a C2SP tlog-policy");
}
