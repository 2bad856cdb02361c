#include "publication/forms.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/bytes.hpp"

namespace plumbline::publication {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

// Takes `count` digits as a number off the front.
std::optional<std::uint64_t> take_year(std::string_view& text) {
  if (text.size() < 4 || !std::all_of(text.begin(), text.begin() + 4, is_digit)) return {};
  auto const year = parse_number(text.substr(0, 4));
  text.remove_prefix(4);
  return year;
}

// "<year>-<authority>-<digits>" after the prefix of draw and ceremony ids.
struct IdParts {
  std::uint64_t year = 0;
  std::string_view authority;
  std::string_view number;
};
std::optional<IdParts> split_id(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return {};
  text.remove_prefix(prefix.size());
  auto const year = take_year(text);
  if (!year || !text.starts_with('-')) return {};
  text.remove_prefix(1);
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  IdParts const parts{*year, text.substr(0, dash), text.substr(dash + 1)};
  bool const digits =
      !parts.number.empty() && std::all_of(parts.number.begin(), parts.number.end(), is_digit);
  if (!is_authority(parts.authority) || !digits) return {};
  return parts;
}

std::size_t decimal_width(std::uint64_t value) { return std::to_string(value).size(); }

// A natural number of any size: just enough to multiply and divide by small ones without rounding.
class Natural {
 public:
  void multiply(std::uint32_t factor) {
    std::uint64_t carry = 0;
    for (auto& digit : digits_) {
      carry += std::uint64_t{digit} * factor;
      digit = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) digits_.push_back(static_cast<std::uint32_t>(carry));
  }
  void divide(std::uint32_t divisor) {  // exactly: there is no remainder
    std::uint64_t rest = 0;
    for (std::size_t i = digits_.size(); i-- > 0;) {
      rest = rest << 32 | digits_[i];
      digits_[i] = static_cast<std::uint32_t>(rest / divisor);
      rest %= divisor;
    }
    while (digits_.size() > 1 && digits_.back() == 0) digits_.pop_back();
  }
  std::uint64_t floor_log2() const {
    std::uint64_t bits = 32 * (digits_.size() - 1);
    for (std::uint32_t top = digits_.back(); top > 1; top >>= 1) ++bits;
    return bits;
  }

 private:
  std::vector<std::uint32_t> digits_{1};
};

}  // namespace

bool is_ident(std::string_view text) {
  if (text.empty() || text.size() > 64 || !is_utf8(text)) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F || c == '"' || c == ',' || c == '|') return false;
    // C1 controls U+0080–U+009F are C2 80 … C2 9F.
    if (c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

bool is_code(std::string_view text) {
  if (text.empty() || text.size() > 32 || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; });
}

bool is_hash_text(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), is_lower_hex);
}

bool is_actor(std::string_view text) {
  return text.size() == 34 && text.starts_with("u-") &&
         std::all_of(text.begin() + 2, text.end(), is_lower_hex);
}

bool is_authority(std::string_view text) {
  return text.size() >= 4 && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
}

bool is_ceremony_id(std::string_view text) {
  auto const parts = split_id("CE-", text);
  return parts && parts->number.size() >= 4 && parts->number.size() <= 7;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return {};
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text[0] == '-') return {};
  return static_cast<std::uint64_t>(value);
}

std::optional<Instant> parse_time(std::string_view text) {
  if (text.size() != 20 || text.back() != 'Z' || text < "2000") return {};
  return parse_instant(text);
}

std::optional<DrawId> parse_draw_id(std::string_view text) {
  auto const parts = split_id("DR-", text);
  if (!parts) return {};
  auto const digits =
      parts->number.substr(std::min(parts->number.find_first_not_of('0'), parts->number.size() - 1));
  auto const number = parse_number(digits);
  if (!number || *number == 0) return {};
  DrawId id{parts->year, std::string(parts->authority), *number};
  if (to_string(id) != text) return {};
  return id;
}

bool is_draw_id(std::string_view text) { return parse_draw_id(text).has_value(); }

std::string to_string(DrawId const& id) {
  std::string number = std::to_string(id.number);
  if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
  return "DR-" + std::to_string(id.year) + '-' + id.authority + '-' + number;
}

std::string series_chain(std::string_view authority, std::uint64_t year) {
  return "draws/" + std::string(authority) + '/' + std::to_string(year);
}
std::string series_subject(DrawId const& id) {
  return series_chain(id.authority, id.year) + '#' + std::to_string(id.number);
}
std::string draw_subject(std::string_view draw_id) { return "draw/" + std::string(draw_id); }
std::string ceremony_subject(std::string_view ceremony_id) { return "ceremony/" + std::string(ceremony_id); }

bool picks_are_possible(std::span<Pick const> picks) {
  std::uint64_t numbers = 0;
  for (auto const& pick : picks) {
    if (pick.times < 1 || pick.times > pick_numbers_most || pick.k < 1 || pick.k > pick_numbers_most)
      return false;
    if (pick.hi > pick_hi_most || pick.lo > pick.hi || pick.k > pick.hi - pick.lo + 1) return false;
    numbers += pick.times * pick.k;
    if (numbers > pick_numbers_most) return false;
  }
  return !picks.empty();
}

bool pick_value_fits(std::span<Pick const> picks, std::string_view value) {
  for (auto const& pick : picks) {
    std::size_t const width = decimal_width(pick.hi);
    for (std::uint64_t i = 0; i < pick.times * pick.k; ++i) {
      std::string_view const shown = value.substr(0, width);
      if (shown.size() != width || !std::all_of(shown.begin(), shown.end(), is_digit)) return false;
      // The same width: order of text is order of numbers.
      std::string_view const before =
          i % pick.k == 0 ? std::string_view{} : std::string_view{shown.data() - width, width};
      std::uint64_t number = 0;
      std::from_chars(shown.data(), shown.data() + shown.size(), number);
      if (number < pick.lo || number > pick.hi || (!before.empty() && before >= shown)) return false;
      value.remove_prefix(width);
    }
  }
  return value.empty();
}

std::uint64_t pick_bits(std::span<Pick const> picks) {
  Natural outcomes;
  for (auto const& pick : picks) {
    auto const n = static_cast<std::uint32_t>(pick.hi - pick.lo + 1);
    auto const k = static_cast<std::uint32_t>(pick.k);
    for (std::uint64_t time = 0; time < pick.times; ++time) {
      for (std::uint32_t j = 1; j <= k; ++j) {  // C(n,k) = Π (n-k+j)/j; every partial product is whole
        outcomes.multiply(n - k + j);
        outcomes.divide(j);
      }
    }
  }
  return outcomes.floor_log2();
}

Instant drand_time(DrandChain chain, std::uint64_t round) {
  bool const quicknet = chain == DrandChain::quicknet;
  std::int64_t const genesis_s = quicknet ? 1'692'803'367 : 1'595'431'050;
  std::int64_t const period_s = quicknet ? 3 : 30;
  return Instant::from_seconds(genesis_s + (static_cast<std::int64_t>(round) - 1) * period_s);
}

}  // namespace plumbline::publication
