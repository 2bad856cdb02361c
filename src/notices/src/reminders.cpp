#include "notices/reminders.hpp"

#include <iostream>

#include "base/limits.hpp"
#include "kernel/embedded.hpp"
#include "kernel/work.hpp"
#include "notices/settings.hpp"
#include "people.hpp"
#include "rows.hpp"

namespace plumbline::notices {
namespace {

using store::Sql;

constexpr std::int64_t sweep_every = 10 * 60 * micros;
constexpr std::string_view digest_follower = "notices.digest";

Sql const page_of_clocks{
    "notices.clocks",
    "select due_on, register_name, record, position, rule, edition from clock where jurisdiction = $1 and "
    "status = 'running' and due_on >= $2 and due_on <= $3 and (due_on, register_name, record, position) > "
    "($4, $5, $6, $7) order by due_on, register_name, record, position limit $8"};
Sql const select_follower{"notices.follower",
                          "select position from follower where jurisdiction = $1 and name = $2"};
Sql const keep_follower{"notices.follow",
                        "insert into follower (jurisdiction, name, position) values ($1, $2, $3) on conflict "
                        "(jurisdiction, name) do update set position = excluded.position"};

int minute_of_day(Instant at) {
  return static_cast<int>((at.micros_utc - start_of_legal_day(legal_date(at)).micros_utc) / (60 * micros));
}
std::int64_t number_of(Date day) { return day.value.time_since_epoch().count(); }
Date day_of(std::int64_t number) { return Date{std::chrono::sys_days(std::chrono::days(number))}; }

// Everybody who may take a step that stops the clock in the state the record is in; where nobody can stop it
// yet, everybody who may bring the record on.
kernel::RoleSet who_acts(kernel::Register const& reg, std::string_view state, std::string_view rule) {
  kernel::RoleSet stops;
  kernel::RoleSet moves;
  for (auto const& step : reg.steps) {
    if (reg.state_name(step.from) != state) continue;
    if (step.to != step.from) moves = moves | step.by;
    for (auto const& op : step.clocks.ops)
      if ((op.tick == kernel::Tick::stop || op.tick == kernel::Tick::stop_if) && op.rule == rule)
        stops = stops | step.by;
  }
  return stops.empty() ? moves : stops;
}

}  // namespace

struct Reminders::Clock {
  std::string register_name;
  Uuid record;
  std::int64_t position = 0;
  kernel::RunningClock clock;
  std::string cause(std::string_view stage) const {
    return "clock:" + register_name + "/" + to_string(record) + "/" + std::to_string(position) + ":" +
           to_string(clock.due_on) + ":" + std::string(stage);
  }
};

Reminders::Reminders(kernel::System& system)
    : system_(system),
      book_(ReminderBook::parse(kernel::embedded("rules/notices.json"),
                                kernel::embedded("rules/deadlines.json"))),
      people_(std::make_unique<People>(system)) {}
Reminders::~Reminders() = default;

bool Reminders::run() {
  auto const now = system_.clock().now();
  auto const today = legal_date(now);
  if (today != day_) {
    day_ = today;
    done_.clear();
    is_swept_ = is_sweeping_ = false;
    digest_after_ = {};
  }
  if (minute_of_day(now) < book_.first_minute()) return false;
  bool const is_time = !is_swept_ || now.micros_utc - swept_at_.micros_utc >= sweep_every;
  if (is_sweeping_ || is_time) return sweep(now);
  return digest(now);
}

bool Reminders::sweep(Instant now) {
  if (!is_sweeping_) {
    is_sweeping_ = true;
    place_ = {std::string(), std::string(), Bytes{}, std::int64_t{-1}};
    choices_.clear();
    auto const settings = read_settings(system_.folder());
    if (!settings) std::cerr << "notices.json: " << settings.refusal().code << '\n';
    web_ = settings ? settings->web : "";
    has_mail_ = settings && settings->mail;
    has_sms_ = settings && settings->sms;
    if (people_->refresh()) done_.clear();  // who came today is reminded today
  }
  auto const page = next_page();
  Told told;
  for (auto const& clock : page) remind(clock, now, told);
  if (!keep(told)) return is_sweeping_ = false;
  done_.insert(told.done.begin(), told.done.end());
  if (page.size() == limits::reminder_clocks) return true;
  is_sweeping_ = false;
  bool const is_first = !is_swept_;
  is_swept_ = true;
  swept_at_ = now;
  return is_first;  // digests come after
}

std::vector<Reminders::Clock> Reminders::next_page() {
  std::vector<store::Value> values{system_.settings().jurisdiction, to_string(day_ + -book_.days_behind()),
                                   to_string(day_ + book_.days_ahead())};
  values.insert(values.end(), place_.begin(), place_.end());
  values.emplace_back(static_cast<std::int64_t>(limits::reminder_clocks));
  std::vector<Clock> out;
  for (auto const& row : system_.database().reader()->query(page_of_clocks, values)) {
    Clock clock;
    clock.clock.due_on = parse_date(store::text(row[0])).value();
    clock.register_name = store::text(row[1]);
    clock.record = uuid_from(row[2]);
    clock.position = store::integer(row[3]);
    clock.clock.rule = store::text(row[4]);
    clock.clock.edition = store::text(row[5]);
    out.push_back(std::move(clock));
    place_.assign(row.begin(), row.begin() + 4);
  }
  return out;
}

void Reminders::remind(Clock const& clock, Instant now, Told& told) {
  auto const& rule = book_.rule_of(clock.clock.rule);
  int const left = clock.clock.due_on - day_;
  auto const stage = minute_of_day(now) < rule.from_minute ? std::nullopt : rule.stage(left);
  if (!stage || done_.contains(clock.cause(*stage))) return;
  auto const* reg = system_.catalogue().find(clock.register_name);
  auto const found = reg == nullptr
                         ? std::nullopt
                         : system_.reads().get(kernel::system_viewer(system_.settings().jurisdiction),
                                               reg->name, clock.record);
  if (!found) return;
  auto const roles = who_acts(*reg, found->state, clock.clock.rule);
  tell(clock, people_->nearest(roles, *reg, found->envelope), *stage, false, now, told);
  tell(clock, people_->acting_for_parties(roles, *reg, found->envelope), *stage, false, now, told);
  if (rule.escalates(left))
    tell(clock, people_->nearest(rule.escalate_to, *reg, found->envelope), "escalated", true, now, told);
  told.done.push_back(clock.cause(*stage));
}

void Reminders::tell(Clock const& clock, std::vector<Uuid> const& accounts, std::string const& stage,
                     bool is_escalation, Instant now, Told& told) {
  auto const* edition = system_.rules().find(clock.clock);
  int const left = clock.clock.due_on - day_;
  for (Uuid const account : accounts) {
    Notice notice;
    notice.account = account;
    notice.id = make_uuid7(now);
    notice.kind = is_escalation ? "escalation" : "reminder";
    notice.register_name = clock.register_name;
    notice.record = clock.record;
    notice.rule = clock.clock.rule;
    notice.due_on = to_string(clock.clock.due_on);
    notice.cause = clock.cause(stage);
    notice.made_at = now;
    auto const& choice = choice_of(account);
    auto const language = choice.language;
    ReminderBook::Words const words{
        {"rule", edition == nullptr ? clock.clock.rule : book_.name_of(*edition, language)},
        {"when", book_.when(language, left, is_escalation)},
        {"due", notice.due_on}};
    Delivery delivery;
    delivery.recipient = delivery.account = account;
    delivery.cause = notice.cause;
    delivery.made_at = delivery.next_at = now;
    if (has_mail_ && choice.mail == MailMode::immediate) {
      delivery.id = make_uuid7(now);
      delivery.channel = "mail";
      delivery.subject = book_.text(language, "subject", words);
      delivery.body = book_.text(language, "line", words) + "\n" +
                      (edition == nullptr ? "" : book_.text(language, "article") + edition->article + "\n") +
                      book_.text(language, "place") + web_ + "/" + clock.register_name + "/" +
                      to_string(clock.record) + "\n\n" + book_.text(language, "footer") + "\n";
      told.deliveries.push_back(delivery);
    }
    if (has_sms_ && choice.sms && left <= book_.rule_of(clock.clock.rule).sms_from) {
      delivery.id = make_uuid7(now);
      delivery.channel = "sms";
      delivery.subject.clear();
      delivery.body = book_.text(language, "sms", words);
      told.deliveries.push_back(delivery);
    }
    told.notices.push_back(std::move(notice));
  }
}

Choice const& Reminders::choice_of(Uuid account) {
  auto const [known, is_new] = choices_.try_emplace(account);
  if (is_new) known->second = Choices(system_).of(account);
  return known->second;
}

bool Reminders::keep(Told const& told) {
  if (told.notices.empty()) return true;
  auto const& place = system_.settings().jurisdiction;
  return system_
      .write_together([&](store::Writer& writer) -> Result<void> {
        for (auto const& notice : told.notices) put(writer, place, notice);
        for (auto const& delivery : told.deliveries) put(writer, place, delivery);
        return {};
      })
      .ok();
}

// ---- digests --------------------------------------------------------------------------------------------

// All of a day's in pages, and then the day is noted; whoever is stopped in between begins again, and causes
// see to it that nobody is told twice.
bool Reminders::digest(Instant now) {
  if (!has_mail_ || minute_of_day(now) < book_.digest_minute()) return false;
  auto const& place = system_.settings().jurisdiction;
  auto const rows =
      system_.database().reader()->query(select_follower, {place, std::string(digest_follower)});
  Date const last = rows.empty() ? day_ + -1 : day_of(store::integer(rows[0][0]));
  if (last >= day_) return false;
  Instant const since{start_of_legal_day(last).micros_utc + book_.digest_minute() * 60 * micros};
  auto const page = Choices(system_).digests_after(digest_after_, limits::digests_per_page);
  bool const is_last = page.size() < limits::digests_per_page;
  std::vector<Delivery> mails;
  for (auto const& choice : page)
    if (auto mail = digest_of(choice, since, now)) mails.push_back(*std::move(mail));
  auto const kept = system_.write_together([&](store::Writer& writer) -> Result<void> {
    for (auto const& mail : mails) put(writer, place, mail);
    if (is_last) writer.write(keep_follower, {place, std::string(digest_follower), number_of(day_)});
    return {};
  });
  if (kept && !page.empty()) digest_after_ = page.back().account;
  return kept && !is_last;
}

std::optional<Delivery> Reminders::digest_of(Choice const& choice, Instant since, Instant now) {
  auto const news = lines_of_notices(choice, since, day_);
  auto const work = lines_of_work(choice, day_);
  if (news.empty() && work.empty()) return {};
  auto const language = choice.language;
  Delivery mail;
  mail.id = make_uuid7(now);
  mail.channel = "mail";
  mail.recipient = mail.account = choice.account;
  mail.cause = "digest:" + to_string(day_);
  mail.made_at = mail.next_at = now;
  mail.subject = book_.text(language, "digest", {{"date", to_string(day_)}});
  if (!news.empty()) mail.body += book_.text(language, "new") + "\n" + news + "\n";
  if (!work.empty()) mail.body += book_.text(language, "open") + "\n" + work + "\n";
  mail.body += web_ + "/work\n\n" + book_.text(language, "footer") + "\n";
  return mail;
}

std::string Reminders::lines_of_notices(Choice const& choice, Instant since, Date today) {
  std::string out;
  std::size_t lines = 0;
  for (auto const& notice : Bell(system_).since(choice.account, since, limits::digest_lines + 1)) {
    if (++lines > limits::digest_lines) return out + book_.text(choice.language, "more") + "\n";
    auto const due = parse_date(notice.due_on);
    if (!due) continue;
    kernel::RuleEdition const* edition = system_.rules().find(notice.rule, today);
    out += "- " +
           book_.text(choice.language, "line",
                      {{"rule", edition == nullptr ? notice.rule : book_.name_of(*edition, choice.language)},
                       {"when", book_.when(choice.language, *due - today, notice.kind == "escalation")},
                       {"due", notice.due_on}}) +
           "\n  " + web_ + "/" + notice.register_name + "/" + to_string(notice.record) + "\n";
  }
  return out;
}

std::string Reminders::lines_of_work(Choice const& choice, Date today) {
  kernel::WorkQuery query;
  query.due_until = today + book_.digest_days();
  query.limit = static_cast<int>(limits::digest_lines);
  auto const page =
      kernel::list_work(system_.database(), system_.catalogue(), system_.viewer(choice.account), query);
  if (!page) return "";
  std::string out;
  for (auto const& item : page->items) {
    kernel::RuleEdition const* edition = system_.rules().find(item.rule, today);
    out += "- " +
           book_.text(choice.language, "line",
                      {{"rule", edition == nullptr ? item.rule : book_.name_of(*edition, choice.language)},
                       {"when", book_.when(choice.language, item.due_on - today, false)},
                       {"due", to_string(item.due_on)}}) +
           "\n  " + web_ + "/" + item.register_name + "/" + to_string(item.record) + "\n";
  }
  return page->next.empty() ? out : out + book_.text(choice.language, "more") + "\n";
}

}  // namespace plumbline::notices
