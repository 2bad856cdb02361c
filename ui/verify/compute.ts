// What a draw's published inputs determine: the draw, the matching, and what recusals do to them.
import type { Assignment, DrawResult, Plan, Seed } from "./bodies.ts";
import { bytesOfHex, hexOf, type Bytes } from "./bytes.ts";
import type { FrameRow, GroupRow, RecusalRow, RosterRow } from "./csv.ts";
import { draw, drawSeed, type StratumResult } from "./draw.ts";
import { match, MatchAfterRecusals, type MatchInspector, type MatchTarget, type Pairs } from "./match.ts";
import type { Suite } from "./hashes.ts";

export interface DrawInputs {
  readonly plan: Plan;
  readonly planHash: string;
  readonly seedEntry: string;
  readonly seed: Seed;
  readonly frame: readonly FrameRow[];
  readonly roster: readonly RosterRow[];
  readonly recusals: readonly RecusalRow[];
  readonly groups: readonly GroupRow[]; // empty: a unit's group is its stratum
}

export const suiteOf = (plan: Plan): Suite => (plan.alg === "dr1/sm3" ? "sm3" : "sha256");

/** Of hex digits whose form was checked. */
export function bytesOfHash(hex: string): Bytes {
  const bytes = bytesOfHex(hex);
  if (!bytes) throw new TypeError(`not hexadecimal: ${hex}`);
  return bytes;
}

function seedOf(inputs: DrawInputs): Bytes {
  const values = inputs.seed.values.map(({ id, value }) => ({ id, value: bytesOfHash(value) }));
  return drawSeed(suiteOf(inputs.plan), inputs.plan.draw, bytesOfHash(inputs.planHash), values);
}

type ResultStratum = DrawResult["strata"][number];

function publish(id: string, result: StratumResult, namesReserves: boolean): ResultStratum {
  const listed = (units: StratumResult["certain"]): ResultStratum["certain"] =>
    units.map(({ id: pid, pi, ticket }) => ({ pid, pi, ticket }));
  return {
    id,
    N: result.N,
    n: result.n,
    n_random: result.nRandom,
    W: String(result.W),
    r: result.start ? String(result.start.r) : "",
    start_attempts: result.start?.attempts ?? 0,
    certain: listed(result.certain),
    selected: listed(result.selected),
    ...(namesReserves && { reserves: result.reserves.map(({ id: pid, ticket }) => ({ pid, ticket })) }),
  };
}

/** Every drawn unit with its stratum, in the result's order. */
export function drawnUnits(result: Pick<DrawResult, "strata">): { pid: string; stratum: string }[] {
  return result.strata.flatMap(({ id, certain, selected }) =>
    [...certain, ...selected].map(({ pid }) => ({ pid, stratum: id })),
  );
}

interface MatchSides {
  readonly targets: readonly MatchTarget[];
  readonly inspectors: readonly MatchInspector[];
}

function matchSides(inputs: DrawInputs, result: Pick<DrawResult, "strata">): MatchSides {
  const holders = new Map<string, number[]>(); // of a group
  const places = new Map<string, number>();
  inputs.roster.forEach(({ ipid, groups }, inspector) => {
    places.set(ipid, inspector);
    for (const group of groups) {
      const list = holders.get(group) ?? [];
      list.push(inspector);
      holders.set(group, list);
    }
  });
  const recused = new Set(inputs.recusals.map(({ ipid, pid }) => `${places.get(ipid)} ${pid}`));
  const groupOf = new Map(inputs.groups.map(({ pid, group }) => [pid, group]));
  const needOf = new Map(inputs.plan.strata.map(({ id, k }) => [id, k]));
  const targets = drawnUnits(result).map(({ pid, stratum }) => ({
    id: pid,
    need: needOf.get(stratum) ?? 0,
    eligible: (holders.get(groupOf.get(pid) ?? stratum) ?? []).filter(
      (inspector) => !recused.has(`${inspector} ${pid}`),
    ),
  }));
  return { targets, inspectors: inputs.roster.map(({ ipid, cap }) => ({ id: ipid, cap })) };
}

/** The whole body of RESULT. Throws DrawRefusal. */
export function computeResult(inputs: DrawInputs): DrawResult {
  const { plan } = inputs;
  const suite = suiteOf(plan);
  const seed = seedOf(inputs);
  const units = inputs.frame.map(({ pid, stratum, weight }) => ({ id: pid, stratum, weight }));
  const drawn = draw(suite, seed, plan.strata, units);
  const strata = plan.strata.flatMap(({ id, reserves }, i) => {
    const result = drawn[i];
    return result ? [publish(id, result, reserves !== undefined)] : [];
  });
  const { targets, inspectors } = matchSides(inputs, { strata });
  const made = match(suite, seed, targets, inspectors);
  return {
    v: plan.v,
    draw: plan.draw,
    plan_hash: inputs.planHash,
    seed_entry: inputs.seedEntry,
    seed: hexOf(seed),
    strata,
    max_load: made.maxLoad,
    assignment: made.assignment.map((pairs) => ({
      target: targets[pairs.target]?.id ?? "",
      inspectors: pairs.inspectors.map((inspector) => inspectors[inspector]?.id ?? ""),
    })),
    hall: made.hall.map((target) => targets[target]?.id ?? ""),
  };
}

/** Recusals after the draw, one after the other, in the words of the published bodies. */
export class RecusalReplay {
  private readonly targets: Map<string, number>;
  private readonly inspectors: Map<string, number>;
  private readonly names: readonly string[];
  private readonly replay: MatchAfterRecusals;

  /** `assignment`: the result's, or that of a direct assignment, which may borrow from outside the roster. */
  constructor(inputs: DrawInputs, result: DrawResult, assignment: Assignment) {
    const sides = matchSides(inputs, result);
    const rostered = new Set(sides.inspectors.map(({ id }) => id));
    const assigned = new Set(assignment.flatMap(({ inspectors }) => inspectors));
    const borrowed = [...assigned].filter((id) => !rostered.has(id)).map((id) => ({ id, cap: 0 }));
    const inspectors = [...sides.inspectors, ...borrowed];
    this.names = inspectors.map(({ id }) => id);
    this.targets = new Map(sides.targets.map(({ id }, place) => [id, place]));
    this.inspectors = new Map(this.names.map((id, place) => [id, place]));
    const pairs: Pairs[] = assignment.map((given) => ({
      target: this.targets.get(given.target) ?? -1,
      inspectors: given.inspectors.map((ipid) => this.inspectors.get(ipid) ?? -1),
    }));
    const loads = inspectors.map(
      (_, place) => pairs.filter((pair) => pair.inspectors.includes(place)).length,
    );
    // The published limit is what may be exceeded by need; direct assignments have none.
    const maxLoad = result.max_load > 0 ? result.max_load : Math.max(0, ...loads);
    const seed = bytesOfHash(result.seed);
    this.replay = new MatchAfterRecusals(
      suiteOf(inputs.plan),
      seed,
      sides.targets,
      inspectors,
      pairs,
      maxLoad,
    );
  }

  /** Nothing: that inspector is not on that target. */
  recuse(target: string, inspector: string): { replacement: string; limit: number } | undefined {
    const outcome = this.replay.recuse(this.targets.get(target) ?? -1, this.inspectors.get(inspector) ?? -1);
    if (!outcome) return undefined;
    const replacement = outcome.inspector === undefined ? "" : (this.names[outcome.inspector] ?? "");
    return { replacement, limit: outcome.limit };
  }
}
