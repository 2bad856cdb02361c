// Steps 9 and 10 of draw-publication.md section 7: a draw thrown away is shown, and there is no second one.
import { sameBytes, type Bytes } from "./bytes.ts";
import { has, needed, type Draw, type Entry } from "./entries.ts";
import { parseDrawId, secondsOf } from "./forms.ts";
import { sha256Hex } from "./hashes.ts";
import { readLeaf, type Leaf } from "./leaf.ts";
import { eventTimes } from "./lists.ts";
import type { PublishedResult } from "./outcome.ts";
import { fail, missing } from "./verdict.ts";

/** One series of draws: plans 1, 2, 3 …, each with at most one RESULT and one VOID, nothing after VOID. */
export class SeriesRules {
  private readonly states: { hasResult: boolean; isVoid: boolean }[] = []; // of number i + 1

  /** In log order. */
  take({ type, number }: Leaf): "SERIES_GAP" | "SERIES_TWICE" | undefined {
    if (type === "draw.plan") {
      if (number !== this.states.length + 1) return "SERIES_GAP";
      this.states.push({ hasResult: false, isVoid: false });
      return undefined;
    }
    const state = this.states[number - 1];
    if (!state) return "SERIES_GAP";
    if (state.isVoid || (type === "draw.result" && state.hasResult)) return "SERIES_TWICE";
    if (type === "draw.void") state.isVoid = true;
    else state.hasResult = true;
    return undefined;
  }

  get planned(): number {
    return this.states.length;
  }

  isVoid(number: number): boolean {
    return this.states[number - 1]?.isVoid ?? false;
  }

  /** Numbers planned with neither RESULT nor VOID. */
  get pending(): number[] {
    return this.states.flatMap(({ hasResult, isVoid }, i) => (hasResult || isVoid ? [] : [i + 1]));
  }
}

export async function checkVoid(draw: Draw, published: PublishedResult | undefined): Promise<void> {
  const { plan, reveal, seed, result, voided } = draw;
  const agree = (holds: boolean, why: string): unknown =>
    holds || fail("VOID_WITHOUT_RESULT", "void.json", why);
  if (voided?.body.stage === "before_event") {
    agree(voided.witnessed < eventTimes(plan.body).first, "not witnessed before the event");
    agree(!reveal && !seed, "values were already opened");
    agree(!published && voided.body.result === "", "there cannot be a result before the event");
  }
  if (voided?.body.stage === "after_seed") {
    agree(seed !== undefined, "the seed is not shown");
    if (!published) return fail("VOID_WITHOUT_RESULT", "void.json", "the result thrown away is not shown");
    agree(voided.body.result === sha256Hex(published.bytes), "its result is not the SHA-256 of result.json");
  }
  if (result || voided) return;
  if (draw.options.at > secondsOf(plan.body.deadline))
    fail("OVERDUE", "plan.json", "neither a result nor a void by the deadline");
  if (await has(draw.files, "result.json")) missing("result.entry");
}

const file = "series.jsonl";
const at = (i: number): string => `line ${i + 1}: `;

export async function checkSeries(draw: Draw): Promise<SeriesRules> {
  const leaves = linesOfBytes(await needed(draw.files, file)).map((line, i) => readLeaf(line, file, at(i)));
  checkChain(draw, leaves);
  checkEnd(draw, leaves);
  return checkRules(draw, leaves);
}

/** Lines as bytes: what is not UTF-8 is refused with its line. */
function linesOfBytes(bytes: Bytes): Bytes[] {
  const lines: Bytes[] = [];
  for (let begin = 0; begin < bytes.length;) {
    const end = bytes.indexOf(0x0a, begin);
    if (end < 0) return fail("NOT_CANONICAL", file, "it does not end in a line feed");
    lines.push(bytes.subarray(begin, end));
    begin = end + 1;
  }
  return lines;
}

function checkChain({ plan }: Draw, leaves: readonly Leaf[]): void {
  const chain = `draws/${plan.body.authority}/${plan.body.year}`;
  let previous: Leaf | undefined;
  for (const [i, leaf] of leaves.entries()) {
    const broken = (why: string): never => fail("SERIES_CHAIN", file, at(i) + why);
    if (leaf.chain !== chain) broken("another series");
    if (leaf.prev !== (previous?.hash ?? "")) broken("its prev is not the line before");
    if (previous && leaf.seq <= previous.seq) broken("not in log order");
    previous = leaf;
  }
}

/** This draw's entries are in it, and the last of them ends it. */
function checkEnd({ plan, result, voided }: Draw, leaves: readonly Leaf[]): void {
  let last: Entry<unknown> = plan;
  for (const entry of [plan, result, voided]) {
    if (!entry) continue;
    if (!leaves.some(({ bytes }) => sameBytes(bytes, entry.leaf.bytes)))
      fail("SERIES_CHAIN", file, `this draw's ${entry.name} is not in it`);
    if (entry.leaf.seq > last.leaf.seq) last = entry;
  }
  if (leaves.at(-1)?.hash !== last.leaf.hash)
    fail("SERIES_CHAIN", file, `${at(leaves.length - 1)}it goes on after this draw's last entry`);
}

function checkRules({ plan }: Draw, leaves: readonly Leaf[]): SeriesRules {
  const rules = new SeriesRules();
  for (const [i, leaf] of leaves.entries()) {
    const error = rules.take(leaf);
    if (error) return fail(error, file, `${at(i)}number ${leaf.number}`);
    const { replaces, authority, year } = plan.body;
    if (leaf.hash !== plan.leaf.hash || replaces === undefined) continue;
    const replaced = parseDrawId(replaces);
    const isOfSeries = replaced?.authority === authority && replaced.year === year;
    if (!isOfSeries || !rules.isVoid(replaced.number))
      fail("REPLACES_NOT_VOID", "plan.json", `${replaces} was not void before this plan`);
  }
  return rules;
}
