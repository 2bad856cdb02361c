#include <stdexcept>

#include "base/decimal.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "parse.hpp"
#include "reflect/codec.hpp"
#include "sight.hpp"
#include "text.hpp"

namespace plumbline::reflect {
namespace {

template <class T>
T const& as(void const* value) {
  return *static_cast<T const*>(value);
}

void append_plain_quoted(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

class ValueWriter {
 public:
  ValueWriter(std::string& out, Spelling spelling, Sight sight)
      : out_(out), spelling_(spelling), sight_(sight) {}

  void value(Type const& type, void const* value) {
    switch (type.kind) {
      case Kind::boolean: return boolean(as<bool>(value));
      case Kind::integer: return integer(load_integer(type, value));
      case Kind::text: return append_quoted(out_, as<std::string>(value));
      case Kind::date: return append_plain_quoted(out_, to_string(as<Date>(value)));
      case Kind::instant: return append_plain_quoted(out_, to_string(as<Instant>(value)));
      case Kind::uuid: return append_plain_quoted(out_, to_string(as<Uuid>(value)));
      case Kind::money: return integer(as<Money>(value).cents);
      case Kind::decimal: return append_plain_quoted(out_, to_string(as<Decimal>(value)));
      case Kind::enumeration: return enumeration(type, load_integer(type, value));
      case Kind::optional: return optional(type, value);
      case Kind::list:
        return list(type, value, [this, &type](void const* item) { this->value(*type.element, item); });
      case Kind::record: return record(type, value);
    }
  }

 private:
  bool canonical() const { return spelling_ == Spelling::canonical; }

  void boolean(bool value) {
    if (canonical())
      out_ += value ? '1' : '0';
    else
      out_ += value ? "true" : "false";
  }
  void integer(std::int64_t value) {
    if (!canonical_integer(value))
      throw std::invalid_argument("JSON for browsers has no integer beyond 2^53-1");
    append_integer(out_, value);
  }
  void enumeration(Type const& type, std::int64_t value) {
    Enumerator const* enumerator = enumerator_of(type, value);
    if (enumerator == nullptr) throw std::logic_error(std::string(type.name) + " holds no enumerator");
    append_plain_quoted(out_, enumerator->name);
  }
  void optional(Type const& type, void const* value) {
    if (type.count(value) == 0)
      out_ += "null";  // members never get here
    else
      this->value(*type.element, type.element_at(const_cast<void*>(value), 0));
  }
  template <class Item>
  void list(Type const& type, void const* value, Item item) {
    out_ += '[';
    std::size_t const count = type.count(value);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out_ += ',';
      item(type.element_at(const_cast<void*>(value), i));
    }
    out_ += ']';
  }

  void record(Type const& type, void const* record) {
    out_ += '{';
    bool first = true;
    if (canonical()) {
      for (Field const* field : type.sorted) member(*field, record, first);
    } else {
      for (Field const& field : type.fields) member(field, record, first);
    }
    out_ += '}';
  }
  void member(Field const& field, void const* record, bool& first) {
    Type const* type = field.type;
    void const* value = field.at_const(record);
    if (type->kind == Kind::optional) {
      if (type->count(value) == 0) return;
      value = type->element_at(const_cast<void*>(value), 0);
      type = type->element;
    }
    Shown const sight = shown(field, sight_);
    if (sight == Shown::nothing) return;
    if (!first) out_ += ',';
    first = false;
    append_plain_quoted(out_, field.name);
    out_ += ':';
    if (sight == Shown::whole) return this->value(*type, value);
    auto const mask = [&](void const* text) {
      append_quoted(out_, masked(as<std::string>(text), field.format));
    };
    if (type->kind == Kind::list)
      list(*type, value, mask);
    else
      mask(value);
  }

  std::string& out_;
  Spelling spelling_;
  Sight sight_;
};

}  // namespace

void write(std::string& out, Type const& type, void const* value, Spelling spelling, Sight sight) {
  ValueWriter(out, spelling, sight).value(type, value);
}

Json to_json(Type const& type, void const* value, Sight sight) {
  std::string text;
  write(text, type, value, Spelling::ordinary, sight);
  return parse_document(text, OnFlaw::allow_nul, limits::json_depth).document;
}

std::optional<std::string> canonical_member(Field const& field, void const* record) {
  void const* value = field.at_const(record);
  if (field.type->kind == Kind::optional && field.type->count(value) == 0) return {};
  std::string out;
  write(out, *field.type, value, Spelling::canonical);
  return out;
}

}  // namespace plumbline::reflect
