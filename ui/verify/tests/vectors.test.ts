// Every case of vectors/manifest.json (draw-publication.md section 9), and the same answers as the command
// line's, to the letter.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { textOf } from "../bytes.ts";
import { secondsOf } from "../forms.ts";
import { verifyLog } from "../log.ts";
import { verifyDraw, verifyDraws } from "../publication.ts";
import { verifyRecord } from "../record.ts";
import {
  loadFolder,
  MemorySource,
  overlaid,
  parseOwn,
  readDiskText,
  vectors,
  type Files,
  type Overlay,
} from "./files.ts";
import { answerOfProgram, plumbline } from "./program.ts";

interface Case {
  readonly name: string;
  readonly tool: "draw" | "draws" | "log" | "opening";
  readonly base: string;
  readonly dir: string;
  readonly overlay: string;
  readonly args: {
    readonly vkey?: string;
    readonly at?: string;
    readonly policy?: string;
    readonly since?: string;
  };
  readonly expected: string;
}

const { cases } = parseOwn<{ cases: Case[] }>(readDiskText(vectors, "manifest.json"));
const bases = new Map<string, Files>();

function filesOf({ base, overlay }: Case): Files {
  const files = bases.get(base) ?? loadFolder(join(vectors, base));
  bases.set(base, files);
  return overlay === "" ? files : overlaid(files, parseOwn<Overlay>(readDiskText(vectors, overlay)));
}

async function answer({ tool, dir, args }: Case, files: Files): Promise<object> {
  const bytesAt = (path: string): Uint8Array => files.get(path) ?? new Uint8Array();
  const textAt = (path: string): string => textOf(bytesAt(path)) ?? "";
  if (tool === "opening") return verifyRecord(bytesAt(`${dir}.json`), bytesAt(`${dir}.entry`));
  const source = new MemorySource(files, `${dir}/`);
  const { vkey = "", policy, since, at = "2000-01-01T00:00:00Z" } = args;
  const own = policy === undefined ? {} : { policy: textAt(policy) };
  if (tool === "log")
    return verifyLog(source, { vkey, ...own, ...(since !== undefined && { since: textAt(since) }) });
  const options = { vkey, ...own, at: secondsOf(at) };
  return tool === "draw" ? verifyDraw(source, options) : verifyDraws(source, options);
}

const word = (given: object): unknown => ("error" in given ? given.error : "ok");

test("every case of the manifest", async () => {
  assert.ok(cases.length >= 69);
  for (const one of cases) assert.equal(word(await answer(one, filesOf(one))), one.expected, one.name);
});

/** The command line's words for a case. */
function argumentsOf({ tool, dir, args }: Case, folder: string): string[] {
  const at = (path: string): string => join(folder, path);
  if (tool === "opening") return ["record", "verify", at(`${dir}.json`), at(`${dir}.entry`)];
  const words = [tool === "log" ? "log" : "draw", "verify", at(dir), "--vkey", args.vkey ?? ""];
  if (args.policy !== undefined) words.push("--policy", at(args.policy));
  if (tool === "log" && args.since !== undefined) words.push("--since", at(args.since));
  if (tool !== "log" && args.at !== undefined) words.push("--at", args.at);
  return words;
}

/** Only what the case reads, so that writing it costs little. */
function filesRead(files: Files, { tool, dir, args }: Case): Files {
  const start = tool === "opening" ? `${dir}.` : `${dir}/`;
  return new Map(
    [...files].filter(([path]) => path.startsWith(start) || path === args.policy || path === args.since),
  );
}

test("the command line's answers", async (context) => {
  if (plumbline === undefined) return context.skip("no program to compare with");
  for (const one of cases) {
    const files = filesOf(one);
    const own = JSON.stringify(await answer(one, files));
    const said = answerOfProgram(plumbline, filesRead(files, one), (folder) => argumentsOf(one, folder));
    assert.equal(own, said, one.name);
  }
});
