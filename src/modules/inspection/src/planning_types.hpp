// States and payloads: item list, annual plan, batches.
#pragma once
#include "inspection/item.hpp"

namespace plumbline::inspection {

enum class ItemState : std::uint8_t { none, in_force, ended };
enum class PlanState : std::uint8_t { none, draft, approved, sent_to_superior, on_file, announced };
enum class BatchState : std::uint8_t { none, draft, sent_down, signed_for, sent_back, withdrawn };

struct Reason {
  std::string reason;
};

struct PlanData {
  std::string title;
  std::int64_t year = 0;
  Uuid organisation;
  std::string legal_basis;
};

struct FilingReceipt {
  std::string receipt;  // number or mark of the superior
};

struct BatchData {
  Uuid annual_plan;
  std::string title;
  Uuid item;
  std::int64_t subjects_planned = 0;
  std::int64_t ratio_permille = 0;
  Date period_from;
  Date period_to;
  Uuid executing_organisation;
  std::vector<Uuid> joint_departments;
};

struct SignFor {
  std::string note;
};

}  // namespace plumbline::inspection

namespace plumbline::reflect {
template <>
Type const& type_of<inspection::Reason>();
template <>
Type const& type_of<inspection::PlanData>();
template <>
Type const& type_of<inspection::FilingReceipt>();
template <>
Type const& type_of<inspection::BatchData>();
template <>
Type const& type_of<inspection::SignFor>();
}  // namespace plumbline::reflect
