#include "kernel/rules.hpp"

#include <stdexcept>

#include "reflect/json.hpp"

namespace plumbline::kernel {

RuleEdition const* RuleBook::find(std::string_view id, Date on) const {
  for (auto const& edition : editions_)
    if (edition.id == id && edition.effective_from <= on && (!edition.effective_to || on <= *edition.effective_to))
      return &edition;
  return nullptr;
}

RuleEdition const* RuleBook::find(RunningClock const& clock) const {
  for (auto const& edition : editions_)
    if (edition.id == clock.rule && to_string(edition.effective_from) == clock.edition) return &edition;
  return nullptr;
}

Due due_of(RunningClock const& clock, RuleEdition const& rule, WorkdayCalendar const& calendar) {
  std::vector<Pause> pauses;
  for (std::size_t i = 0; i < clock.paused_on.size(); ++i) {
    Date const until = i < clock.resumed_on.size() ? clock.resumed_on[i] : clock.paused_on[i];
    pauses.push_back({clock.paused_on[i], until});
  }
  std::vector<Extension> extensions;
  if (clock.extended_days > 0) extensions.push_back({clock.extended_days, rule.period.unit});
  return due_on(rule.period, clock.triggered_on, calendar, pauses, extensions);
}

}  // namespace plumbline::kernel
