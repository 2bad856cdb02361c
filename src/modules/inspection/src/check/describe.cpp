#include <boost/describe.hpp>

#include "base/limits.hpp"
#include "check_types.hpp"
#include "inspection/check.hpp"
#include "reflect/describe.hpp"

namespace plumbline::inspection {

BOOST_DESCRIBE_ENUM(CheckKind, daily, special, case_check)
BOOST_DESCRIBE_ENUM(DepartmentPart, lead, joint)
BOOST_DESCRIBE_ENUM(Selection, none, certain, random, reserve, elsewhere)
BOOST_DESCRIBE_ENUM(AssignmentMode, matched, direct, named, elsewhere)
BOOST_DESCRIBE_ENUM(ResultCode, none, no_problem, annual_report_missing, information_missing,
                    information_false, unreachable, ordered_to_correct, refused, activity_absent,
                    follow_up_pending)
BOOST_DESCRIBE_ENUM(EntryScan, none, scanned, not_scanned)
BOOST_DESCRIBE_ENUM(Finding, ok, problem, not_applicable)
BOOST_DESCRIBE_ENUM(SignOff, none, signed_by_firm, refused)
BOOST_DESCRIBE_ENUM(Timeliness, open, on_time, late)
BOOST_DESCRIBE_ENUM(Disclosure, sealed, disclosed)
BOOST_DESCRIBE_ENUM(FollowUpKind, correction_order, case_clue, abnormal_list, seizure)
BOOST_DESCRIBE_ENUM(RecusalBy, inspector, firm, bureau)
BOOST_DESCRIBE_STRUCT(Answer, (), (question, finding, note))
BOOST_DESCRIBE_STRUCT(CheckEvidence, (), (sha256, kind, note))
BOOST_DESCRIBE_STRUCT(ExpertOpinion, (), (expert, sha256))
BOOST_DESCRIBE_STRUCT(Withdrawal, (), (withdrawn_on, reason, result, republished_on))
BOOST_DESCRIBE_STRUCT(CheckPapers, (),
                      (purpose, clue, approval_number, notice_number, notice_on, experts, self_check_sent_on,
                       self_check_answer))
BOOST_DESCRIBE_STRUCT(SiteRecord, (),
                      (entry_scan, entry_scan_reason, certificates_shown, body_camera, answers, evidence,
                       sign_off, sign_off_note, opinions))
BOOST_DESCRIBE_STRUCT(Check, (),
                      (kind, origin, platform, task, task_number, origin_number, batch, item, item_no, year,
                       firm, firm_key, site, department, department_code, part, region, department_region,
                       notice_mode, disclosure, visit, pid, stratum, pi, selection, substitutes, inspectors,
                       certificates, assignment, assignment_reason, recusals_pending, recused, papers,
                       started_on, site_record, ended_on, result, result_text, send_back_reason, publish_by,
                       published_on, timeliness, publication_receipt, withdrawals, follow_ups, void_reason,
                       void_text, tallied_published, tallied_closed))
BOOST_DESCRIBE_STRUCT(FollowUp, (),
                      (check_record, firm, region, kind, document_number, text, opened_on, due_on, extensions,
                       extension_reason, reported_on, report, evidence, closed_on, outcome))
BOOST_DESCRIBE_STRUCT(Recusal, (),
                      (check_record, task, firm, inspector, region, requested_by, ground, reason, salt,
                       decision, replacement, number, target_pid, inspector_pid, replacement_pid, limit,
                       digest))
BOOST_DESCRIBE_STRUCT(VisitCount, (), (visit, check_record, item, kind, visited_on))
BOOST_DESCRIBE_STRUCT(VisitQuota, (), (key, firm, year, region, counted, visits, case_visits))
BOOST_DESCRIBE_STRUCT(VisitLimit, (), (key, year, risk_class, visits_max, basis, region))
BOOST_DESCRIBE_STRUCT(Patrol, (), (number, firm, firm_key, region, patrolled_on, by_whom, findings))
BOOST_DESCRIBE_STRUCT(AssignCheck, (),
                      (task, firm, site, pid, stratum, pi, selection, inspectors, assignment,
                       assignment_reason, substitutes, reserve_number, visit))
BOOST_DESCRIBE_STRUCT(ProposeCheck, (),
                      (kind, item, firm, site, department, notice_mode, purpose, clue, batch, inspectors))
BOOST_DESCRIBE_STRUCT(Combine, (), (with))
BOOST_DESCRIBE_STRUCT(NameExperts, (), (experts))
BOOST_DESCRIBE_STRUCT(SelfCheckAnswer, (), (sha256))
BOOST_DESCRIBE_STRUCT(StartCheck, (), (certificates_shown, entry_scan, entry_scan_reason, body_camera))
BOOST_DESCRIBE_STRUCT(EnterResult, (),
                      (result, result_text, ended_on, answers, evidence, sign_off, sign_off_note, opinions,
                       body_camera))
BOOST_DESCRIBE_STRUCT(PublishResult, (), (receipt))
BOOST_DESCRIBE_STRUCT(Republish, (), (result, result_text, receipt))
BOOST_DESCRIBE_STRUCT(OpenFollowUp, (), (kind, text, due_on))
BOOST_DESCRIBE_STRUCT(VoidCheck, (), (reason, text))
BOOST_DESCRIBE_STRUCT(ReportCorrection, (), (report, evidence))
BOOST_DESCRIBE_STRUCT(ExtendFollowUp, (), (due_on, reason))
BOOST_DESCRIBE_STRUCT(CloseFollowUp, (), (outcome, evidence))
BOOST_DESCRIBE_STRUCT(RequestRecusal, (), (check_record, inspector, requested_by, ground, reason))
BOOST_DESCRIBE_STRUCT(GrantRecusal, (),
                      (replacement, salt, number, target_pid, inspector_pid, replacement_pid, limit,
                       decision))

namespace {
constexpr std::int64_t inspectors_most = 50;
constexpr std::int64_t questions_most = 500;
constexpr std::int64_t visits_most = 1'000;
}  // namespace

}  // namespace plumbline::inspection

namespace plumbline::reflect {

using namespace inspection;

template <>
Type const& type_of<Answer>() {
  static Type const type =
      describe<Answer>("check_answer", note(&Answer::question, Flag::required, format(formats::ident)),
                       note(&Answer::finding, Flag::required), note(&Answer::note, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<CheckEvidence>() {
  static Type const type = describe<CheckEvidence>(
      "check_evidence", note(&CheckEvidence::sha256, Flag::required, format(formats::sha256_hex)),
      note(&CheckEvidence::kind, Flag::required, format(formats::code)),
      note(&CheckEvidence::note, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<ExpertOpinion>() {
  static Type const type = describe<ExpertOpinion>(
      "expert_opinion", note(&ExpertOpinion::expert, Flag::required, refers("expert")),
      note(&ExpertOpinion::sha256, Flag::required, format(formats::sha256_hex)));
  return type;
}

template <>
Type const& type_of<CheckPapers>() {
  static Type const type =
      describe<CheckPapers>("check_papers", note(&CheckPapers::experts, refers("expert")),
                            note(&CheckPapers::notice_number, Flag::published));
  return type;
}

template <>
Type const& type_of<Check>() {
  static Type const type = describe<Check>(
      "check", note(&Check::kind, Flag::lifted | Flag::system),
      note(&Check::origin, Flag::lifted | Flag::system), note(&Check::platform, Flag::lifted | Flag::system),
      note(&Check::task, Flag::lifted, refers("inspection_task")),
      note(&Check::task_number, Flag::lifted, most(limits::identifier_bytes)),
      note(&Check::origin_number, Flag::unique, most(limits::identifier_bytes)),
      note(&Check::item, Flag::lifted, refers("inspection_item")),
      note(&Check::item_no, Flag::lifted | Flag::published, most(limits::identifier_bytes)),
      note(&Check::year, Flag::lifted | Flag::published | Flag::system),
      note(&Check::firm, Flag::lifted, refers("firm")),
      note(&Check::firm_key, Flag::lifted | Flag::published, most(limits::identifier_bytes)),
      note(&Check::site, refers("site")), note(&Check::department, Flag::lifted, refers("department")),
      note(&Check::department_code, Flag::published, most(limits::identifier_bytes)),
      note(&Check::part, Flag::lifted | Flag::published | Flag::system),
      note(&Check::region, Flag::lifted | Flag::published | Flag::system),
      note(&Check::department_region, Flag::lifted | Flag::system), note(&Check::notice_mode, Flag::lifted),
      note(&Check::disclosure, Flag::system), note(&Check::pid, Flag::lifted | Flag::system),
      note(&Check::stratum, Flag::lifted | Flag::system), note(&Check::pi, Flag::system),
      note(&Check::selection, Flag::lifted | Flag::system),
      note(&Check::substitutes, Flag::unique | Flag::system, refers("check")),
      note(&Check::inspectors, refers("inspector"), most(inspectors_most)),
      note(&Check::certificates, Flag::published, most(inspectors_most)),
      note(&Check::assignment, Flag::lifted | Flag::system), note(&Check::assignment_reason, Flag::system),
      note(&Check::recusals_pending, Flag::system), note(&Check::recused, Flag::system, refers("inspector")),
      note(&Check::batch, Flag::system, refers("plan_batch")),
      note(&Check::visit, Flag::lifted | Flag::system), note(&Check::papers, Flag::system),
      note(&Check::site_record, Flag::system), note(&Check::started_on, Flag::lifted | Flag::system),
      note(&Check::ended_on, Flag::lifted | Flag::published | Flag::system),
      note(&Check::result, Flag::lifted | Flag::published | Flag::system),
      note(&Check::result_text, Flag::published | Flag::system), note(&Check::send_back_reason, Flag::system),
      note(&Check::publish_by, Flag::lifted | Flag::system),
      note(&Check::published_on, Flag::lifted | Flag::published | Flag::system),
      note(&Check::timeliness, Flag::lifted | Flag::system), note(&Check::publication_receipt, Flag::system),
      note(&Check::withdrawals, Flag::system), note(&Check::follow_ups, Flag::system, refers("follow_up")),
      note(&Check::void_reason, Flag::lifted | Flag::system), note(&Check::void_text, Flag::system),
      note(&Check::tallied_published, Flag::system), note(&Check::tallied_closed, Flag::system));
  return type;
}

template <>
Type const& type_of<FollowUp>() {
  static Type const type = describe<FollowUp>(
      "follow_up", note(&FollowUp::check_record, Flag::lifted, refers("check")),
      note(&FollowUp::firm, Flag::lifted, refers("firm")), note(&FollowUp::region, Flag::lifted),
      note(&FollowUp::kind, Flag::lifted), note(&FollowUp::document_number, Flag::lifted),
      note(&FollowUp::opened_on, Flag::lifted), note(&FollowUp::due_on, Flag::lifted),
      note(&FollowUp::reported_on, Flag::lifted), note(&FollowUp::closed_on, Flag::lifted));
  return type;
}

template <>
Type const& type_of<Recusal>() {
  static Type const type = describe<Recusal>(
      "recusal", note(&Recusal::check_record, Flag::lifted, refers("check")),
      note(&Recusal::task, Flag::lifted, refers("inspection_task")),
      note(&Recusal::firm, Flag::lifted, refers("firm")),
      note(&Recusal::inspector, Flag::lifted, refers("inspector")), note(&Recusal::region, Flag::lifted),
      note(&Recusal::requested_by, Flag::lifted), note(&Recusal::ground, Flag::lifted),
      note(&Recusal::reason, Flag::personal), note(&Recusal::salt, Flag::personal),
      note(&Recusal::replacement, refers("inspector")), note(&Recusal::number, Flag::lifted));
  return type;
}

template <>
Type const& type_of<VisitQuota>() {
  static Type const type = describe<VisitQuota>(
      "visit_quota", note(&VisitQuota::key, Flag::unique),
      note(&VisitQuota::firm, Flag::lifted, refers("firm")), note(&VisitQuota::year, Flag::lifted),
      note(&VisitQuota::region, Flag::lifted), note(&VisitQuota::visits, Flag::lifted),
      note(&VisitQuota::case_visits, Flag::lifted));
  return type;
}

template <>
Type const& type_of<VisitLimit>() {
  static Type const type = describe<VisitLimit>(
      "visit_limit", note(&VisitLimit::key, Flag::unique, most(limits::identifier_bytes)),
      note(&VisitLimit::year, Flag::lifted | Flag::published, between(2000, 2199)),
      note(&VisitLimit::risk_class, Flag::required | Flag::lifted, most(limits::short_text)),
      note(&VisitLimit::visits_max, Flag::published, between(0, visits_most)),
      note(&VisitLimit::basis, Flag::required | Flag::published, most(limits::long_text)),
      note(&VisitLimit::region, Flag::lifted, most(limits::short_text)));
  return type;
}

template <>
Type const& type_of<Patrol>() {
  static Type const type = describe<Patrol>(
      "patrol", note(&Patrol::number, Flag::required | Flag::unique, most(limits::identifier_bytes)),
      note(&Patrol::firm, Flag::lifted, refers("firm")),
      note(&Patrol::firm_key, most(limits::identifier_bytes)),
      note(&Patrol::region, Flag::lifted | Flag::system),
      note(&Patrol::patrolled_on, Flag::required | Flag::lifted),
      note(&Patrol::by_whom, most(limits::name_text)), note(&Patrol::findings, most(limits::note_text)));
  return type;
}

template <>
Type const& type_of<AssignCheck>() {
  static Type const type = describe<AssignCheck>(
      "check_assign", note(&AssignCheck::task, Flag::required, refers("inspection_task")),
      note(&AssignCheck::firm, Flag::required, refers("firm")), note(&AssignCheck::site, refers("site")),
      note(&AssignCheck::pid, Flag::required, format(formats::sha256_hex)),
      note(&AssignCheck::stratum, Flag::required, format(formats::ident)),
      note(&AssignCheck::pi, most(limits::identifier_bytes)),
      note(&AssignCheck::inspectors, Flag::required, refers("inspector"), most(inspectors_most)),
      note(&AssignCheck::assignment_reason, most(limits::short_text)),
      note(&AssignCheck::substitutes, refers("check")), note(&AssignCheck::reserve_number, least(0)));
  return type;
}

template <>
Type const& type_of<ProposeCheck>() {
  static Type const type = describe<ProposeCheck>(
      "check_propose", note(&ProposeCheck::kind, Flag::required),
      note(&ProposeCheck::item, Flag::required, refers("inspection_item")),
      note(&ProposeCheck::firm, Flag::required, refers("firm")), note(&ProposeCheck::site, refers("site")),
      note(&ProposeCheck::department, Flag::required, refers("department")),
      note(&ProposeCheck::purpose, Flag::required, most(limits::long_text)),
      note(&ProposeCheck::clue, most(limits::short_text)), note(&ProposeCheck::batch, refers("plan_batch")),
      note(&ProposeCheck::inspectors, Flag::required, refers("inspector"), most(inspectors_most)));
  return type;
}

template <>
Type const& type_of<Combine>() {
  static Type const type =
      describe<Combine>("check_combine", note(&Combine::with, Flag::required, refers("check")));
  return type;
}

template <>
Type const& type_of<NameExperts>() {
  static Type const type = describe<NameExperts>(
      "check_name_experts",
      note(&NameExperts::experts, Flag::required, refers("expert"), most(inspectors_most)));
  return type;
}

template <>
Type const& type_of<SelfCheckAnswer>() {
  static Type const type = describe<SelfCheckAnswer>(
      "check_self_check_answer", note(&SelfCheckAnswer::sha256, Flag::required, format(formats::sha256_hex)));
  return type;
}

template <>
Type const& type_of<StartCheck>() {
  static Type const type =
      describe<StartCheck>("check_start", note(&StartCheck::certificates_shown, most(inspectors_most)),
                           note(&StartCheck::entry_scan_reason, most(limits::long_text)),
                           note(&StartCheck::body_camera, most(limits::short_text)));
  return type;
}

template <>
Type const& type_of<EnterResult>() {
  static Type const type = describe<EnterResult>(
      "check_enter_result", note(&EnterResult::result_text, most(limits::long_text)),
      note(&EnterResult::ended_on, Flag::required), note(&EnterResult::answers, most(questions_most)),
      note(&EnterResult::evidence, most(limits::attachments_per_record)),
      note(&EnterResult::sign_off_note, most(limits::long_text)),
      note(&EnterResult::opinions, most(inspectors_most)),
      note(&EnterResult::body_camera, most(limits::short_text)));
  return type;
}

template <>
Type const& type_of<PublishResult>() {
  static Type const type =
      describe<PublishResult>("check_publish", note(&PublishResult::receipt, most(limits::short_text)));
  return type;
}

template <>
Type const& type_of<Republish>() {
  static Type const type = describe<Republish>("check_republish", note(&Republish::result, Flag::required),
                                               note(&Republish::result_text, most(limits::long_text)),
                                               note(&Republish::receipt, most(limits::short_text)));
  return type;
}

template <>
Type const& type_of<OpenFollowUp>() {
  static Type const type =
      describe<OpenFollowUp>("check_open_follow_up", note(&OpenFollowUp::kind, Flag::required),
                             note(&OpenFollowUp::text, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<VoidCheck>() {
  static Type const type =
      describe<VoidCheck>("check_void", note(&VoidCheck::reason, Flag::required, most(limits::short_text)),
                          note(&VoidCheck::text, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<ReportCorrection>() {
  static Type const type = describe<ReportCorrection>(
      "follow_up_report", note(&ReportCorrection::report, Flag::required, most(limits::note_text)),
      note(&ReportCorrection::evidence, most(limits::attachments_per_record)));
  return type;
}

template <>
Type const& type_of<ExtendFollowUp>() {
  static Type const type =
      describe<ExtendFollowUp>("follow_up_extend", note(&ExtendFollowUp::due_on, Flag::required),
                               note(&ExtendFollowUp::reason, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<CloseFollowUp>() {
  static Type const type = describe<CloseFollowUp>(
      "follow_up_close", note(&CloseFollowUp::outcome, Flag::required, most(limits::long_text)),
      note(&CloseFollowUp::evidence, most(limits::attachments_per_record)));
  return type;
}

template <>
Type const& type_of<RequestRecusal>() {
  static Type const type = describe<RequestRecusal>(
      "recusal_request", note(&RequestRecusal::check_record, Flag::required, refers("check")),
      note(&RequestRecusal::inspector, Flag::required, refers("inspector")),
      note(&RequestRecusal::ground, Flag::required, format(formats::code)),
      note(&RequestRecusal::reason, Flag::required | Flag::personal, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<GrantRecusal>() {
  static Type const type = describe<GrantRecusal>(
      "recusal_grant", note(&GrantRecusal::replacement, refers("inspector")),
      note(&GrantRecusal::salt, Flag::required | Flag::personal, most(limits::identifier_bytes)),
      note(&GrantRecusal::number, least(0)), note(&GrantRecusal::target_pid, most(limits::identifier_bytes)),
      note(&GrantRecusal::inspector_pid, most(limits::identifier_bytes)),
      note(&GrantRecusal::replacement_pid, most(limits::identifier_bytes)),
      note(&GrantRecusal::limit, least(0)), note(&GrantRecusal::decision, most(limits::long_text)));
  return type;
}

}  // namespace plumbline::reflect
