// An insider signs what he likes: bodies changed at one place before they are logged. Where there is a
// command line, it says the same, to the letter.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { bytesOf } from "../bytes.ts";
import { isObject, parseCanonical, writeCanonical, type Json } from "../cj.ts";
import { secondsOf } from "../forms.ts";
import { verifyDraw } from "../publication.ts";
import { Choices } from "./choices.ts";
import { MemorySource } from "./files.ts";
import { publish } from "./office.ts";
import { answerOfProgram, plumbline } from "./program.ts";

const at = "2025-03-05T00:00:00Z";

function changedText(text: string, choices: Choices): Json {
  const place = choices.below(text.length + 1);
  const replacements = ["", "0", "f", "Z", "|", "\u0000", "食"];
  const put = replacements[choices.below(replacements.length)] ?? "";
  return choices.below(8) === 0 ? 7 : text.slice(0, place) + put + text.slice(place + choices.below(2));
}

function changedList(list: readonly Json[], choices: Choices): Json {
  const place = choices.below(list.length);
  const item = list[place];
  const kind = choices.below(6);
  if (item === undefined || kind === 0) return [...list, kind];
  if (kind === 1) return list.filter((_, i) => i !== place);
  if (kind === 2) return [item, ...list];
  return list.map((one, i) => (i === place ? changed(one, choices) : one));
}

/** The same but for one place. */
function changed(value: Json, choices: Choices): Json {
  if (typeof value === "number") return choices.below(8) === 0 ? "7" : value + choices.below(5) - 2;
  if (typeof value === "string") return changedText(value, choices);
  if (!isObject(value)) return changedList(value, choices);
  const entries = Object.entries(value);
  const [name = "", content = 0] = entries[choices.below(entries.length)] ?? [];
  const kind = choices.below(12);
  if (kind === 0) return Object.fromEntries(entries.filter(([other]) => other !== name));
  if (kind === 1) return { ...value, unknown: 1 };
  return { ...value, [name]: changed(content, choices) };
}

async function insiders(seed: string, rounds: number): Promise<Map<string, number>> {
  const choices = new Choices(seed);
  const words = new Map<string, number>();
  const names = ["frame", "roster", "plan", "seed", "result"];
  for (let round = 0; round < rounds; round += 1) {
    const victim = names[choices.below(names.length)];
    const onBody = (name: string, body: object): object => {
      const json = parseCanonical(bytesOf(writeCanonical(body)));
      const spoiled = name === victim && json !== undefined ? changed(json, choices) : body;
      return typeof spoiled === "object" ? spoiled : body;
    };
    const { files, vkey } = publish({ units: 60, onBody, ...(choices.below(2) === 0 && { reserves: 1 }) });
    const answer = await verifyDraw(new MemorySource(files), { vkey, at: secondsOf(at) });
    const word = "error" in answer ? answer.error : "ok";
    words.set(word, (words.get(word) ?? 0) + 1);
    if (plumbline === undefined) continue;
    const said = answerOfProgram(plumbline, files, (folder) => {
      return ["draw", "verify", join(folder, "."), "--vkey", vkey, "--at", at];
    });
    assert.equal(JSON.stringify(answer), said, `round ${round}: ${victim}`);
  }
  return words;
}

test("bodies changed at one place", async () => {
  const words = await insiders("insider", 12);
  assert.ok((words.get("SCHEMA") ?? 0) > 0 && words.size > 3, [...words].join(" "));
});
