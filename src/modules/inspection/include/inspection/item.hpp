// What may be inspected, and what is planned for a year.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "reflect/type.hpp"

namespace plumbline::inspection {

enum class CheckMethod : std::uint8_t { on_site, written, online, testing };
enum class ItemLevel : std::uint8_t { city, county, station };
enum class ItemKind : std::uint8_t {
  general,  // 一般检查事项: ratio and frequency caps; a firm at most once a year
  key       // 重点检查事项: own coverage, whatever the class
};

// One line of the check sheet.
struct Question {
  std::string number;
  std::string text;
  friend bool operator==(Question const&, Question const&) = default;
};

// Register "inspection_item" (随机抽查事项清单): none → in_force ⇄ ended. No legal basis, not in the list.
struct InspectionItem {
  std::string item_no;  // unique
  std::string name;
  std::string legal_basis;
  std::string article;
  std::string subject_category;
  CheckMethod method = CheckMethod::on_site;
  ItemLevel level = ItemLevel::city;
  ItemKind kind = ItemKind::general;
  std::int64_t ratio_cap_permille = 0;  // most of a pool in one task; 0 = no cap
  std::int64_t frequency_cap = 0;       // most visits of one firm a year for this item; 0 = no cap
  std::optional<Uuid> lead_department;
  std::string lead_department_code;
  std::vector<Uuid> joint_departments;
  std::vector<std::string> joint_department_codes;
  std::vector<Question> questions;
  std::string region;
  Date valid_from;
  std::optional<Date> valid_to;
};

// Register "annual_plan" (年度抽查计划): none → draft → approved → sent_to_superior → on_file → announced.
struct AnnualPlan {
  std::string title;
  std::int64_t year = 0;
  Uuid organisation;
  std::string region;
  std::string legal_basis;
  std::string filing_receipt;  // of the superior (备案)
  std::optional<Date> filed_on;
  std::optional<Date> announced_on;
  std::string send_back_reason;
};

// Register "plan_batch": one line of the plan, sent down and signed for by the unit that carries it out
// (派发 → 签收 / 退回): none → draft → sent_down → signed_for | sent_back …
struct PlanBatch {
  Uuid annual_plan;
  std::int64_t batch_no = 0;  // 1, 2, 3 … in the plan
  std::string title;
  Uuid item;
  std::int64_t subjects_planned = 0;
  std::int64_t ratio_permille = 0;
  Date period_from;
  Date period_to;
  Uuid executing_organisation;
  std::vector<Uuid> joint_departments;
  std::string region;  // of the executing organisation
  std::string signed_note;
  std::string send_back_reason;
};

}  // namespace plumbline::inspection

namespace plumbline::reflect {
template <>
Type const& type_of<inspection::InspectionItem>();
template <>
Type const& type_of<inspection::AnnualPlan>();
template <>
Type const& type_of<inspection::PlanBatch>();
}  // namespace plumbline::reflect
