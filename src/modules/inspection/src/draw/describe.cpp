#include <boost/describe.hpp>

#include "base/limits.hpp"
#include "ceremony_types.hpp"
#include "inspection/task.hpp"
#include "reflect/describe.hpp"
#include "task_types.hpp"

namespace plumbline::inspection {

BOOST_DESCRIBE_ENUM(DrawProfile, standard, joint)
BOOST_DESCRIBE_ENUM(SourceKind, commit, dice, lottery, drand)
BOOST_DESCRIBE_ENUM(EvidenceKind, video, photo, sheet, page)
BOOST_DESCRIBE_ENUM(Platform, own, host, guest)
BOOST_DESCRIBE_ENUM(Origin, here, elsewhere)
BOOST_DESCRIBE_ENUM(NoticeMode, announced, unannounced)
BOOST_DESCRIBE_ENUM(Allocation, fixed, ratio, proportional)
BOOST_DESCRIBE_ENUM(VoidStage, none, before_plan, before_event, after_seed)
BOOST_DESCRIBE_STRUCT(SourcePick, (), (times, k, low, high))
BOOST_DESCRIBE_STRUCT(SeedSource, (),
                      (source, kind, organisation, own, commitment, time, place, pick, chain, round))
BOOST_DESCRIBE_STRUCT(SeedEvidence, (), (kind, sha256, size_bytes))
BOOST_DESCRIBE_STRUCT(SeedValue, (), (source, value, evidence, signature))
BOOST_DESCRIBE_STRUCT(ServedPlan, (), (task, draw, plan_hash))
BOOST_DESCRIBE_STRUCT(DrawCeremony, (),
                      (ceremony, authority, region, year, title, profile, sources, margin_seconds, deadline,
                       plans, revealed, reveal_digest, reveal_seq, values, first_recorder, second_recorder,
                       attendees, seed_digest, seed_seq, seed_hash, cancel_reason))
BOOST_DESCRIBE_ENUM(PoolUnit, firm, site)
BOOST_DESCRIBE_STRUCT(Pool, (), (name, regions, industries, tags, parks, classes, unit))
BOOST_DESCRIBE_STRUCT(StratumRule, (),
                      (stratum, regions, industries, tags, classes, sample_size, ratio_permille, inspectors,
                       reserves, group))
BOOST_DESCRIBE_STRUCT(WeightRule, (), (rule, unclassified, a, b, c, d, ratio_max))
BOOST_DESCRIBE_STRUCT(FrozenStratum, (),
                      (stratum, population, sample_size, inspectors, reserves, reserves_used))
BOOST_DESCRIBE_STRUCT(StatusCount, (), (status, firms))
BOOST_DESCRIBE_STRUCT(FrozenFrame, (),
                      (sid, rows, rows_hash, rows_blob, excluded, excluded_hash, excluded_blob,
                       registry_total, by_status, groups_hash, groups_blob, private_blob, digest, seq,
                       leaf_hash))
BOOST_DESCRIBE_STRUCT(FrozenRoster, (),
                      (sid, rows, rows_hash, rows_blob, recusals, recusals_hash, recusals_blob, private_blob,
                       digest, seq, leaf_hash))
BOOST_DESCRIBE_STRUCT(RecusalEntry, (), (number, digest, seq))
BOOST_DESCRIBE_STRUCT(LogEntry, (), (digest, seq, leaf_hash))
BOOST_DESCRIBE_STRUCT(DrawDesign, (),
                      (pool, strata, allocation, sample_size, sample_per_stratum_min, weights, hash_suite))
BOOST_DESCRIBE_STRUCT(DrawVoid, (), (reason, text, result, entry))
BOOST_DESCRIBE_STRUCT(ErasedOpening, (), (ground, entry))
BOOST_DESCRIBE_STRUCT(DirectAssignment, (), (reason, private_blob, entry))
BOOST_DESCRIBE_STRUCT(InspectionTask, (),
                      (title, item, item_no, item_text, year, batch, parent, department, department_code,
                       organisation, authority, region, platform, origin, origin_number, notice_mode,
                       period_from, period_to, design, pool_size, sample_planned, return_reason, frame,
                       roster, frozen_strata, draw, draw_number, series, replaces, ceremony, draw_deadline,
                       policy_blob, plan, result, drawn, load_max, hall, direct, checks_expected, tally,
                       recusals, void_stage, voided, opened, erased))
BOOST_DESCRIBE_STRUCT(TaskTally, (), (task, region, checks, published, closed, voided))
BOOST_DESCRIBE_STRUCT(CallCeremony, (), (title, organisation, profile))
BOOST_DESCRIBE_STRUCT(SetSources, (), (sources, margin_seconds, deadline))
BOOST_DESCRIBE_STRUCT(RevealValues, (), (values))
BOOST_DESCRIBE_STRUCT(RecordSeed, (), (values, attendees))
BOOST_DESCRIBE_STRUCT(ConfirmSeed, (), (values))
BOOST_DESCRIBE_STRUCT(CancelCeremony, (), (reason))
BOOST_DESCRIBE_STRUCT(TaskData, (),
                      (title, item, year, batch, parent, department, organisation, region, platform,
                       notice_mode, period_from, period_to, design))
BOOST_DESCRIBE_STRUCT(SubmitTask, (), (pool_size, sample_planned))
BOOST_DESCRIBE_STRUCT(Freeze, (), (frame, roster, strata))
BOOST_DESCRIBE_STRUCT(MakePlan, (), (ceremony, replaces, policy))
BOOST_DESCRIBE_STRUCT(DrawOutcome, (), (digest, drawn, load_max, hall))
BOOST_DESCRIBE_STRUCT(AssignedPair, (), (target, inspectors))
BOOST_DESCRIBE_STRUCT(DirectAssign, (), (reason, assignment, private_blob))
BOOST_DESCRIBE_STRUCT(ChecksMade, (), (checks))
BOOST_DESCRIBE_STRUCT(VoidTask, (), (reason, text, result))
BOOST_DESCRIBE_STRUCT(OpenDraw, (), (digest))
BOOST_DESCRIBE_STRUCT(EraseOpening, (), (ground))

namespace {
constexpr std::int64_t permille = 1'000;
constexpr std::int64_t picks_most = 10'000;
constexpr std::int64_t groups_most = 20;
constexpr std::int64_t sources_most = 50;
constexpr std::int64_t evidence_most = 50;
constexpr std::int64_t value_most = 20'000;
constexpr std::int64_t criteria_most = 200;
constexpr std::int64_t strata_most = 500;
constexpr std::int64_t sample_most = 1'000'000;
constexpr std::int64_t inspectors_most = 50;
constexpr std::int64_t weight_most = 1'000'000;
}  // namespace

}  // namespace plumbline::inspection

namespace plumbline::reflect {

using namespace inspection;

template <>
Type const& type_of<Platform>() {
  static Type const type = describe_enum<Platform>("platform");
  return type;
}

template <>
Type const& type_of<Origin>() {
  static Type const type = describe_enum<Origin>("origin");
  return type;
}

template <>
Type const& type_of<PoolUnit>() {
  static Type const type = describe_enum<PoolUnit>("pool_unit");
  return type;
}

template <>
Type const& type_of<NoticeMode>() {
  static Type const type = describe_enum<NoticeMode>("notice_mode");
  return type;
}

template <>
Type const& type_of<SourcePick>() {
  static Type const type =
      describe<SourcePick>("source_pick", note(&SourcePick::times, between(1, picks_most)),
                           note(&SourcePick::k, between(1, picks_most)), note(&SourcePick::low, least(0)),
                           note(&SourcePick::high, between(0, 999'999'999)));
  return type;
}

template <>
Type const& type_of<SeedSource>() {
  static Type const type = describe<SeedSource>(
      "seed_source", note(&SeedSource::source, Flag::required, format(formats::ident)),
      note(&SeedSource::kind, Flag::required), note(&SeedSource::organisation, most(limits::name_text)),
      note(&SeedSource::own, between(0, 1)), note(&SeedSource::commitment, most(limits::identifier_bytes)),
      note(&SeedSource::place, most(limits::name_text)), note(&SeedSource::pick, most(groups_most)),
      note(&SeedSource::chain, most(limits::short_text)), note(&SeedSource::round, least(0)));
  return type;
}

template <>
Type const& type_of<SeedEvidence>() {
  static Type const type =
      describe<SeedEvidence>("seed_evidence", note(&SeedEvidence::kind, Flag::required),
                             note(&SeedEvidence::sha256, Flag::required, format(formats::sha256_hex)),
                             note(&SeedEvidence::size_bytes, least(0)));
  return type;
}

template <>
Type const& type_of<SeedValue>() {
  static Type const type = describe<SeedValue>(
      "seed_value", note(&SeedValue::source, Flag::required, format(formats::ident)),
      note(&SeedValue::value, most(value_most)), note(&SeedValue::evidence, most(evidence_most)),
      note(&SeedValue::signature, most(value_most)));
  return type;
}

template <>
Type const& type_of<DrawCeremony>() {
  static Type const type = describe<DrawCeremony>(
      "draw_ceremony", note(&DrawCeremony::ceremony, Flag::unique | Flag::published),
      note(&DrawCeremony::authority, Flag::lifted | Flag::published),
      note(&DrawCeremony::region, Flag::lifted), note(&DrawCeremony::year, Flag::lifted | Flag::published),
      note(&DrawCeremony::title, Flag::searched | Flag::published, most(limits::name_text)),
      note(&DrawCeremony::first_recorder, most(limits::short_text)),
      note(&DrawCeremony::seed_seq, Flag::lifted));
  return type;
}

template <>
Type const& type_of<Pool>() {
  static Type const type = describe<Pool>(
      "pool", note(&Pool::name, Flag::published, most(limits::short_text)),
      note(&Pool::regions, most(limits::list_items)), note(&Pool::industries, most(criteria_most)),
      note(&Pool::tags, most(criteria_most)), note(&Pool::parks, most(criteria_most)),
      note(&Pool::classes, most(criteria_most)), note(&Pool::unit));
  return type;
}

template <>
Type const& type_of<StratumRule>() {
  static Type const type = describe<StratumRule>(
      "stratum_rule", note(&StratumRule::stratum, Flag::required, format(formats::ident)),
      note(&StratumRule::regions, most(limits::list_items)),
      note(&StratumRule::industries, most(criteria_most)), note(&StratumRule::tags, most(criteria_most)),
      note(&StratumRule::classes, most(criteria_most)),
      note(&StratumRule::sample_size, between(0, sample_most)),
      note(&StratumRule::ratio_permille, between(0, permille)),
      note(&StratumRule::inspectors, between(1, inspectors_most)),
      note(&StratumRule::reserves, between(0, sample_most)),
      note(&StratumRule::group, most(limits::identifier_bytes)));
  return type;
}

template <>
Type const& type_of<WeightRule>() {
  static Type const type = describe<WeightRule>(
      "weight_rule", note(&WeightRule::rule, format(formats::ident)),
      note(&WeightRule::unclassified, between(0, weight_most)), note(&WeightRule::a, between(0, weight_most)),
      note(&WeightRule::b, between(0, weight_most)), note(&WeightRule::c, between(0, weight_most)),
      note(&WeightRule::d, between(0, weight_most)), note(&WeightRule::ratio_max, between(1, weight_most)));
  return type;
}

template <>
Type const& type_of<FrozenStratum>() {
  static Type const type = describe<FrozenStratum>(
      "frozen_stratum", note(&FrozenStratum::stratum, Flag::required, format(formats::ident)),
      note(&FrozenStratum::population, least(0)), note(&FrozenStratum::sample_size, least(0)),
      note(&FrozenStratum::inspectors, least(0)), note(&FrozenStratum::reserves, least(0)));
  return type;
}

template <>
Type const& type_of<StatusCount>() {
  static Type const type =
      describe<StatusCount>("status_count", note(&StatusCount::status, Flag::required, format(formats::code)),
                            note(&StatusCount::firms, least(0)));
  return type;
}

template <>
Type const& type_of<FrozenFrame>() {
  static Type const type = describe<FrozenFrame>(
      "frozen_frame", note(&FrozenFrame::sid, Flag::required, most(limits::short_text)),
      note(&FrozenFrame::rows, least(0)),
      note(&FrozenFrame::rows_hash, Flag::required, format(formats::sha256_hex)),
      note(&FrozenFrame::rows_blob, Flag::required, format(formats::sha256_hex)),
      note(&FrozenFrame::excluded, least(0)),
      note(&FrozenFrame::excluded_hash, Flag::required, format(formats::sha256_hex)),
      note(&FrozenFrame::excluded_blob, Flag::required, format(formats::sha256_hex)),
      note(&FrozenFrame::registry_total, least(0)), note(&FrozenFrame::by_status, most(limits::list_items)),
      note(&FrozenFrame::groups_hash, most(limits::identifier_bytes)),
      note(&FrozenFrame::groups_blob, most(limits::identifier_bytes)),
      note(&FrozenFrame::private_blob, Flag::required, format(formats::sha256_hex)));
  return type;
}

template <>
Type const& type_of<FrozenRoster>() {
  static Type const type = describe<FrozenRoster>(
      "frozen_roster", note(&FrozenRoster::sid, Flag::required, most(limits::short_text)),
      note(&FrozenRoster::rows, least(0)),
      note(&FrozenRoster::rows_hash, Flag::required, format(formats::sha256_hex)),
      note(&FrozenRoster::rows_blob, Flag::required, format(formats::sha256_hex)),
      note(&FrozenRoster::recusals, least(0)),
      note(&FrozenRoster::recusals_hash, Flag::required, format(formats::sha256_hex)),
      note(&FrozenRoster::recusals_blob, Flag::required, format(formats::sha256_hex)),
      note(&FrozenRoster::private_blob, Flag::required, format(formats::sha256_hex)));
  return type;
}

template <>
Type const& type_of<DrawDesign>() {
  static Type const type =
      describe<DrawDesign>("draw_design", note(&DrawDesign::strata, most(strata_most)),
                           note(&DrawDesign::sample_size, between(0, sample_most)),
                           note(&DrawDesign::sample_per_stratum_min, between(0, sample_most)),
                           note(&DrawDesign::hash_suite, most(limits::short_text)));
  return type;
}

template <>
Type const& type_of<InspectionTask>() {
  static Type const type = describe<InspectionTask>(
      "inspection_task",
      note(&InspectionTask::title, Flag::required | Flag::searched | Flag::published,
           most(limits::name_text)),
      note(&InspectionTask::item, Flag::lifted, refers("inspection_item")),
      note(&InspectionTask::item_no, Flag::lifted | Flag::published, most(limits::identifier_bytes)),
      note(&InspectionTask::item_text, Flag::published | Flag::system),
      note(&InspectionTask::year, Flag::lifted | Flag::published, between(2000, 2199)),
      note(&InspectionTask::batch, Flag::lifted, refers("plan_batch")),
      note(&InspectionTask::parent, Flag::lifted | Flag::system, refers("inspection_task")),
      note(&InspectionTask::department, Flag::lifted, refers("department")),
      note(&InspectionTask::department_code, Flag::published, most(limits::identifier_bytes)),
      note(&InspectionTask::organisation, Flag::lifted | Flag::system, refers("organisation")),
      note(&InspectionTask::authority, Flag::lifted | Flag::published | Flag::system),
      note(&InspectionTask::region, Flag::lifted | Flag::published, most(limits::short_text)),
      note(&InspectionTask::platform, Flag::lifted | Flag::system),
      note(&InspectionTask::origin, Flag::lifted | Flag::published | Flag::system),
      note(&InspectionTask::origin_number, Flag::unique, most(limits::identifier_bytes)),
      note(&InspectionTask::period_from, Flag::required | Flag::lifted | Flag::published),
      note(&InspectionTask::period_to, Flag::required | Flag::lifted | Flag::published),
      note(&InspectionTask::design, Flag::system), note(&InspectionTask::pool_size, Flag::system),
      note(&InspectionTask::sample_planned, Flag::system), note(&InspectionTask::return_reason, Flag::system),
      note(&InspectionTask::frame, Flag::system), note(&InspectionTask::roster, Flag::system),
      note(&InspectionTask::frozen_strata, Flag::system),
      note(&InspectionTask::draw, Flag::unique | Flag::published | Flag::system),
      note(&InspectionTask::draw_number, Flag::lifted | Flag::published | Flag::system),
      note(&InspectionTask::series, Flag::lifted | Flag::system),
      note(&InspectionTask::replaces, Flag::published | Flag::system),
      note(&InspectionTask::ceremony, Flag::lifted | Flag::system, refers("draw_ceremony")),
      note(&InspectionTask::draw_deadline, Flag::system), note(&InspectionTask::plan, Flag::system),
      note(&InspectionTask::policy_blob, Flag::system), note(&InspectionTask::result, Flag::system),
      note(&InspectionTask::drawn, Flag::published | Flag::system),
      note(&InspectionTask::load_max, Flag::system), note(&InspectionTask::hall, Flag::system),
      note(&InspectionTask::direct, Flag::system), note(&InspectionTask::checks_expected, Flag::system),
      note(&InspectionTask::tally, Flag::system, refers("task_tally")),
      note(&InspectionTask::recusals, Flag::system),
      note(&InspectionTask::void_stage, Flag::lifted | Flag::published | Flag::system),
      note(&InspectionTask::voided, Flag::system), note(&InspectionTask::opened, Flag::system),
      note(&InspectionTask::erased, Flag::system));
  return type;
}

template <>
Type const& type_of<TaskTally>() {
  static Type const type =
      describe<TaskTally>("task_tally", note(&TaskTally::task, Flag::lifted, refers("inspection_task")),
                          note(&TaskTally::region, Flag::lifted));
  return type;
}

template <>
Type const& type_of<CallCeremony>() {
  static Type const type = describe<CallCeremony>(
      "ceremony_call", note(&CallCeremony::title, Flag::required, most(limits::name_text)),
      note(&CallCeremony::organisation, Flag::required, refers("organisation")));
  return type;
}

template <>
Type const& type_of<SetSources>() {
  static Type const type = describe<SetSources>(
      "ceremony_sources", note(&SetSources::sources, Flag::required, most(sources_most)),
      note(&SetSources::margin_seconds, between(0, 604'800)), note(&SetSources::deadline, Flag::required));
  return type;
}

template <>
Type const& type_of<RevealValues>() {
  static Type const type = describe<RevealValues>(
      "ceremony_reveal", note(&RevealValues::values, Flag::required, most(sources_most)));
  return type;
}

template <>
Type const& type_of<RecordSeed>() {
  static Type const type =
      describe<RecordSeed>("ceremony_record", note(&RecordSeed::values, Flag::required, most(sources_most)),
                           note(&RecordSeed::attendees, between(0, 100'000)));
  return type;
}

template <>
Type const& type_of<ConfirmSeed>() {
  static Type const type = describe<ConfirmSeed>(
      "ceremony_confirm", note(&ConfirmSeed::values, Flag::required, most(sources_most)));
  return type;
}

template <>
Type const& type_of<CancelCeremony>() {
  static Type const type = describe<CancelCeremony>(
      "ceremony_cancel", note(&CancelCeremony::reason, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<TaskData>() {
  static Type const type = describe<TaskData>(
      "inspection_task_data", note(&TaskData::title, Flag::required, most(limits::name_text)),
      note(&TaskData::item, Flag::required, refers("inspection_item")),
      note(&TaskData::year, between(2000, 2199)), note(&TaskData::batch, refers("plan_batch")),
      note(&TaskData::parent, refers("inspection_task")),
      note(&TaskData::department, Flag::required, refers("department")),
      note(&TaskData::organisation, Flag::required, refers("organisation")),
      note(&TaskData::region, Flag::required, most(limits::short_text)),
      note(&TaskData::period_from, Flag::required), note(&TaskData::period_to, Flag::required),
      note(&TaskData::design, Flag::required));
  return type;
}

template <>
Type const& type_of<SubmitTask>() {
  static Type const type =
      describe<SubmitTask>("inspection_task_submit", note(&SubmitTask::pool_size, least(0)),
                           note(&SubmitTask::sample_planned, least(0)));
  return type;
}

template <>
Type const& type_of<Freeze>() {
  static Type const type =
      describe<Freeze>("inspection_task_freeze", note(&Freeze::strata, Flag::required, most(strata_most)));
  return type;
}

template <>
Type const& type_of<MakePlan>() {
  static Type const type = describe<MakePlan>(
      "inspection_task_plan", note(&MakePlan::ceremony, Flag::required, refers("draw_ceremony")),
      note(&MakePlan::replaces, most(limits::short_text)),
      note(&MakePlan::policy, Flag::required, format(formats::sha256_hex)));
  return type;
}

template <>
Type const& type_of<DrawOutcome>() {
  static Type const type = describe<DrawOutcome>(
      "inspection_task_result", note(&DrawOutcome::digest, Flag::required, format(formats::sha256_hex)),
      note(&DrawOutcome::drawn, least(0)), note(&DrawOutcome::load_max, least(0)),
      note(&DrawOutcome::hall, least(0)));
  return type;
}

template <>
Type const& type_of<AssignedPair>() {
  static Type const type = describe<AssignedPair>(
      "assigned_pair", note(&AssignedPair::target, Flag::required, format(formats::sha256_hex)),
      note(&AssignedPair::inspectors, Flag::required, format(formats::sha256_hex), most(inspectors_most)));
  return type;
}

template <>
Type const& type_of<DirectAssign>() {
  static Type const type = describe<DirectAssign>(
      "inspection_task_direct_assign", note(&DirectAssign::reason, Flag::required, most(limits::short_text)),
      note(&DirectAssign::assignment, Flag::required, most(sample_most)),
      note(&DirectAssign::private_blob, most(limits::identifier_bytes)));
  return type;
}

template <>
Type const& type_of<ChecksMade>() {
  static Type const type =
      describe<ChecksMade>("inspection_task_assign", note(&ChecksMade::checks, least(0)));
  return type;
}

template <>
Type const& type_of<VoidTask>() {
  static Type const type = describe<VoidTask>(
      "inspection_task_void", note(&VoidTask::reason, Flag::required, most(limits::short_text)),
      note(&VoidTask::text, most(limits::long_text)),
      note(&VoidTask::result, most(limits::identifier_bytes)));
  return type;
}

template <>
Type const& type_of<OpenDraw>() {
  static Type const type = describe<OpenDraw>(
      "inspection_task_open", note(&OpenDraw::digest, Flag::required, format(formats::sha256_hex)));
  return type;
}

template <>
Type const& type_of<EraseOpening>() {
  static Type const type = describe<EraseOpening>(
      "inspection_task_erase_opening", note(&EraseOpening::ground, Flag::required, format(formats::code)));
  return type;
}

}  // namespace plumbline::reflect
