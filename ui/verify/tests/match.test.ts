// Matching and recusals (draw.md section 5) against the vectors and against the rule word for word.
import assert from "node:assert/strict";
import test from "node:test";
import { bytesOf, bytesOfHex } from "../bytes.ts";
import { DrawRefusal } from "../draw.ts";
import { sha256, type Suite } from "../hashes.ts";
import {
  match,
  MatchAfterRecusals,
  pairOrder,
  targetOrder,
  type Match,
  type MatchInspector,
  type MatchTarget,
  type Pairs,
} from "../match.ts";
import { Choices } from "./choices.ts";
import { parseOwn, readDiskText, root } from "./files.ts";

interface MatchCase {
  readonly name: string;
  readonly suite: Suite;
  readonly seed: string;
  readonly need: Readonly<Record<string, number>>;
  readonly cap: Readonly<Record<string, number>>;
  readonly elig: Readonly<Record<string, readonly string[]>>;
  readonly max_load: number;
  readonly assignment: Readonly<Record<string, readonly string[]>>;
}

test("the vectors of the matching", () => {
  const cases = parseOwn<MatchCase[]>(readDiskText(root, "src/statsapi/tests/data/match-vectors.json"));
  assert.equal(cases.length, 4);
  for (const { name, suite, seed, need, cap, elig, max_load, assignment } of cases) {
    const inspectors = Object.entries(cap).map(([id, most]) => ({ id, cap: most }));
    const targets = Object.entries(need).map(([id, wanted]) => ({
      id,
      need: wanted,
      eligible: (elig[id] ?? []).map((inspector) => inspectors.findIndex((one) => one.id === inspector)),
    }));
    const made = match(suite, bytesOfHex(seed) ?? new Uint8Array(), targets, inspectors);
    const named = made.assignment.map(({ target, inspectors: taken }) => [
      targets[target]?.id,
      taken.map((inspector) => inspectors[inspector]?.id),
    ]);
    assert.equal(made.maxLoad, max_load, name);
    assert.deepEqual(named, Object.entries(assignment), name);
  }
});

interface Example {
  readonly targets: readonly MatchTarget[];
  readonly inspectors: readonly MatchInspector[];
}

function example(
  need: readonly number[],
  caps: readonly number[],
  eligible: readonly (readonly number[])[],
): Example {
  return {
    targets: need.map((wanted, t) => ({ id: `t${t}`, need: wanted, eligible: eligible[t] ?? [] })),
    inspectors: caps.map((cap, i) => ({ id: `i${i}`, cap })),
  };
}

function randomExample(choices: Choices, targetsMost: number, inspectorsMost: number): Example {
  const caps = Array.from({ length: 1 + choices.below(inspectorsMost) }, () => choices.below(4));
  const need = Array.from({ length: 1 + choices.below(targetsMost) }, () => choices.below(3));
  const density = 20 + choices.below(75);
  const eligible = need.map(() => caps.flatMap((_, i) => (choices.below(100) < density ? [i] : [])));
  return example(need, caps, eligible);
}

/** By trying everything: can `taken` be completed with nobody above `load` or his cap? */
function canComplete({ targets, inspectors }: Example, load: number, taken: readonly Pairs[]): boolean {
  const room = inspectors.map(({ cap }) => Math.min(cap, load));
  const takenBy = new Map(taken.map(({ target, inspectors: list }) => [target, list]));
  for (const inspector of taken.flatMap((pairs) => pairs.inspectors))
    room[inspector] = (room[inspector] ?? 0) - 1;
  if (room.some((left) => left < 0)) return false;
  const place = (t: number, from: number, wanted: number): boolean => {
    const target = targets[t];
    if (!target) return true;
    if (wanted < 0) return false;
    if (wanted === 0) return place(t + 1, 0, wantedOf(t + 1));
    for (let k = from; k < target.eligible.length; k += 1) {
      const inspector = target.eligible[k] ?? 0;
      if ((room[inspector] ?? 0) < 1 || takenBy.get(t)?.includes(inspector)) continue;
      room[inspector] = (room[inspector] ?? 0) - 1;
      const fits = place(t, k + 1, wanted - 1);
      room[inspector] = (room[inspector] ?? 0) + 1;
      if (fits) return true;
    }
    return false;
  };
  const wantedOf = (t: number): number => (targets[t]?.need ?? 0) - (takenBy.get(t)?.length ?? 0);
  return place(0, 0, wantedOf(0));
}

/** draw.md section 5, word for word; nothing when no assignment exists. */
function byTheBook(given: Example, seed: Uint8Array): { maxLoad: number; assignment: Pairs[] } | undefined {
  const capMost = Math.max(0, ...given.inspectors.map(({ cap }) => cap));
  let maxLoad = 0;
  while (maxLoad <= capMost && !canComplete(given, maxLoad, [])) maxLoad += 1;
  if (maxLoad > capMost) return undefined;
  const assignment: Pairs[] = [];
  for (const t of targetOrder("sha256", seed, given.targets)) {
    const target = given.targets[t];
    assert.ok(target);
    let inspectors: number[] = [];
    for (const i of pairOrder("sha256", seed, target, given.inspectors)) {
      if (inspectors.length === target.need) break;
      const tried = [...inspectors, i];
      if (canComplete(given, maxLoad, [...assignment, { target: t, inspectors: tried }])) inspectors = tried;
    }
    assignment.push({ target: t, inspectors });
  }
  return { maxLoad, assignment };
}

/** The certificate proves itself: its targets need more than their eligible inspectors can carry. */
function provesItself({ targets, inspectors }: Example, { hall }: Match): boolean {
  const named = hall.flatMap((t) => targets[t] ?? []);
  const carried = inspectors.map(({ cap }, i) =>
    Math.min(cap, named.filter(({ eligible }) => eligible.includes(i)).length),
  );
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  return sum(named.map(({ need }) => need)) > sum(carried);
}

const solve = ({ targets, inspectors }: Example, seed: Uint8Array): Match =>
  match("sha256", seed, targets, inspectors);

test("agrees with trying everything", () => {
  const choices = new Choices("match");
  let impossible = 0;
  for (let round = 0; round < 400; round += 1) {
    const seed = sha256(bytesOf(`seed ${round}`));
    const given = randomExample(choices, 5, 5);
    const expected = byTheBook(given, seed);
    const made = solve(given, seed);
    assert.deepEqual(made.assignment, expected?.assignment ?? [], `round ${round}`);
    assert.equal(made.maxLoad, expected?.maxLoad ?? 0);
    assert.equal(made.hall.length > 0, expected === undefined);
    if (!expected) impossible += 1;
    if (!expected) assert.ok(provesItself(given, made));
  }
  assert.ok(impossible > 50);
});

test("in tight chains nearly every pair has to reroute", () => {
  const choices = new Choices("chains");
  for (let round = 0; round < 60; round += 1) {
    const size = 4 + choices.below(7);
    const ones = Array.from({ length: size }, () => 1);
    const eligible = ones.map((_, t) => [...new Set([t, (t + 1) % size, choices.below(size)])]);
    const given = example(ones, ones, eligible);
    const seed = sha256(bytesOf(`chain ${round}`));
    assert.deepEqual(solve(given, seed).assignment, byTheBook(given, seed)?.assignment);
  }
});

test("nobody, no need, nobody to send", () => {
  const seed = new Uint8Array(32);
  assert.deepEqual(solve(example([], [], []), seed), { maxLoad: 0, assignment: [], hall: [] });
  assert.equal(solve(example([0, 0], [3], [[0], [0]]), seed).assignment.length, 2);
  assert.deepEqual(solve(example([1, 0], [], [[], []]), seed).hall, [0]);
  // The third is served by an inspector nobody in want can reach: it is not part of the certificate.
  assert.deepEqual(solve(example([2, 1, 1], [1, 1, 5], [[0, 1], [1], [2]]), seed).hall, [0, 1]);
});

test("what is refused", () => {
  const code = ({ targets, inspectors }: Example): string => {
    try {
      match("sha256", new Uint8Array(32), targets, inspectors);
      return "";
    } catch (error) {
      return error instanceof DrawRefusal ? error.code : "another error";
    }
  };
  const two = example([1, 1], [1, 1], [[0], [1]]);
  assert.equal(code(two), "");
  assert.equal(
    code({ ...two, targets: two.targets.map((one) => ({ ...one, id: "t" })) }),
    "duplicate_target",
  );
  const same = { ...two, inspectors: two.inspectors.map((one) => ({ ...one, id: "i" })) };
  assert.equal(code(same), "duplicate_inspector");
  assert.equal(code(example([1], [1], [[1]])), "unknown_inspector");
  assert.equal(code(example([1], [1], [[0, 0]])), "duplicate_pair");
});

test("recusals: the first candidate below the least limit, never who was recused", () => {
  const seed = sha256(bytesOf("seed 2"));
  const given = example([1], [1, 1, 1], [[0, 1, 2]]);
  const made = solve(given, seed);
  const [target] = given.targets;
  assert.ok(target);
  const [first = -1, second = -1, third = -1] = pairOrder("sha256", seed, target, given.inspectors);
  assert.deepEqual(made.assignment, [{ target: 0, inspectors: [first] }]);
  const { targets, inspectors } = given;
  const after = new MatchAfterRecusals("sha256", seed, targets, inspectors, made.assignment, made.maxLoad);
  assert.deepEqual(after.recuse(0, first), { inspector: second, limit: 1 });
  assert.equal(after.recuse(0, first), undefined);
  assert.deepEqual(after.recuse(0, second), { inspector: third, limit: 1 });
  assert.deepEqual(after.recuse(0, third), { limit: 0 });
  assert.equal(after.recuse(99, 0), undefined);
});

test("the limit rises only when it must", () => {
  const seed = sha256(bytesOf("seed 1"));
  const { targets, inspectors } = example(
    [1, 1, 1],
    [2, 1, 1],
    [
      [0, 1, 2],
      [0, 1, 2],
      [0, 1, 2],
    ],
  );
  const made = match("sha256", seed, targets, inspectors);
  assert.equal(made.maxLoad, 1);
  for (const { target, inspectors: taken } of made.assignment) {
    const leaving = taken[0] ?? -1;
    const after = new MatchAfterRecusals("sha256", seed, targets, inspectors, made.assignment, 1);
    // Only the first has room for a second target.
    assert.deepEqual(
      after.recuse(target, leaving),
      leaving === 0 ? { limit: 0 } : { inspector: 0, limit: 2 },
    );
  }
});
