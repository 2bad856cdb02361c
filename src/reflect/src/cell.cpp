#include <algorithm>
#include <charconv>

#include "base/decimal.hpp"
#include "base/money.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "check.hpp"
#include "reflect/codec.hpp"
#include "text.hpp"

namespace plumbline::reflect {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "1,234,567.50" without its separators; nothing when they stand elsewhere than between thousands
// ("12,5" is somebody's decimal comma).
std::optional<std::string> without_separators(std::string_view number) {
  std::string out;
  std::size_t const whole_end = std::min(number.find('.'), number.size());
  std::string_view const whole = number.substr(0, whole_end);
  if (whole.find(',') == std::string_view::npos) return std::string(number);
  std::size_t group = 0;
  bool first = true;
  for (char c : whole) {
    if (c == '-' && out.empty()) {
      out += c;
    } else if (c == ',') {
      if (first ? group < 1 || group > 3 : group != 3) return {};
      group = 0;
      first = false;
    } else {
      out += c;
      ++group;
    }
  }
  if (group != 3) return {};
  return out + std::string(number.substr(whole_end));
}

std::optional<std::int64_t> whole_number(std::string_view cell) {
  auto text = without_separators(cell);
  if (!text) return {};
  // Spreadsheets write 12 as 12.0.
  if (auto const point = text->find('.'); point != std::string::npos && point + 1 < text->size() &&
                                          text->find_first_not_of('0', point + 1) == std::string::npos)
    text->resize(point);
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size()) return {};
  return value;
}

// Takes digits off the front; -1 when there are none or more than `most`.
int take_number(std::string_view& text, std::size_t most) {
  int value = 0;
  std::size_t count = 0;
  for (; count < text.size() && is_digit(text[count]); ++count) {
    if (count == most) return -1;
    value = value * 10 + (text[count] - '0');
  }
  text.remove_prefix(count);
  return count == 0 ? -1 : value;
}

bool take(std::string_view& text, std::string_view mark) {
  if (!text.starts_with(mark)) return false;
  text.remove_prefix(mark.size());
  return true;
}

std::optional<Date> exact_date(int year, int month, int day) {
  if (year < 1000 || month < 0 || day < 0) return {};
  auto const two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return parse_date(std::to_string(year) + "-" + two(month) + "-" + two(day));
}

// 2025-03-01, 2025/3/1, 2025.3.1, 2025年3月1日, 20250301. Takes the date off the front.
std::optional<Date> take_date(std::string_view& text) {
  bool const compact = text.size() >= 8 && std::all_of(text.begin(), text.begin() + 8, is_digit);
  if (compact) {
    std::string const iso = std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
                            std::string(text.substr(6, 2));
    text.remove_prefix(8);
    return parse_date(iso);
  }
  int const year = take_number(text, 4);
  std::string_view separator;
  for (std::string_view mark : {"-", "/", ".", "年"})
    if (separator.empty() && take(text, mark)) separator = mark;
  if (separator.empty()) return {};
  int const month = take_number(text, 2);
  if (!take(text, separator == "年" ? "月" : separator)) return {};
  int const day = take_number(text, 2);
  if (separator == "年" && !take(text, "日")) return {};
  return exact_date(year, month, day);
}

struct ClockTime {
  int seconds = 0;
  int micros = 0;
};

// "", " 14:30", "T14:30:05.25"; the whole text.
std::optional<ClockTime> rest_of_instant(std::string_view text) {
  if (text.empty()) return ClockTime{};
  if (!take(text, "T") && !take(text, " ")) return {};
  text = trim(text);
  int const hour = take_number(text, 2);
  if (!take(text, ":")) return {};
  int const minute = take_number(text, 2);
  int second = 0;
  ClockTime out;
  if (take(text, ":")) {
    second = take_number(text, 2);
    if (take(text, ".")) {
      std::size_t const before = text.size();
      out.micros = take_number(text, 6);
      for (std::size_t places = before - text.size(); places < 6; ++places) out.micros *= 10;
    }
  }
  bool const possible = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  if (!possible || out.micros < 0 || !text.empty()) return {};
  out.seconds = hour * 3600 + minute * 60 + second;
  return out;
}

std::optional<Date> date_of(std::string_view cell) {
  auto const date = take_date(cell);
  auto const time = rest_of_instant(cell);
  // Spreadsheets append midnight; another time of day would be lost.
  if (!date || !time || time->seconds != 0 || time->micros != 0) return {};
  return date;
}

// RFC 3339, or legal time (UTC+08:00) without an offset.
std::optional<Instant> instant_of(std::string_view cell) {
  if (auto const exact = parse_instant(cell)) return exact;
  auto const date = take_date(cell);
  auto const time = rest_of_instant(cell);
  if (!date || !time) return {};
  return Instant{start_of_legal_day(*date).micros_utc + std::int64_t{time->seconds} * 1'000'000 +
                 time->micros};
}

std::string legal_time(Instant at) {
  std::string text = to_string(Instant{at.micros_utc + std::int64_t{8} * 3'600 * 1'000'000});
  text.pop_back();  // Z
  text[10] = ' ';
  return text;
}

std::optional<Money> money_of(std::string_view cell) {
  for (std::string_view sign : {"¥", "￥"}) take(cell, sign);
  if (cell.ends_with("元")) cell.remove_suffix(std::string_view("元").size());
  auto const number = without_separators(trim(cell));
  return number ? parse_money(*number) : std::nullopt;
}

std::optional<Decimal> decimal_of(std::string_view cell) {
  auto const number = without_separators(cell);
  return number ? parse_decimal(*number) : std::nullopt;
}

std::optional<bool> truth_of(std::string_view cell) {
  for (std::string_view yes : {"是", "true", "TRUE", "1", "yes", "有", "√"})
    if (cell == yes) return true;
  for (std::string_view no : {"否", "false", "FALSE", "0", "no", "无", "×"})
    if (cell == no) return false;
  return {};
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

Enumerator const* enumerator_called(Type const& type, std::string_view cell, Labels const* labels) {
  if (auto const* named = enumerator_of(type, cell)) return named;
  if (labels == nullptr) return nullptr;
  for (Enumerator const& enumerator : type.enumerators)
    if ((*labels)(type, enumerator) == cell) return &enumerator;
  return nullptr;
}

// Identifiers as they were meant, other texts in NFC with line feeds only.
std::string text_of_cell(std::string_view cell, Format const* format) {
  if (format != nullptr && format->is_identifier) return normalise_identifier(cell);
  std::string out;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    bool const line_end = cell[i] == '\r';
    if (line_end && i + 1 < cell.size() && cell[i + 1] == '\n') continue;
    out += line_end ? '\n' : cell[i];
  }
  return to_nfc(out).value_or(out);
}

template <class T>
std::string_view assign(void* value, std::optional<T> const& found, std::string_view code) {
  if (!found) return code;
  *static_cast<T*>(value) = *found;
  return "";
}

// The code of the problem, or "".
std::string_view scalar(std::string_view cell, Type const& type, void* value, Format const* format,
                        Labels const* labels) {
  std::string const plain = fold_width(cell);
  switch (type.kind) {
    case Kind::boolean: return assign(value, truth_of(plain), "invalid_boolean");
    case Kind::integer: {
      auto const number = whole_number(plain);
      if (!number) return "invalid_integer";
      if (!fits(type, *number)) return "out_of_range";
      store_integer(type, value, *number);
      return "";
    }
    case Kind::text: *static_cast<std::string*>(value) = text_of_cell(cell, format); return "";
    case Kind::date: return assign(value, date_of(plain), "invalid_date");
    case Kind::instant: return assign(value, instant_of(plain), "invalid_instant");
    case Kind::uuid: return assign(value, parse_uuid(lower_case(plain)), "invalid_uuid");
    case Kind::enumeration: {
      Enumerator const* enumerator = enumerator_called(type, cell, labels);
      if (enumerator == nullptr) return "unknown_value";
      store_integer(type, value, enumerator->value);
      return "";
    }
    case Kind::money: return assign(value, money_of(plain), "invalid_money");
    case Kind::decimal: return assign(value, decimal_of(plain), "invalid_decimal");
    default: return "no_cell";
  }
}

class CellReader {
 public:
  CellReader(Problems& problems, Labels const* labels) : problems_(problems), labels_(labels) {}

  void one(std::string_view cell, Type const& type, void* value, Rule const& rule) {
    if (auto const code = scalar(cell, type, value, rule.format, labels_); !code.empty())
      return problems_.add(code);
    check_scalar(problems_, type, value, rule);
  }

  void list(std::string_view cell, Type const& type, void* value, Rule const& rule) {
    type.clear(value);
    std::string text(cell);
    for (auto at = text.find("；"); at != std::string::npos; at = text.find("；", at))
      text.replace(at, std::string_view("；").size(), ";");
    for (std::size_t start = 0; start <= text.size();) {
      std::size_t const end = std::min(text.find(';', start), text.size());
      auto const item = trim(std::string_view(text).substr(start, end - start));
      if (!item.empty() && type.count(value) <= items_most(rule))
        one(item, *type.element, type.append(value), element_rule(rule));
      start = end + 1;
    }
    check_count(problems_, type.count(value), rule);
  }

 private:
  Problems& problems_;
  Labels const* labels_;
};

void empty_cell(Problems& problems, Field const& field, void* value) {
  if (must_be_sent(field, true)) return problems.add("required");
  Type const& type = *field.type;
  if (type.kind == Kind::optional || type.kind == Kind::list) type.clear(value);
  if (type.kind == Kind::text) static_cast<std::string*>(value)->clear();
}

std::string cell_of(Type const& type, void const* value, Labels const* labels) {
  switch (type.kind) {
    case Kind::boolean: return *static_cast<bool const*>(value) ? "是" : "否";
    case Kind::integer: return std::to_string(load_integer(type, value));
    case Kind::text: return *static_cast<std::string const*>(value);
    case Kind::date: return to_string(*static_cast<Date const*>(value));
    case Kind::instant: return legal_time(*static_cast<Instant const*>(value));
    case Kind::uuid: return to_string(*static_cast<Uuid const*>(value));
    case Kind::money: return to_string(*static_cast<Money const*>(value));
    case Kind::decimal: return to_string(*static_cast<Decimal const*>(value));
    case Kind::enumeration: {
      Enumerator const* enumerator = enumerator_of(type, load_integer(type, value));
      if (enumerator == nullptr) return "";
      std::string_view const label = labels != nullptr ? (*labels)(type, *enumerator) : std::string_view{};
      return std::string(label.empty() ? enumerator->name : label);
    }
    case Kind::optional:
      return type.count(value) == 0
                 ? ""
                 : cell_of(*type.element, type.element_at(const_cast<void*>(value), 0), labels);
    case Kind::list: {
      std::string out;
      for (std::size_t i = 0; i < type.count(value); ++i) {
        if (i > 0) out += ';';
        out += cell_of(*type.element, type.element_at(const_cast<void*>(value), i), labels);
      }
      return out;
    }
    default: {
      std::string out;
      write(out, type, value, Spelling::ordinary);
      return out;
    }
  }
}

}  // namespace

std::optional<Problem> read_cell(std::string_view cell, Field const& field, void* record,
                                 Labels const* labels) {
  Problems problems;
  Step const step(problems, field.name);
  void* value = field.at(record);
  cell = trim(cell);
  if (has(field.flags, Flag::system)) {
    problems.add("read_only");
  } else if (cell.empty()) {
    empty_cell(problems, field, value);
  } else {
    Type const& type = bare(*field.type);
    if (field.type->kind == Kind::optional) value = field.type->append(value);
    CellReader reader(problems, labels);
    if (type.kind == Kind::list)
      reader.list(cell, type, value, rule_of(field));
    else
      reader.one(cell, type, value, rule_of(field));
  }
  if (problems.found.empty()) return {};
  return problems.found.front();
}

std::string write_cell(Field const& field, void const* record, Labels const* labels) {
  return cell_of(*field.type, field.at_const(record), labels);
}

}  // namespace plumbline::reflect
