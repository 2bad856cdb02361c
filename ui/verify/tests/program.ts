// The command line, where tests/verify_ui_test.sh names it, and published files for it to read.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Files } from "./files.ts";

export const plumbline = process.env["PLUMBLINE_PROGRAM"];

/** What it says of files, the paths of which begin with the folder that `argumentsIn` is given. */
export function answerOfProgram(
  program: string,
  files: Files,
  argumentsIn: (folder: string) => readonly string[],
): string {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-verify-"));
  try {
    for (const [path, bytes] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    return spawnSync(program, argumentsIn(folder), { encoding: "utf8" }).stdout.trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
