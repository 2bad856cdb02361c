// A log entry's bytes (draw-publication.md section 3).
import { parseCanonical } from "./cj.ts";
import { hexOf, parseDecimal, textOf, type Bytes } from "./bytes.ts";
import { parseTime } from "./forms.ts";
import { leafHash } from "./tree.ts";
import { fail } from "./verdict.ts";

const bytesMost = 60_000;

export interface Leaf {
  readonly bytes: Bytes;
  readonly hash: string; // leaf hash, hex
  readonly digest: string;
  readonly prev: string; // "" for a chain's first entry
  readonly seq: number;
  readonly subject: string;
  readonly chain: string; // the subject without its number
  readonly number: number; // 0 without one
  readonly time: string;
  readonly seconds: number;
  readonly type: string;
}

const sid = "[0-9a-f]{32}";
const office = "[0-9A-Z]{4,18}";
const year = "2[01][0-9]{2}";
const drawId = `DR-${year}-${office}-(?:(?!0000)[0-9]{4}|[1-9][0-9]{4,8})`;
const series = new RegExp(`^draws/${office}/${year}#[1-9][0-9]{0,8}$`);
const ceremony = new RegExp(`^ceremony/CE-${year}-${office}-[0-9]{4,7}$`);
const draw = new RegExp(`^draw/${drawId}$`);

const subjects = new Map<string, RegExp>([
  ["draw.frame", new RegExp(`^frame/${sid}$`)],
  ["draw.roster", new RegExp(`^roster/${sid}$`)],
  ["draw.plan", series],
  ["draw.result", series],
  ["draw.void", series],
  ["draw.reveal", ceremony],
  ["draw.seed", ceremony],
  ["draw.recusal", draw],
  ["draw.open", draw],
  ["draw.erase", draw],
]);

function subjectFits(type: string, subject: string): boolean {
  if (type.startsWith("ledger.")) return subject === "ledger";
  const form = subjects.get(type);
  if (form) return form.test(subject);
  // What section 11 adds (draw.assign) belongs to one draw; anything else is a record of its register.
  if (type.startsWith("draw.") && draw.test(subject)) return true;
  const register = type.slice(0, type.lastIndexOf("."));
  return (
    subject.startsWith(`${register}/`) && new RegExp(`^${sid}$`).test(subject.slice(register.length + 1))
  );
}

const code = "[a-z][a-z0-9_]{0,31}";
const hash = "[0-9a-f]{64}";

// No member's form allows a character that JSON would escape, so a text all of whose members are found one
// after the other is canonical. The second `subject` stands for its form, which depends on the type.
const members: readonly (readonly [string, RegExp])[] = [
  ["actor", new RegExp(`\\{"actor":"(?:u-${sid}|system)"`, "y")],
  ["digest", new RegExp(`,"digest":"(${hash})"`, "y")],
  ["prev", new RegExp(`,"prev":"((?:${hash})?)"`, "y")],
  ["seq", /,"seq":([0-9]+)(?=,)/y],
  ["subject", /,"subject":"([^"]*)"/y],
  ["time", /,"time":"([^"]*)"/y],
  ["type", new RegExp(`,"type":"(${code}(?:\\.${code})+)"`, "y")],
  ["v", /,"v":1\}$/y],
];

/** The leaf, or the name of the first member that does not fit. */
function readMembers(bytes: Bytes, text: string): Leaf | string {
  const values: string[] = [];
  let at = 0;
  let flaw = "";
  for (const [name, form] of members) {
    form.lastIndex = at;
    const found = form.exec(text);
    const [whole = "", value = ""] = found ?? [];
    if (!found || (name === "seq" && parseDecimal(value) === undefined)) flaw ||= name;
    if (name === "time" && parseTime(value) === undefined) flaw ||= name;
    if (name === "type" && !subjectFits(value, values[4] ?? "")) flaw ||= "subject";
    if (flaw !== "") return flaw;
    values.push(value);
    at += whole.length;
  }
  const [, digest = "", prev = "", seq = "", subject = "", time = "", type = ""] = values;
  const [chain = "", number = "0"] = subject.split("#");
  return {
    bytes,
    hash: hexOf(leafHash(bytes)),
    digest,
    prev,
    seq: Number(seq),
    subject,
    chain,
    number: Number(number),
    time,
    seconds: parseTime(time) ?? Number.NaN,
    type,
  };
}

/** NOT_CANONICAL, SCHEMA. `where` comes before the reason. */
export function readLeaf(bytes: Bytes, file: string, where = ""): Leaf {
  const text = bytes.length > bytesMost ? undefined : textOf(bytes);
  const leaf = text === undefined ? "" : readMembers(bytes, text);
  if (typeof leaf !== "string") return leaf;
  if (parseCanonical(bytes) === undefined) return fail("NOT_CANONICAL", file, where);
  return fail("SCHEMA", file, where + leaf);
}
