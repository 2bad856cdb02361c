// `draw verify` (draw-publication.md section 7 with the additions of section 11): one published draw, or all
// of draws/, from nothing but the published files, the log's key and the verifier's own clock. The answers
// are those of the command line, to the letter.
import { bytesOfHex, sameBytes, textOf, type Bytes } from "./bytes.ts";
import { checkLinks, checkPolicy } from "./links.ts";
import { checkLists, checkOrder, isPublic, type Lists } from "./lists.ts";
import { checkAfterDraw, checkDraw } from "./outcome.ts";
import { checkSeed, revealed, sourcesWithValues } from "./seeding.ts";
import { checkSeries, checkVoid } from "./series.ts";
import { readDraw, type Draw, type DrawOptions } from "./entries.ts";
import { formatDrawId } from "./forms.ts";
import type { Source } from "./source.ts";
import { fail, Fault, verdict, worseGrade, type Failure, type Grade } from "./verdict.ts";

export type { DrawOptions } from "./entries.ts";

const cellLeast = 5;

export type DrawStage = "planned" | "seeded" | "sealed" | "result" | "open" | "erased" | "void";

export interface DrawReport {
  readonly ok: 1;
  readonly draw: string;
  readonly stage: DrawStage;
  readonly grade: Grade;
  /** What a person must watch or look up. */
  readonly by_hand: readonly string[];
  /** Who committed, and whether it was opened. */
  readonly participants: readonly string[];
  readonly warnings: readonly string[];
  readonly witness_keys: string;
  /** Numbers of the series planned and not yet decided. */
  readonly pending: readonly number[];
}

export interface DrawsReport {
  readonly ok: 1;
  readonly grade: Grade;
  readonly draws: readonly DrawReport[];
}

interface Checked {
  readonly draw: Draw;
  readonly lists: Lists;
  readonly planned: number; // numbers of the series
  readonly report: DrawReport;
}

/** Section 7, steps 1 to 11 in their order; the first failure ends it. */
async function check(source: Source, options: DrawOptions): Promise<Checked> {
  const draw = await readDraw(source, options);
  await checkPolicy(draw);
  checkLinks(draw);
  const lists = await checkLists(draw);
  checkOrder(draw);
  await checkSeed(draw);
  const published = await checkDraw(draw, lists);
  await checkVoid(draw, published);
  const series = await checkSeries(draw);
  checkAfterDraw(draw, lists, published);
  return { draw, lists, planned: series.planned, report: reportOf(draw, lists, series.pending) };
}

function stageOf({ voided, isSealed, erase, open, result, seed }: Draw): DrawStage {
  if (voided) return "void";
  if (isSealed) return "sealed";
  if (erase) return "erased";
  if (open) return "open";
  if (result) return "result";
  return seed ? "seeded" : "planned";
}

function byHand({ plan, seed }: Draw): string[] {
  if (!seed)
    return plan.body.sources.filter(isPublic).map((source) => {
      const place = source.kind === "drand" || source.place === "" ? "" : `, ${source.place}`;
      return `${source.id} at ${source.time}${place}`;
    });
  return sourcesWithValues(plan.body, seed.body).flatMap(([source, { value }]) => {
    if (source.kind === "commit") return [];
    if (source.kind === "drand") return [`${source.id} = ${value} (signature not checked)`];
    return [`${source.id} = ${textOf(bytesOfHex(value) ?? new Uint8Array())}`];
  });
}

function participants(draw: Draw): string[] {
  return draw.plan.body.sources.flatMap((source) => {
    if (source.kind !== "commit") return [];
    const isOpened = revealed(draw, source.id) !== undefined;
    const state = isOpened ? "opened" : draw.seed ? "not opened" : "not opened yet";
    return [`${source.org}: ${source.own === 1 ? "own" : "outside"}, ${state}`];
  });
}

/** A firm that sees few rows with its stratum, group and weight may know which one is its own. */
function hasSmallCell({ frame, groups }: Lists): boolean {
  const cells = new Map<string, number>();
  frame.forEach(({ stratum, weight }, i) => {
    const cell = `${stratum},${groups[i]?.group ?? stratum},${weight}`;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  });
  return [...cells.values()].some((rows) => rows < cellLeast);
}

function witnessKeys({ policy, options }: Draw): string {
  if (options.policy !== undefined) return "given";
  const keys = policy.witnesses.map(({ text }) => text).join(", ");
  return `from the publication: compare${keys === "" ? "" : ` ${keys}`}`;
}

function reportOf(draw: Draw, lists: Lists, pending: readonly number[]): DrawReport {
  return {
    ok: 1,
    draw: draw.plan.body.draw,
    stage: stageOf(draw),
    grade: draw.grade,
    by_hand: byHand(draw),
    participants: participants(draw),
    warnings: [
      ...(hasSmallCell(lists) ? ["CELL_SMALL"] : []),
      ...draw.warnings,
      ...(draw.erase && draw.open?.body ? ["ERASED_FILE_PRESENT"] : []),
    ],
    witness_keys: witnessKeys(draw),
    pending,
  };
}

/** What no folder shows alone: FRAME_REUSED, SEED_TWICE, FOLDER_MISSING, LOG_FORKED. */
class DrawsCheck {
  private readonly folders = new Set<string>();
  private readonly folderOfPid = new Map<string, string>();
  private readonly seeds = new Map<string, string>(); // by ceremony
  private readonly roots = new Map<number, Bytes>();
  private readonly planned = new Map<string, { year: number; authority: string; planned: number }>();
  private reused: Failure | undefined;
  private seededTwice: Failure | undefined;
  private forked: Failure | undefined;

  take(folder: string, { draw, lists, planned }: Checked): void {
    const plan = draw.plan.body;
    if (plan.draw !== folder) fail("LINK_MISMATCH", folder, "the folder is not named as its draw");
    for (const { pid } of lists.frame) {
      const other = this.folderOfPid.get(pid);
      const why = `pid ${pid} is also in ${other}`;
      if (other !== undefined) this.reused ??= { error: "FRAME_REUSED", file: `${folder}/frame.csv`, why };
      else this.folderOfPid.set(pid, folder);
    }
    this.takeSeed(folder, draw);
    for (const [size, root] of draw.roots) {
      const why = `another root of size ${size} than other folders`;
      const known = this.roots.get(size) ?? root;
      if (!sameBytes(known, root)) this.forked ??= { error: "LOG_FORKED", file: folder, why };
      this.roots.set(size, known);
    }
    const series = `${plan.authority}/${plan.year}`;
    const most = Math.max(planned, this.planned.get(series)?.planned ?? 0);
    this.planned.set(series, { year: plan.year, authority: plan.authority, planned: most });
    this.folders.add(folder);
  }

  finish(): void {
    const first = this.reused ?? this.seededTwice ?? this.missingFolder() ?? this.forked;
    if (first) throw new Fault(first);
  }

  private takeSeed(folder: string, { plan, seed }: Draw): void {
    if (!seed) return;
    const { ceremony } = plan.body;
    const known = this.seeds.get(ceremony) ?? seed.leaf.hash;
    const why = `ceremony ${ceremony} has another seed`;
    if (known !== seed.leaf.hash)
      this.seededTwice ??= { error: "SEED_TWICE", file: `${folder}/seed.entry`, why };
    this.seeds.set(ceremony, known);
  }

  private missingFolder(): Failure | undefined {
    for (const [, { year, authority, planned }] of [...this.planned].sort(([a], [b]) => (a < b ? -1 : 1)))
      for (let number = 1; number <= planned; number += 1) {
        const id = formatDrawId({ year, authority, number });
        if (!this.folders.has(id))
          return { error: "FOLDER_MISSING", file: id, why: "its number was planned" };
      }
    return undefined;
  }
}

/** `source`: the folder of one draw. */
export function verifyDraw(source: Source, options: DrawOptions): Promise<DrawReport | Failure> {
  return verdict(async () => (await check(source, options)).report);
}

async function checkFolder(source: Source, folder: string, options: DrawOptions): Promise<Checked> {
  try {
    return await check(source.folder(folder), options);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { error: name, file, why } = error.failure;
    return fail(name, file === "" ? folder : `${folder}/${file}`, why);
  }
}

/** `source`: all of draws/. */
export function verifyDraws(source: Source, options: DrawOptions): Promise<DrawsReport | Failure> {
  return verdict(async () => {
    const all = new DrawsCheck();
    const draws: DrawReport[] = [];
    for (const folder of (await source.folders()).filter((name) => name.startsWith("DR-")).sort()) {
      const checked = await checkFolder(source, folder, options);
      all.take(folder, checked);
      draws.push(checked.report);
    }
    if (draws.length === 0) fail("FILE_MISSING", "", "no draw folder DR-… here");
    all.finish();
    return { ok: 1, grade: draws.reduce<Grade>((worst, { grade }) => worseGrade(worst, grade), "甲"), draws };
  });
}
