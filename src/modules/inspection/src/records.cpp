// Counters beside the checks: visits per firm and year, progress per task; and patrols of former years.
#include <algorithm>

#include "archive/api.hpp"
#include "check_handlers.hpp"
#include "inspection/api.hpp"
#include "kernel/regions.hpp"
#include "records_types.hpp"
#include "registers.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::action;
using kernel::import_lane;
using kernel::refuse;
using kernel::Refused;
using kernel::Role;
using kernel::RoleSet;

namespace {

// clang-format off
using Q = QuotaState;
constexpr auto quota_flow = kernel::workflow<QuotaState>({
    {Q::none,     "open",  Q::counting, Role::system},
    {Q::counting, "count", Q::counting, Role::system},
});
static_assert(quota_flow.sound());

// 国办发〔2024〕54号: a yearly maximum of inspections, set and published by the bureau
using L = LimitState;
constexpr auto limit_flow = kernel::workflow<LimitState>({
    {L::none,     "set",    L::in_force, Role::leader},
    {L::none,     "import", L::in_force, import_lane},
    {L::in_force, "import", L::in_force, import_lane},
    {L::in_force, "change", L::in_force, Role::leader},
    {L::in_force, "end",    L::ended,    Role::leader},
    {L::ended,    "change", L::in_force, Role::leader},
});
static_assert(limit_flow.sound());

// 巡查 outside key fields was replaced by random checks (国发〔2019〕5号): history only
using P = PatrolState;
constexpr auto patrol_flow = kernel::workflow<PatrolState>({
    {P::none,     "import", P::recorded, import_lane},
    {P::recorded, "import", P::recorded, import_lane},
});
static_assert(patrol_flow.sound());
// clang-format on

std::string class_name(archive::RiskClass risk_class) {
  constexpr std::string_view names[] = {"unclassified", "A", "B", "C", "D"};
  return std::string(names[static_cast<std::size_t>(risk_class)]);
}

// The limit of the firm's class in that year; nothing when the bureau has set none.
std::optional<std::int64_t> visits_max(Act& act, Check const& check) {
  auto const* firm = act.load<archive::Firm>("firm", *check.firm);
  if (firm == nullptr) return std::nullopt;
  std::string const key =
      std::to_string(year_of(act.today())) + "/" + class_name(archive::class_on(*firm, act.today()));
  auto const limit = act.find("visit_limit", "key", key);
  if (!limit || act.envelope_of("visit_limit", *limit)->state != "in_force") return std::nullopt;
  return act.load<VisitLimit>("visit_limit", *limit)->visits_max;
}

std::int64_t distinct_visits(VisitQuota const& quota, Uuid except, auto const& counts) {
  std::vector<Uuid> visits;
  for (auto const& entry : quota.counted)
    if (entry.visit != except && counts(entry)) visits.push_back(entry.visit);
  std::ranges::sort(visits);
  return std::ranges::unique(visits).begin() - visits.begin();
}

bool is_case(VisitCount const& entry) { return entry.kind == CheckKind::case_check; }

// A visit that has begun for one department is free for the others; case checks are exempt, counted apart.
void refuse_above_cap(Act& act, Check const& check, VisitQuota const& quota) {
  if (check.kind == CheckKind::case_check) return;
  auto const routine = [](VisitCount const& entry) { return !is_case(entry); };
  bool const counted = std::ranges::any_of(
      quota.counted, [&](VisitCount const& entry) { return entry.visit == *check.visit && !is_case(entry); });
  auto const limit = visits_max(act, check);
  if (!counted && limit && distinct_visits(quota, *check.visit, routine) >= *limit)
    throw Refused("visit_cap", "", std::to_string(*limit));
  auto const* item = act.load<InspectionItem>("inspection_item", *check.item);
  if (item == nullptr || item->frequency_cap == 0) return;
  auto const same_item = [&](VisitCount const& entry) { return !is_case(entry) && entry.item == check.item; };
  if (distinct_visits(quota, *check.visit, same_item) >= item->frequency_cap)
    throw Refused("frequency_cap", "", std::to_string(item->frequency_cap));
}

void add_visit(Act& act, Check const& check, VisitQuota& quota) {
  quota.counted.push_back({*check.visit, act.id(), *check.item, check.kind, act.today()});
  quota.visits = distinct_visits(quota, Uuid{}, [](VisitCount const& entry) { return !is_case(entry); });
  quota.case_visits = distinct_visits(quota, Uuid{}, is_case);
}

bool is_class(std::string const& name) {
  return name == "unclassified" || name == "A" || name == "B" || name == "C" || name == "D";
}

Result<void> take_limit(Act& act) {
  auto& limit = act.record<VisitLimit>();
  limit = act.payload<VisitLimit>();
  if (!is_class(limit.risk_class)) return refuse("unknown_class", "/risk_class", limit.risk_class);
  limit.key = std::to_string(limit.year) + "/" + limit.risk_class;
  if (limit.region.empty()) limit.region = act.jurisdiction();
  return {};
}

Result<void> import_patrol(Act& act) {
  auto& patrol = act.record<Patrol>();
  patrol = act.payload<Patrol>();
  if (!patrol.firm) {
    auto const firm = archive::find_firm(act, patrol.firm_key);
    if (!firm) return refuse("unknown_firm", "/firm_key", patrol.firm_key);
    patrol.firm = *firm;
  }
  auto const& firm = archive::require_firm(act, *patrol.firm, "/firm");
  patrol.firm_key = firm.key;
  patrol.region = firm.region;
  if (patrol.patrolled_on > act.today()) return refuse("date_in_future", "/patrolled_on");
  return {};
}

kernel::Placement place_quota(Uuid, void const* record) {
  return {.scopes = {static_cast<VisitQuota const*>(record)->region}, .parties = {}};
}
kernel::Placement place_limit(Uuid, void const* record) {
  return {.scopes = {static_cast<VisitLimit const*>(record)->region}, .parties = {}};
}
kernel::Placement place_patrol(Uuid, void const* record) {
  auto const& patrol = *static_cast<Patrol const*>(record);
  return {.scopes = {patrol.region}, .parties = {{*patrol.firm, "subject"}}};
}

}  // namespace

std::string visit_quota_key(Uuid firm, int year) { return to_string(firm) + "/" + std::to_string(year); }

void check_visit_quota(Act& act, Check const& check, Counting counting) {
  std::string const key = visit_quota_key(*check.firm, year_of(act.today()));
  auto const found = act.find("visit_quota", "key", key);
  auto const* quota = found ? act.load<VisitQuota>("visit_quota", *found) : nullptr;
  refuse_above_cap(act, check, quota == nullptr ? VisitQuota{} : *quota);
  if (counting == Counting::ask) return;
  if (found) return add_visit(act, check, act.step<VisitQuota>("visit_quota", *found, "count"));
  auto& opened = act.create<VisitQuota>("visit_quota", "open", act.new_id());
  opened.key = key;
  opened.firm = *check.firm;
  opened.year = year_of(act.today());
  opened.region = check.region;
  add_visit(act, check, opened);
}

void count_in_tally(Act& act, Check const& check, TallyField field) {
  if (!check.task) return;
  auto& own = act.record<Check>();
  if (field == TallyField::published && std::exchange(own.tallied_published, 1) == 1) return;
  if (field == TallyField::closed && std::exchange(own.tallied_closed, 1) == 1) return;
  auto const* task = act.load<InspectionTask>("inspection_task", *check.task);
  if (task == nullptr || !task->tally) return;
  auto& tally = act.step<TaskTally>("task_tally", *task->tally, "count");
  std::int64_t* const counters[] = {&tally.checks, &tally.published, &tally.closed, &tally.voided};
  ++*counters[static_cast<std::size_t>(field)];
  bool const over = tally.closed + tally.voided == tally.checks && field != TallyField::checks;
  auto const& state = act.envelope_of("inspection_task", *check.task)->state;
  if (over && (state == "assigned" || state == "under_way"))
    act.step<InspectionTask>("inspection_task", *check.task, "close");
}

kernel::Register visit_quota_register() {
  return {
      .name = "visit_quota",
      .type = &reflect::type_of<VisitQuota>(),
      .states = {"none", "counting"},
      .steps = quota_flow.rows,
      .actions = {action("open"), action("count")},
      .place = place_quota,
      .party_readers = RoleSet(),
      .title_field = "key",
  };
}

kernel::Register visit_limit_register() {
  return {
      .name = "visit_limit",
      .type = &reflect::type_of<VisitLimit>(),
      .states = {"none", "in_force", "ended"},
      .steps = limit_flow.rows,
      .actions = {action<VisitLimit>("set", take_limit), action<VisitLimit>("import", take_limit),
                  action<VisitLimit>("change", take_limit), action<Reason>("end", nullptr)},
      .place = place_limit,
      .importable = true,
      .import_key = "key",
      .title_field = "key",
  };
}

kernel::Register patrol_register() {
  return {
      .name = "patrol",
      .type = &reflect::type_of<Patrol>(),
      .states = {"none", "recorded"},
      .steps = patrol_flow.rows,
      .actions = {action<Patrol>("import", import_patrol)},
      .place = place_patrol,
      .importable = true,
      .import_key = "number",
      .title_field = "number",
  };
}

}  // namespace plumbline::inspection
