#include "check.hpp"

#include <algorithm>

#include "base/decimal.hpp"
#include "base/money.hpp"
#include "base/uuid.hpp"
#include "reflect/codec.hpp"
#include "text.hpp"

namespace plumbline::reflect {

std::string Problems::path() const {
  std::string out;
  for (auto const& place : places_) {
    if (place.index == no_index)
      append_pointer(out, place.member);
    else
      append_pointer(out, place.index);
  }
  return out;
}

std::int64_t text_most(Rule const& rule) {
  return rule.maximum == INT64_MAX ? std::int64_t{limits::note_text} : rule.maximum;
}
std::size_t items_most(Rule const& rule) {
  return rule.maximum == INT64_MAX ? limits::list_items
                                   : static_cast<std::size_t>(std::max<std::int64_t>(rule.maximum, 0));
}
Rule rule_of(Field const& field) { return {field.minimum, field.maximum, field.format}; }
Rule element_rule(Rule const& list_rule) { return {INT64_MIN, INT64_MAX, list_rule.format}; }

namespace {

void check_range(Problems& problems, std::int64_t value, Rule const& rule) {
  std::int64_t const least = std::max(rule.minimum, -limits::canonical_integer);
  std::int64_t const most = std::min(rule.maximum, limits::canonical_integer);
  if (value < least || value > most)
    problems.add("out_of_range", std::to_string(least) + ".." + std::to_string(most));
}

void check_decimal(Problems& problems, Decimal value, Rule const& rule) {
  bool const small = rule.minimum != INT64_MIN && value < Decimal{rule.minimum, 0};
  bool const large = rule.maximum != INT64_MAX && value > Decimal{rule.maximum, 0};
  if (!small && !large) return;
  auto const bound = [](std::int64_t limit, std::int64_t none) {
    return limit == none ? "" : std::to_string(limit);
  };
  problems.add("out_of_range", bound(rule.minimum, INT64_MIN) + ".." + bound(rule.maximum, INT64_MAX));
}

// U+0000 to U+001F but line feed and tab, U+007F to U+009F.
std::string_view bad_character(std::string_view text) {
  if (!is_utf8(text)) return "invalid_utf8";
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (c == 0) return "nul";
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) return "control_character";
    if (c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return "control_character";
  }
  return "";
}

void check_text(Problems& problems, std::string const& text, Rule const& rule) {
  if (auto const code = bad_character(text); !code.empty()) return problems.add(code);
  auto const length = static_cast<std::int64_t>(utf8_length(text));
  std::int64_t const most = text_most(rule);
  if (length > most) return problems.add("too_long", std::to_string(most));
  // An empty text is an absent one: whether that is allowed is the matter of `required`.
  if (text.empty()) return;
  if (length < rule.minimum) return problems.add("too_short", std::to_string(rule.minimum));
  if (rule.format != nullptr && !rule.format->valid(text)) problems.add(rule.format->code);
}

void check_record(Problems& problems, Type const& type, void const* record) {
  for (Field const& field : type.fields) {
    Step const step(problems, field.name);
    void const* value = field.at_const(record);
    if (has(field.flags, Flag::required) && is_empty(*field.type, value))
      problems.add("required");
    else
      check_value(problems, *field.type, value, rule_of(field));
  }
}

}  // namespace

bool is_blank(std::string_view text) {
  static constexpr std::string_view ideographic_space = "\xE3\x80\x80";
  while (!text.empty()) {
    if (text[0] == ' ' || text[0] == '\t' || text[0] == '\n')
      text.remove_prefix(1);
    else if (text.starts_with(ideographic_space))
      text.remove_prefix(ideographic_space.size());
    else
      return false;
  }
  return true;
}

bool fits(Type const& type, std::int64_t number) {
  if (!type.is_signed && number < 0) return false;
  if (type.bytes == 8) return true;
  int const bits = type.bytes * 8 - (type.is_signed ? 1 : 0);
  std::int64_t const end = std::int64_t{1} << bits;
  return number < end && number >= (type.is_signed ? -end : 0);
}

bool must_be_sent(Field const& field, bool by_caller) {
  if (by_caller && has(field.flags, Flag::system)) return false;
  if (has(field.flags, Flag::required)) return true;
  Kind const kind = field.type->kind;
  return kind == Kind::date || kind == Kind::instant || kind == Kind::uuid;
}

void check_count(Problems& problems, std::size_t items, Rule const& rule) {
  auto const most = static_cast<std::int64_t>(items_most(rule));
  auto const count = static_cast<std::int64_t>(items);
  if (count > most)
    problems.add("too_many", std::to_string(most));
  else if (items > 0 && count < rule.minimum)
    problems.add("too_few", std::to_string(rule.minimum));
}

void check_scalar(Problems& problems, Type const& type, void const* value, Rule const& rule) {
  switch (type.kind) {
    case Kind::integer: return check_range(problems, load_integer(type, value), rule);
    case Kind::money: return check_range(problems, static_cast<Money const*>(value)->cents, rule);
    case Kind::decimal: return check_decimal(problems, *static_cast<Decimal const*>(value), rule);
    case Kind::text: return check_text(problems, *static_cast<std::string const*>(value), rule);
    case Kind::enumeration:
      if (enumerator_of(type, load_integer(type, value)) == nullptr) problems.add("unknown_value");
      return;
    default: return;
  }
}

bool is_empty(Type const& type, void const* value) {
  switch (type.kind) {
    case Kind::text: return is_blank(*static_cast<std::string const*>(value));
    case Kind::uuid: return static_cast<Uuid const*>(value)->is_nil();
    case Kind::list: return type.count(value) == 0;
    case Kind::optional:
      return type.count(value) == 0 || is_empty(*type.element, type.element_at(const_cast<void*>(value), 0));
    default: return false;
  }
}

void check_value(Problems& problems, Type const& type, void const* value, Rule const& rule) {
  void* const inside = const_cast<void*>(value);
  switch (type.kind) {
    case Kind::optional:
      if (type.count(value) > 0) check_value(problems, *type.element, type.element_at(inside, 0), rule);
      return;
    case Kind::list: {
      std::size_t const count = type.count(value);
      check_count(problems, count, rule);
      for (std::size_t i = 0; i < count && !problems.full(); ++i) {
        Step const step(problems, i);
        check_value(problems, *type.element, type.element_at(inside, i), element_rule(rule));
      }
      return;
    }
    case Kind::record: return check_record(problems, type, value);
    default: return check_scalar(problems, type, value, rule);
  }
}

std::vector<Problem> validate(Type const& type, void const* value) {
  Problems problems;
  check_value(problems, type, value, {});
  return std::move(problems.found);
}

}  // namespace plumbline::reflect
