// Steps 8 and 11 of draw-publication.md section 7: the draw, the matching, recusals and the opening, all
// recomputed.
import { readBody, readResult, type Assign, type DrawResult, type Open } from "./bodies.ts";
import type { Bytes } from "./bytes.ts";
import { writeCanonical } from "./cj.ts";
import {
  bytesOfHash,
  computeResult,
  drawnUnits,
  RecusalReplay,
  suiteOf,
  type DrawInputs,
} from "./compute.ts";
import { DrawRefusal, hasTwice, saltedPid } from "./draw.ts";
import type { Draw, Entry } from "./entries.ts";
import type { Lists } from "./lists.ts";
import { fail } from "./verdict.ts";

export interface PublishedResult {
  readonly bytes: Bytes;
  readonly body: DrawResult;
}

/** A draw voided before RESULT has result.json alone. */
async function publishedResult({ result, voided, files }: Draw): Promise<PublishedResult | undefined> {
  if (result) return result.body && result.bodyBytes && { bytes: result.bodyBytes, body: result.body };
  const bytes = voided && (await files.read("result.json"));
  return bytes && { bytes, body: readBody(readResult, bytes, "result.json") };
}

function inputsOf({ plan, seed }: Draw, lists: Lists): DrawInputs | undefined {
  if (!seed) return undefined;
  return { plan: plan.body, planHash: plan.leaf.hash, seedEntry: seed.leaf.hash, seed: seed.body, ...lists };
}

export async function checkDraw(draw: Draw, lists: Lists): Promise<PublishedResult | undefined> {
  if (draw.isSealed) return undefined;
  const published = await publishedResult(draw);
  if (draw.assign && !draw.result) fail("ASSIGN_MISMATCH", "assign.entry", "nothing was drawn yet");
  const inputs = inputsOf(draw, lists);
  if (!inputs) return published;
  const expected = computed(inputs);
  if (!published) return undefined;
  if (!sameDraw(published.body, expected))
    fail("RESULT_MISMATCH", "result.json", "not the draw that plan, frame and seed determine");
  checkMatching(draw, lists, published.body, expected);
  return published;
}

function computed(inputs: DrawInputs): DrawResult {
  try {
    return computeResult(inputs);
  } catch (error) {
    if (error instanceof DrawRefusal)
      return fail("DRAW_REFUSED", "plan.json", `${error.code}: ${error.message}`);
    throw error;
  }
}

/** Up to strata; matching comes after. */
function sameDraw(given: DrawResult, expected: DrawResult): boolean {
  const head = ({ v, draw, plan_hash, seed_entry, seed, strata }: DrawResult): string =>
    writeCanonical({ v, draw, plan_hash, seed_entry, seed, strata });
  return head(given) === head(expected);
}

function checkMatching(
  { assign, result, plan }: Draw,
  lists: Lists,
  given: DrawResult,
  expected: DrawResult,
): void {
  const isHallWithheld = assign !== undefined && given.hall.length === 0;
  const isSame =
    given.max_load === expected.max_load &&
    writeCanonical(given.assignment) === writeCanonical(expected.assignment) &&
    (isHallWithheld || writeCanonical(given.hall) === writeCanonical(expected.hall));
  if (!isSame)
    fail("MATCH_MISMATCH", "result.json", "not the matching that the draw and the roster determine");
  if (!assign?.body || !result) return;
  if (expected.hall.length === 0)
    fail("ASSIGN_MISMATCH", "assign.json", "assigned by hand though matching succeeds");
  if (assign.leaf.seq <= result.leaf.seq) fail("ASSIGN_MISMATCH", "assign.json", "logged before the result");
  const inspectorsOf = new Map(plan.body.strata.map(({ id, k }) => [id, k]));
  const need = new Map(drawnUnits(given).map(({ pid, stratum }) => [pid, inspectorsOf.get(stratum) ?? 0]));
  checkAssign(assign.body, need, lists);
}

/** Section 11: on the units drawn, in the number planned, and nobody recused from his unit. */
function checkAssign({ assignment }: Assign, need: ReadonlyMap<string, number>, { recusals }: Lists): void {
  const wrong = (why: string): never => fail("ASSIGN_MISMATCH", "assign.json", why);
  const recused = new Set(recusals.map(({ ipid, pid }) => `${ipid} ${pid}`));
  let before = "";
  for (const { target, inspectors } of assignment) {
    if (!need.has(target) || target <= before) wrong("its targets are not the drawn units, ascending");
    before = target;
    if (hasTwice(inspectors) || inspectors.length !== need.get(target))
      wrong(`target ${target}: not the number of different inspectors planned`);
    if (inspectors.some((inspector) => recused.has(`${inspector} ${target}`)))
      wrong(`target ${target}: an inspector who is recused from it`);
  }
  if (assignment.length !== need.size) wrong("a drawn unit is left out");
}

export function checkAfterDraw(draw: Draw, lists: Lists, published: PublishedResult | undefined): void {
  if (draw.isSealed) return;
  checkRecusals(draw, lists, published);
  const { open, result } = draw;
  if (!open) return;
  if (!result || !published || open.leaf.seq <= result.leaf.seq)
    return fail("OPEN_MISMATCH", "open.entry", "opened before the result");
  if (!open.body) return;
  checkOpenedUnits(draw, open.body, published.body);
  checkOpenedReserves(open.body, published.body);
  checkOpenedInspectors(draw, open.body, lists);
}

function checkRecusals(draw: Draw, lists: Lists, published: PublishedResult | undefined): void {
  const [first] = draw.recusals;
  if (!first) return;
  const wrong = (entry: Entry<unknown>, why: string): never =>
    fail("RECUSAL_MISMATCH", `${entry.name}.json`, why);
  const inputs = inputsOf(draw, lists);
  if (!published || !inputs || !draw.result) return wrong(first, "nothing was drawn yet");
  const replay = new RecusalReplay(
    inputs,
    published.body,
    draw.assign?.body?.assignment ?? published.body.assignment,
  );
  for (const entry of draw.recusals) {
    if (entry.leaf.seq <= draw.result.leaf.seq) wrong(entry, "logged before the result");
    if (!entry.body) continue;
    const { target, inspector, replacement, limit } = entry.body;
    const outcome = replay.recuse(target, inspector);
    if (!outcome) return wrong(entry, "that inspector is not on that target");
    if (outcome.replacement !== replacement || outcome.limit !== limit)
      wrong(entry, "the rule gives another replacement or limit");
  }
}

function checkOpenedUnits({ plan }: Draw, open: Open, result: DrawResult): void {
  const drawn = new Set(drawnUnits(result).map(({ pid }) => pid));
  const reserves = new Set(result.strata.flatMap((stratum) => stratum.reserves ?? []).map(({ pid }) => pid));
  for (const { pid, identifier, salt } of open.units) {
    if (!drawn.delete(pid) && !reserves.has(pid))
      fail("OPEN_MISMATCH", "open.json", `pid ${pid} was not drawn`);
    if (saltedPid(suiteOf(plan.body), "unit", identifier, bytesOfHash(salt)) !== pid)
      fail("OPEN_MISMATCH", "open.json", `pid ${pid} is not that of its identifier and salt`);
  }
  if (drawn.size > 0) fail("OPEN_INCOMPLETE", "open.json", "a drawn unit is not opened");
  if (hasTwice(open.units.map(({ identifier }) => identifier)))
    fail("OPEN_INCOMPLETE", "open.json", "an identifier stands twice");
}

/** Substitutes enter in their order: who is opened behind one that is not was picked. */
function checkOpenedReserves(open: Open, result: DrawResult): void {
  const opened = new Set(open.units.map(({ pid }) => pid));
  for (const { reserves = [] } of result.strata) {
    const skipped = reserves.findIndex(({ pid }) => !opened.has(pid));
    if (skipped >= 0 && reserves.slice(skipped).some(({ pid }) => opened.has(pid)))
      fail("OPEN_MISMATCH", "open.json", "a reserve was passed over");
  }
}

function checkOpenedInspectors({ plan, assign }: Draw, open: Open, { roster }: Lists): void {
  const wrong = (why: string): never => fail("OPEN_MISMATCH", "open.json", why);
  const borrowed = (assign?.body?.assignment ?? []).flatMap(({ inspectors }) => inspectors);
  const known = new Set([...roster.map(({ ipid }) => ipid), ...borrowed]);
  const opened = new Set<string>();
  const certificates = new Set<string>();
  for (const { ipid, certificate, salt } of open.inspectors) {
    if (!known.has(ipid)) wrong(`ipid ${ipid} is not in the roster`);
    if (saltedPid(suiteOf(plan.body), "inspector", certificate, bytesOfHash(salt)) !== ipid)
      wrong(`ipid ${ipid} is not that of its certificate and salt`);
    if (opened.has(ipid) || certificates.has(certificate)) wrong("an inspector stands twice");
    opened.add(ipid);
    certificates.add(certificate);
  }
}
