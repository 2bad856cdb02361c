// The inspection task of rules.md section 1, from the draft to the opened draw. What is large (frame,
// roster, result) is prepared off the desk and lies in the blob store; the acts here hold the digests.
#include <algorithm>
#include <stdexcept>

#include "bodies.hpp"
#include "ceremony_types.hpp"
#include "inspection/api.hpp"
#include "kernel/regions.hpp"
#include "people/api.hpp"
#include "publication/forms.hpp"
#include "registers.hpp"
#include "task_types.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::action;
using kernel::import_lane;
using kernel::NotBy;
using kernel::refuse;
using kernel::Refused;
using kernel::Role;
using kernel::RoleSet;

namespace {

// clang-format off
using S = TaskState;
constexpr auto flow = kernel::workflow<TaskState>({
    // from         action           to            by
    {S::none,      "draft",         S::draft,     Role::plan_maker},
    {S::draft,     "update",        S::draft,     Role::plan_maker},
    {S::draft,     "submit",        S::submitted, Role::plan_maker},
    {S::submitted, "approve",       S::approved,  Role::leader, {}, NotBy("draft", "update", "submit")},
    {S::submitted, "return",        S::draft,     Role::leader},
    {S::approved,  "announce",      S::announced, Role::publisher},
    // draw-publication.md section 5: frame and roster, then the plan, then the event
    {S::announced, "freeze",        S::frozen,    Role::drawer},
    {S::frozen,    "freeze",        S::frozen,    Role::drawer},
    {S::frozen,    "plan",          S::planned,   Role::drawer},
    {S::planned,   "take_seed",     S::seeded,    Role::system},
    {S::seeded,    "draw_result",   S::drawn,     Role::system},
    // nobody to be found: neighbouring units, else direct assignment with a reason (直接委派)
    {S::drawn,     "direct_assign", S::drawn,     Role::leader},
    {S::drawn,     "assign",        S::assigned,  Role::system},
    {S::assigned,  "add_recusal",   S::assigned,  Role::system},
    {S::under_way, "add_recusal",   S::under_way, Role::system},
    {S::assigned,  "use_reserve",   S::assigned,  Role::system},
    {S::under_way, "use_reserve",   S::under_way, Role::system},
    {S::assigned,  "begin",         S::under_way, Role::system},
    {S::assigned,  "close",         S::closed,    {Role::system, Role::plan_maker}},
    {S::under_way, "close",         S::closed,    {Role::system, Role::plan_maker}},
    {S::under_way, "open",          S::under_way, {Role::drawer, Role::publisher}},
    {S::closed,    "open",          S::closed,    {Role::drawer, Role::publisher}},
    // draw-publication.md section 4: after retention
    {S::under_way, "erase_opening", S::under_way, Role::audit_administrator},
    {S::closed,    "erase_opening", S::closed,    Role::audit_administrator},
    // any state before the first check: subject cancelled or moved, event spoilt …; a redraw is a new plan
    {S::draft,     "void",          S::voided,    Role::leader},
    {S::submitted, "void",          S::voided,    Role::leader},
    {S::approved,  "void",          S::voided,    Role::leader},
    {S::announced, "void",          S::voided,    Role::leader},
    {S::frozen,    "void",          S::voided,    Role::leader},
    {S::planned,   "void",          S::voided,    Role::leader},
    {S::seeded,    "void",          S::voided,    Role::leader},
    {S::drawn,     "void",          S::voided,    Role::leader},
    {S::assigned,  "void",          S::voided,    Role::leader},
    // guest: the province's platform drew; its tasks come in assigned
    {S::none,      "import",        S::assigned,  import_lane},
    {S::assigned,  "import",        S::assigned,  import_lane},
    {S::under_way, "import",        S::under_way, import_lane},
});
static_assert(flow.sound());

using T = TallyState;
constexpr auto tally_flow = kernel::workflow<TallyState>({
    {T::none,     "open",  T::counting, Role::system},
    {T::counting, "count", T::counting, Role::system},
});
static_assert(tally_flow.sound());
// clang-format on

publication::DrawId draw_id_of(InspectionTask const& task) {
  return publication::parse_draw_id(task.draw.value_or("")).value();
}

// What a restored copy has lost and the world has read on a series.
std::vector<Act::AdoptedLeaf> published_before(Act& act, InspectionTask const& task, std::string_view type) {
  auto leaves = act.adopted(task.series);
  std::erase_if(leaves, [&](Act::AdoptedLeaf const& leaf) { return leaf.type != type; });
  return leaves;
}

std::optional<Act::AdoptedLeaf> published_before_of_draw(Act& act, InspectionTask const& task,
                                                         std::string_view type) {
  for (auto& leaf : published_before(act, task, type))
    if (leaf.subject == publication::series_subject(draw_id_of(task))) return std::move(leaf);
  return {};
}

}  // namespace

void check_not_void_before(Act& act, InspectionTask const& task) {
  if (task.draw && published_before_of_draw(act, task, "draw.void"))
    throw Refused("void_published", "", *task.draw);
}

namespace {

constexpr std::int64_t inspectors_min = 2;     // Penalty Law article 42
constexpr std::int64_t weight_ratio_max = 20;  // draw.md section 6
constexpr std::int64_t permille = 1000;

void check_region(Act const& act, std::string const& region, std::string const& path) {
  if (act.regions().find(region) == nullptr) throw Refused("unknown_region", path, region);
}

void check_weights(WeightRule const& rule) {
  if (rule.rule.empty()) throw Refused("required", "/design/weights/rule");
  auto const [least, most] = std::minmax({rule.unclassified, rule.a, rule.b, rule.c, rule.d});
  if (least < 1) throw Refused("weight_zero", "/design/weights");
  if (rule.ratio_max > weight_ratio_max || most > rule.ratio_max * least)
    throw Refused("weight_cap", "/design/weights/ratio_max", std::to_string(weight_ratio_max));
}

void check_strata(TaskData const& data) {
  if (data.design.pool.name.empty()) throw Refused("required", "/design/pool/name");
  if (data.design.strata.empty()) throw Refused("required", "/design/strata");
  for (std::size_t i = 0; i < data.design.strata.size(); ++i) {
    auto const& rule = data.design.strata[i];
    std::string const path = "/design/strata/" + std::to_string(i);
    if (!publication::is_ident(rule.stratum)) throw Refused("ident", path + "/stratum", rule.stratum);
    if (!rule.group.empty() && rule.group != "*" && !publication::is_ident(rule.group))
      throw Refused("ident", path + "/group", rule.group);
    if (rule.inspectors < inspectors_min) throw Refused("two_inspectors", path + "/inspectors");
    for (std::size_t j = 0; j < i; ++j)
      if (data.design.strata[j].stratum == rule.stratum)
        throw Refused("duplicate", path + "/stratum", rule.stratum);
    if (!data.parent && data.design.allocation == Allocation::fixed && rule.sample_size == 0)
      throw Refused("size_missing", path + "/sample_size");
    if (!data.parent && data.design.allocation == Allocation::ratio && rule.ratio_permille == 0)
      throw Refused("size_missing", path + "/ratio_permille");
  }
}

// A joint department draws its own inspectors for targets that were drawn already (发起部门 / 配合部门).
void check_parent(Act& act, TaskData const& data) {
  if (!data.parent) return;
  auto const* parent = act.load<InspectionTask>("inspection_task", *data.parent);
  if (parent == nullptr) throw Refused("unknown_task", "/parent");
  if (parent->item != data.item) throw Refused("other_item", "/item");
  auto const* item = act.load<InspectionItem>("inspection_item", data.item);
  if (item == nullptr || !std::ranges::count(item->joint_departments, data.department))
    throw Refused("department_not_joint", "/department");
}

void take_plan_of_task(InspectionTask& task, TaskData const& data) {
  task.title = data.title;
  task.item = data.item;
  task.year = data.year;
  task.batch = data.batch;
  task.parent = data.parent;
  task.department = data.department;
  task.organisation = data.organisation;
  task.region = data.region;
  task.platform = data.platform;
  task.notice_mode = data.notice_mode;
  task.period_from = data.period_from;
  task.period_to = data.period_to;
  task.design = data.design;
}

Result<void> take_data(Act& act) {
  auto& task = act.record<InspectionTask>();
  auto const& data = act.payload<TaskData>();
  check_region(act, data.region, "/region");
  for (std::size_t i = 0; i < data.design.pool.regions.size(); ++i)
    check_region(act, data.design.pool.regions[i], "/design/pool/regions/" + std::to_string(i));
  if (data.period_to < data.period_from) return refuse("dates_reversed", "/period_to");
  if (data.platform == Platform::guest) return refuse("guest_tasks_are_imported", "/platform");
  if (!hash_suite(data.design.hash_suite))
    return refuse("hash_suite", "/design/hash_suite", data.design.hash_suite);
  if (data.design.allocation == Allocation::proportional && data.design.sample_size == 0)
    return refuse("size_missing", "/design/sample_size");
  check_weights(data.design.weights);
  check_strata(data);
  check_parent(act, data);
  auto const& organisation = people::require_organisation(act, data.organisation, "/organisation");
  if (!publication::is_authority(organisation.code))
    return refuse("not_an_authority", "/organisation", organisation.code);
  take_plan_of_task(task, data);
  task.authority = organisation.code;
  task.department_code = people::require_department(act, data.department, "/department").code;
  return {};
}

// rules.md section 1: item in the valid list, pool not empty, ratio within the cap.
Result<void> submit(Act& act) {
  auto& task = act.record<InspectionTask>();
  auto const& counted = act.payload<SubmitTask>();
  auto const& item = require_item_in_force(act, *task.item, "/item");
  if (task.batch) {
    auto const* batch = act.envelope_of("plan_batch", *task.batch);
    if (batch == nullptr || batch->state != "signed_for") return refuse("batch_not_signed_for", "/batch");
  }
  if (counted.pool_size == 0) return refuse("pool_empty", "/pool_size");
  if (!task.parent && item.ratio_cap_permille > 0 &&
      counted.sample_planned * permille > item.ratio_cap_permille * counted.pool_size)
    return refuse("ratio_above_cap", "/sample_planned", std::to_string(item.ratio_cap_permille));
  task.pool_size = counted.pool_size;
  task.sample_planned = counted.sample_planned;
  task.item_no = item.item_no;
  task.item_text = item.item_no + " " + item.name;
  return {};
}

Result<void> return_task(Act& act) {
  act.record<InspectionTask>().return_reason = act.payload<Reason>().reason;
  return {};
}

void check_frame(FrozenFrame const& frame) {
  if (frame.rows == 0) throw Refused("pool_empty", "/frame/rows");
  std::int64_t firms = 0;
  for (auto const& row : frame.by_status) firms += row.firms;
  if (frame.rows + frame.excluded != frame.registry_total || firms != frame.registry_total)
    throw Refused("frame_counts", "/frame/registry_total");
}

void check_frozen_strata(InspectionTask const& task, Freeze const& freeze, InspectionItem const& item) {
  std::int64_t population = 0;
  std::int64_t sample = 0;
  auto rule = task.design.strata.begin();
  for (std::size_t i = 0; i < freeze.strata.size(); ++i) {
    auto const& stratum = freeze.strata[i];
    std::string const path = "/strata/" + std::to_string(i);
    rule = std::find_if(rule, task.design.strata.end(),
                        [&](StratumRule const& candidate) { return candidate.stratum == stratum.stratum; });
    if (rule == task.design.strata.end())
      throw Refused("unknown_stratum", path + "/stratum", stratum.stratum);
    if (stratum.population == 0) throw Refused("stratum_empty", path + "/population", stratum.stratum);
    if (stratum.inspectors != rule->inspectors) throw Refused("two_inspectors", path + "/inspectors");
    population += stratum.population;
    sample += std::min(stratum.sample_size, stratum.population);
  }
  if (population != freeze.frame.rows) throw Refused("frame_counts", "/strata");
  if (sample == 0) throw Refused("size_missing", "/strata");
  if (!task.parent && item.ratio_cap_permille > 0 && sample * permille > item.ratio_cap_permille * population)
    throw Refused("ratio_above_cap", "/strata", std::to_string(item.ratio_cap_permille));
}

void check_sid(std::string const& sid, std::string const& path) {
  auto const bytes = hex_decode(sid);
  if (!bytes || bytes->size() != 16) throw Refused("sid_form", path);
}

Result<void> freeze(Act& act) {
  auto& task = act.record<InspectionTask>();
  auto const& wanted = act.payload<Freeze>();
  auto const& item = require_item_in_force(act, *task.item, "/item");
  if (task.parent) {
    auto const* parent = act.envelope_of("inspection_task", *task.parent);
    if (parent == nullptr || (parent->state != "assigned" && parent->state != "under_way"))
      return refuse("parent_not_drawn", "/parent");
  }
  check_sid(wanted.frame.sid, "/frame/sid");
  check_sid(wanted.roster.sid, "/roster/sid");
  check_frame(wanted.frame);
  check_frozen_strata(task, wanted, item);
  if (wanted.roster.rows == 0) return refuse("roster_empty", "/roster/rows");
  task.frame = wanted.frame;
  task.roster = wanted.roster;
  task.frozen_strata = wanted.strata;

  auto const frame_digest = sha256(text_of_body(frame_body(task, *task.frame)));
  auto const frame_entry = act.log("draw.frame", "frame/" + task.frame->sid, frame_digest);
  task.frame->digest = to_hex(frame_digest);
  task.frame->seq = frame_entry.seq;
  task.frame->leaf_hash = to_hex(frame_entry.leaf_hash);
  auto const roster_digest = sha256(text_of_body(roster_body(task, *task.frame, *task.roster)));
  auto const roster_entry = act.log("draw.roster", "roster/" + task.roster->sid, roster_digest);
  task.roster->digest = to_hex(roster_digest);
  task.roster->seq = roster_entry.seq;
  task.roster->leaf_hash = to_hex(roster_entry.leaf_hash);
  return {};
}

void check_replaces(Act& act, InspectionTask const& task, std::string const& replaces) {
  if (replaces.empty()) return;
  auto const replaced = act.find("inspection_task", "draw", replaces);
  if (!replaced || act.envelope_of("inspection_task", *replaced)->state != "void")
    throw Refused("replaces_not_void", "/replaces", replaces);
  if (act.load<InspectionTask>("inspection_task", *replaced)->series != task.series)
    throw Refused("replaces_other_series", "/replaces", replaces);
}

Hash number_plan(InspectionTask& task, DrawCeremony const& ceremony, publication::DrawId const& id) {
  task.draw_number = static_cast<std::int64_t>(id.number);
  task.draw = publication::to_string(id);
  return sha256(text_of_body(plan_body(task, ceremony)));
}

// The number leaves no gap: a plan that the world has read and a restored copy has lost keeps its own, and
// its year.
Hash number_plan(Act& act, InspectionTask& task, DrawCeremony const& ceremony) {
  auto const this_year = static_cast<std::uint64_t>(year_of(act.today()));
  for (auto const year : {this_year, this_year - 1}) {
    task.series = publication::series_chain(task.authority, year);
    for (auto const& lost : published_before(act, task, "draw.plan"))
      if (number_plan(task, ceremony, {year, task.authority, lost.number}) == lost.digest) return lost.digest;
  }
  task.series = publication::series_chain(task.authority, this_year);
  auto const number = static_cast<std::uint64_t>(act.next_number(task.series));
  return number_plan(task, ceremony, {this_year, task.authority, number});
}

// The plan names the exact future event; from here on chance decides.
Result<void> make_plan(Act& act) {
  auto& task = act.record<InspectionTask>();
  auto const& wanted = act.payload<MakePlan>();
  auto const* called = act.load<DrawCeremony>("draw_ceremony", wanted.ceremony);
  if (called == nullptr) return refuse("unknown_ceremony", "/ceremony");
  auto const& ceremony_state = act.envelope_of("draw_ceremony", wanted.ceremony)->state;
  if (ceremony_state != "called" && ceremony_state != "bound") return refuse("ceremony_over", "/ceremony");
  if (called->sources.empty()) return refuse("sources_missing", "/ceremony");
  if (called->authority != task.authority) return refuse("other_authority", "/ceremony");

  task.replaces = wanted.replaces;
  task.ceremony = wanted.ceremony;
  task.policy_blob = wanted.policy;
  task.draw_deadline = called->deadline;

  auto& ceremony = act.step<DrawCeremony>("draw_ceremony", wanted.ceremony, "bind");
  auto const digest = number_plan(act, task, ceremony);
  check_replaces(act, task, wanted.replaces);
  auto const entry = act.log("draw.plan", publication::series_subject(draw_id_of(task)), digest);
  if (entry.time + std::chrono::seconds(ceremony.margin_seconds) >= first_event(ceremony))
    return refuse("event_too_near", "/ceremony");
  task.plan = {to_hex(digest), entry.seq, to_hex(entry.leaf_hash)};
  ceremony.plans.push_back({act.id(), *task.draw, task.plan.leaf_hash});
  return {};
}

// Computed by the system from the published inputs alone; anyone gets the same.
Result<void> take_result(Act& act) {
  auto& task = act.record<InspectionTask>();
  auto const& outcome = act.payload<DrawOutcome>();
  check_not_void_before(act, task);
  auto const digest = required_hash(outcome.digest, "/digest");
  task.drawn = outcome.drawn;
  task.load_max = outcome.load_max;
  task.hall = outcome.hall;
  task.checks_expected = outcome.drawn;
  auto const entry = act.log("draw.result", publication::series_subject(draw_id_of(task)), digest);
  if (entry.time > task.draw_deadline) return refuse("deadline_passed");
  task.result = {outcome.digest, entry.seq, to_hex(entry.leaf_hash)};
  Uuid const tally_id = act.new_id();
  auto& tally = act.create<TaskTally>("task_tally", "open", tally_id);
  tally.task = act.id();
  tally.region = task.region;
  tally.checks = outcome.drawn;
  task.tally = tally_id;
  return {};
}

Result<void> direct_assign(Act& act) {
  auto& task = act.record<InspectionTask>();
  auto const& wanted = act.payload<DirectAssign>();
  if (task.hall == 0) return refuse("matched_already");
  if (task.direct) return refuse("assigned_already");
  check_not_void_before(act, task);
  if (!publication::is_code(wanted.reason)) return refuse("code", "/reason", wanted.reason);
  if (static_cast<std::int64_t>(wanted.assignment.size()) != task.drawn)
    return refuse("all_targets", "/assignment");
  publication::Assign body{task.draw.value_or(""), hash_of_text(task.plan.leaf_hash), wanted.reason, {}};
  for (std::size_t i = 0; i < wanted.assignment.size(); ++i) {
    auto const& pair = wanted.assignment[i];
    if (static_cast<std::int64_t>(pair.inspectors.size()) < inspectors_min)
      return refuse("two_inspectors", "/assignment/" + std::to_string(i) + "/inspectors");
    body.assignment.push_back({pair.target, pair.inspectors});
  }
  auto const digest = sha256(text_of_body(body));
  auto const entry = act.log("draw.assign", publication::draw_subject(*task.draw), digest);
  task.direct = DirectAssignment{
      wanted.reason, wanted.private_blob, {to_hex(digest), entry.seq, to_hex(entry.leaf_hash)}};
  return {};
}

Result<void> assign(Act& act) {
  auto const& task = act.record<InspectionTask>();
  check_not_void_before(act, task);
  if (task.hall > 0 && !task.direct) return refuse("not_matched");
  if (act.payload<ChecksMade>().checks != task.checks_expected)
    return refuse("checks_missing", "/checks", std::to_string(task.checks_expected));
  return {};
}

TaskTally const& tally_of(Act& act, InspectionTask const& task) {
  auto const* tally = task.tally ? act.load<TaskTally>("task_tally", *task.tally) : nullptr;
  if (tally == nullptr) throw std::logic_error("a task with checks has no tally");
  return *tally;
}

Result<void> close(Act& act) {
  auto const& tally = tally_of(act, act.record<InspectionTask>());
  if (tally.closed + tally.voided < tally.checks)
    return refuse("checks_open", "", std::to_string(tally.checks - tally.closed - tally.voided));
  return {};
}

// Salts are published when nothing can be tipped off any more: every check done and published.
Result<void> open_draw(Act& act) {
  auto& task = act.record<InspectionTask>();
  if (task.origin == Origin::elsewhere) return refuse("drawn_elsewhere");
  if (task.opened) return refuse("opened_already");
  check_not_void_before(act, task);
  auto const& tally = tally_of(act, task);
  if (tally.published + tally.voided < tally.checks)
    return refuse("checks_open", "", std::to_string(tally.checks - tally.published - tally.voided));
  auto const digest = required_hash(act.payload<OpenDraw>().digest, "/digest");
  auto const entry = act.log("draw.open", publication::draw_subject(*task.draw), digest);
  task.opened = LogEntry{to_hex(digest), entry.seq, to_hex(entry.leaf_hash)};
  return {};
}

// The names go, the proof that there were names stays.
Result<void> erase_opening(Act& act) {
  auto& task = act.record<InspectionTask>();
  if (!task.opened) return refuse("not_opened");
  if (task.erased) return refuse("erased_already");
  auto const& ground = act.payload<EraseOpening>().ground;
  if (!publication::is_code(ground)) return refuse("code", "/ground", ground);
  task.erased = ErasedOpening{ground, {}};
  Hash const digest = sha256(text_of_body(erase_body(task)));
  auto const entry = act.log("draw.erase", publication::draw_subject(*task.draw), digest);
  task.erased->entry = LogEntry{to_hex(digest), entry.seq, to_hex(entry.leaf_hash)};
  return {};
}

void unbind(Act& act, InspectionTask const& task, Instant at) {
  auto const* ceremony = act.load<DrawCeremony>("draw_ceremony", *task.ceremony);
  auto const& state = act.envelope_of("draw_ceremony", *task.ceremony)->state;
  if (state != "bound" || at >= first_event(*ceremony)) throw Refused("event_held");
  auto& bound = act.step<DrawCeremony>("draw_ceremony", *task.ceremony, "unbind");
  std::erase_if(bound.plans, [&](ServedPlan const& plan) { return plan.task == act.id(); });
}

// Before the event a plan may simply be withdrawn; after it the result that is thrown away is revealed.
Result<void> void_task(Act& act) {
  auto& task = act.record<InspectionTask>();
  auto const& wanted = act.payload<VoidTask>();
  if (!publication::is_code(wanted.reason)) return refuse("code", "/reason", wanted.reason);
  task.voided = DrawVoid{wanted.reason, wanted.text, "", {}};
  if (task.plan.digest.empty()) {
    task.void_stage = VoidStage::before_plan;
    return {};
  }
  auto const& ceremony = act.envelope_of("draw_ceremony", *task.ceremony)->state;
  if (ceremony == "seeded") {
    task.void_stage = VoidStage::after_seed;
    required_hash(wanted.result, "/result");
    auto const lost = published_before_of_draw(act, task, "draw.result");
    if (lost) task.result = {to_hex(lost->digest), lost->position.seq, to_hex(lost->position.leaf_hash)};
    if (!task.result.digest.empty() && task.result.digest != wanted.result)
      return refuse("other_result", "/result");
    task.voided->result = wanted.result;
  } else {
    task.void_stage = VoidStage::before_event;
  }
  auto const digest = sha256(text_of_body(void_body(task)));
  auto const entry = act.log("draw.void", publication::series_subject(draw_id_of(task)), digest);
  if (task.void_stage == VoidStage::before_event) unbind(act, task, entry.time);
  task.voided->entry = {to_hex(digest), entry.seq, to_hex(entry.leaf_hash)};
  return {};
}

// A task of the province's platform (guest): drawn elsewhere, cannot be recomputed.
Result<void> import_task(Act& act) {
  auto& task = act.record<InspectionTask>();
  auto const before = task;
  task = act.payload<InspectionTask>();
  if (!task.origin_number || task.origin_number->empty()) return refuse("required", "/origin_number");
  task.origin = Origin::elsewhere;
  task.platform = Platform::guest;
  if (!task.item) {
    auto const item = act.find("inspection_item", "item_no", task.item_no);
    if (!item) return refuse("unknown_item", "/item_no", task.item_no);
    task.item = *item;
  }
  auto const& item = require_item_in_force(act, *task.item, "/item");
  task.item_no = item.item_no;
  task.item_text = item.item_no + " " + item.name;
  if (!task.department) {
    auto const department = act.find("department", "code", task.department_code);
    if (!department) return refuse("unknown_department", "/department_code", task.department_code);
    task.department = *department;
  }
  auto const& department = people::require_department(act, *task.department, "/department");
  task.department_code = department.code;
  task.organisation = *department.organisation;
  if (task.region.empty()) task.region = department.region;
  check_region(act, task.region, "/region");
  task.tally = before.tally;
  if (task.tally) return {};
  Uuid const tally_id = act.new_id();
  auto& tally = act.create<TaskTally>("task_tally", "open", tally_id);
  tally.task = act.id();
  tally.region = task.region;
  task.tally = tally_id;
  return {};
}

kernel::Placement place_task(Uuid, void const* record) {
  auto const& task = *static_cast<InspectionTask const*>(record);
  return {.scopes = {task.region}, .parties = {{task.organisation, "drawer"}}};
}
kernel::Placement place_tally(Uuid, void const* record) {
  return {.scopes = {static_cast<TaskTally const*>(record)->region}, .parties = {}};
}

}  // namespace

kernel::Register task_register() {
  return {
      .name = "inspection_task",
      .type = &reflect::type_of<InspectionTask>(),
      .states = {"none", "draft", "submitted", "approved", "announced", "frozen", "planned", "seeded",
                 "drawn", "assigned", "under_way", "closed", "void"},
      .steps = flow.rows,
      .actions = {action<TaskData>("draft", take_data),
                  action<TaskData>("update", take_data),
                  action<SubmitTask>("submit", submit),
                  action("approve"),
                  action<Reason>("return", return_task),
                  action("announce"),
                  action<Freeze>("freeze", freeze),
                  action<MakePlan>("plan", make_plan),
                  action("take_seed"),
                  action<DrawOutcome>("draw_result", take_result),
                  action<DirectAssign>("direct_assign", direct_assign),
                  action<ChecksMade>("assign", assign),
                  action("add_recusal"),
                  action("use_reserve"),
                  action("begin"),
                  action("close", close),
                  action<OpenDraw>("open", open_draw),
                  action<EraseOpening>("erase_opening", erase_opening),
                  action<VoidTask>("void", void_task),
                  action<InspectionTask>("import", import_task)},
      .place = place_task,
      .party_readers = RoleSet(),
      .importable = true,
      .import_key = "origin_number",
      .title_field = "title",
  };
}

kernel::Register tally_register() {
  return {
      .name = "task_tally",
      .type = &reflect::type_of<TaskTally>(),
      .states = {"none", "counting"},
      .steps = tally_flow.rows,
      .actions = {action("open"), action("count")},
      .place = place_tally,
      .party_readers = RoleSet(),
  };
}

}  // namespace plumbline::inspection
