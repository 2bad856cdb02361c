// What section 11 of draw-publication.md adds and the vectors do not have: grades, sealed draws, reserves,
// direct assignments, and recusals after them. Where there is a command line, it says the same.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import type { DrawResult } from "../bodies.ts";
import { drawnUnits } from "../compute.ts";
import { secondsOf } from "../forms.ts";
import { verifyDraw } from "../publication.ts";
import type { Grade } from "../verdict.ts";
import { MemorySource } from "./files.ts";
import { inspectorId, publish, type After, type Publication, type Script } from "./office.ts";
import { answerOfProgram, plumbline } from "./program.ts";

const at = "2025-03-05T00:00:00Z";
const small: Script = { units: 60 };

/** "stage grade warnings" or the error and its file. */
async function verified({ files, vkey }: Publication, require: Grade = "甲"): Promise<string> {
  const answer = await verifyDraw(new MemorySource(files), { vkey, at: secondsOf(at), require });
  if (plumbline !== undefined) {
    const words = ["--vkey", vkey, "--at", at, "--require", require];
    const said = answerOfProgram(plumbline, files, (folder) => [
      "draw",
      "verify",
      join(folder, "."),
      ...words,
    ]);
    assert.equal(JSON.stringify(answer), said);
  }
  if ("error" in answer) return `${answer.error} ${answer.file}`;
  const warnings = answer.warnings.filter((warning) => warning !== "CELL_SMALL");
  return [answer.stage, answer.grade, ...warnings].join(" ");
}

test("grades", async () => {
  assert.equal(await verified(publish(small)), "result 甲");
  const one = publish({ ...small, cosigners: 1 });
  assert.equal(await verified(one), "WITNESS_QUORUM frame.tlog-proof");
  assert.equal(await verified(one, "乙"), "result 乙 WITNESS_QUORUM");
  const none = publish({ ...small, cosigners: 0 });
  assert.equal(await verified(none, "乙"), "WITNESS_QUORUM frame.tlog-proof");
  assert.equal(await verified(none, "丙"), "result 丙 WITNESS_QUORUM");
  const weak = publish({ ...small, cosigners: 1, quorum: "w1" });
  assert.equal(await verified(weak), "POLICY_WEAK policy");
  assert.equal(await verified(weak, "乙"), "result 乙 POLICY_WEAK");
  assert.equal(
    await verified(publish({ ...small, cosigners: 0, quorum: "none" }), "丙"),
    "result 丙 POLICY_WEAK",
  );
});

test("sealed until the checks are over", async () => {
  const sealed = publish(small);
  sealed.files.delete("result.json");
  assert.equal(await verified(sealed), "FILE_MISSING result.json");
  for (const file of ["frame.csv", "excluded.csv", "roster.csv", "recusals.csv"]) sealed.files.delete(file);
  assert.equal(await verified(sealed), "sealed 甲");
  sealed.files.set("roster.csv", new Uint8Array([0x0a]));
  assert.equal(await verified(sealed), "ROSTER_HASH roster.csv");
});

test("reserves", async () => {
  const good = publish({ ...small, reserves: 2 });
  assert.equal(await verified(good), "result 甲");
  const swapped = (result: DrawResult): DrawResult => ({
    ...result,
    strata: result.strata.map(({ reserves = [], ...rest }) => ({
      ...rest,
      reserves: [...reserves].reverse(),
    })),
  });
  assert.equal(
    await verified(publish({ ...small, reserves: 2, onResult: swapped })),
    "RESULT_MISMATCH result.json",
  );
  const older = (result: DrawResult): DrawResult => ({ ...result, v: 1 });
  assert.equal(await verified(publish({ ...small, reserves: 2, onResult: older })), "SCHEMA result.json");
});

/** Two inspectors for every unit, where the roster has one: the second is borrowed. */
const assigned = (result: DrawResult): object => ({
  reason: "shortage",
  assignment: drawnUnits(result)
    .map(({ pid }) => ({ target: pid, inspectors: [inspectorId(0), inspectorId(1)] }))
    .sort((a, b) => (a.target < b.target ? -1 : 1)),
});
const unmatched: Script = { ...small, inspectors: 1 };
const withoutHall = (result: DrawResult): DrawResult => ({ ...result, hall: [] });

test("direct assignment", async () => {
  assert.equal(await verified(publish(unmatched)), "result 甲");
  assert.equal(
    await verified(publish({ ...unmatched, onResult: withoutHall })),
    "MATCH_MISMATCH result.json",
  );
  const after: After = (result) => [["assign", assigned(result)]];
  assert.equal(await verified(publish({ ...unmatched, onResult: withoutHall, after })), "result 甲");
  assert.equal(await verified(publish({ ...small, after })), "ASSIGN_MISMATCH assign.json");
});

const recusal = (result: DrawResult, inspector: string, replacement: string, limit: number): object => ({
  target: drawnUnits(result)[0]?.pid ?? "",
  inspector,
  ground: "kinship",
  reason: "0".repeat(64),
  replacement,
  limit,
});

test("recusals", async () => {
  const first = (result: DrawResult): string => {
    const target = drawnUnits(result)[0]?.pid;
    return result.assignment.find((pairs) => pairs.target === target)?.inspectors[0] ?? "";
  };
  const nobodyLeft: Script = { ...small, inspectors: 2 };
  const of =
    (limit: number): After =>
    (result) => [["recusal-1", recusal(result, first(result), "", limit)]];
  assert.equal(await verified(publish({ ...nobodyLeft, after: of(0) })), "result 甲");
  assert.equal(await verified(publish({ ...nobodyLeft, after: of(1) })), "RECUSAL_MISMATCH recusal-1.json");
  assert.equal(await verified(publish({ ...small, after: of(0) })), "RECUSAL_MISMATCH recusal-1.json");
  const absent: After = (result) => [["recusal-1", recusal(result, "f".repeat(64), "", 0)]];
  assert.equal(await verified(publish({ ...small, after: absent })), "RECUSAL_MISMATCH recusal-1.json");
});

test("a recusal after a direct assignment, of an inspector who was borrowed too", async () => {
  for (const inspector of [inspectorId(0), inspectorId(1)]) {
    const after: After = (result) => [
      ["assign", assigned(result)],
      ["recusal-1", recusal(result, inspector, "", 0)],
    ];
    assert.equal(await verified(publish({ ...unmatched, onResult: withoutHall, after })), "result 甲");
  }
});
