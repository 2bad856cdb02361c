// DR-1, the draw anyone can recompute (draw.md): stratified, hash-ordered systematic sampling with
// probability proportional to size, without replacement. Integers only; weights are bigints.
import { bytesOf, hexOf, type Bytes } from "./bytes.ts";
import { hashOf, hashOrder, sha256, type Hashed, type Suite } from "./hashes.ts";
import { concat, tlv, u32 } from "./tlv.ts";

export interface SeedSource {
  readonly id: string;
  readonly value: Bytes; // empty: a commitment that was not opened
}

export interface DrawStratum {
  readonly id: string;
  readonly n: number; // units to draw
  readonly reserves?: number; // substitutes to name
}

export interface DrawUnit {
  readonly id: string;
  readonly stratum: string;
  readonly weight: bigint;
}

export interface DrawnUnit {
  readonly id: string;
  readonly pi: string; // n'·w/W, never reduced; certain 1/1
  readonly ticket: string;
}

export interface StratumResult {
  readonly N: number;
  readonly n: number;
  readonly nRandom: number; // n': drawn by the start, not certain
  readonly W: bigint; // weight of those not certain
  readonly start?: { readonly r: bigint; readonly attempts: number };
  // Each in ticket order.
  readonly certain: readonly DrawnUnit[];
  readonly selected: readonly DrawnUnit[];
  readonly reserves: readonly { readonly id: string; readonly ticket: string }[];
}

/** What draw.md refuses to draw or to match; the message says why. */
export class DrawRefusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const label = (name: string): Bytes => bytesOf(`dr1/${name}\n`);

/** The name of an enterprise or an inspector in published files. */
export function saltedPid(suite: Suite, kind: "unit" | "inspector", name: string, salt: Bytes): string {
  return hexOf(hashOf(suite, concat(label(kind), tlv(name), tlv(salt))));
}

/** What a participant publishes before the event; always SHA-256. */
export function sourceCommitment(ceremony: string, source: string, value: Bytes): string {
  return hexOf(sha256(concat(label("commit"), tlv(ceremony), tlv(source), tlv(value))));
}

export function drawSeed(
  suite: Suite,
  drawId: string,
  planHash: Bytes,
  sources: readonly SeedSource[],
): Bytes {
  const values = sources.flatMap(({ id, value }) => [tlv(id), tlv(value)]);
  return hashOf(suite, concat(label("seed"), tlv(drawId), tlv(planHash), u32(sources.length), ...values));
}

/** A number below `total` without modulo bias, and the hashes it took. */
export function drawStart(
  suite: Suite,
  seed: Bytes,
  stratum: string,
  total: bigint,
): { r: bigint; attempts: number } {
  const words = 2n ** 64n;
  for (let attempt = 0; ; attempt += 1) {
    const hash = hashOf(suite, concat(label("start"), seed, tlv(stratum), u32(attempt)));
    const word = new DataView(hash.buffer, hash.byteOffset).getBigUint64(0);
    if (word < words - (words % total)) return { r: word % total, attempts: attempt + 1 };
  }
}

type Ticket = Hashed<DrawUnit>;

function ticketOrder(suite: Suite, seed: Bytes, stratum: string, units: readonly DrawUnit[]): Ticket[] {
  return hashOrder(suite, concat(label("ticket"), seed, tlv(stratum)), units, ({ id }) => id);
}

const totalWeight = (units: readonly DrawUnit[]): bigint =>
  units.reduce((sum, unit) => sum + unit.weight, 0n);

/** Rounds, until nobody is added, of: certain is who has n'·w ≥ W, n' and W taken at the round's start. */
function findCertain(units: readonly DrawUnit[], n: number): { certain: Set<DrawUnit>; W: bigint } {
  const certain = new Set<DrawUnit>();
  let W = totalWeight(units);
  for (;;) {
    const wanted = BigInt(n - certain.size);
    const added = units.filter((unit) => !certain.has(unit) && wanted * unit.weight >= W);
    if (added.length === 0) return { certain, W };
    for (const unit of added) certain.add(unit);
    W -= totalWeight(added);
  }
}

const drawnUnit = ({ id, hash }: Ticket, pi: string): DrawnUnit => ({ id, pi, ticket: hexOf(hash) });
const certainUnit = (ticket: Ticket): DrawnUnit => drawnUnit(ticket, "1/1");
const reserveUnit = ({ id, hash }: Ticket): { id: string; ticket: string } => ({ id, ticket: hexOf(hash) });

/** Units come in ticket order; every W-th point of the line on which unit i occupies n'·w_i is hit. */
function selectSystematically(
  order: readonly Ticket[],
  n: number,
  W: bigint,
  r: bigint,
): Map<Ticket, string> {
  const pis = new Map<Ticket, string>();
  let reached = 0n;
  let next = r;
  for (const ticket of order) {
    const share = BigInt(n) * ticket.item.weight;
    reached += share;
    if (next >= reached) continue;
    pis.set(ticket, `${share}/${W}`);
    next += W;
  }
  return pis;
}

function drawStratum(
  suite: Suite,
  seed: Bytes,
  plan: DrawStratum,
  units: readonly DrawUnit[],
): StratumResult {
  const { id, n, reserves = 0 } = plan;
  const N = units.length;
  const all = totalWeight(units);
  const nobody = { N, n, nRandom: 0, W: all, certain: [], selected: [], reserves: [] };
  if (BigInt(n) * all > 2n ** 63n - 1n) throw new DrawRefusal("weight_overflow", "n*W exceeds 2^63-1");
  if (n === 0 && reserves === 0) return nobody;

  const order = ticketOrder(suite, seed, id, units);
  if (n === 0) return { ...nobody, reserves: order.slice(0, reserves).map(reserveUnit) };
  if (n >= N) return { ...nobody, W: 0n, certain: order.map(certainUnit) };

  const { certain, W } = findCertain(units, n);
  const nRandom = n - certain.size;
  const start = drawStart(suite, seed, id, W);
  const rest = order.filter(({ item }) => !certain.has(item));
  const pis = selectSystematically(rest, nRandom, W, start.r);
  return {
    N,
    n,
    nRandom,
    W,
    start,
    certain: order.filter(({ item }) => certain.has(item)).map(certainUnit),
    selected: [...pis].map(([ticket, pi]) => drawnUnit(ticket, pi)),
    reserves: rest
      .filter((ticket) => !pis.has(ticket))
      .slice(0, reserves)
      .map(reserveUnit),
  };
}

export function hasTwice(ids: readonly string[]): boolean {
  return new Set(ids).size !== ids.length;
}

/** One result per stratum, in the plan's order. Throws DrawRefusal. */
export function draw(
  suite: Suite,
  seed: Bytes,
  strata: readonly DrawStratum[],
  units: readonly DrawUnit[],
): StratumResult[] {
  const members = new Map<string, DrawUnit[]>(strata.map(({ id }) => [id, []]));
  if (members.size !== strata.length) throw new DrawRefusal("duplicate_stratum", "duplicate stratum id");
  for (const unit of units) {
    const stratum = members.get(unit.stratum);
    if (!stratum) throw new DrawRefusal("unknown_stratum", "unit of a stratum not in the plan");
    if (unit.weight < 1n) throw new DrawRefusal("zero_weight", "weight is zero");
    stratum.push(unit);
  }
  if (hasTwice(units.map(({ id }) => id))) throw new DrawRefusal("duplicate_unit_id", "duplicate unit id");
  return strata.map((stratum) => drawStratum(suite, seed, stratum, members.get(stratum.id) ?? []));
}
