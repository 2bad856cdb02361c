// Steps 5 and 6 of draw-publication.md section 7: the lists fit the bodies and the rules, and things
// happened in their order.
import type { Plan, PublicSource, SeedSource } from "./bodies.ts";
import { hexOf, type Bytes } from "./bytes.ts";
import { suiteOf } from "./compute.ts";
import {
  excludedList,
  frameList,
  groupList,
  parseList,
  recusalList,
  rosterList,
  type FrameRow,
  type GroupRow,
  type RecusalRow,
  type RosterRow,
} from "./csv.ts";
import { has, type Draw, type Entry } from "./entries.ts";
import { drandTime, secondsOf } from "./forms.ts";
import { hashOf } from "./hashes.ts";
import { fail, missing } from "./verdict.ts";

const marginLeast = 600; // draw.md section 2 step 4: at least ten minutes
const deadlineMost = 72 * 3600;

/** All empty while a draw is sealed. */
export interface Lists {
  readonly frame: readonly FrameRow[];
  readonly roster: readonly RosterRow[];
  readonly recusals: readonly RecusalRow[];
  readonly groups: readonly GroupRow[];
}

export const isPublic = (source: SeedSource): source is PublicSource => source.kind !== "commit";

/** Earliest and latest time of the public sources. */
export function eventTimes(plan: Plan): { first: number; last: number } {
  const times = plan.sources.filter(isPublic).map(({ time }) => secondsOf(time));
  return { first: Math.min(...times), last: Math.max(...times) };
}

export async function checkLists(draw: Draw): Promise<Lists> {
  const frame = await checkFrame(draw);
  if (!draw.isSealed) checkStrata(draw, frame);
  const { roster, recusals, groups } = await checkRoster(draw, frame);
  checkPlanRules(draw.plan.body);
  return { frame, roster, recusals, groups };
}

/** Empty where a sealed draw withholds it. */
async function loadList(draw: Draw, file: string, expected: string, error: string): Promise<Bytes> {
  const bytes = await draw.files.read(file);
  if (!bytes) return draw.isSealed ? new Uint8Array() : missing(file);
  if (hexOf(hashOf(suiteOf(draw.plan.body), bytes)) !== expected)
    return fail(error, file, "its hash is not the one logged");
  return bytes;
}

/** The pids of `rows` that are in the frame. */
function pidsAmong(frame: readonly FrameRow[], rows: readonly { pid: string }[]): Set<string> {
  const wanted = new Set(rows.map(({ pid }) => pid));
  return new Set(frame.map(({ pid }) => pid).filter((pid) => wanted.has(pid)));
}

async function checkFrame(draw: Draw): Promise<FrameRow[]> {
  const body = draw.frame.body;
  const frameBytes = await loadList(draw, "frame.csv", body.rows_hash, "FRAME_HASH");
  const excludedBytes = await loadList(draw, "excluded.csv", body.excluded_hash, "FRAME_HASH");
  if (draw.isSealed) return [];
  const frame = parseList(frameList, frameBytes, "FRAME_FORMAT", "frame.csv");
  const excluded = parseList(excludedList, excludedBytes, "FRAME_FORMAT", "excluded.csv");
  const pids = pidsAmong(frame, excluded);
  const both = excluded.find(({ pid }) => pids.has(pid));
  if (both) fail("FRAME_FORMAT", "excluded.csv", `pid ${both.pid} is both in and out`);
  if (frame.length !== body.rows || excluded.length !== body.excluded)
    fail("FRAME_COUNTS", "frame.json", "the lists have other numbers of rows");
  const { total, by_status } = body.registry;
  const registered = by_status.reduce((sum, { count }) => sum + BigInt(count), 0n);
  if (body.rows + body.excluded !== total || registered !== BigInt(total))
    fail("FRAME_COUNTS", "frame.json", "rows and exclusions do not make up the registry");
  return frame;
}

function checkStrata({ plan, frame: { body } }: Draw, frame: readonly FrameRow[]): void {
  const extents = new Map<string, { least: bigint; most: bigint }>(); // most 0: no unit yet
  for (const { id } of plan.body.strata) {
    if (extents.has(id)) fail("PLAN_STRATA", "plan.json", `stratum ${id} twice`);
    extents.set(id, { least: 0n, most: 0n });
  }
  for (const { stratum, weight } of frame) {
    const extent =
      extents.get(stratum) ?? fail("PLAN_STRATA", "frame.csv", `stratum ${stratum} is not in the plan`);
    if (extent.most === 0n || weight < extent.least) extent.least = weight;
    if (weight > extent.most) extent.most = weight;
  }
  if (extents.size === 0) fail("PLAN_STRATA", "plan.json", "no stratum");
  for (const [id, { most }] of extents)
    if (most === 0n) fail("PLAN_STRATA", "plan.json", `stratum ${id} has no units`);
  for (const [id, { least, most }] of extents)
    if (most > least * BigInt(body.weight_rule.ratio_max))
      fail("WEIGHT_CAP", "frame.csv", `stratum ${id}: weights differ by more than ratio_max`);
}

async function checkRoster(draw: Draw, frame: readonly FrameRow[]): Promise<Omit<Lists, "frame">> {
  const body = draw.roster.body;
  const format = "ROSTER_FORMAT";
  const rosterBytes = await loadList(draw, "roster.csv", body.rows_hash, "ROSTER_HASH");
  const recusalBytes = await loadList(draw, "recusals.csv", body.recusals_hash, "ROSTER_HASH");
  const hasGroups = body.groups_hash !== "";
  const groupBytes = hasGroups && (await loadList(draw, "groups.csv", body.groups_hash, "ROSTER_HASH"));
  if (!hasGroups && (await has(draw.files, "groups.csv")))
    fail("ROSTER_HASH", "groups.csv", "roster.json names no groups");
  if (draw.isSealed) return { roster: [], recusals: [], groups: [] };
  const roster = parseList(rosterList, rosterBytes, format, "roster.csv");
  const recusals = parseList(recusalList, recusalBytes, format, "recusals.csv");
  if (roster.length !== body.rows || recusals.length !== body.recusals)
    fail(format, "roster.json", "the lists have other numbers of rows");
  const units = pidsAmong(frame, recusals);
  const inspectors = new Set(roster.map(({ ipid }) => ipid));
  if (!recusals.every(({ ipid, pid }) => inspectors.has(ipid) && units.has(pid)))
    fail(format, "recusals.csv", "a pair names an unknown pid");
  const groups = groupBytes ? parseList(groupList, groupBytes, format, "groups.csv") : [];
  const isOfFrame = groups.length === frame.length && groups.every(({ pid }, i) => pid === frame[i]?.pid);
  if (hasGroups && !isOfFrame) fail(format, "groups.csv", "its pids are not the frame's");
  return { roster, recusals, groups };
}

function checkPlanRules(plan: Plan): void {
  const broken = (why: string): never => fail("PLAN_RULES", "plan.json", why);
  const ids = new Set<string>();
  let publicSeen = false;
  for (const source of plan.sources) {
    if (ids.has(source.id)) broken(`source ${source.id} twice`);
    ids.add(source.id);
    if (!isPublic(source) && publicSeen) broken("a commitment stands after a public source");
    publicSeen ||= isPublic(source);
  }
  if (!publicSeen) broken("no public source");
  const { last } = eventTimes(plan);
  const deadline = secondsOf(plan.deadline);
  if (deadline < last || deadline > last + deadlineMost)
    broken("the deadline is not within 72 hours after the last event");
  if (plan.margin_s < marginLeast) broken("a margin below ten minutes");
  for (const source of plan.sources)
    if (source.kind === "drand" && secondsOf(source.time) !== drandTime(source.chain, source.round))
      broken(`source ${source.id}: the round is due at another time`);
}

export function checkOrder(draw: Draw): void {
  const { frame, roster, plan, reveal, seed, result, voided } = draw;
  const disorder = (entry: Entry<unknown>, why: string): never => fail("ORDER", `${entry.name}.entry`, why);
  const { first, last } = eventTimes(plan.body);
  const isInTime = (entry: Entry<unknown>): boolean => entry.witnessed + plan.body.margin_s <= first;
  const late = "not witnessed the margin before the first event";
  for (const list of [frame, roster])
    if (list.leaf.seq >= plan.leaf.seq) disorder(list, "logged after the plan");
  if (!isInTime(plan)) fail("PLAN_AFTER_EVENT", "plan.tlog-proof", late);
  if (reveal) {
    if (plan.checkpoint.size > reveal.leaf.seq) disorder(reveal, "logged before the plan was witnessed");
    if (!isInTime(reveal)) fail("REVEAL_AFTER_EVENT", "reveal.tlog-proof", late);
  }
  if (seed) {
    if (seed.leaf.seconds < last) fail("SEED_BEFORE_EVENT", "seed.entry", "logged before the last event");
    if ((reveal ?? plan).checkpoint.size > seed.leaf.seq)
      disorder(seed, "logged before what precedes it was witnessed");
  }
  if (result) {
    if (!seed) return missing("seed.entry");
    if (seed.leaf.seq >= result.leaf.seq) disorder(result, "logged before the seed");
    if (result.witnessed > secondsOf(plan.body.deadline))
      fail("RESULT_LATE", "result.tlog-proof", "witnessed after the deadline");
  }
  if (!voided) return;
  const before: (Entry<unknown> | undefined)[] = [frame, roster, plan, reveal, seed, result];
  if (before.some((entry) => entry && entry.leaf.seq >= voided.leaf.seq))
    disorder(voided, "not the last of the draw's entries");
}
