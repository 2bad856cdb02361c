// When people are reminded of a clock, and in what words: rules/notices.json.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/messages.hpp"
#include "kernel/roles.hpp"
#include "kernel/rules.hpp"

namespace plumbline::notices {

struct ReminderRule {
  std::string rule;     // of a clock, or "*"
  int from_minute = 0;  // of the day, in China
  std::vector<int> before_days;
  bool on_day = true;
  int daily_until = 0;
  int weekly_until = 0;
  int sms_from = 0;
  int escalate_after = 0;
  kernel::Role escalate_to = kernel::Role::leader;

  // The stage a clock has reached with so many days left: "before-3", "due", "over-12". Nothing where nobody
  // is to be reminded. Of several that were missed it is the latest, so that each is given at most once.
  std::optional<std::string> stage(int days_left) const;
  bool escalates(int days_left) const { return -days_left >= escalate_after && -days_left <= weekly_until; }
};

class ReminderBook {
 public:
  // Throws std::runtime_error naming the member at fault.
  static ReminderBook parse(std::string_view notices_json, std::string_view deadlines_json);
  ReminderRule const& rule_of(std::string_view clock_rule) const;
  int first_minute() const;  // of a day on which anybody may be reminded
  int days_ahead() const;    // of the earliest stage
  int days_behind() const;   // of the last one
  int digest_minute() const { return digest_minute_; }
  int digest_days() const { return digest_days_; }

  // A text with {words} put in.
  using Words = std::vector<std::pair<std::string_view, std::string>>;
  std::string text(kernel::Language language, std::string_view name, Words const& words = {}) const;
  std::string name_of(kernel::RuleEdition const& edition, kernel::Language language) const;
  // "due in 3 days"
  std::string when(kernel::Language language, int days_left, bool is_escalation) const;

 private:
  std::vector<ReminderRule> rules_;
  std::map<std::string, std::string, std::less<>> texts_[2];  // by kernel::Language
  std::map<std::string, std::string, std::less<>> english_;   // names of clocks' rules
  int digest_minute_ = 0;
  int digest_days_ = 0;
};

}  // namespace plumbline::notices
