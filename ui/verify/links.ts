// Steps 3 and 4 of draw-publication.md section 7: the policy is the plan's, and everything speaks about the
// same draw.
import { suiteOf } from "./compute.ts";
import { needed, type Draw, type Entry } from "./entries.ts";
import { formatDrawId, legalYear } from "./forms.ts";
import { sha256Hex } from "./hashes.ts";
import { fail } from "./verdict.ts";

export async function checkPolicy(draw: Draw): Promise<void> {
  const { files, policy, key, plan, options, warnings } = draw;
  if (sha256Hex(await needed(files, "policy")) !== plan.body.policy)
    fail("POLICY_MISMATCH", "policy", "not the policy the plan names");
  if (!policy.knowsLog(key)) fail("POLICY_MISMATCH", "policy", "its log lines do not name this log's key");
  if (policy.fewestWitnesses() >= 2) return;
  if ((options.require ?? "甲") === "甲")
    fail("POLICY_WEAK", "policy", "fewer than two witnesses make a quorum");
  warnings.add("POLICY_WEAK");
}

export function checkLinks(draw: Draw): void {
  checkIds(draw);
  checkSubjects(draw);
  checkBodiesAgree(draw);
  checkChains(draw);
}

function checkIds({ plan, frame, roster }: Draw): void {
  const agree = (holds: boolean, why: string): unknown => holds || fail("LINK_MISMATCH", "plan.json", why);
  const body = plan.body;
  agree(formatDrawId(body) === body.draw, "the draw id is not that of authority, year and number");
  agree(legalYear(plan.leaf.seconds) === body.year, "the year is not that of the PLAN entry in UTC+8");
  agree(body.frame_entry === frame.leaf.hash, "frame_entry is not the leaf hash of frame.entry");
  agree(body.frame_hash === frame.body.rows_hash, "frame_hash is not that of frame.json");
  agree(body.roster_entry === roster.leaf.hash, "roster_entry is not the leaf hash of roster.entry");
  agree(body.roster_hash === roster.body.rows_hash, "roster_hash is not that of roster.json");
  const suite = suiteOf(body);
  agree(
    frame.body.suite === suite && roster.body.suite === suite,
    "frame, roster and plan name different suites",
  );
}

/** The entries of the chain draw/<draw id>, in their order. */
const entriesOfDraw = ({ assign, recusals, open, erase }: Draw): (Entry<unknown> | undefined)[] => [
  assign,
  ...recusals,
  open,
  erase,
];

function checkSubjects(draw: Draw): void {
  const { plan, reveal, seed, result, voided, assign, recusals, open, erase } = draw;
  const { year, authority, number, ceremony } = plan.body;
  const series = `draws/${authority}/${year}#${number}`;
  const act = `draw/${plan.body.draw}`;
  const event = `ceremony/${ceremony}`;
  const expected: [Entry<unknown> | undefined, string][] = [
    [plan, series],
    [reveal, event],
    [seed, event],
    [result, series],
    [voided, series],
    [assign, act],
    [open, act],
    [erase, act],
    ...recusals.map((recusal): [Entry<unknown>, string] => [recusal, act]),
  ];
  for (const [entry, subject] of expected)
    if (entry && entry.leaf.subject !== subject)
      fail("LINK_MISMATCH", `${entry.name}.entry`, `its subject is not ${subject}`);
}

function checkBodiesAgree(draw: Draw): void {
  const { plan, reveal, seed, result, voided, assign, recusals, open, erase } = draw;
  for (const event of [reveal, seed])
    if (event && event.body.ceremony !== plan.body.ceremony)
      fail("LINK_MISMATCH", `${event.name}.json`, "another ceremony than the plan's");
  for (const entry of [result, voided, assign, ...recusals, open, erase]) {
    const body = entry?.body;
    if (entry && body && (body.draw !== plan.body.draw || body.plan_hash !== plan.leaf.hash))
      fail("LINK_MISMATCH", `${entry.name}.json`, "it is about another draw or another plan");
  }
}

function checkChains(draw: Draw): void {
  for (const chain of [[draw.reveal, draw.seed], entriesOfDraw(draw)]) {
    let previous = "";
    for (const entry of chain) {
      if (!entry) continue;
      if (entry.leaf.prev !== previous)
        fail("CHAIN_BROKEN", `${entry.name}.entry`, "its prev is not the entry before it: one is not shown");
      previous = entry.leaf.hash;
    }
  }
}
