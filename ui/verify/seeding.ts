// Step 7 of draw-publication.md section 7: the seed is what the plan's sources showed, and there was enough
// chance in it.
import type { Plan, Seed, SeedSource, SeedValue } from "./bodies.ts";
import { bytesOf, bytesOfHex, textOf } from "./bytes.ts";
import { writeCanonical } from "./cj.ts";
import { bytesOfHash } from "./compute.ts";
import { sourceCommitment } from "./draw.ts";
import type { Draw } from "./entries.ts";
import { pickBits, pickValueFits } from "./forms.ts";
import { sha256Hex } from "./hashes.ts";
import { fail } from "./verdict.ts";

const standardBitsLeast = 60;
const jointPublicBitsLeast = 20;
const fullBits = 256;

export async function checkSeed(draw: Draw): Promise<void> {
  checkReveal(draw);
  checkPlanNamed(draw);
  if (!draw.seed) return;
  const seed = draw.seed.body;
  const { sources } = draw.plan.body;
  if (seed.sources_hash !== sha256Hex(bytesOf(writeCanonical(sources))))
    fail("SEED_SOURCES", "seed.json", "sources_hash is not that of the plan's sources");
  if (seed.values.length !== sources.length || !seed.values.every(({ id }, i) => id === sources[i]?.id))
    fail("SEED_SOURCES", "seed.json", "its values are not the plan's sources in their order");
  if (seed.recorders.length !== 2 || seed.recorders[0] === seed.recorders[1])
    fail("RECORDERS", "seed.json", "not recorded by two different people");
  for (const [source, value] of sourcesWithValues(draw.plan.body, seed)) {
    checkValue(draw, source, value);
    await checkEvidence(draw, source, value);
  }
  checkEntropy(draw.plan.body, seed);
}

/** The values stand in the order of the sources. */
export function sourcesWithValues(plan: Plan, seed: Seed): [SeedSource, SeedValue][] {
  return plan.sources.flatMap((source, i): [SeedSource, SeedValue][] => {
    const value = seed.values[i];
    return value ? [[source, value]] : [];
  });
}

function checkReveal({ plan, reveal }: Draw): void {
  const { sources, ceremony } = plan.body;
  const values = reveal?.body.values ?? [];
  const opened: (readonly [SeedSource, string])[] = [];
  let next = 0;
  for (const { id, value } of values) {
    const place = sources.findIndex((source, i) => i >= next && source.kind === "commit" && source.id === id);
    const source = sources[place];
    if (!source)
      return fail("SEED_SOURCES", "reveal.json", `${id} is not one of the plan's commitments in their order`);
    opened.push([source, value]);
    next = place + 1;
  }
  for (const [source, value] of opened)
    if (
      source.kind === "commit" &&
      sourceCommitment(ceremony, source.id, bytesOfHash(value)) !== source.commitment
    )
      fail("COMMITMENT_MISMATCH", "reveal.json", `${source.id} does not open its commitment`);
}

function checkPlanNamed({ plan, reveal, seed }: Draw): void {
  for (const event of [reveal, seed]) {
    const isNamed = event?.body.plans.some(
      ({ draw, plan_hash }) => draw === plan.body.draw && plan_hash === plan.leaf.hash,
    );
    if (event && !isNamed) fail("SEED_PLANS", `${event.name}.json`, "this plan is not named");
  }
  if (reveal && seed && writeCanonical(reveal.body.plans) !== writeCanonical(seed.body.plans))
    fail("SEED_PLANS", "seed.json", "other plans than in reveal.json");
}

/** A commitment's value as it was opened. */
export function revealed({ reveal }: Draw, sourceId: string): string | undefined {
  return reveal?.body.values.find(({ id }) => id === sourceId)?.value;
}

function checkValue(draw: Draw, source: SeedSource, { value, signature }: SeedValue): void {
  const wrong = (why: string): never => fail("SEED_VALUE", "seed.json", `${source.id}: ${why}`);
  if (signature !== undefined && source.kind !== "drand") wrong("a signature without drand");
  if (source.kind === "commit") {
    // Nobody may drop an opened value, or open one only after the event.
    if (value !== (revealed(draw, source.id) ?? ""))
      fail("COMMITMENT_MISMATCH", "seed.json", `${source.id} is not as revealed`);
  } else if (source.kind === "drand") {
    if (signature === undefined) return wrong("no signature");
    if (value !== sha256Hex(bytesOfHash(signature))) wrong("not the SHA-256 of the signature");
  } else {
    const shown = textOf(bytesOfHex(value) ?? new Uint8Array());
    if (shown === undefined || !pickValueFits(source.pick, shown)) wrong("not what can be picked");
  }
}

async function checkEvidence({ files }: Draw, source: SeedSource, { evidence }: SeedValue): Promise<void> {
  if (source.kind === "dice" && evidence.length === 0)
    fail("EVIDENCE_MISSING", "seed.json", `${source.id}: nobody can see how they fell`);
  for (const { sha256, bytes } of evidence) {
    const copy = await files.read(`evidence/${sha256}`);
    if (copy && (copy.length !== bytes || sha256Hex(copy) !== sha256))
      fail("EVIDENCE_MISMATCH", `evidence/${sha256}`, "not the file the seed names");
  }
}

/** `drandBits`: what drand would bring if it were checked. This verifier checks no BLS signature. */
function suffices(plan: Plan, seed: Seed, drandBits: number): boolean {
  const pairs = sourcesWithValues(plan, seed);
  const bits = plan.sources.flatMap((source) =>
    source.kind === "dice" || source.kind === "lottery"
      ? [{ kind: source.kind, bits: pickBits(source.pick) }]
      : [],
  );
  if (plan.profile === "standard")
    return Math.max(drandBits, ...bits.map((one) => one.bits)) >= standardBitsLeast;
  const opened = pairs.flatMap(([source, { value }]) =>
    source.kind === "commit" && value !== "" ? [source] : [],
  );
  const drawnTogether = bits.reduce((sum, one) => sum + (one.kind === "lottery" ? one.bits : 0), drandBits);
  // An opened commitment of an outsider carries 256 bits: 64 from one source and 128 in all hold too.
  return (
    new Set(opened.map(({ org }) => org)).size >= 2 &&
    opened.some(({ own }) => own === 0) &&
    drawnTogether >= jointPublicBitsLeast
  );
}

function checkEntropy(plan: Plan, seed: Seed): void {
  if (suffices(plan, seed, 0)) return;
  if (plan.sources.some(({ kind }) => kind === "drand") && suffices(plan, seed, fullBits))
    fail(
      "SOURCE_UNSUPPORTED",
      "seed.json",
      "it rests on drand, whose BLS signature this verifier cannot check",
    );
  fail("SEED_ENTROPY", "seed.json", "too little chance for the plan's profile");
}
