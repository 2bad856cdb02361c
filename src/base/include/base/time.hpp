// Dates and instants. An Instant is microseconds of UTC since 1970; a Date is a calendar day. Legal
// days in China are those of UTC+08:00, without daylight saving time.
#pragma once
#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

struct Date {
  std::chrono::sys_days value{};
  friend auto operator<=>(Date, Date) = default;
  friend bool operator==(Date, Date) = default;
};

struct Instant {
  std::int64_t micros_utc = 0;
  std::int64_t seconds() const {
    return micros_utc >= 0 ? micros_utc / 1'000'000 : (micros_utc - 999'999) / 1'000'000;
  }
  static Instant from_seconds(std::int64_t seconds) { return {seconds * 1'000'000}; }
  friend auto operator<=>(Instant, Instant) = default;
  friend bool operator==(Instant, Instant) = default;
};

inline Date operator+(Date date, int days) { return {date.value + std::chrono::days{days}}; }
inline int operator-(Date a, Date b) { return static_cast<int>((a.value - b.value).count()); }
inline Instant operator+(Instant at, std::chrono::microseconds d) { return {at.micros_utc + d.count()}; }

// YYYY-MM-DD, an existing day of years 1900 to 2199.
std::optional<Date> parse_date(std::string_view text);
std::string to_string(Date date);
Date make_date(int year, unsigned month, unsigned day);  // undefined for days that do not exist
int year_of(Date date);

// RFC 3339 with "Z" or a numeric offset and up to six fractional digits; years 1900 to 2199.
std::optional<Instant> parse_instant(std::string_view text);
// With "Z", fraction only when not zero.
std::string to_string(Instant instant);
// YYYY-MM-DDTHH:MM:SSZ, fraction dropped: the form of ledger leaves (draw-publication.md section 1).
std::string to_string_seconds(Instant instant);

// The legal day (UTC+08:00) an instant falls on, and the first instant of a legal day.
Date legal_date(Instant instant);
Instant start_of_legal_day(Date date);

// The only place that reads the machine's clock: everything else is given its time.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};
Clock const& system_clock();

// A clock that stands where it was put, while any thread looks; for tests, scenarios and replays.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Instant at) : micros_utc_(at.micros_utc) {}
  Instant now() const override { return {micros_utc_}; }
  void set(Instant at) { micros_utc_ = at.micros_utc; }

 private:
  std::atomic<std::int64_t> micros_utc_;
};

}  // namespace plumbline
