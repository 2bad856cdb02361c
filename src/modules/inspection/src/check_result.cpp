// From the result to its publication and what follows.
#include <algorithm>

#include "check_handlers.hpp"
#include "inspection/api.hpp"
#include "people/api.hpp"

namespace plumbline::inspection {

using kernel::Act;
using kernel::refuse;
using kernel::Refused;

namespace {

// All questions of the item's sheet, each once; nothing else.
void check_answers(Act& act, Check const& check, EnterResult const& entered) {
  auto const* item = act.load<InspectionItem>("inspection_item", *check.item);
  if (item == nullptr) throw Refused("unknown_item");
  auto answered = [&](std::string const& number) {
    return std::ranges::count(entered.answers, number, &Answer::question);
  };
  for (std::size_t i = 0; i < entered.answers.size(); ++i) {
    auto const& number = entered.answers[i].question;
    std::string const path = "/answers/" + std::to_string(i) + "/question";
    if (!std::ranges::count(item->questions, number, &Question::number))
      throw Refused("unknown_question", path, number);
    if (answered(number) > 1) throw Refused("duplicate", path, number);
  }
  if (allows_open_answers(entered.result)) return;
  for (auto const& question : item->questions)
    if (answered(question.number) == 0) throw Refused("answer_missing", "/answers", question.number);
}

void check_signature(EnterResult const& entered) {
  if (entered.sign_off == SignOff::none) throw Refused("signature_missing", "/sign_off");
  if (entered.sign_off == SignOff::refused && entered.sign_off_note.empty())
    throw Refused("refusal_note_missing", "/sign_off_note");
}

// An expert named in the notice gives an opinion; it is attached and is never the result.
void check_opinions(Check const& check, EnterResult const& entered) {
  for (std::size_t i = 0; i < entered.opinions.size(); ++i)
    if (!std::ranges::count(check.papers.experts, entered.opinions[i].expert))
      throw Refused("expert_not_named", "/opinions/" + std::to_string(i) + "/expert");
  for (Uuid expert : check.papers.experts)
    if (!std::ranges::count(entered.opinions, expert, &ExpertOpinion::expert))
      throw Refused("opinion_missing", "/opinions");
}

void check_findings(EnterResult const& entered) {
  bool const found = std::ranges::count(entered.answers, Finding::problem, &Answer::finding) > 0;
  if (found && entered.result == ResultCode::no_problem)
    throw Refused("result_contradicts_findings", "/result");
}

// Each kind runs its own clock, so each begins by its own step.
std::string_view opening_of(FollowUpKind kind) {
  switch (kind) {
    case FollowUpKind::correction_order: return "open_correction";
    case FollowUpKind::case_clue: return "open_case_clue";
    case FollowUpKind::abnormal_list: return "open_abnormal";
    case FollowUpKind::seizure: break;
  }
  return "open_seizure";
}

void require_receipt(Check const& check, std::string const& receipt) {
  if (check.platform != Platform::own && receipt.empty()) throw Refused("receipt_missing", "/receipt");
}

}  // namespace

bool is_problem(ResultCode code) { return needs_follow_up(code); }

bool needs_follow_up(ResultCode code) {
  return code != ResultCode::none && code != ResultCode::no_problem && code != ResultCode::activity_absent;
}

bool allows_open_answers(ResultCode code) {
  return code == ResultCode::unreachable || code == ResultCode::refused ||
         code == ResultCode::activity_absent;
}

Result<void> enter_result(Act& act) {
  auto& check = act.record<Check>();
  auto const& entered = act.payload<EnterResult>();
  auto const inspector = people::acting_inspector(act);
  if (!inspector || !std::ranges::count(check.inspectors, *inspector))
    return refuse("not_an_inspector_of_the_check");
  if (entered.result == ResultCode::none) return refuse("result_missing", "/result");
  if (entered.ended_on < *check.started_on || entered.ended_on > act.today())
    return refuse("end_of_check", "/ended_on");
  check_answers(act, check, entered);
  check_findings(entered);
  if (entered.evidence.empty()) return refuse("evidence_missing", "/evidence");
  check_signature(entered);
  check_opinions(check, entered);
  bool const first = !check.ended_on;
  if (!first && *check.ended_on != entered.ended_on) return refuse("end_of_check_is_fixed", "/ended_on");
  // The 20 working days run from the day the check ended, whenever the result is entered.
  if (first) {
    act.start_clock("DR.PUBLISH", entered.ended_on);
    check.publish_by = act.envelope().clock("DR.PUBLISH")->due_on;
  }
  check.result = entered.result;
  check.result_text = entered.result_text;
  check.ended_on = entered.ended_on;
  check.site_record.answers = entered.answers;
  check.site_record.evidence = entered.evidence;
  check.site_record.sign_off = entered.sign_off;
  check.site_record.sign_off_note = entered.sign_off_note;
  check.site_record.opinions = entered.opinions;
  if (!entered.body_camera.empty()) check.site_record.body_camera = entered.body_camera;
  return {};
}

Result<void> send_result_back(Act& act) {
  act.record<Check>().send_back_reason = act.payload<Reason>().reason;
  return {};
}

// Whoever inspected does not review, whoever typed the result in.
Result<void> review_result(Act& act) {
  auto const& check = act.record<Check>();
  auto const inspector = people::acting_inspector(act);
  if (inspector && std::ranges::count(check.inspectors, *inspector)) return refuse("reviewer_inspected");
  return {};
}

Result<void> publish_result(Act& act) {
  auto& check = act.record<Check>();
  auto const& published = act.payload<PublishResult>();
  require_receipt(check, published.receipt);
  check.publication_receipt = published.receipt;
  check.published_on = act.today();
  // The clock may have been extended or its day recomputed since.
  auto const* clock = act.envelope().clock("DR.PUBLISH");
  if (clock != nullptr) check.publish_by = clock->due_on;
  check.timeliness =
      check.publish_by && *check.published_on > *check.publish_by ? Timeliness::late : Timeliness::on_time;
  count_in_tally(act, check, TallyField::published);
  return {};
}

Result<void> withdraw_result(Act& act) {
  auto& check = act.record<Check>();
  check.withdrawals.push_back({.withdrawn_on = act.today(),
                               .reason = act.payload<Reason>().reason,
                               .result = check.result,
                               .republished_on = std::nullopt});
  return {};
}

Result<void> republish_result(Act& act) {
  auto& check = act.record<Check>();
  auto const& corrected = act.payload<Republish>();
  if (corrected.result == ResultCode::none) return refuse("result_missing", "/result");
  require_receipt(check, corrected.receipt);
  check.result = corrected.result;
  check.result_text = corrected.result_text;
  check.publication_receipt = corrected.receipt;
  check.withdrawals.back().republished_on = act.today();
  return {};
}

Result<void> open_follow_up(Act& act) {
  auto& check = act.record<Check>();
  auto const& wanted = act.payload<OpenFollowUp>();
  if (!needs_follow_up(check.result)) return refuse("no_follow_up_for_result");
  if (wanted.kind == FollowUpKind::correction_order && (!wanted.due_on || *wanted.due_on <= act.today()))
    return refuse("due_missing", "/due_on");
  Uuid const id = act.new_id();
  auto& follow_up = act.create<FollowUp>("follow_up", opening_of(wanted.kind), id);
  follow_up.check_record = act.id();
  follow_up.firm = *check.firm;
  follow_up.region = check.region;
  follow_up.kind = wanted.kind;
  follow_up.text = wanted.text;
  follow_up.due_on = wanted.due_on;
  follow_up.opened_on = act.today();
  if (wanted.kind == FollowUpKind::correction_order)
    follow_up.document_number = document_number(act, check.department_region, "责改");
  check.follow_ups.push_back(id);
  return {};
}

Result<void> close_check(Act& act) {
  auto& check = act.record<Check>();
  if (needs_follow_up(check.result) && check.follow_ups.empty()) return refuse("follow_up_required");
  for (Uuid id : check.follow_ups)
    if (act.envelope_of("follow_up", id)->state != "closed") return refuse("follow_ups_open");
  count_in_tally(act, check, TallyField::closed);
  return {};
}

}  // namespace plumbline::inspection
