// What a result with a problem leads to: correction order, case clue, abnormal list, seizure.
#include "check_handlers.hpp"
#include "inspection/api.hpp"
#include "registers.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::action;
using kernel::refuse;
using kernel::Role;

namespace {

constexpr kernel::ClockRule clue{"CASE.CHECK"};
constexpr kernel::ClockRule abnormal{"CR.ABNORMAL"};
constexpr kernel::ClockRule seizure{"CASE.SEIZE"};

// clang-format off
using S = FollowUpState;
constexpr auto flow = kernel::workflow<FollowUpState>({
    // from        action             to           by
    // Penalty Law article 28
    {S::none,     "open_correction", S::open,     Role::system},
    // Order 2 article 18: 15 working days
    {S::none,     "open_case_clue",  S::open,     Role::system, start(clue)},
    // Order 68: 10 working days
    {S::none,     "open_abnormal",   S::open,     Role::system, start(abnormal)},
    // Compulsion Law article 25: 30 days
    {S::none,     "open_seizure",    S::open,     Role::system, start(seizure)},
    {S::open,     "extend",          S::open,     Role::leader},
    {S::open,     "report",          S::reported, {Role::firm, Role::officer, Role::inspector}},
    {S::reported, "send_back",       S::open,     {Role::officer, Role::inspector}},
    {S::reported, "close",           S::closed,   {Role::officer, Role::inspector},
                                                  {stop_if(clue), stop_if(abnormal), stop_if(seizure)}},
    {S::open,     "hand_over",       S::closed,   Role::officer,
                                                  {stop_if(clue), stop_if(abnormal), stop_if(seizure)}},
});
static_assert(flow.sound());
// clang-format on

// A correction order may be extended once; the other periods have clocks, extended by their own rule.
Result<void> extend(Act& act) {
  auto& follow_up = act.record<FollowUp>();
  auto const& wanted = act.payload<ExtendFollowUp>();
  if (follow_up.kind != FollowUpKind::correction_order) return refuse("extend_the_clock");
  if (follow_up.extensions > 0) return refuse("extended_already");
  if (!follow_up.due_on || wanted.due_on <= *follow_up.due_on) return refuse("due_missing", "/due_on");
  follow_up.due_on = wanted.due_on;
  follow_up.extension_reason = wanted.reason;
  ++follow_up.extensions;
  return {};
}

Result<void> report(Act& act) {
  auto& follow_up = act.record<FollowUp>();
  auto const& reported = act.payload<ReportCorrection>();
  if (follow_up.kind != FollowUpKind::correction_order) return refuse("nothing_to_correct");
  follow_up.report = reported.report;
  follow_up.evidence = reported.evidence;
  follow_up.reported_on = act.today();
  return {};
}

Result<void> send_back(Act& act) {
  auto& follow_up = act.record<FollowUp>();
  follow_up.outcome = act.payload<Reason>().reason;
  follow_up.reported_on.reset();
  return {};
}

void take_outcome(Act& act) {
  auto& follow_up = act.record<FollowUp>();
  auto const& closing = act.payload<CloseFollowUp>();
  follow_up.outcome = closing.outcome;
  for (auto const& evidence : closing.evidence) follow_up.evidence.push_back(evidence);
  follow_up.closed_on = act.today();
}

// A correction is looked at again, with evidence of it.
Result<void> close(Act& act) {
  if (act.payload<CloseFollowUp>().evidence.empty()) return refuse("evidence_missing", "/evidence");
  take_outcome(act);
  return {};
}

// The decision of another procedure (case number, list decision) closes a clue, a listing, a seizure.
Result<void> hand_over(Act& act) {
  if (act.record<FollowUp>().kind == FollowUpKind::correction_order) return refuse("correction_not_reported");
  take_outcome(act);
  return {};
}

kernel::Placement place(Uuid, void const* record) {
  auto const& follow_up = *static_cast<FollowUp const*>(record);
  // A clue, a listing under way are not announced to the firm.
  bool const addressed =
      follow_up.kind == FollowUpKind::correction_order || follow_up.kind == FollowUpKind::seizure;
  kernel::Placement placement{.scopes = {follow_up.region}, .parties = {}};
  if (addressed) placement.parties.push_back({follow_up.firm, "subject"});
  return placement;
}

}  // namespace

kernel::Register follow_up_register() {
  return {
      .name = "follow_up",
      .type = &reflect::type_of<FollowUp>(),
      .states = {"none", "open", "reported", "closed"},
      .steps = flow.rows,
      .actions = {action("open_correction"), action("open_case_clue"), action("open_abnormal"),
                  action("open_seizure"), action<ExtendFollowUp>("extend", extend),
                  action<ReportCorrection>("report", report), action<Reason>("send_back", send_back),
                  action<CloseFollowUp>("close", close), action<CloseFollowUp>("hand_over", hand_over)},
      .place = place,
      .title_field = "document_number",
  };
}

}  // namespace plumbline::inspection
