// DR-1 and SM3 by themselves, against published vectors and against the rules word for word.
import assert from "node:assert/strict";
import test from "node:test";
import { bytesOf, bytesOfHex, hexOf } from "../bytes.ts";
import { bytesOfHash } from "../compute.ts";
import {
  draw,
  DrawRefusal,
  drawSeed,
  drawStart,
  saltedPid,
  type DrawnUnit,
  type DrawUnit,
  type StratumResult,
} from "../draw.ts";
import { sha256, type Suite } from "../hashes.ts";
import { sm3 } from "../sm3.ts";
import { parseOwn, readDiskText, root } from "./files.ts";

interface DrawCase {
  readonly name: string;
  readonly suite: Suite;
  readonly draw_id: string;
  readonly plan_hash: string;
  readonly sources: readonly { id: string; value_hex: string }[];
  readonly strata: readonly { id: string; n: number }[];
  readonly units: readonly { id: string; stratum: string; w: string }[];
  readonly seed?: string;
  readonly expected?: Readonly<Record<string, object>>;
  readonly error?: string;
}

const dataOf = (name: string): string => readDiskText(root, "src/statsapi/tests/data", name);

/** In the form of the vectors; `tickets` are the first five of certain ‖ selected. */
function shown({ certain, selected, nRandom, W, start }: StratumResult): object {
  const all = [...certain, ...selected];
  const ids = (units: readonly DrawnUnit[]): string[] => units.map(({ id }) => id);
  return {
    certain: ids(certain),
    selected: ids(selected),
    n_random: nRandom,
    W: String(W),
    r: start ? String(start.r) : null,
    start_attempts: start?.attempts ?? 0,
    pi: Object.fromEntries(all.map(({ id, pi }) => [id, pi])),
    tickets: Object.fromEntries(all.slice(0, 5).map(({ id, ticket }) => [id, ticket])),
  };
}

function drawCase({ suite, draw_id, plan_hash, sources, strata, units }: DrawCase): object {
  const values = sources.map(({ id, value_hex }) => ({ id, value: bytesOfHash(value_hex) }));
  const seed = drawSeed(suite, draw_id, bytesOfHash(plan_hash), values);
  const weighed = units.map(({ id, stratum, w }) => ({ id, stratum, weight: BigInt(w) }));
  try {
    const results = draw(suite, seed, strata, weighed);
    const expected = Object.fromEntries(strata.map(({ id }, i) => [id, shown(at(results, i))]));
    return { seed: hexOf(seed), expected };
  } catch (error) {
    if (error instanceof DrawRefusal) return { error: error.message };
    throw error;
  }
}

function at<T>(list: readonly T[], place: number): T {
  const item = list[place];
  assert.ok(item !== undefined);
  return item;
}

test("SM3: the two examples of GB/T 32905", () => {
  const digest = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
  assert.equal(hexOf(sm3(bytesOf("abc"))), digest);
  const long = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";
  assert.equal(hexOf(sm3(bytesOf("abcd".repeat(16)))), long);
});

test("SM3: lengths around a block, against OpenSSL", () => {
  let all = new Uint8Array();
  for (let length = 0; length < 130; length += 1)
    all = new Uint8Array([...all, ...sm3(new Uint8Array(length).fill(0x61))]);
  assert.equal(hexOf(sm3(all)), "d3cbe69523d093829dddb27fd19e1350dfc45571fa2753a78033623e41287074");
});

test("the vectors of DR-1, refusals too", () => {
  // Weights above 2^53 would be rounded as numbers.
  const cases = parseOwn<DrawCase[]>(dataOf("draw-vectors.json").replace(/"w": ([0-9]+)/g, '"w": "$1"'));
  assert.equal(cases.length, 9);
  for (const one of cases) {
    const { seed, expected, error } = one;
    assert.deepEqual(drawCase(one), error === undefined ? { seed, expected } : { error }, one.name);
  }
});

test("pids are salted hashes", () => {
  const rows = parseOwn<{ suite: Suite; uscc: string; salt_hex: string; pid: string }[]>(
    dataOf("pid-vectors.json"),
  );
  assert.equal(rows.length, 2);
  for (const { suite, uscc, salt_hex, pid } of rows)
    assert.equal(saltedPid(suite, "unit", uscc, bytesOfHash(salt_hex)), pid);
});

const unit = (id: string, weight: bigint, stratum = "S"): DrawUnit => ({ id, stratum, weight });
const zeroSeed = new Uint8Array(32);
const one = (n: number, units: readonly DrawUnit[], reserves = 0): StratumResult =>
  at(draw("sha256", zeroSeed, [{ id: "S", n, reserves }], units), 0);

test("what is refused", () => {
  const code = (strata: readonly { id: string; n: number }[], units: readonly DrawUnit[]): string => {
    try {
      draw("sha256", zeroSeed, strata, units);
      return "";
    } catch (error) {
      return error instanceof DrawRefusal ? error.code : "another error";
    }
  };
  const [s, t] = [
    { id: "S", n: 1 },
    { id: "T", n: 1 },
  ];
  assert.equal(code([s], [unit("x", 1n), unit("x", 2n)]), "duplicate_unit_id");
  assert.equal(code([s, t], [unit("x", 1n), unit("x", 2n, "T")]), "duplicate_unit_id");
  assert.equal(code([s], [unit("x", 0n)]), "zero_weight");
  assert.equal(code([s], [unit("x", 1n, "T")]), "unknown_stratum");
  assert.equal(code([s, s], [unit("x", 1n)]), "duplicate_stratum");
  assert.equal(code([s], [unit("x", 1n), unit("y", 1n)]), "");
  const most = 2n ** 63n - 1n;
  const tooHeavy = [unit("a", most - 10n), unit("b", 5n), unit("c", 6n)];
  assert.equal(code([s], tooHeavy), "weight_overflow");
  assert.equal(code([{ id: "S", n: 5 }], tooHeavy), "weight_overflow"); // before the take-all rule
  assert.equal(code([{ id: "S", n: 0 }], tooHeavy), "");
  assert.equal(one(1, [unit("a", most - 10n), unit("b", 5n), unit("c", 5n)]).W, most);
});

test("draw.md section 4 word for word", () => {
  for (let round = 0; round < 200; round += 1) {
    const choices = sha256(bytesOf(`round ${round}`));
    const size = 2 + ((choices[0] ?? 0) % 30);
    const n = 1 + ((choices[1] ?? 0) % (size - 1));
    const units = Array.from({ length: size }, (_, i) =>
      unit(`u${i}`, 1n + BigInt((sha256(bytesOf(`${round} ${i}`))[0] ?? 0) % 40)),
    );
    const result = one(n, units);
    assert.equal(result.certain.length + result.selected.length, n);
    const weightOf = new Map(units.map(({ id, weight }) => [id, weight]));
    const certain = new Set(result.certain.map(({ id }) => id));
    const everybody = one(size, units).certain.map(({ id }) => id); // gives the ticket order
    const rest = everybody.filter((id) => !certain.has(id));
    const W = rest.reduce((sum, id) => sum + (weightOf.get(id) ?? 0n), 0n);
    assert.equal(result.W, W);
    const r = drawStart("sha256", zeroSeed, "S", W).r;
    const hits: string[] = [];
    let [C, p] = [0n, r];
    for (const id of rest) {
      C += BigInt(result.nRandom) * (weightOf.get(id) ?? 0n);
      if (p < C) {
        hits.push(id);
        p += W;
      }
    }
    assert.deepEqual(
      result.selected.map(({ id }) => id),
      hits,
    );
    assert.deepEqual(one(n, [...units].reverse()), result); // the list's order does not matter
  }
});

test("reserves are the first unselected", () => {
  const units = Array.from({ length: 8 }, (_, i) => unit(`u${i}`, BigInt(1 + ((i * 5) % 9))));
  const order = one(8, units).certain.map(({ id }) => id);
  const result = one(3, units, 2);
  const drawn = new Set([...result.certain, ...result.selected].map(({ id }) => id));
  assert.deepEqual(
    result.reserves.map(({ id }) => id),
    order.filter((id) => !drawn.has(id)).slice(0, 2),
  );
  assert.equal(one(0, units, 20).reserves.length, 8);
  assert.equal(one(8, units, 20).reserves.length, 0);
});

test("a start rejects only the surplus", () => {
  const threeQuarters = 2n ** 62n + 1n; // a word is refused with chance 1/4
  let attempts = 0;
  for (let i = 0; i < 400; i += 1) {
    const start = drawStart("sha256", sha256(bytesOf(String(i))), "S", threeQuarters);
    assert.ok(start.r < threeQuarters);
    attempts += start.attempts;
  }
  assert.ok(Math.abs(attempts / 400 - 4 / 3) < 0.17); // five standard errors
  assert.equal(bytesOfHex("AB"), undefined);
});
