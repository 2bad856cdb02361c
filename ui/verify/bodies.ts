// The bodies of draw-publication.md section 5, each with its strict reader.
import { member, parseCanonical, type Json } from "./cj.ts";
import {
  drandChains,
  isActor,
  isAuthority,
  isCeremonyId,
  isCode,
  isDrawId,
  isHash,
  isIdent,
  picksArePossible,
} from "./forms.ts";
import { suites } from "./hashes.ts";
import {
  anyText,
  count,
  hash,
  hashOrEmpty,
  hexBytes,
  list,
  object,
  objectAt,
  oneOf,
  SchemaFlaw,
  text,
  time,
  where,
  type Reader,
} from "./schema.ts";
import { fail } from "./verdict.ts";
import type { Bytes } from "./bytes.ts";

const version1 = count(1, 1);
const drawId = text(isDrawId);
const ident = text(isIdent);
const code = text(isCode);
const pid = text(isHash);

/** 2 allows reserves. Without one the version 1 reader says that it is missing. */
function versionOf(value: Json, at: string): number {
  const version = member(objectAt(value, at), "v");
  return version === undefined ? 1 : count(1, 2)(version, `${at}/v`);
}

const ascends = <Item>(items: readonly Item[], key: (item: Item) => string): boolean =>
  items.every((item, i) => {
    const before = items[i - 1];
    return before === undefined || key(before) < key(item);
  });

const planRefs = object({ draw: drawId, plan_hash: hash });
const plansAscend = ({ plans }: { plans: readonly { draw: string }[] }): boolean =>
  ascends(plans, ({ draw }) => draw);
const notAscendingByDraw = "not ascending by draw";

const commitSource = object({
  id: ident,
  kind: oneOf("commit"),
  org: anyText,
  own: count(0, 1),
  commitment: hash,
});
const pickSource = where(
  object({
    id: ident,
    kind: oneOf("dice", "lottery"),
    time,
    place: anyText,
    pick: list(object({ times: count(1), k: count(1), lo: count(), hi: count() })),
  }),
  ({ pick }) => picksArePossible(pick),
  "pick",
  "cannot be picked",
);
const drandSource = object({
  id: ident,
  kind: oneOf("drand"),
  time,
  chain: oneOf(...drandChains),
  round: count(1, 2 ** 40),
});
export type PublicSource = ReturnType<typeof pickSource> | ReturnType<typeof drandSource>;
export type SeedSource = ReturnType<typeof commitSource> | PublicSource;

const source: Reader<SeedSource> = (value, at) => {
  const given = member(objectAt(value, at), "kind");
  if (given === undefined) return pickSource(value, at); // which says so
  const kind = oneOf("commit", "dice", "lottery", "drand")(given, `${at}/kind`);
  if (kind === "commit") return commitSource(value, at);
  return kind === "drand" ? drandSource(value, at) : pickSource(value, at);
};

export const readFrame = object({
  v: version1,
  suite: oneOf(...suites),
  pool: anyText,
  rows: count(),
  rows_hash: hash,
  excluded: count(),
  excluded_hash: hash,
  registry: object({ total: count(), by_status: list(object({ status: code, count: count() })) }),
  weight_rule: object({ id: anyText, sha256: hash, ratio_max: count(1) }),
});
export type Frame = ReturnType<typeof readFrame>;

export const readRoster = object({
  v: version1,
  suite: oneOf(...suites),
  rows: count(),
  rows_hash: hash,
  recusals: count(),
  recusals_hash: hash,
  groups_hash: hashOrEmpty,
});
export type Roster = ReturnType<typeof readRoster>;

const reservesWanted = { reserves: count() };
const planWith = (hasReserves: boolean) =>
  object(
    {
      v: count(1, 2),
      draw: drawId,
      authority: text(isAuthority),
      year: count(2000, 2199),
      number: count(1),
      item: anyText,
      alg: oneOf("dr1/sha256", "dr1/sm3"),
      frame_entry: hash,
      frame_hash: hash,
      roster_entry: hash,
      roster_hash: hash,
      strata: list(object({ id: ident, n: count(), k: count() }, optionalIf(hasReserves, reservesWanted))),
      profile: oneOf("standard", "joint"),
      ceremony: text(isCeremonyId),
      sources: list(source),
      margin_s: count(),
      deadline: time,
      policy: hash,
    },
    { replaces: drawId },
  );

/** The type is that of the version that has them; a v 1 body with one is refused as an unknown member. */
function optionalIf<S>(isThere: boolean, members: S): S {
  return isThere ? members : ({} as S);
}

const plans = [planWith(false), planWith(true)] as const;
export const readPlan: Reader<Plan> = (value, at) => plans[versionOf(value, at) === 2 ? 1 : 0](value, at);
export type Plan = ReturnType<(typeof plans)[0]>;

export const readReveal = where(
  object({
    v: version1,
    ceremony: text(isCeremonyId),
    plans: list(planRefs),
    values: list(object({ id: ident, value: hash })),
  }),
  plansAscend,
  "plans",
  notAscendingByDraw,
);
export type Reveal = ReturnType<typeof readReveal>;

const evidence = object({ kind: oneOf("video", "photo", "sheet", "page"), sha256: hash, bytes: count() });
export const readSeed = where(
  object({
    v: version1,
    ceremony: text(isCeremonyId),
    sources_hash: hash,
    plans: list(planRefs),
    recorders: list(text(isActor)),
    values: list(object({ id: ident, value: hexBytes, evidence: list(evidence) }, { signature: hexBytes })),
  }),
  plansAscend,
  "plans",
  notAscendingByDraw,
);
export type Seed = ReturnType<typeof readSeed>;
export type SeedValue = Seed["values"][number];

const assignment = list(object({ target: pid, inspectors: list(pid) }));
export type Assignment = ReturnType<typeof assignment>;

const isDecimal = (given: string): boolean => /^(?:0|[1-9][0-9]{0,38})$/.test(given);
const isFraction = (given: string): boolean => {
  const [numerator = "", denominator = "", ...more] = given.split("/");
  return isDecimal(numerator) && isDecimal(denominator) && more.length === 0;
};

const drawn = list(object({ pid, pi: text(isFraction), ticket: hash }));
const reservesNamed = { reserves: list(object({ pid, ticket: hash })) };
const resultWith = (hasReserves: boolean) =>
  object({
    v: count(1, 2),
    draw: drawId,
    plan_hash: hash,
    seed_entry: hash,
    seed: hash,
    strata: list(
      object(
        {
          id: ident,
          N: count(),
          n: count(),
          n_random: count(),
          W: text(isDecimal),
          r: text((given) => given === "" || isDecimal(given)),
          start_attempts: count(),
          certain: drawn,
          selected: drawn,
        },
        optionalIf(hasReserves, reservesNamed),
      ),
    ),
    max_load: count(),
    assignment,
    hall: list(pid),
  });
const results = [resultWith(false), resultWith(true)] as const;
export const readResult: Reader<DrawResult> = (value, at) =>
  results[versionOf(value, at) === 2 ? 1 : 0](value, at);
export type DrawResult = ReturnType<(typeof results)[0]>;

export const readVoid = object({
  v: version1,
  draw: drawId,
  plan_hash: hash,
  stage: oneOf("before_event", "after_seed"),
  reason: code,
  text: anyText,
  result: hashOrEmpty,
});
export type Void = ReturnType<typeof readVoid>;

export const readRecusal = object({
  v: version1,
  draw: drawId,
  plan_hash: hash,
  target: pid,
  inspector: pid,
  ground: code,
  reason: hash,
  replacement: hashOrEmpty,
  limit: count(),
});
export type Recusal = ReturnType<typeof readRecusal>;

export const readOpen = where(
  object({
    v: version1,
    draw: drawId,
    plan_hash: hash,
    units: list(object({ pid, identifier: ident, salt: hash })),
    inspectors: list(object({ ipid: pid, certificate: anyText, salt: hash })),
  }),
  ({ units }) => ascends(units, (unit) => unit.pid),
  "units",
  "not ascending by pid",
);
export type Open = ReturnType<typeof readOpen>;

export const readErase = object({
  v: version1,
  draw: drawId,
  plan_hash: hash,
  files: list(anyText),
  ground: code,
});
export type Erase = ReturnType<typeof readErase>;

/** Section 11: inspectors named by a person because matching failed. */
export const readAssign = object({ v: version1, draw: drawId, plan_hash: hash, reason: code, assignment });
export type Assign = ReturnType<typeof readAssign>;

/** NOT_CANONICAL, SCHEMA. */
export function readBody<Body>(read: Reader<Body>, bytes: Bytes, file: string): Body {
  const json = parseCanonical(bytes);
  if (json === undefined) return fail("NOT_CANONICAL", file, "not canonical JSON");
  try {
    return read(json, "");
  } catch (error) {
    if (error instanceof SchemaFlaw) return fail("SCHEMA", file, error.message);
    throw error;
  }
}
