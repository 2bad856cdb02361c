// Watches the clocks: whoever may stop one, and whoever it runs for, is reminded by the stages of
// rules/notices.json; what is overdue goes up to the region's leader. Each stage of a clock has a cause of
// its own, so it is told once, however often this is run and whatever was restarted in between.
#pragma once
#include <memory>
#include <set>
#include <string>

#include "notices/bell.hpp"
#include "notices/choices.hpp"
#include "notices/outbox.hpp"
#include "notices/reminder_rules.hpp"

namespace plumbline::notices {

class People;

class Reminders {
 public:
  explicit Reminders(kernel::System& system);
  ~Reminders();
  // The next page of clocks, or of digests; true where there is more to do now. Every clock is looked at
  // again after some minutes: its record, its people and its day may be others by then.
  bool run();

 private:
  struct Clock;
  struct Told {
    std::vector<Notice> notices;
    std::vector<Delivery> deliveries;
    std::vector<std::string> done;
  };
  std::vector<Clock> next_page();
  bool sweep(Instant now);
  bool digest(Instant now);
  void remind(Clock const& clock, Instant now, Told& told);
  void tell(Clock const& clock, std::vector<Uuid> const& accounts, std::string const& stage,
            bool is_escalation, Instant now, Told& told);
  std::optional<Delivery> digest_of(Choice const& choice, Instant since, Instant now);
  std::string lines_of_notices(Choice const& choice, Instant since, Date today);
  std::string lines_of_work(Choice const& choice, Date today);
  Choice const& choice_of(Uuid account);
  bool keep(Told const& told);

  kernel::System& system_;
  ReminderBook book_;
  std::unique_ptr<People> people_;
  std::string web_;        // before links
  bool has_mail_ = false;  // ways that are configured
  bool has_sms_ = false;
  std::map<Uuid, Choice> choices_;
  std::set<std::string> done_;  // causes told today
  Date day_;
  bool is_swept_ = false;  // today, at least once
  bool is_sweeping_ = false;
  Instant swept_at_;
  Uuid digest_after_;                // whose was written last
  std::vector<store::Value> place_;  // of the last clock seen
};

}  // namespace plumbline::notices
