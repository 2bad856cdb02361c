// Every case of vectors/manifest.json (draw-publication.md section 9), and the same answers as the command
// line's, to the letter.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

const plumbline = process.env["PLUMBLINE_PROGRAM"];

/** The command line's answer to the same files. */
function answerOfProgram(program: string, { tool, dir, args }: Case, folder: string): string {
  const at = (path: string): string => join(folder, path);
  const given =
    tool === "opening" ? [at(`${dir}.json`), at(`${dir}.entry`)] : [at(dir), "--vkey", args.vkey ?? ""];
  if (tool !== "opening" && args.policy !== undefined) given.push("--policy", at(args.policy));
  if (tool === "log" && args.since !== undefined) given.push("--since", at(args.since));
  if ((tool === "draw" || tool === "draws") && args.at !== undefined) given.push("--at", args.at);
  const what = { draw: "draw", draws: "draw", log: "log", opening: "record" }[tool];
  return spawnSync(program, [what, "verify", ...given], { encoding: "utf8" }).stdout.trim();
}

/** Only what the case reads, so that writing it costs little. */
function writeFiles(files: Files, { tool, dir, args }: Case, folder: string): void {
  for (const [path, bytes] of files) {
    const isRead = path.startsWith(tool === "opening" ? `${dir}.` : `${dir}/`);
    if (!isRead && path !== args.policy && path !== args.since) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
}

test("the command line's answers", async (context) => {
  if (plumbline === undefined) return context.skip("no program to compare with");
  const scratch = mkdtempSync(join(tmpdir(), "plumbline-verify-"));
  try {
    for (const one of cases) {
      const files = filesOf(one);
      const folder = join(scratch, one.name);
      writeFiles(files, one, folder);
      const own = JSON.stringify(await answer(one, files));
      assert.equal(own, answerOfProgram(plumbline, one, folder), one.name);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});
