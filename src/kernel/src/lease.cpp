#include "kernel/lease.hpp"

#include "base/limits.hpp"
#include "overlay.hpp"

namespace plumbline::kernel {
namespace {

using store::Sql;

constexpr std::int64_t micros = 1'000'000;
constexpr std::int64_t term = limits::lease_seconds * micros;
constexpr std::int64_t renewal = term / 3;

// Also taken where it ends later than any process would ask for: a clock that was wrong has written that.
Sql const take_lease{
    "lease.take",
    "insert into lease (jurisdiction, name, holder, ends_at) values ($1, $2, $3, $4) on conflict "
    "(jurisdiction, name) do update set holder = excluded.holder, ends_at = excluded.ends_at where "
    "lease.holder = excluded.holder or lease.ends_at <= $5 or lease.ends_at > $6"};
Sql const holder_of_lease{"lease.holder",
                          "select holder, ends_at from lease where jurisdiction = $1 and name = $2"};
Sql const give_back{"lease.give_back",
                    "update lease set ends_at = 0 where jurisdiction = $1 and name = $2 and holder = $3"};

}  // namespace

Lease::Lease(System& system, std::string name)
    : system_(system), name_(std::move(name)), holder_(make_uuid7(system.clock().now())) {}

Lease::~Lease() {
  if (!is_ours_) return;
  try {
    (void)system_.write_unlogged(give_back, {system_.settings().jurisdiction, name_, id_bytes(holder_)});
  } catch (std::exception const&) {
    // It ends by itself.
  }
}

bool Lease::hold() {
  std::lock_guard const lock(mutex_);
  auto const now = system_.clock().now();
  auto const since = now.micros_utc - asked_at_.micros_utc;
  if (is_ours_ && since >= 0 && since < renewal) return true;
  if (!is_ours_ && is_held(now)) return false;
  auto const taken =
      system_.write_unlogged(take_lease, {system_.settings().jurisdiction, name_, id_bytes(holder_),
                                          now.micros_utc + term, now.micros_utc, now.micros_utc + 2 * term});
  // A renewal that failed leaves what was held, until it ends.
  if (!taken) return is_ours_ = is_ours_ && since >= 0 && since < term;
  asked_at_ = now;
  return is_ours_ = is_held(now) && last_seen_ == holder_;
}

bool Lease::is_held(Instant now) {
  auto const rows =
      system_.database().reader()->query(holder_of_lease, {system_.settings().jurisdiction, name_});
  if (rows.empty()) return false;
  last_seen_ = uuid_from(rows[0][0]);
  auto const ends_at = store::integer(rows[0][1]);
  return ends_at > now.micros_utc && ends_at <= now.micros_utc + 2 * term;
}

}  // namespace plumbline::kernel
