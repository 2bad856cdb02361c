// Deadlines as dated data (rules/deadlines.json): the row is picked by the day of the trigger, never by
// "today". A fact marked unverified stays marked.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.hpp"
#include "base/deadline.hpp"
#include "base/time.hpp"
#include "kernel/record.hpp"

namespace plumbline::kernel {

enum class OnLapse : std::uint8_t { alert, decides };

struct RuleEdition {
  std::string id;  // "DR.PUBLISH"
  std::string name_zh;
  std::string name_en;
  Date effective_from;
  std::optional<Date> effective_to;
  DeadlineRule period;     // base/deadline.hpp: count, unit, roll-over
  int extension_days = 0;  // how much a decision may extend it in all; 0: not at all
  OnLapse on_lapse = OnLapse::alert;
  std::string article;
  std::string source;
  bool verified = false;
};

class RuleBook {
 public:
  // From the JSON text of rules/deadlines.json; throws std::runtime_error naming the row at fault.
  static RuleBook parse(std::string_view json);
  // The edition in force on a day, or null.
  RuleEdition const* find(std::string_view id, Date on) const;
  RuleEdition const* find(RunningClock const& clock) const;
  std::vector<RuleEdition> const& editions() const { return editions_; }

 private:
  std::vector<RuleEdition> editions_;
};

// When a clock is due, given its pauses and extensions.
Due due_of(RunningClock const& clock, RuleEdition const& rule, WorkdayCalendar const& calendar);

}  // namespace plumbline::kernel
