// The acts of a check, from its making to its closing; the table stands in check.cpp.
#pragma once
#include <string>

#include "check_types.hpp"
#include "kernel/act.hpp"

namespace plumbline::inspection {

// check.cpp
Result<void> assign_check(kernel::Act& act);
Result<void> import_check(kernel::Act& act);
Result<void> propose_check(kernel::Act& act);
Result<void> approve_check(kernel::Act& act);
Result<void> void_check(kernel::Act& act);

// check_visit.cpp
Result<void> combine_visits(kernel::Act& act);
Result<void> name_experts(kernel::Act& act);
Result<void> send_self_check(kernel::Act& act);
Result<void> answer_self_check(kernel::Act& act);
Result<void> issue_notice(kernel::Act& act);
Result<void> start_check(kernel::Act& act);

// check_result.cpp
Result<void> enter_result(kernel::Act& act);
Result<void> send_result_back(kernel::Act& act);
Result<void> review_result(kernel::Act& act);
Result<void> publish_result(kernel::Act& act);
Result<void> withdraw_result(kernel::Act& act);
Result<void> republish_result(kernel::Act& act);
Result<void> open_follow_up(kernel::Act& act);
Result<void> close_check(kernel::Act& act);

// records.cpp: the yearly maximum of visits, counted across departments.
enum class Counting : std::uint8_t { ask, count };
void check_visit_quota(kernel::Act& act, Check const& check, Counting counting);

enum class TallyField : std::uint8_t { checks, published, closed, voided };
// Adds one to the task's tally; closes the task with its last check.
void count_in_tally(kernel::Act& act, Check const& check, TallyField field);

// "371581检〔2026〕17号", gap-free per office and year.
std::string document_number(kernel::Act& act, std::string const& region, std::string const& kind);

}  // namespace plumbline::inspection
