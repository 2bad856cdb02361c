// Who inspects whom (draw.md section 5): a complete assignment of inspectors to drawn targets with the
// least possible highest load, pairs taken in the order of public hashes whenever the rest can still be
// completed. Targets and inspectors are named by their places in the lists given.
import { bytesOf, compareTexts, type Bytes } from "./bytes.ts";
import { DrawRefusal, hasTwice } from "./draw.ts";
import { hashOrder, type Suite } from "./hashes.ts";
import { concat, tlv } from "./tlv.ts";

export interface MatchInspector {
  readonly id: string;
  readonly cap: number; // most targets in this draw
}
export interface MatchTarget {
  readonly id: string;
  readonly need: number; // different inspectors wanted
  readonly eligible: readonly number[]; // inspectors, in any order
}
export interface Pairs {
  readonly target: number;
  readonly inspectors: readonly number[]; // in pair order
}
export interface Match {
  readonly maxLoad: number; // L*; 0 when there is no assignment
  readonly assignment: readonly Pairs[]; // in target order
  /** Without an assignment: targets that together need more than their inspectors can carry, by id. */
  readonly hall: readonly number[];
}

export function targetOrder(suite: Suite, seed: Bytes, targets: readonly MatchTarget[]): number[] {
  const places = [...targets.keys()];
  const idOf = (place: number): string => targets[place]?.id ?? "";
  return hashOrder(suite, concat(bytesOf("dr1/target\n"), seed), places, idOf).map(({ item }) => item);
}

export function pairOrder(
  suite: Suite,
  seed: Bytes,
  target: MatchTarget,
  inspectors: readonly MatchInspector[],
): number[] {
  const prefix = concat(bytesOf("dr1/pair\n"), seed, tlv(target.id));
  const idOf = (inspector: number): string => inspectors[inspector]?.id ?? "";
  return hashOrder(suite, prefix, target.eligible, idOf).map(({ item }) => item);
}

const none = -1;

/**
 * The flow behind the matching: source → targets (need) → inspectors (one per pair) → sink (room), kept as
 * the pairs that carry flow. Fixed pairs are carried for good.
 */
class Flow {
  private readonly carried: Set<number>[]; // by target: inspectors, fixed ones too
  private readonly fixed: Set<number>[]; // by target
  private readonly gives: Set<number>[]; // by inspector: targets with a pair that is not fixed
  private readonly load: number[];
  // A search meets inspectors over a pair that could be taken, targets over a pair that could be given up.
  private readonly metInspectors = new Set<number>();
  private readonly metTargets = new Set<number>();
  private readonly inspectorFrom: number[]; // the target an inspector was met from, or none
  private readonly targetFrom: number[]; // the inspector a target was met from, or none
  private fixingTarget = none;

  constructor(
    private readonly targets: readonly MatchTarget[],
    private readonly room: readonly number[],
  ) {
    this.carried = targets.map(() => new Set());
    this.fixed = targets.map(() => new Set());
    this.gives = room.map(() => new Set());
    this.load = room.map(() => 0);
    this.inspectorFrom = room.map(() => none);
    this.targetFrom = targets.map(() => none);
  }

  /** Carries as much as the rooms allow; true when that is what every target needs. */
  maximize(): boolean {
    // Within a phase nothing is visited twice; the last phase finds no chain from a clean start.
    for (let progress = true; progress;) {
      progress = false;
      this.forgetVisits();
      this.targets.forEach((_, target) => {
        while (this.wants(target) && this.augment(target)) progress = true;
      });
    }
    return this.targets.every((_, target) => !this.wants(target));
  }

  /** After maximize() left somebody in want: the targets it reached from those. */
  reachedTargets(): number[] {
    return [...this.metTargets];
  }

  /**
   * In a complete flow: true when the pairs fixed so far and this one can be part of one complete flow,
   * which this then is. One target is treated to its end before the next, and has an unfixed pair still.
   */
  fix(target: number, inspector: number): boolean {
    if (!this.carried[target]?.has(inspector)) {
      if (this.fixingTarget !== target) this.forgetVisits();
      this.fixingTarget = target;
      // Met by a search that failed for this target: no chain from here either.
      if (this.metInspectors.has(inspector)) return false;
      if (!this.exchange(target, inspector)) return false;
      this.forgetVisits();
    }
    this.fixed[target]?.add(inspector);
    this.gives[inspector]?.delete(target);
    return true;
  }

  private wants(target: number): boolean {
    return (this.carried[target]?.size ?? 0) < (this.targets[target]?.need ?? 0);
  }

  private hasRoom(inspector: number): boolean {
    return (this.load[inspector] ?? 0) < (this.room[inspector] ?? 0);
  }

  private carry(target: number, inspector: number): void {
    this.carried[target]?.add(inspector);
    this.gives[inspector]?.add(target);
    this.load[inspector] = (this.load[inspector] ?? 0) + 1;
  }

  private drop(target: number, inspector: number): void {
    this.carried[target]?.delete(inspector);
    this.gives[inspector]?.delete(target);
    this.load[inspector] = (this.load[inspector] ?? 0) - 1;
  }

  private forgetVisits(): void {
    this.metInspectors.clear();
    this.metTargets.clear();
  }

  private augment(target: number): boolean {
    const queue: number[] = [];
    this.metTargets.add(target);
    this.targetFrom[target] = none;
    const last = this.lookBehind(target, none, queue) ?? this.search(none, queue);
    if (last === undefined) return false;
    this.carry(target, this.shiftBack(last));
    return true;
  }

  /** `target` takes `inspector` and gives up another. */
  private exchange(target: number, inspector: number): boolean {
    let givenUp = this.unfixed(target).next().value;
    if (this.hasRoom(inspector)) {
      if (givenUp !== undefined) this.drop(target, givenUp);
    } else {
      this.metTargets.add(target); // its own exchange is what is being tried
      this.metInspectors.add(inspector);
      this.inspectorFrom[inspector] = none;
      const last = this.search(target, [inspector]);
      if (last === undefined) return false;
      if (this.isUnfixed(target, last)) givenUp = last;
      if (givenUp !== undefined) this.drop(target, givenUp);
      this.shiftBack(last);
    }
    this.carry(target, inspector);
    return true;
  }

  private isUnfixed(target: number, inspector: number): boolean {
    return this.gives[inspector]?.has(target) ?? false;
  }

  private *unfixed(target: number): Generator<number, undefined> {
    for (const inspector of this.carried[target] ?? [])
      if (!this.fixed[target]?.has(inspector)) yield inspector;
    return undefined;
  }

  /**
   * Meets the inspectors `target` could take instead. Gives the first where a chain can end: one with room,
   * or one that `giver`, whose own pairs are being exchanged, will give up.
   */
  private lookBehind(target: number, giver: number, queue: number[]): number | undefined {
    for (const inspector of this.targets[target]?.eligible ?? []) {
      if (this.metInspectors.has(inspector) || this.carried[target]?.has(inspector)) continue;
      this.inspectorFrom[inspector] = target;
      // Not marked as met where a chain ends: it may serve again.
      if (this.hasRoom(inspector) || (giver !== none && this.isUnfixed(giver, inspector))) return inspector;
      this.metInspectors.add(inspector);
      queue.push(inspector);
    }
    return undefined;
  }

  /** Breadth first from the inspectors in the queue; gives the inspector where a chain can end. */
  private search(giver: number, queue: number[]): number | undefined {
    for (const inspector of queue) {
      for (const target of this.gives[inspector] ?? []) {
        if (this.metTargets.has(target)) continue;
        this.metTargets.add(target);
        this.targetFrom[target] = inspector;
        const last = this.lookBehind(target, giver, queue);
        if (last !== undefined) return last;
      }
    }
    return undefined;
  }

  /**
   * Every target on the chain takes the inspector further along and gives up the one before. Gives the
   * first inspector of the chain, which has room afterwards.
   */
  private shiftBack(lastInspector: number): number {
    let inspector = lastInspector;
    for (;;) {
      const target = this.inspectorFrom[inspector] ?? none;
      const before = target === none ? none : (this.targetFrom[target] ?? none);
      if (before === none) return inspector;
      this.drop(target, before);
      this.carry(target, inspector);
      inspector = before;
    }
  }
}

function check(targets: readonly MatchTarget[], inspectors: readonly MatchInspector[]): void {
  if (hasTwice(targets.map(({ id }) => id))) throw new DrawRefusal("duplicate_target", "duplicate target id");
  if (hasTwice(inspectors.map(({ id }) => id)))
    throw new DrawRefusal("duplicate_inspector", "duplicate inspector id");
  for (const { eligible } of targets) {
    if (new Set(eligible).size !== eligible.length)
      throw new DrawRefusal("duplicate_pair", "inspector named twice for a target");
    if (eligible.some((inspector) => inspector >= inspectors.length))
      throw new DrawRefusal("unknown_inspector", "eligible inspector not in the roster");
  }
}

/** Throws DrawRefusal. */
export function match(
  suite: Suite,
  seed: Bytes,
  targets: readonly MatchTarget[],
  inspectors: readonly MatchInspector[],
): Match {
  check(targets, inspectors);
  const flowWithin = (load: number): Flow =>
    new Flow(
      targets,
      inspectors.map(({ cap }) => Math.min(cap, load)),
    );
  let enough = targets.length; // nobody can be on more
  let complete = flowWithin(enough);
  if (!complete.maximize()) {
    const idOf = (target: number): string => targets[target]?.id ?? "";
    const hall = complete.reachedTargets().sort((a, b) => compareTexts(idOf(a), idOf(b)));
    return { maxLoad: 0, assignment: [], hall };
  }
  const wanted = targets.reduce((sum, { need }) => sum + need, 0);
  let least = inspectors.length === 0 ? 0 : Math.ceil(wanted / inspectors.length);
  while (least < enough) {
    const load = Math.floor((least + enough) / 2);
    const tried = flowWithin(load);
    if (tried.maximize()) [enough, complete] = [load, tried];
    else least = load + 1;
  }
  return { maxLoad: enough, assignment: takePairs(suite, seed, targets, inspectors, complete), hall: [] };
}

/** Pairs in the order of draw.md section 5 out of a complete flow. */
function takePairs(
  suite: Suite,
  seed: Bytes,
  targets: readonly MatchTarget[],
  inspectors: readonly MatchInspector[],
  flow: Flow,
): Pairs[] {
  return targetOrder(suite, seed, targets).map((place) => {
    const taken: number[] = [];
    const target = targets[place];
    if (!target || target.need === 0) return { target: place, inspectors: taken };
    for (const inspector of pairOrder(suite, seed, target, inspectors)) {
      if (flow.fix(place, inspector)) taken.push(inspector);
      if (taken.length === target.need) break;
    }
    return { target: place, inspectors: taken };
  });
}

/** Recusals after the draw (draw-publication.md section 5), one after the other. All other pairs stay. */
export class MatchAfterRecusals {
  private readonly onTarget = new Map<number, number[]>();
  private readonly recusedFrom = new Map<number, Set<number>>();
  private readonly load: number[];

  constructor(
    private readonly suite: Suite,
    private readonly seed: Bytes,
    private readonly targets: readonly MatchTarget[],
    private readonly inspectors: readonly MatchInspector[],
    assignment: readonly Pairs[],
    private readonly maxLoad: number,
  ) {
    this.load = inspectors.map(() => 0);
    for (const pairs of assignment) {
      this.onTarget.set(pairs.target, [...pairs.inspectors]);
      for (const inspector of pairs.inspectors) this.load[inspector] = this.loadOf(inspector) + 1;
    }
  }

  /**
   * Takes `inspector` off `target` for good; the first candidate in pair order with load < limit takes the
   * place. Limit 0 and no inspector: nobody is left. Nothing: that inspector is not on that target.
   */
  recuse(place: number, inspector: number): { inspector?: number; limit: number } | undefined {
    const target = this.targets[place];
    const present = this.onTarget.get(place) ?? [];
    const slot = present.indexOf(inspector);
    if (!target || slot < 0) return undefined;
    const recused = this.recusedFrom.get(place) ?? new Set();
    this.recusedFrom.set(place, recused.add(inspector));
    this.load[inspector] = this.loadOf(inspector) - 1;

    const candidates = pairOrder(this.suite, this.seed, target, this.inspectors).filter(
      (one) =>
        !present.includes(one) && !recused.has(one) && this.loadOf(one) < (this.inspectors[one]?.cap ?? 0),
    );
    const limit = Math.min(...candidates.map((one) => Math.max(this.maxLoad, this.loadOf(one) + 1)));
    const first = candidates.find((one) => this.loadOf(one) < limit);
    if (first === undefined) {
      present.splice(slot, 1);
      return { limit: 0 };
    }
    present[slot] = first;
    this.load[first] = this.loadOf(first) + 1;
    return { inspector: first, limit };
  }

  private loadOf(inspector: number): number {
    return this.load[inspector] ?? 0;
  }
}
