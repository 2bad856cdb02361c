#include "kernel/rules.hpp"

#include <stdexcept>

#include "reflect/json.hpp"

namespace plumbline::kernel {
namespace {

[[noreturn]] void fault(Json const& row, std::string_view member) {
  Json const* id = row.find("id");
  throw std::runtime_error("rules/deadlines.json: row " +
                           (id != nullptr && id->as_text() != nullptr ? *id->as_text() : std::string("?")) +
                           ": member '" + std::string(member) + "'");
}

std::string text_of(Json const& row, std::string_view member) {
  Json const* value = row.find(member);
  if (value == nullptr || value->as_text() == nullptr) fault(row, member);
  return *value->as_text();
}

std::optional<Date> date_of(Json const& row, std::string_view member) {
  Json const* value = row.find(member);
  if (value == nullptr || value->is_null()) return {};
  auto const date = value->as_text() == nullptr ? std::nullopt : parse_date(*value->as_text());
  if (!date) fault(row, member);
  return date;
}

int integer_of(Json const& row, std::string_view member, int otherwise) {
  Json const* value = row.find(member);
  if (value == nullptr || value->is_null()) return otherwise;
  if (value->as_integer() == nullptr) fault(row, member);
  return static_cast<int>(*value->as_integer());
}

RuleEdition edition_of(Json const& row) {
  RuleEdition edition;
  edition.id = text_of(row, "id");
  edition.name_zh = text_of(row, "name_zh");
  edition.name_en = text_of(row, "name_en");
  auto const from = date_of(row, "effective_from");
  edition.effective_from = from.value_or(make_date(1949, 10, 1));
  edition.effective_to = date_of(row, "effective_to");
  auto const unit = parse_unit(text_of(row, "unit"));
  auto const roll_over = parse_roll_over(text_of(row, "roll_over"));
  if (!unit) fault(row, "unit");
  if (!roll_over) fault(row, "roll_over");
  edition.period = {integer_of(row, "count", 0), *unit, *roll_over};
  edition.extension_days = integer_of(row, "extension", 0);
  auto const lapse = text_of(row, "lapse");
  if (lapse != "alert" && lapse != "decides") fault(row, "lapse");
  edition.on_lapse = lapse == "decides" ? OnLapse::decides : OnLapse::alert;
  edition.article = text_of(row, "article");
  edition.source = text_of(row, "source");
  Json const* verified = row.find("verified");
  if (verified == nullptr || verified->as_bool() == nullptr) fault(row, "verified");
  edition.verified = *verified->as_bool();
  return edition;
}

}  // namespace

RuleEdition const* RuleBook::find(std::string_view id, Date on) const {
  for (auto const& edition : editions_)
    if (edition.id == id && edition.effective_from <= on &&
        (!edition.effective_to || on <= *edition.effective_to))
      return &edition;
  return nullptr;
}

RuleEdition const* RuleBook::find(RunningClock const& clock) const {
  for (auto const& edition : editions_)
    if (edition.id == clock.rule && to_string(edition.effective_from) == clock.edition) return &edition;
  return nullptr;
}

RuleBook RuleBook::parse(std::string_view json) {
  auto const document = parse_json(json);
  Json const* rows = document ? document->find("rules") : nullptr;
  if (rows == nullptr || rows->as_array() == nullptr)
    throw std::runtime_error("rules/deadlines.json: no list 'rules'");
  RuleBook book;
  // Windows, yearly dates and amounts are rules too, but no clock runs on them.
  for (auto const& row : *rows->as_array())
    if (text_of(row, "kind") == "period") book.editions_.push_back(edition_of(row));
  return book;
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
