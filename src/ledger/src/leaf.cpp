#include "ledger/leaf.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <stdexcept>

#include "reflect/json.hpp"
#include "text.hpp"

namespace plumbline::ledger {
namespace {

constexpr std::uint64_t largest_integer = (std::uint64_t{1} << 53) - 1;
constexpr std::int64_t first_time_s = 946'684'800;  // 2000-01-01T00:00:00Z
constexpr std::int64_t end_time_s = 7'258'118'400;  // 2200-01-01T00:00:00Z

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

bool is_sid(std::string_view text) {
  std::array<std::uint8_t, 16> sid;
  return hex_decode_to(text, sid);
}
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

bool is_authority(std::string_view text) {
  return text.size() >= 4 && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_upper(c); });
}

bool is_year(std::string_view text) {
  return text.size() == 4 && all_digits(text) && (text.starts_with("20") || text.starts_with("21"));
}

// 1, 2, 3 …
bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && all_digits(text) && text[0] != '0';
}

// <year>-<authority>-<last>, as in draw and ceremony ids; nothing unless the first two fit.
std::optional<std::string_view> last_of_id(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return {};
  text.remove_prefix(prefix.size());
  auto const year = take_until(text, '-');
  auto const authority = year ? take_until(text, '-') : std::nullopt;
  if (!authority || !is_year(*year) || !is_authority(*authority)) return {};
  return text;
}

bool is_draw_id(std::string_view text) {
  auto const number = last_of_id(text, "DR-");
  if (!number) return false;
  if (number->size() == 4) return all_digits(*number) && *number != "0000";
  return number->size() > 4 && is_number(*number);
}

bool is_ceremony_id(std::string_view text) {
  auto const number = last_of_id(text, "CE-");
  return number && number->size() >= 4 && number->size() <= 7 && all_digits(*number);
}

bool is_series_subject(std::string_view text) {
  auto const authority = take_until(text, '/');
  auto const year = authority ? take_until(text, '#') : std::nullopt;
  return year && is_authority(*authority) && is_year(*year) && is_number(text);
}

// Codes joined by dots, at least two: register and action.
bool is_type(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return false;
  for (;;) {
    auto const code = take_until(text, '.');
    if (!code) return is_code(text);
    if (!is_code(*code)) return false;
  }
}

bool is_actor(std::string_view text) {
  return text == "system" || (text.starts_with("u-") && is_sid(text.substr(2)));
}

// Reads a leaf from front to back. No member's form allows a character that JSON would escape, so a leaf
// read here to its end is canonical; one that is not may be canonical JSON of another shape.
class LeafReader {
 public:
  explicit LeafReader(std::string_view bytes) : rest_(bytes) {}

  // The members up to the one that does not fit: failed_member() names it.
  bool read(LeafView& leaf) {
    std::string_view time;
    return member("actor", literal("{\"actor\":\"") && text(leaf.actor) && is_actor(leaf.actor)) &&
           member("digest", literal(",\"digest\":\"") && hash(leaf.digest) && literal("\"")) &&
           member("prev", literal(",\"prev\":\"") && previous(leaf.prev)) &&
           member("seq", literal(",\"seq\":") && number(leaf.seq)) &&
           member("subject", literal(",\"subject\":\"") && text(leaf.subject)) &&
           member("time", literal(",\"time\":\"") && text(time) && seconds(time, leaf.time_s)) &&
           member("type", literal(",\"type\":\"") && text(leaf.type) && is_type(leaf.type)) &&
           member("subject", subject_fits(leaf.type, leaf.subject)) && member("v", rest_ == ",\"v\":1}");
  }
  std::string_view failed_member() const { return failed_member_; }

 private:
  bool member(std::string_view name, bool fits) {
    if (!fits) failed_member_ = name;
    return fits;
  }
  template <std::size_t N>
  bool literal(char const (&expected)[N]) {
    if (!rest_.starts_with(std::string_view(expected, N - 1))) return false;
    rest_.remove_prefix(N - 1);
    return true;
  }
  bool text(std::string_view& out) {
    auto const part = take_until(rest_, '"');
    out = part.value_or("");
    return part.has_value();
  }
  bool hash(Hash& out) {
    if (!hex_decode_to(rest_.substr(0, 64), out)) return false;
    rest_.remove_prefix(64);
    return true;
  }
  bool previous(std::optional<Hash>& out) {
    if (literal("\"")) return true;
    return hash(out.emplace()) && literal("\"");
  }
  bool number(std::uint64_t& out) {
    auto const end = rest_.find(',');
    auto const value = parse_decimal(rest_.substr(0, end));
    if (end == std::string_view::npos || !value || *value > largest_integer) return false;
    out = *value;
    rest_.remove_prefix(end);
    return true;
  }
  static bool seconds(std::string_view time, std::int64_t& out) {
    auto const value = parse_leaf_time(time);
    out = value.value_or(0);
    return value.has_value();
  }

  std::string_view rest_;
  std::string_view failed_member_;
};

}  // namespace

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 32 && is_lower(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

std::optional<std::int64_t> parse_leaf_time(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != shape.size()) return {};
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i]) return {};
  auto const pair = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  int const year = pair(0) * 100 + pair(2), hour = pair(11), minute = pair(14), second = pair(17);
  auto const day = std::chrono::year{year} / pair(5) / pair(8);
  if (year < 2000 || year > 2199 || !day.ok() || hour > 23 || minute > 59 || second > 59) return {};
  auto const time = std::chrono::sys_days{day} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
                    std::chrono::seconds{second};
  return time.time_since_epoch().count();
}

std::string format_leaf_time(std::int64_t time_s) {
  if (time_s < first_time_s || time_s >= end_time_s)
    throw std::invalid_argument("a leaf's time lies in 2000–2199");
  return to_string_seconds(Instant::from_seconds(time_s));
}

bool subject_fits(std::string_view type, std::string_view subject) {
  if (type.starts_with("ledger.")) return subject == "ledger";
  auto const after = [&](std::string_view prefix) -> std::optional<std::string_view> {
    if (!subject.starts_with(prefix)) return {};
    return subject.substr(prefix.size());
  };
  auto const fits = [&](std::string_view prefix, bool (*form)(std::string_view)) {
    auto const rest = after(prefix);
    return rest && form(*rest);
  };
  if (type == "draw.frame") return fits("frame/", is_sid);
  if (type == "draw.roster") return fits("roster/", is_sid);
  if (type == "draw.plan" || type == "draw.result" || type == "draw.void")
    return fits("draws/", is_series_subject);
  if (type == "draw.reveal" || type == "draw.seed") return fits("ceremony/", is_ceremony_id);
  // Recusals, openings, erasures and what section 11 adds (draw.assign) belong to one draw.
  if (type.starts_with("draw.") && fits("draw/", is_draw_id)) return true;
  if (type == "draw.recusal" || type == "draw.open" || type == "draw.erase") return false;
  auto const register_name = type.substr(0, type.rfind('.'));
  return subject.size() == register_name.size() + 33 && subject.starts_with(register_name) &&
         subject[register_name.size()] == '/' && is_sid(subject.substr(register_name.size() + 1));
}

std::uint64_t LeafView::number() const {
  auto const mark = subject.find('#');
  if (mark == std::string_view::npos) return 0;
  auto const digits = subject.substr(mark + 1);
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size() ? value : 0;
}

Result<LeafView> parse_leaf(std::string_view bytes) {
  LeafReader reader(bytes);
  LeafView leaf;
  if (bytes.size() <= leaf_limit_bytes && reader.read(leaf)) return leaf;
  if (!parse_canonical(bytes)) return Refusal{"NOT_CANONICAL", "", {}};
  return Refusal{"SCHEMA", std::string(reader.failed_member()), {}};
}

std::string format_leaf(LeafView const& leaf) {
  std::string out;
  out.reserve(320);
  out.append("{\"actor\":\"").append(leaf.actor);
  out.append("\",\"digest\":\"").append(to_hex(leaf.digest));
  out.append("\",\"prev\":\"").append(leaf.prev ? to_hex(*leaf.prev) : "");
  out.append("\",\"seq\":").append(std::to_string(leaf.seq));
  out.append(",\"subject\":\"").append(leaf.subject);
  out.append("\",\"time\":\"").append(format_leaf_time(leaf.time_s));
  out.append("\",\"type\":\"").append(leaf.type).append("\",\"v\":1}");
  LeafReader reader(out);
  LeafView again;
  if (!reader.read(again)) throw std::invalid_argument("not a leaf: " + std::string(reader.failed_member()));
  return out;
}

Hash commitment(std::string_view name, std::string_view canonical_value, ByteView salt) {
  Bytes message;
  append_tlv(message, name);
  append_tlv(message, canonical_value);
  append_tlv(message, salt);
  return sha256(ByteView{message});
}

Hash record_digest(std::span<Hash const> commitments) {
  Bytes message;
  append(message, "ledger/record\n");
  append_u32(message, static_cast<std::uint32_t>(commitments.size()));
  for (auto const& hash : commitments) append(message, ByteView{hash});
  return sha256(ByteView{message});
}

}  // namespace plumbline::ledger
