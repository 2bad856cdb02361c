// How a check comes to be: out of a draw, out of an approved proposal, out of the province's list.
#include "check_handlers.hpp"

#include <algorithm>

#include "archive/api.hpp"
#include "inspection/api.hpp"
#include "people/api.hpp"
#include "publication/forms.hpp"
#include "registers.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::action;
using kernel::import_lane;
using kernel::NotBy;
using kernel::refuse;
using kernel::Refused;
using kernel::Role;

namespace {

constexpr kernel::ClockRule publish_in_time{"DR.PUBLISH"};

// clang-format off
using S = CheckState;
constexpr auto flow = kernel::workflow<CheckState>({
    // from              action               to                 by
    {S::none,           "assign",            S::assigned,       Role::system},
    {S::none,           "import",            S::assigned,       import_lane},
    {S::assigned,       "import",            S::assigned,       import_lane},
    // special and case checks: 行政检查审批表 first (国办发〔2024〕54号)
    {S::none,           "propose",           S::proposed,       {Role::officer, Role::inspector,
                                                                 Role::plan_maker}},
    {S::proposed,       "approve",           S::assigned,       Role::leader, {}, NotBy("propose")},
    {S::proposed,       "reject",            S::voided,         Role::leader},
    // before the visit
    {S::assigned,       "combine",           S::assigned,       {Role::officer, Role::plan_maker}},
    {S::assigned,       "name_experts",      S::assigned,       {Role::officer, Role::drawer}},
    {S::assigned,       "send_self_check",   S::assigned,       {Role::officer, Role::inspector}},
    {S::assigned,       "answer_self_check", S::assigned,       Role::firm},
    {S::assigned,       "issue_notice",      S::assigned,       {Role::officer, Role::inspector}},
    {S::assigned,       "mark_recusal",      S::assigned,       Role::system},
    {S::assigned,       "replace_inspector", S::assigned,       Role::system},
    {S::assigned,       "void",              S::voided,         {Role::leader, Role::system}},
    // Penalty Law article 55: certificates shown
    {S::assigned,       "start",             S::checking,       Role::inspector},
    // rules.md section 14, DR.PUBLISH: 20 working days from the end of the check
    {S::checking,       "enter_result",      S::result_entered, Role::inspector, start(publish_in_time)},
    {S::result_entered, "send_back",         S::sent_back,      Role::reviewer},
    {S::sent_back,      "enter_result",      S::result_entered, Role::inspector},
    {S::result_entered, "review",            S::reviewed,       Role::reviewer, {},
                                                                NotBy("enter_result", "start")},
    {S::reviewed,       "publish",           S::published,      Role::publisher, stop(publish_in_time),
                                                                NotBy("enter_result")},
    // 企业信息公示条例 article 12: a wrong result is withdrawn promptly and corrected
    {S::published,      "withdraw",          S::withdrawn,      {Role::leader, Role::publisher}},
    {S::follow_up,      "withdraw",          S::withdrawn,      {Role::leader, Role::publisher}},
    {S::closed,         "withdraw",          S::withdrawn,      {Role::leader, Role::publisher}},
    {S::withdrawn,      "republish",         S::published,      Role::publisher, {}, NotBy("withdraw")},
    {S::published,      "open_follow_up",    S::follow_up,      {Role::officer, Role::inspector}},
    {S::follow_up,      "open_follow_up",    S::follow_up,      {Role::officer, Role::inspector}},
    {S::published,      "close",             S::closed,         {Role::officer, Role::reviewer}},
    {S::follow_up,      "close",             S::closed,         {Role::officer, Role::reviewer}},
});
static_assert(flow.sound());
// clang-format on

constexpr std::size_t inspectors_min = 2;  // Penalty Law article 42; Order 57 article 19

void check_two(std::vector<Uuid> const& inspectors, std::string const& path) {
  auto sorted = inspectors;
  std::ranges::sort(sorted);
  sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());
  if (sorted.size() < inspectors_min || sorted.size() != inspectors.size())
    throw Refused("two_inspectors", path);
}

void take_inspectors(Act& act, Check& check, std::vector<Uuid> const& inspectors) {
  check_two(inspectors, "/inspectors");
  check.inspectors = inspectors;
  check.certificates.clear();
  for (Uuid inspector : inspectors) {
    auto const* record = act.load<people::Inspector>("inspector", inspector);
    if (record == nullptr) throw Refused("unknown_inspector", "/inspectors");
    check.certificates.push_back(record->certificate);
  }
}

// A person who names inspectors names fit ones; for a draw the roster saw to it, and whoever has become
// unfit since is replaced before the notice goes out.
void require_fit(Act& act, Check const& check) {
  for (std::size_t i = 0; i < check.inspectors.size(); ++i)
    people::require_fit_inspector(act, check.inspectors[i], *check.firm, "/inspectors/" + std::to_string(i));
}

void take_firm(Act& act, Check& check, Uuid firm, std::optional<Uuid> site) {
  auto const& record = archive::require_firm(act, firm, "/firm");
  check.firm = firm;
  check.firm_key = record.key;
  check.region = record.region;
  check.site = site;
  if (!site) return;
  auto const* place = act.load<archive::Site>("site", *site);
  if (place == nullptr || place->firm != firm) throw Refused("unknown_site", "/site");
  check.region = place->region;
}

void take_department(Act& act, Check& check, Uuid department, InspectionItem const& item) {
  auto const& record = people::require_department(act, department, "/department");
  check.department = department;
  check.department_code = record.code;
  check.department_region = record.region;
  check.part =
      std::ranges::count(item.joint_departments, department) ? DepartmentPart::joint : DepartmentPart::lead;
}

// The first unselected units step in for firms that are gone, in ticket order. Unreachable is a result.
void use_reserve(Act& act, Check& check, AssignCheck const& drawn) {
  auto const* envelope = act.envelope_of("check", *drawn.substitutes);
  auto const* gone = act.load<Check>("check", *drawn.substitutes);
  if (gone == nullptr || envelope->state != "void") throw Refused("not_void", "/substitutes");
  if (gone->void_reason != "deregistered" && gone->void_reason != "revoked" && gone->void_reason != "moved")
    throw Refused("no_substitute_for_reason", "/substitutes", gone->void_reason);
  if (gone->task != check.task || gone->stratum != drawn.stratum) throw Refused("other_stratum", "/stratum");
  auto& task = act.step<InspectionTask>("inspection_task", drawn.task, "use_reserve");
  for (auto& stratum : task.frozen_strata) {
    if (stratum.stratum != drawn.stratum) continue;
    if (stratum.reserves_used >= stratum.reserves) throw Refused("no_reserves_left", "/stratum");
    if (drawn.reserve_number != stratum.reserves_used + 1)
      throw Refused("reserve_out_of_order", "/reserve_number", std::to_string(stratum.reserves_used + 1));
    ++stratum.reserves_used;
    ++task.checks_expected;
    check.substitutes = drawn.substitutes;
    count_in_tally(act, check, TallyField::checks);
    return;
  }
  throw Refused("unknown_stratum", "/stratum", drawn.stratum);
}

void require_task_state(Act& act, AssignCheck const& drawn) {
  auto const* envelope = act.envelope_of("inspection_task", drawn.task);
  if (envelope == nullptr) throw Refused("unknown_task", "/task");
  bool const reserve = drawn.selection == Selection::reserve;
  bool const fits =
      reserve ? envelope->state == "assigned" || envelope->state == "under_way" : envelope->state == "drawn";
  if (!fits) throw Refused("task_not_drawn", "/task", envelope->state);
  if (reserve && !drawn.substitutes) throw Refused("required", "/substitutes");
}

bool may_void_for(std::string const& reason) {
  constexpr std::string_view reasons[] = {"deregistered", "revoked",   "moved",
                                          "duplicate",    "visit_cap", "task_void"};
  return std::ranges::count(reasons, reason) > 0;
}

void find_item(Act& act, Check& check) {
  if (check.item) return;
  auto const item = act.find("inspection_item", "item_no", check.item_no);
  if (!item) throw Refused("unknown_item", "/item_no", check.item_no);
  check.item = *item;
}

void find_firm(Act& act, Check& check) {
  auto const firm = check.firm ? check.firm : archive::find_firm(act, check.firm_key);
  if (!firm) throw Refused("unknown_firm", "/firm_key", check.firm_key);
  take_firm(act, check, *firm, check.site);
}

void find_inspectors(Act& act, Check& check) {
  if (check.inspectors.empty())
    for (auto const& certificate : check.certificates) {
      auto const inspector = people::find_inspector(act, certificate);
      if (!inspector) throw Refused("unknown_inspector", "/certificates", certificate);
      check.inspectors.push_back(*inspector);
    }
  take_inspectors(act, check, std::vector<Uuid>(check.inspectors));
}

// Everything the acts here decide comes from them, whatever the file says.
Check imported_part(Check const& row) {
  Check check;
  check.item = row.item;
  check.item_no = row.item_no;
  check.task = row.task;
  check.task_number = row.task_number;
  check.origin_number = row.origin_number;
  check.firm = row.firm;
  check.firm_key = row.firm_key;
  check.site = row.site;
  check.department = row.department;
  check.department_code = row.department_code;
  check.notice_mode = row.notice_mode;
  check.inspectors = row.inspectors;
  check.certificates = row.certificates;
  check.papers.purpose = row.papers.purpose;
  return check;
}

void find_task(Act& act, Check& check) {
  if (!check.task) check.task = act.find("inspection_task", "origin_number", check.task_number);
  auto const* task = check.task ? act.load<InspectionTask>("inspection_task", *check.task) : nullptr;
  if (task == nullptr || task->origin != Origin::elsewhere)
    throw Refused("unknown_task", "/task_number", check.task_number);
  check.task_number = task->origin_number.value_or("");
  check.year = task->year;
  check.item = task->item;
  if (!check.department && check.department_code.empty()) check.department = task->department;
}

kernel::Placement place(Uuid, void const* record) {
  auto const& check = *static_cast<Check const*>(record);
  kernel::Placement placement{.scopes = {check.region}, .parties = {}};
  if (!check.department_region.empty()) placement.scopes.push_back(check.department_region);
  // Nobody at the firm learns of an unannounced check before it begins.
  if (check.disclosure == Disclosure::disclosed) placement.parties.push_back({*check.firm, "subject"});
  return placement;
}

}  // namespace

std::string document_number(Act& act, std::string const& region, std::string const& kind) {
  std::string const year = std::to_string(year_of(act.today()));
  auto const number = act.next_number(kind + "/" + region + "/" + year);
  return region + kind + "〔" + year + "〕" + std::to_string(number) + "号";
}

Result<void> assign_check(Act& act) {
  auto& check = act.record<Check>();
  auto const& drawn = act.payload<AssignCheck>();
  require_task_state(act, drawn);
  auto const& task = *act.load<InspectionTask>("inspection_task", drawn.task);
  auto const* item = act.load<InspectionItem>("inspection_item", *task.item);
  if (item == nullptr) return refuse("unknown_item", "/task");
  check.kind = CheckKind::daily;
  check.platform = task.platform;
  check.task = drawn.task;
  check.item = task.item;
  check.item_no = task.item_no;
  check.year = task.year;
  check.notice_mode = task.notice_mode;
  check.papers.purpose = task.title;
  check.batch = task.batch;
  take_firm(act, check, drawn.firm, drawn.site);
  take_department(act, check, *task.department, *item);
  check.pid = drawn.pid;
  check.stratum = drawn.stratum;
  check.pi = drawn.pi;
  check.selection = drawn.selection;
  take_inspectors(act, check, drawn.inspectors);
  check.assignment = drawn.assignment;
  check.assignment_reason = drawn.assignment_reason;
  if (drawn.assignment != AssignmentMode::matched) require_fit(act, check);
  check.visit = drawn.visit ? *drawn.visit : act.new_id();
  check.papers.approval_number = document_number(act, check.department_region, "检审");
  if (drawn.selection == Selection::reserve) use_reserve(act, check, drawn);
  return {};
}

// Guest mode: the province's list and pairs.
Result<void> import_check(Act& act) {
  auto& check = act.record<Check>();
  Check const before = check;
  check = imported_part(act.payload<Check>());
  if (!check.origin_number || check.origin_number->empty()) return refuse("required", "/origin_number");
  find_task(act, check);
  find_item(act, check);
  auto const& item = require_item_in_force(act, *check.item, "/item_no");
  check.item_no = item.item_no;
  if (!check.department) {
    auto const department = act.find("department", "code", check.department_code);
    if (!department) return refuse("unknown_department", "/department_code", check.department_code);
    check.department = *department;
  }
  take_department(act, check, *check.department, item);
  find_firm(act, check);
  find_inspectors(act, check);
  check.kind = CheckKind::daily;
  check.origin = Origin::elsewhere;
  check.platform = Platform::guest;
  check.selection = Selection::elsewhere;
  check.assignment = AssignmentMode::elsewhere;
  if (before.visit) {
    check.visit = before.visit;
    check.papers.approval_number = before.papers.approval_number;
    check.papers.notice_number = before.papers.notice_number;
    check.papers.notice_on = before.papers.notice_on;
    check.disclosure = before.disclosure;
    check.papers.self_check_sent_on = before.papers.self_check_sent_on;
    check.papers.experts = before.papers.experts;
    check.recused = before.recused;
    check.recusals_pending = before.recusals_pending;
    return {};
  }
  check.visit = act.new_id();
  check.papers.approval_number = document_number(act, check.department_region, "检审");
  count_in_tally(act, check, TallyField::checks);
  return {};
}

Result<void> propose_check(Act& act) {
  auto& check = act.record<Check>();
  auto const& wanted = act.payload<ProposeCheck>();
  auto const& item = require_item_in_force(act, wanted.item, "/item");
  if (wanted.kind == CheckKind::daily) return refuse("daily_checks_are_drawn", "/kind");
  if (wanted.kind == CheckKind::case_check && wanted.clue.empty()) return refuse("clue_missing", "/clue");
  if (wanted.kind == CheckKind::special) {
    auto const* batch = wanted.batch ? act.envelope_of("plan_batch", *wanted.batch) : nullptr;
    if (batch == nullptr || batch->state != "signed_for") return refuse("plan_missing", "/batch");
  }
  check.kind = wanted.kind;
  check.item = wanted.item;
  check.item_no = item.item_no;
  check.year = year_of(act.today());
  check.notice_mode = wanted.notice_mode;
  check.papers.purpose = wanted.purpose;
  check.papers.clue = wanted.clue;
  check.batch = wanted.batch;
  take_firm(act, check, wanted.firm, wanted.site);
  take_department(act, check, wanted.department, item);
  take_inspectors(act, check, wanted.inspectors);
  require_fit(act, check);
  check.selection = Selection::none;
  check.assignment = AssignmentMode::named;
  check.visit = act.new_id();
  return {};
}

// The yearly maximum blocks the next visit before anybody is sent out.
Result<void> approve_check(Act& act) {
  auto& check = act.record<Check>();
  require_item_in_force(act, *check.item, "/item");
  check_visit_quota(act, check, Counting::ask);
  check.papers.approval_number = document_number(act, check.department_region, "检审");
  return {};
}

Result<void> void_check(Act& act) {
  auto& check = act.record<Check>();
  auto const& wanted = act.payload<VoidCheck>();
  if (act.action() == "void") {
    if (wanted.reason == "unreachable") return refuse("unreachable_is_a_result", "/reason");
    if (!may_void_for(wanted.reason)) return refuse("void_reason", "/reason", wanted.reason);
    if (wanted.reason == "task_void") {
      auto const* task = check.task ? act.envelope_of("inspection_task", *check.task) : nullptr;
      if (task == nullptr || task->state != "void") return refuse("task_not_void", "/reason");
    }
  }
  check.void_reason = wanted.reason;
  check.void_text = wanted.text;
  count_in_tally(act, check, TallyField::voided);
  return {};
}

kernel::Register check_register() {
  return {
      .name = "check",
      .type = &reflect::type_of<Check>(),
      .states = {"none", "proposed", "assigned", "checking", "result_entered", "sent_back", "reviewed",
                 "published", "withdrawn", "follow_up", "closed", "void"},
      .steps = flow.rows,
      .actions = {action<AssignCheck>("assign", assign_check),
                  action<Check>("import", import_check),
                  action<ProposeCheck>("propose", propose_check),
                  action("approve", approve_check),
                  action<VoidCheck>("reject", void_check),
                  action<Combine>("combine", combine_visits),
                  action<NameExperts>("name_experts", name_experts),
                  action("send_self_check", send_self_check),
                  action<SelfCheckAnswer>("answer_self_check", answer_self_check),
                  action("issue_notice", issue_notice),
                  action("mark_recusal"),
                  action("replace_inspector"),
                  action<VoidCheck>("void", void_check),
                  action<StartCheck>("start", start_check),
                  action<EnterResult>("enter_result", enter_result),
                  action<Reason>("send_back", send_result_back),
                  action("review", review_result),
                  action<PublishResult>("publish", publish_result),
                  action<Reason>("withdraw", withdraw_result),
                  action<Republish>("republish", republish_result),
                  action<OpenFollowUp>("open_follow_up", open_follow_up),
                  action("close", close_check)},
      .place = place,
      .importable = true,
      .import_key = "origin_number",
      .title_field = "firm_key",
      .named_after = {"firm", "firm"},
  };
}

}  // namespace plumbline::inspection
