#include "notices/dispatch.hpp"

#include "base/limits.hpp"
#include "rows.hpp"

namespace plumbline::notices {
namespace {

using store::Sql;

constexpr std::int64_t clean_every = 3'600 * micros;
// A bite at a time; the rest goes at the next cleaning.
Sql const forget_deliveries{
    "delivery.forget",
    "delete from delivery where jurisdiction = $1 and id in (select id from delivery where jurisdiction = $1 "
    "and ended_at > 0 and ended_at < $2 order by ended_at limit $3)"};
Sql const forget_notices{
    "notice.forget",
    "delete from notice where jurisdiction = $1 and (account, id) in (select account, id from notice where "
    "jurisdiction = $1 and made_at < $2 order by made_at limit $3)"};

}  // namespace

Dispatch::Dispatch(kernel::System& system)
    : system_(system), lease_(system, "notices"), webhooks_(system), reminders_(system), sender_(system) {}

void Dispatch::operator()() {
  if (system_.awaits_adoption() || !lease_.hold()) return;
  for (int page = 0; page < limits::delivery_rounds && webhooks_.read_on(); ++page)
    if (!lease_.hold()) return;
  for (int page = 0; page < limits::reminder_pages && reminders_.run(); ++page)
    if (!lease_.hold()) return;
  forget_old();
  for (int round = 0; round < limits::delivery_rounds && lease_.hold(); ++round) {
    auto const done = sender_.round(round == 0);
    if (done.tried == 0 || !done.all_well) return;
  }
}

// Kept longer than any cause can come again.
void Dispatch::forget_old() {
  auto const now = system_.clock().now();
  if (now.micros_utc - cleaned_at_.micros_utc < clean_every) return;
  cleaned_at_ = now;
  auto const& place = system_.settings().jurisdiction;
  (void)system_.write_unlogged(
      forget_deliveries,
      {place, now.micros_utc - limits::delivery_kept_days * micros_per_day, limits::notice_rows_per_bite});
  (void)system_.write_unlogged(
      forget_notices,
      {place, now.micros_utc - limits::notice_kept_days * micros_per_day, limits::notice_rows_per_bite});
}

}  // namespace plumbline::notices
