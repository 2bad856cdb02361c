// The lists of a draw (draw-publication.md sections 1 and 5).
import { compareTexts, parseDecimal, textOf, type Bytes } from "./bytes.ts";
import { isCode, isHash, isIdent } from "./forms.ts";
import { fail } from "./verdict.ts";

export interface FrameRow {
  readonly pid: string;
  readonly stratum: string;
  readonly weight: bigint;
}
export interface ExcludedRow {
  readonly pid: string;
  readonly code: string;
}
export interface RosterRow {
  readonly ipid: string;
  readonly cap: number;
  readonly groups: readonly string[];
}
export interface RecusalRow {
  readonly ipid: string;
  readonly pid: string;
}
export interface GroupRow {
  readonly pid: string;
  readonly group: string;
}

/** How a line becomes a row. `read` gives what is wrong instead where something is; keys are ASCII. */
export interface ListForm<Row> {
  readonly fields: string;
  read(fields: readonly string[]): Row | string;
  key(row: Row): string;
}

const weightMost = 2n ** 63n - 1n;
const capMost = 2 ** 32 - 1;

function parseWeight(text: string): bigint | undefined {
  const weight = /^[1-9][0-9]{0,18}$/.test(text) ? BigInt(text) : 0n;
  return weight > 0n && weight <= weightMost ? weight : undefined;
}

export const frameList: ListForm<FrameRow> = {
  fields: "pid,stratum,w",
  read([pid = "", stratum = "", w = ""]) {
    const weight = parseWeight(w);
    if (!isHash(pid)) return "not a pid";
    if (!isIdent(stratum)) return "not a stratum";
    return weight === undefined ? "not a weight" : { pid, stratum, weight };
  },
  key: (row) => row.pid,
};

export const excludedList: ListForm<ExcludedRow> = {
  fields: "pid,code",
  read([pid = "", code = ""]) {
    if (!isHash(pid)) return "not a pid";
    return isCode(code) ? { pid, code } : "not a code";
  },
  key: (row) => row.pid,
};

export const rosterList: ListForm<RosterRow> = {
  fields: "ipid,cap,groups",
  read([ipid = "", capText = "", groupText = ""]) {
    const cap = parseDecimal(capText) ?? 0;
    const groups = groupText.split("|");
    if (!isHash(ipid)) return "not an ipid";
    if (cap < 1 || cap > capMost) return "not a cap";
    if (!groups.every(isIdent)) return "not a group";
    const ascend = groups.every((group, i) => i === 0 || compareTexts(groups[i - 1] ?? "", group) < 0);
    return ascend ? { ipid, cap, groups } : "groups do not ascend";
  },
  key: (row) => row.ipid,
};

export const recusalList: ListForm<RecusalRow> = {
  fields: "ipid,pid",
  read([ipid = "", pid = ""]) {
    return isHash(ipid) && isHash(pid) ? { ipid, pid } : "not a pair of pids";
  },
  key: (row) => `${row.ipid},${row.pid}`,
};

export const groupList: ListForm<GroupRow> = {
  fields: "pid,group",
  read([pid = "", group = ""]) {
    if (!isHash(pid)) return "not a pid";
    return isIdent(group) ? { pid, group } : "not a group";
  },
  key: (row) => row.pid,
};

/** Refuses with `error`, naming the line and what is wrong with it. */
export function parseList<Row>(form: ListForm<Row>, bytes: Bytes, error: string, file: string): Row[] {
  const text = textOf(bytes) ?? fail(error, file, "not UTF-8");
  const rows: Row[] = [];
  const refuse = (why: string): never => fail(error, file, `line ${rows.length + 1}: ${why}`);
  const count = form.fields.split(",").length;
  let before = "";
  const lines = text.split("\n");
  const rest = lines.pop();
  for (const line of lines) {
    const fields = line.split(",");
    const row = fields.length === count ? form.read(fields) : `not ${form.fields}`;
    if (typeof row === "string") return refuse(row);
    if (rows.length > 0 && before >= form.key(row)) return refuse("keys do not ascend");
    before = form.key(row);
    rows.push(row);
  }
  return rest === "" ? rows : refuse("does not end in a line feed");
}
