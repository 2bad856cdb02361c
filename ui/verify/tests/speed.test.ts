// A large city's draw is computed and verified while a person waits.
import assert from "node:assert/strict";
import test from "node:test";
import { writeCanonical } from "../cj.ts";
import { computeResult } from "../compute.ts";
import { secondsOf } from "../forms.ts";
import { textOf } from "../bytes.ts";
import { verifyDraw } from "../publication.ts";
import { MemorySource } from "./files.ts";
import { publish } from "./office.ts";

const secondsMost = 3; // of the processor: what others run beside it says nothing
const isUnknownMachine = process.env["CI"] !== undefined;

test("100,000 units", async (context) => {
  const { files, vkey, inputs } = publish({ units: 100_000 });
  const begin = process.cpuUsage();
  const started = performance.now();
  const result = computeResult(inputs);
  const computed = performance.now();
  const at = secondsOf("2025-03-05T00:00:00Z");
  const report = await verifyDraw(new MemorySource(files), { vkey, at });
  const verified = performance.now();
  const { user, system } = process.cpuUsage(begin);
  const used = (user + system) / 1e6;
  const shown = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
  context.diagnostic(
    `computed in ${shown(computed - started)}, verified in ${shown(verified - computed)}; ` +
      `${used.toFixed(2)} s of the processor`,
  );

  assert.equal(writeCanonical(result), textOf(files.get("result.json") ?? new Uint8Array()));
  assert.equal(
    JSON.stringify({ ...report, witness_keys: "" }),
    '{"ok":1,"draw":"DR-2025-371500-0001","stage":"result","grade":"甲",' +
      '"by_hand":["dice = 31415926535897932384"],' +
      '"participants":[],"warnings":[],"witness_keys":"","pending":[]}',
  );
  assert.equal(
    result.strata.reduce((sum, { certain, selected }) => sum + certain.length + selected.length, 0),
    999,
  );
  assert.ok(isUnknownMachine || used <= secondsMost, `${used} s, ${secondsMost} are allowed`);
});
