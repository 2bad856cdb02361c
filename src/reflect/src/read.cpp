#include <bitset>
#include <stdexcept>

#include "base/decimal.hpp"
#include "base/money.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "check.hpp"
#include "parse.hpp"
#include "reflect/codec.hpp"
#include "text.hpp"
#include "types_used.hpp"

namespace plumbline::reflect {
namespace {

class ValueReader {
 public:
  ValueReader(Problems& problems, Source source) : problems_(problems), source_(source) {}

  void value(Type const& type, Json const& json, void* value, Rule const& rule) {
    switch (type.kind) {
      case Kind::optional:
        if (json.is_null()) return type.clear(value);
        return this->value(*type.element, json, type.append(value), rule);
      case Kind::list: return list(type, json, value, rule);
      case Kind::record: return record(type, json, value);
      default:
        if (scalar(type, json, value) && rules_apply()) check_scalar(problems_, type, value, rule);
    }
  }

 private:
  bool rules_apply() const { return source_ != Source::history; }

  bool wrong_kind(Type const& type) { return refuse("wrong_kind", std::string(kind_name(type.kind))); }
  bool refuse(std::string_view code, std::string detail = {}) {
    problems_.add(code, std::move(detail));
    return false;
  }

  // Whether the value could be converted.
  bool scalar(Type const& type, Json const& json, void* value) {
    switch (type.kind) {
      case Kind::boolean: return boolean(type, json, *static_cast<bool*>(value));
      case Kind::integer: return integer(type, json, value);
      case Kind::text:
        if (json.as_text() == nullptr) return wrong_kind(type);
        text(*json.as_text(), *static_cast<std::string*>(value));
        return true;
      case Kind::date: return parsed(type, json, *static_cast<Date*>(value), parse_date, "invalid_date");
      case Kind::instant:
        return parsed(type, json, *static_cast<Instant*>(value), parse_instant, "invalid_instant");
      case Kind::uuid: return parsed(type, json, *static_cast<Uuid*>(value), parse_uuid, "invalid_uuid");
      case Kind::enumeration: return enumeration(type, json, value);
      case Kind::money: return money(type, json, *static_cast<Money*>(value));
      case Kind::decimal:
        return parsed(type, json, *static_cast<Decimal*>(value), parse_decimal, "invalid_decimal");
      case Kind::record:
      case Kind::list:
      case Kind::optional: break;
    }
    return false;  // not scalar
  }

  // Text is made NFC where it enters the house, and never again (draw-publication.md section 1).
  void text(std::string const& given, std::string& value) {
    bool const as_it_is = source_ != Source::caller || is_nfc(given);
    if (as_it_is)
      value = given;
    else
      value = to_nfc(given).value_or(given);
  }

  bool boolean(Type const& type, Json const& json, bool& value) {
    if (auto const* given = json.as_bool()) return value = *given, true;
    auto const* number = json.as_integer();
    if (number == nullptr || (*number != 0 && *number != 1)) return wrong_kind(type);
    value = *number == 1;
    return true;
  }

  // A number too large for 64 bits is out of range, one with a fraction or an exponent of another kind.
  bool whole(Type const& type, Json const& json, std::int64_t& value) {
    if (auto const* real = json.as_real(); real != nullptr && (*real >= 0x1p63 || *real < -0x1p63))
      return refuse("out_of_range");
    if (json.as_integer() == nullptr) return wrong_kind(type);
    value = *json.as_integer();
    return true;
  }

  bool money(Type const& type, Json const& json, Money& value) { return whole(type, json, value.cents); }

  bool integer(Type const& type, Json const& json, void* value) {
    std::int64_t number = 0;
    if (!whole(type, json, number)) return false;
    if (!fits(type, number)) return refuse("out_of_range");
    store_integer(type, value, number);
    return true;
  }

  template <class T>
  bool parsed(Type const& type, Json const& json, T& value, std::optional<T> (*parse)(std::string_view),
              std::string_view code) {
    if (json.as_text() == nullptr) return wrong_kind(type);
    auto const result = parse(*json.as_text());
    if (!result) return refuse(code);
    value = *result;
    return true;
  }

  static std::string choices_of(Type const& type) {
    std::vector<std::string> names;
    for (auto const& one : type.enumerators) names.emplace_back(one.name);
    return join_names(names);
  }

  bool enumeration(Type const& type, Json const& json, void* value) {
    if (json.as_text() == nullptr) return wrong_kind(type);
    Enumerator const* enumerator = enumerator_of(type, std::string_view(*json.as_text()));
    if (enumerator == nullptr) return refuse("unknown_value", choices_of(type));
    store_integer(type, value, enumerator->value);
    return true;
  }

  void list(Type const& type, Json const& json, void* value, Rule const& rule) {
    auto const* array = json.as_array();
    if (array == nullptr) return void(wrong_kind(type));
    type.clear(value);
    if (rules_apply()) check_count(problems_, array->size(), rule);
    Rule const element = element_rule(rule);
    // Of a list that is too long, as many items as any list may have: no more memory, still all problems.
    std::size_t const most = std::max(items_most(rule), limits::list_items);
    std::size_t const count = rules_apply() ? std::min(array->size(), most) : array->size();
    for (std::size_t i = 0; i < count && !problems_.full(); ++i) {
      Step const step(problems_, i);
      this->value(*type.element, (*array)[i], type.append(value), element);
    }
  }

  void record(Type const& type, Json const& json, void* record) {
    auto const* object = json.as_object();
    if (object == nullptr) return void(wrong_kind(type));
    if (type.fields.size() > limits::record_members)
      throw std::logic_error("too many members in " + std::string(type.name));
    std::bitset<limits::record_members> seen;
    Hint hint(type);
    for (auto const& [name, given] : *object) {
      Field const* field = hint.find(name);
      Step const step(problems_, name);
      if (field == nullptr) {
        problems_.add("unknown_field");
        continue;
      }
      seen.set(static_cast<std::size_t>(field - type.fields.data()));
      member(*field, given, record);
    }
    for (std::size_t i = 0; i < type.fields.size(); ++i)
      if (!seen[i]) absent(type.fields[i]);
  }

  void member(Field const& field, Json const& given, void* record) {
    if (source_ == Source::caller && has(field.flags, Flag::system)) return problems_.add("read_only");
    void* const value = field.at(record);
    bool const required = rules_apply() && has(field.flags, Flag::required);
    if (required && says_nothing(given)) return problems_.add("required");
    std::size_t const before = problems_.found.size();
    this->value(*field.type, given, value, rule_of(field));
    if (required && problems_.found.size() == before && is_empty(*field.type, value))
      problems_.add("required");
  }

  static bool says_nothing(Json const& given) {
    return given.is_null() || (given.as_text() != nullptr && is_blank(*given.as_text()));
  }

  void absent(Field const& field) {
    if (!rules_apply() || !must_be_sent(field, source_ == Source::caller)) return;
    Step const step(problems_, field.name);
    problems_.add("required");
  }

  // Members mostly come in the order of the struct or by name: then no search is needed.
  class Hint {
   public:
    explicit Hint(Type const& type) : type_(type) {}
    Field const* find(std::string_view name) {
      std::size_t const i = next_++;
      if (i < type_.fields.size()) {
        if (type_.fields[i].name == name) return &type_.fields[i];
        if (type_.sorted[i]->name == name) return type_.sorted[i];
      }
      return type_.find(name);
    }

   private:
    Type const& type_;
    std::size_t next_ = 0;
  };

  Problems& problems_;
  Source source_;
};

}  // namespace

std::vector<Problem> read_document(Json const& document, Type const& type, void* value, Source source) {
  Problems problems;
  ValueReader(problems, source).value(type, document, value, {});
  return std::move(problems.found);
}

std::vector<Problem> read(std::string_view text, Type const& type, void* value, Source source) {
  Parsed parsed = parse_document(text, OnFlaw::collect, limits::json_depth);
  if (!parsed.complete) return std::move(parsed.problems);
  std::vector<Problem> found = read_document(parsed.document, type, value, source);
  found.insert(found.begin(), parsed.problems.begin(), parsed.problems.end());
  return found;
}

}  // namespace plumbline::reflect
