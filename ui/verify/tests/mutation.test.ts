// Any byte of any published file may be changed by anybody. A changed copy is refused, or it means the same:
// the answer is the one given for the original, to the letter.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { secondsOf } from "../forms.ts";
import { verifyLog } from "../log.ts";
import { verifyDraw } from "../publication.ts";
import { verifyRecord } from "../record.ts";
import { Choices } from "./choices.ts";
import { loadFolder, MemorySource, parseOwn, readDisk, readDiskText, vectors, type Files } from "./files.ts";

const city = join(vectors, "base/city");
const { vkey } = parseOwn<{ vkey: string }>(readDiskText(vectors, "manifest.json"));
const at = secondsOf("2025-03-17T00:00:00Z");

/** One change: a bit, a byte removed, a byte doubled, the file cut. */
function mutated(content: Uint8Array, choices: Choices): Uint8Array {
  if (content.length === 0) return Uint8Array.of(0x78);
  const place = choices.below(content.length);
  const kind = choices.below(8);
  if (kind === 0) return Uint8Array.of(...content.subarray(0, place), ...content.subarray(place + 1));
  if (kind === 1) return Uint8Array.of(...content.subarray(0, place + 1), ...content.subarray(place));
  if (kind === 2) return content.slice(0, place);
  const copy = content.slice();
  copy[place] = (copy[place] ?? 0) ^ (1 << choices.below(8));
  return copy;
}

async function expectNoOtherMeaning(
  good: Files,
  perFile: number,
  answer: (files: Files) => Promise<object>,
): Promise<void> {
  const original = JSON.stringify(await answer(good));
  assert.ok(original.startsWith('{"ok":1'), original);
  const choices = new Choices("mutation");
  let refused = 0;
  for (const [path, content] of good) {
    for (let i = 0; i < perFile; i += 1) {
      const changed = mutated(content, choices);
      const given = await answer(new Map([...good, [path, changed]]));
      if ("error" in given) refused += 1;
      else assert.equal(JSON.stringify(given), original, path);
    }
  }
  assert.ok(refused > good.size, `${refused} refused`);
}

for (const draw of ["0001", "0002", "0004", "0006"])
  test(`a change of draw ${draw}`, async () => {
    const files = loadFolder(join(city, "draws", `DR-2025-371500-${draw}`));
    await expectNoOtherMeaning(files, 2, (given) => verifyDraw(new MemorySource(given), { vkey, at }));
  });

test("a change of the log", async () => {
  const policy = readDiskText(city, "log/policy");
  const read = new Set(["checkpoint", "policy"]);
  const files = new Map(
    [...loadFolder(join(city, "log"))].filter(([path]) => read.has(path) || path.startsWith("tile/")),
  );
  await expectNoOtherMeaning(files, 12, (given) => verifyLog(new MemorySource(given), { vkey, policy }));
});

test("a change of an opening", async () => {
  const good: Files = new Map([
    ["opening", readDisk(city, "records/opening-1.json")],
    ["entry", readDisk(city, "records/opening-1.entry")],
  ]);
  // The entry's other members are the log's to prove; what it says of the record is its digest and seq.
  await expectNoOtherMeaning(good, 300, async (given) => {
    const bytesAt = (name: string): Uint8Array => given.get(name) ?? new Uint8Array();
    const answer = await verifyRecord(bytesAt("opening"), bytesAt("entry"));
    return "error" in answer ? answer : { ...answer, subject: "", type: "", time: "" };
  });
});
