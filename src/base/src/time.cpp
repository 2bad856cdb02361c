#include "base/time.hpp"

namespace plumbline {
namespace {

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t micros_per_day = 86'400 * micros_per_second;
constexpr std::int64_t legal_offset = 8 * 3'600 * micros_per_second;

// A run of exactly `count` ASCII digits at `position`, or -1.
int digits(std::string_view text, std::size_t position, std::size_t count) {
  if (position + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = position; i < position + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool has(std::string_view text, std::size_t position, char expected) {
  return position < text.size() && text[position] == expected;
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

// Seconds east of UTC of "Z" or "+HH:MM" filling the rest of the text.
std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
  int const hours = digits(text, 1, 2);
  int const minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return {};
  return (text[0] == '-' ? -1 : 1) * (hours * 3'600 + minutes * 60);
}

}  // namespace

Date make_date(int year, unsigned month, unsigned day) {
  using namespace std::chrono;
  return {sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}}};
}

int year_of(Date date) { return static_cast<int>(std::chrono::year_month_day{date.value}.year()); }

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
  int const year = digits(text, 0, 4);
  int const month = digits(text, 5, 2);
  int const day = digits(text, 8, 2);
  if (year < 1900 || year > 2199 || month < 0 || day < 0) return {};
  std::chrono::year_month_day const ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return {};
  return Date{ymd};
}

// Digits with leading zeros at a place of the text. Lists are full of dates, and snprintf is slow.
static void put_digits(std::string& text, std::size_t at, std::size_t count, std::int64_t number) {
  for (std::size_t i = at + count; i-- > at; number /= 10) text[i] = static_cast<char>('0' + number % 10);
}

std::string to_string(Date date) {
  std::chrono::year_month_day const ymd{date.value};
  auto const year = static_cast<int>(ymd.year());
  std::string text = "0000-00-00";
  put_digits(text, 5, 2, static_cast<unsigned>(ymd.month()));
  put_digits(text, 8, 2, static_cast<unsigned>(ymd.day()));
  if (year < 0 || year > 9'999) return std::to_string(year) + text.substr(4);
  put_digits(text, 0, 4, year);
  return text;
}

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || !has(text, 13, ':') || !has(text, 16, ':')) return {};
  auto const date = parse_date(text.substr(0, 10));
  int const hour = digits(text, 11, 2);
  int const minute = digits(text, 14, 2);
  int const second = digits(text, 17, 2);
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return {};
  std::size_t position = 19;
  std::int64_t fraction = 0;
  if (has(text, position, '.')) {
    std::size_t count = 0;
    std::int64_t unit = 100'000;
    for (++position; position < text.size() && text[position] >= '0' && text[position] <= '9';
         ++position, ++count) {
      fraction += (text[position] - '0') * unit;
      unit /= 10;
    }
    if (count == 0 || count > 6) return {};
  }
  auto const offset = parse_offset(text.substr(position));
  if (!offset) return {};
  std::int64_t const days = date->value.time_since_epoch().count();
  std::int64_t const seconds = days * 86'400 + hour * 3'600L + minute * 60L + second - *offset;
  return Instant{seconds * micros_per_second + fraction};
}

std::string to_string_seconds(Instant instant) {
  std::int64_t const day = floor_div(instant.micros_utc, micros_per_day);
  std::int64_t const second = (instant.micros_utc - day * micros_per_day) / micros_per_second;
  std::string text = to_string(Date{std::chrono::sys_days{std::chrono::days{day}}});
  auto const at = text.size();
  text += "T00:00:00Z";
  put_digits(text, at + 1, 2, second / 3'600);
  put_digits(text, at + 4, 2, second / 60 % 60);
  put_digits(text, at + 7, 2, second % 60);
  return text;
}

std::string to_string(Instant instant) {
  std::string text = to_string_seconds(instant);
  std::int64_t const fraction =
      instant.micros_utc - floor_div(instant.micros_utc, micros_per_second) * micros_per_second;
  if (fraction == 0) return text;
  auto const at = text.size() - 1;
  text.replace(at, 1, ".000000");
  put_digits(text, at + 1, 6, fraction);
  text.resize(text.find_last_not_of('0') + 1);
  return text += 'Z';
}

Date legal_date(Instant instant) {
  return {
      std::chrono::sys_days{std::chrono::days{floor_div(instant.micros_utc + legal_offset, micros_per_day)}}};
}

Instant start_of_legal_day(Date date) {
  return {date.value.time_since_epoch().count() * micros_per_day - legal_offset};
}

namespace {
class SystemClock final : public Clock {
 public:
  Instant now() const override {
    auto const since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  }
};
}  // namespace

Clock const& system_clock() {
  static SystemClock const clock;
  return clock;
}

}  // namespace plumbline
