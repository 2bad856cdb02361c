#include <boost/describe.hpp>

#include "base/limits.hpp"
#include "inspection/item.hpp"
#include "planning_types.hpp"
#include "reflect/describe.hpp"

namespace plumbline::inspection {

BOOST_DESCRIBE_ENUM(CheckMethod, on_site, written, online, testing)
BOOST_DESCRIBE_ENUM(ItemLevel, city, county, station)
BOOST_DESCRIBE_ENUM(ItemKind, general, key)
BOOST_DESCRIBE_STRUCT(Question, (), (number, text))
BOOST_DESCRIBE_STRUCT(InspectionItem, (),
                      (item_no, name, legal_basis, article, subject_category, method, level, kind,
                       ratio_cap_permille, frequency_cap, lead_department, lead_department_code,
                       joint_departments, joint_department_codes, questions, region, valid_from, valid_to))
BOOST_DESCRIBE_STRUCT(AnnualPlan, (),
                      (title, year, organisation, region, legal_basis, filing_receipt, filed_on, announced_on,
                       send_back_reason))
BOOST_DESCRIBE_STRUCT(PlanBatch, (),
                      (annual_plan, batch_no, title, item, subjects_planned, ratio_permille, period_from,
                       period_to, executing_organisation, joint_departments, region, signed_note,
                       send_back_reason))
BOOST_DESCRIBE_STRUCT(Reason, (), (reason))
BOOST_DESCRIBE_STRUCT(PlanData, (), (title, year, organisation, legal_basis))
BOOST_DESCRIBE_STRUCT(FilingReceipt, (), (receipt))
BOOST_DESCRIBE_STRUCT(BatchData, (),
                      (annual_plan, title, item, subjects_planned, ratio_permille, period_from, period_to,
                       executing_organisation, joint_departments))
BOOST_DESCRIBE_STRUCT(SignFor, (), (note))

namespace {
constexpr std::int64_t permille = 1'000;
constexpr std::int64_t visits_most = 1'000;
constexpr std::int64_t departments_most = 50;
constexpr std::int64_t questions_most = 500;
}  // namespace

}  // namespace plumbline::inspection

namespace plumbline::reflect {

using namespace inspection;

template <>
Type const& type_of<Question>() {
  static Type const type =
      describe<Question>("question", note(&Question::number, Flag::required, format(formats::ident)),
                         note(&Question::text, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<InspectionItem>() {
  static Type const type = describe<InspectionItem>(
      "inspection_item",
      note(&InspectionItem::item_no, Flag::required | Flag::unique | Flag::published, format(formats::ident)),
      note(&InspectionItem::name, Flag::required | Flag::searched | Flag::published, most(limits::name_text)),
      note(&InspectionItem::legal_basis, Flag::required | Flag::published, most(limits::long_text)),
      note(&InspectionItem::article, Flag::required | Flag::published, most(limits::short_text)),
      note(&InspectionItem::subject_category, Flag::published, most(limits::name_text)),
      note(&InspectionItem::method, Flag::published),
      note(&InspectionItem::level, Flag::lifted | Flag::published),
      note(&InspectionItem::kind, Flag::lifted | Flag::published),
      note(&InspectionItem::ratio_cap_permille, Flag::published, between(0, permille)),
      note(&InspectionItem::frequency_cap, Flag::published, between(0, visits_most)),
      note(&InspectionItem::lead_department, Flag::lifted, refers("department")),
      note(&InspectionItem::lead_department_code, Flag::published, most(limits::identifier_bytes)),
      note(&InspectionItem::joint_departments, refers("department"), most(departments_most)),
      note(&InspectionItem::joint_department_codes, Flag::published, most(departments_most)),
      note(&InspectionItem::questions, most(questions_most)),
      note(&InspectionItem::region, Flag::required | Flag::lifted, most(limits::short_text)),
      note(&InspectionItem::valid_from, Flag::required | Flag::lifted | Flag::published),
      note(&InspectionItem::valid_to, Flag::lifted | Flag::published));
  return type;
}

template <>
Type const& type_of<AnnualPlan>() {
  static Type const type = describe<AnnualPlan>(
      "annual_plan", note(&AnnualPlan::title, Flag::searched | Flag::published, most(limits::name_text)),
      note(&AnnualPlan::year, Flag::lifted | Flag::published),
      note(&AnnualPlan::organisation, Flag::lifted, refers("organisation")),
      note(&AnnualPlan::region, Flag::lifted), note(&AnnualPlan::filing_receipt, most(limits::short_text)),
      note(&AnnualPlan::filed_on, Flag::lifted),
      note(&AnnualPlan::announced_on, Flag::lifted | Flag::published));
  return type;
}

template <>
Type const& type_of<PlanBatch>() {
  static Type const type = describe<PlanBatch>(
      "plan_batch", note(&PlanBatch::annual_plan, Flag::lifted, refers("annual_plan")),
      note(&PlanBatch::batch_no, Flag::lifted | Flag::published),
      note(&PlanBatch::title, Flag::searched | Flag::published, most(limits::name_text)),
      note(&PlanBatch::item, Flag::lifted, refers("inspection_item")),
      note(&PlanBatch::subjects_planned, Flag::published), note(&PlanBatch::ratio_permille, Flag::published),
      note(&PlanBatch::period_from, Flag::lifted | Flag::published),
      note(&PlanBatch::period_to, Flag::lifted | Flag::published),
      note(&PlanBatch::executing_organisation, Flag::lifted, refers("organisation")),
      note(&PlanBatch::joint_departments, refers("department")), note(&PlanBatch::region, Flag::lifted));
  return type;
}

template <>
Type const& type_of<Reason>() {
  static Type const type =
      describe<Reason>("reason_given", note(&Reason::reason, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<PlanData>() {
  static Type const type =
      describe<PlanData>("annual_plan_data", note(&PlanData::title, Flag::required, most(limits::name_text)),
                         note(&PlanData::year, between(2000, 2199)),
                         note(&PlanData::organisation, Flag::required, refers("organisation")),
                         note(&PlanData::legal_basis, Flag::required, most(limits::long_text)));
  return type;
}

template <>
Type const& type_of<FilingReceipt>() {
  static Type const type = describe<FilingReceipt>(
      "filing_receipt", note(&FilingReceipt::receipt, Flag::required, most(limits::short_text)));
  return type;
}

template <>
Type const& type_of<BatchData>() {
  static Type const type = describe<BatchData>(
      "plan_batch_data", note(&BatchData::annual_plan, Flag::required, refers("annual_plan")),
      note(&BatchData::title, Flag::required, most(limits::name_text)),
      note(&BatchData::item, Flag::required, refers("inspection_item")),
      note(&BatchData::subjects_planned, least(0)), note(&BatchData::ratio_permille, between(0, permille)),
      note(&BatchData::period_from, Flag::required), note(&BatchData::period_to, Flag::required),
      note(&BatchData::executing_organisation, Flag::required, refers("organisation")),
      note(&BatchData::joint_departments, refers("department"), most(departments_most)));
  return type;
}

template <>
Type const& type_of<SignFor>() {
  static Type const type =
      describe<SignFor>("plan_batch_sign_for", note(&SignFor::note, most(limits::long_text)));
  return type;
}

}  // namespace plumbline::reflect
