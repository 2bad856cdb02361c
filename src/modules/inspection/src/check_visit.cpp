// Before and at the visit: one visit for several tasks, experts, self-check, notice, certificates shown.
#include <algorithm>

#include "archive/api.hpp"
#include "check_handlers.hpp"
#include "inspection/api.hpp"
#include "people/api.hpp"
#include "task_types.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::refuse;
using kernel::Refused;

namespace {

void require_fit_inspectors(Act& act, Check const& check) {
  for (std::size_t i = 0; i < check.inspectors.size(); ++i)
    people::require_fit_inspector(act, check.inspectors[i], *check.firm, "/inspectors/" + std::to_string(i));
}

void require_living_task(Act& act, Check const& check) {
  if (!check.task) return;
  auto const* task = act.envelope_of("inspection_task", *check.task);
  if (task == nullptr || (task->state != "assigned" && task->state != "under_way"))
    throw Refused("task_not_assigned", "", task == nullptr ? "" : task->state);
}

void require_one_of_them(Act& act, Check const& check) {
  auto const inspector = people::acting_inspector(act);
  if (!inspector || !std::ranges::count(check.inspectors, *inspector))
    throw Refused("not_an_inspector_of_the_check");
}

// Penalty Law article 55: every inspector shows the certificate; without it the firm may refuse.
void take_certificates(Check& check, std::vector<std::string> shown) {
  auto wanted = check.certificates;
  std::ranges::sort(wanted);
  std::ranges::sort(shown);
  if (wanted != shown) throw Refused("certificate_not_shown", "/certificates_shown");
  check.site_record.certificates_shown = check.certificates;
}

void take_entry(Check& check, StartCheck const& start) {
  if (start.entry_scan == EntryScan::none) throw Refused("entry_scan_missing", "/entry_scan");
  if (start.entry_scan == EntryScan::not_scanned && start.entry_scan_reason.empty())
    throw Refused("entry_scan_reason_missing", "/entry_scan_reason");
  check.site_record.entry_scan = start.entry_scan;
  check.site_record.entry_scan_reason = start.entry_scan_reason;
}

void begin_task(Act& act, Check const& check) {
  if (check.task && act.envelope_of("inspection_task", *check.task)->state == "assigned")
    check_not_void_before(act, act.step<InspectionTask>("inspection_task", *check.task, "begin"));
}

}  // namespace

// 综合查一次: checks that meet at one firm become one visit.
Result<void> combine_visits(Act& act) {
  auto& check = act.record<Check>();
  Uuid const with = act.payload<Combine>().with;
  auto const* other = act.load<Check>("check", with);
  if (other == nullptr) return refuse("unknown_check", "/with");
  if (other->firm != check.firm) return refuse("other_firm", "/with");
  auto const& state = act.envelope_of("check", with)->state;
  if (state != "assigned" && state != "checking") return refuse("visit_over", "/with", state);
  check.visit = other->visit;
  return {};
}

Result<void> name_experts(Act& act) {
  auto& check = act.record<Check>();
  auto const& experts = act.payload<NameExperts>().experts;
  if (!check.papers.notice_number.empty()) return refuse("notice_issued");
  for (std::size_t i = 0; i < experts.size(); ++i) {
    std::string const path = "/experts/" + std::to_string(i);
    auto const* expert = act.load<people::Expert>("expert", experts[i]);
    if (expert == nullptr) return refuse("unknown_expert", path);
    if (act.envelope_of("expert", experts[i])->state != "active") return refuse("expert_not_active", path);
    if (expert->valid_to && *expert->valid_to < act.today())
      return refuse("expert_expired", path, expert->number);
  }
  check.papers.experts = experts;
  return {};
}

// 企业自查: an announced check sends its sheet first; an unannounced one sends nothing.
Result<void> send_self_check(Act& act) {
  auto& check = act.record<Check>();
  if (check.notice_mode == NoticeMode::unannounced) return refuse("check_is_unannounced");
  require_living_task(act, check);
  check.papers.self_check_sent_on = act.today();
  check.disclosure = Disclosure::disclosed;
  return {};
}

Result<void> answer_self_check(Act& act) {
  auto& check = act.record<Check>();
  if (!check.papers.self_check_sent_on) return refuse("self_check_not_sent");
  check.papers.self_check_answer = act.payload<SelfCheckAnswer>().sha256;
  return {};
}

// 行政检查通知书, numbered without gaps; it names inspectors and experts, so both must be right by now.
Result<void> issue_notice(Act& act) {
  auto& check = act.record<Check>();
  if (!check.papers.notice_number.empty()) return refuse("notice_issued");
  require_living_task(act, check);
  require_fit_inspectors(act, check);
  if (check.recusals_pending > 0) return refuse("recusal_pending");
  check.papers.notice_number = document_number(act, check.department_region, "检");
  check.papers.notice_on = act.today();
  if (check.notice_mode == NoticeMode::announced) check.disclosure = Disclosure::disclosed;
  return {};
}

Result<void> start_check(Act& act) {
  auto& check = act.record<Check>();
  auto const& start = act.payload<StartCheck>();
  require_living_task(act, check);
  require_one_of_them(act, check);
  if (check.papers.notice_number.empty()) return refuse("notice_missing");
  if (check.notice_mode == NoticeMode::announced && !check.papers.self_check_sent_on)
    return refuse("self_check_missing");
  // The decision on a recusal comes before the check starts (Penalty Law article 43).
  if (check.recusals_pending > 0) return refuse("recusal_pending");
  require_fit_inspectors(act, check);
  take_certificates(check, start.certificates_shown);
  take_entry(check, start);
  check_visit_quota(act, check, Counting::count);
  check.site_record.body_camera = start.body_camera;
  check.started_on = act.today();
  check.disclosure = Disclosure::disclosed;
  begin_task(act, check);
  return {};
}

}  // namespace plumbline::inspection
