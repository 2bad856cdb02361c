#include "notices/reminder_rules.hpp"

#include <algorithm>
#include <stdexcept>

#include "reflect/json.hpp"

namespace plumbline::notices {
namespace {

[[noreturn]] void fault(std::string_view member) {
  throw std::runtime_error("rules/notices.json: member '" + std::string(member) + "'");
}
Json const& member_of(Json const& row, std::string_view name) {
  Json const* found = row.find(name);
  if (found == nullptr) fault(name);
  return *found;
}
int number_of(Json const& row, std::string_view name) {
  auto const* value = member_of(row, name).as_integer();
  if (value == nullptr || *value < 0 || *value > 3'660) fault(name);
  return static_cast<int>(*value);
}
std::string text_of(Json const& row, std::string_view name) {
  auto const* value = member_of(row, name).as_text();
  if (value == nullptr) fault(name);
  return *value;
}
// "08:00"
int minute_of(Json const& row, std::string_view name) {
  auto const text = text_of(row, name);
  bool const fits = text.size() == 5 && text[2] == ':' &&
                    std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == ':'; });
  if (!fits) fault(name);
  int const hours = (text[0] - '0') * 10 + (text[1] - '0');
  int const minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (hours > 23 || minutes > 59) fault(name);
  return hours * 60 + minutes;
}

ReminderRule rule_from(Json const& row) {
  ReminderRule out;
  out.rule = text_of(row, "rule");
  out.from_minute = minute_of(row, "from");
  auto const* days = member_of(row, "before_days").as_array();
  if (days == nullptr) fault("before_days");
  for (auto const& day : *days) {
    if (day.as_integer() == nullptr || *day.as_integer() < 1 || *day.as_integer() > 366) fault("before_days");
    out.before_days.push_back(static_cast<int>(*day.as_integer()));
  }
  std::ranges::sort(out.before_days);
  auto const* on_day = member_of(row, "on_day").as_bool();
  if (on_day == nullptr) fault("on_day");
  out.on_day = *on_day;
  out.daily_until = number_of(row, "daily_until");
  out.weekly_until = number_of(row, "weekly_until");
  out.sms_from = number_of(row, "sms_from");
  out.escalate_after = number_of(row, "escalate_after");
  auto const role = kernel::parse_role(text_of(row, "escalate_to"));
  if (!role) fault("escalate_to");
  out.escalate_to = *role;
  return out;
}

}  // namespace

std::optional<std::string> ReminderRule::stage(int days_left) const {
  if (days_left > 0) {
    auto const reached = std::ranges::lower_bound(before_days, days_left);
    if (reached == before_days.end()) return {};
    return "before-" + std::to_string(*reached);
  }
  if (days_left == 0) return on_day ? std::optional<std::string>("due") : std::nullopt;
  int const over = -days_left;
  if (over <= daily_until) return "over-" + std::to_string(over);
  if (over > weekly_until) return {};
  return "over-" + std::to_string(daily_until + (over - daily_until) / 7 * 7);
}

ReminderBook ReminderBook::parse(std::string_view notices_json, std::string_view deadlines_json) {
  auto const document = parse_json(notices_json);
  auto const deadlines = parse_json(deadlines_json);
  if (!document || !deadlines) fault("");
  ReminderBook book;
  auto const* rows = member_of(*document, "reminders").as_array();
  if (rows == nullptr) fault("reminders");
  for (auto const& row : *rows) book.rules_.push_back(rule_from(row));
  if (std::ranges::find(book.rules_, "*", &ReminderRule::rule) == book.rules_.end()) fault("reminders");
  auto const& digest = member_of(*document, "digest");
  book.digest_minute_ = minute_of(digest, "from");
  book.digest_days_ = number_of(digest, "ahead_days");
  auto const& texts = member_of(*document, "texts");
  for (auto const language : {kernel::Language::chinese, kernel::Language::english}) {
    auto const* words = member_of(texts, language == kernel::Language::english ? "en" : "zh-CN").as_object();
    if (words == nullptr) fault("texts");
    for (auto const& [name, text] : *words)
      if (text.as_text() != nullptr) book.texts_[static_cast<int>(language)][name] = *text.as_text();
  }
  if (auto const* editions = member_of(*deadlines, "rules").as_array())
    for (auto const& row : *editions) book.english_[text_of(row, "id")] = text_of(row, "name_en");
  return book;
}

ReminderRule const& ReminderBook::rule_of(std::string_view clock_rule) const {
  auto const own = std::ranges::find(rules_, clock_rule, &ReminderRule::rule);
  return own != rules_.end() ? *own : *std::ranges::find(rules_, "*", &ReminderRule::rule);
}

int ReminderBook::first_minute() const {
  return std::ranges::min(rules_, {}, &ReminderRule::from_minute).from_minute;
}
int ReminderBook::days_ahead() const {
  int most = 0;
  for (auto const& rule : rules_)
    if (!rule.before_days.empty()) most = std::max(most, rule.before_days.back());
  return most;
}
int ReminderBook::days_behind() const {
  return std::ranges::max(rules_, {}, &ReminderRule::weekly_until).weekly_until;
}

std::string ReminderBook::text(kernel::Language language, std::string_view name, Words const& words) const {
  auto const& texts = texts_[static_cast<int>(language)];
  auto const found = texts.find(name);
  if (found == texts.end()) fault(name);
  std::string out;
  std::string_view const pattern = found->second;
  for (std::size_t at = 0; at < pattern.size();) {
    auto const end = pattern[at] == '{' ? pattern.find('}', at) : std::string_view::npos;
    auto const word =
        end == std::string_view::npos ? std::string_view() : pattern.substr(at + 1, end - at - 1);
    auto const value = std::ranges::find(words, word, &Words::value_type::first);
    if (word.empty() || value == words.end()) {
      out += pattern[at++];
    } else {
      out += value->second;
      at = end + 1;
    }
  }
  return out;
}

std::string ReminderBook::name_of(kernel::RuleEdition const& edition, kernel::Language language) const {
  auto const found = english_.find(edition.id);
  return language == kernel::Language::english && found != english_.end() ? found->second : edition.name_zh;
}

std::string ReminderBook::when(kernel::Language language, int days_left, bool is_escalation) const {
  char const* name = is_escalation    ? "escalation"
                     : days_left > 0  ? "before"
                     : days_left == 0 ? "today"
                                      : "after";
  return text(language, name, {{"days", std::to_string(days_left < 0 ? -days_left : days_left)}});
}

}  // namespace plumbline::notices
