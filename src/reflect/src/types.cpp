#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "reflect/describe.hpp"
#include "text.hpp"

namespace plumbline::reflect {

Field const* Type::find(std::string_view field_name) const {
  auto const at =
      std::lower_bound(sorted.begin(), sorted.end(), field_name,
                       [](Field const* field, std::string_view sought) { return field->name < sought; });
  return at != sorted.end() && (*at)->name == field_name ? *at : nullptr;
}

namespace {

template <class T>
std::int64_t load_as(void const* value) {
  T number;
  std::memcpy(&number, value, sizeof number);
  return static_cast<std::int64_t>(number);
}

template <class T>
void store_as(void* value, std::int64_t number) {
  if (!std::in_range<T>(number)) throw std::out_of_range("number does not fit its member");
  auto const small = static_cast<T>(number);
  std::memcpy(value, &small, sizeof small);
}

}  // namespace

std::int64_t load_integer(Type const& type, void const* value) {
  switch (type.bytes) {
    case 1: return type.is_signed ? load_as<std::int8_t>(value) : load_as<std::uint8_t>(value);
    case 2: return type.is_signed ? load_as<std::int16_t>(value) : load_as<std::uint16_t>(value);
    case 4: return type.is_signed ? load_as<std::int32_t>(value) : load_as<std::uint32_t>(value);
    default: return load_as<std::int64_t>(value);
  }
}

void store_integer(Type const& type, void* value, std::int64_t number) {
  switch (type.bytes) {
    case 1:
      return type.is_signed ? store_as<std::int8_t>(value, number) : store_as<std::uint8_t>(value, number);
    case 2:
      return type.is_signed ? store_as<std::int16_t>(value, number) : store_as<std::uint16_t>(value, number);
    case 4:
      return type.is_signed ? store_as<std::int32_t>(value, number) : store_as<std::uint32_t>(value, number);
    default:
      return type.is_signed ? store_as<std::int64_t>(value, number) : store_as<std::uint64_t>(value, number);
  }
}

Enumerator const* enumerator_of(Type const& type, std::int64_t value) {
  for (Enumerator const& enumerator : type.enumerators)
    if (enumerator.value == value) return &enumerator;
  return nullptr;
}

Enumerator const* enumerator_of(Type const& type, std::string_view name) {
  for (Enumerator const& enumerator : type.enumerators)
    if (enumerator.name == name) return &enumerator;
  return nullptr;
}

// --- objects ------------------------------------------------------------------------------------------

namespace {

void* construct(Type const& type) {
  if (type.kind != Kind::record) throw std::logic_error("an Object is of a record type");
  void* memory = ::operator new(type.size);
  try {
    type.construct(memory);
  } catch (...) {
    ::operator delete(memory);
    throw;
  }
  return memory;
}

}  // namespace

Object::Object(Type const& type) : type_(&type), memory_(construct(type)) {}

Object::Object(Object const& other) : Object(*other.type_) {
  if (other.memory_ != nullptr) type_->copy(memory_, other.memory_);
}

Object::Object(Object&& other) noexcept
    : type_(other.type_), memory_(std::exchange(other.memory_, nullptr)) {}

Object& Object::operator=(Object other) noexcept {
  std::swap(type_, other.type_);
  std::swap(memory_, other.memory_);
  return *this;
}

Object::~Object() {
  if (memory_ == nullptr) return;
  type_->destroy(memory_);
  ::operator delete(memory_);
}

// --- making tables ------------------------------------------------------------------------------------

namespace detail {
namespace {

[[noreturn]] void fail(std::string_view record, std::string_view member, std::string_view what) {
  throw std::logic_error("describe " + std::string(record) + "." + std::string(member) + ": " +
                         std::string(what));
}

// What is left when optionals and lists are opened.
Type const& innermost(Type const& type) {
  Type const* at = &type;
  while (at->kind == Kind::optional || at->kind == Kind::list) at = at->element;
  return *at;
}

bool is_counted(Kind kind) {
  return kind == Kind::integer || kind == Kind::money || kind == Kind::decimal || kind == Kind::text ||
         kind == Kind::list;
}

void check(std::string_view record, Field const& field) {
  Type const& type = bare(*field.type);
  Kind const inner = innermost(type).kind;
  bool const limited = field.minimum != INT64_MIN || field.maximum != INT64_MAX;
  if (limited && !is_counted(type.kind)) fail(record, field.name, "limits need a number, a text or a list");
  if (field.minimum > field.maximum) fail(record, field.name, "the least is more than the most");
  if (field.format != nullptr && inner != Kind::text) fail(record, field.name, "a format needs a text");
  if (!field.refers_to.empty() && inner != Kind::uuid)
    fail(record, field.name, "only uuids refer to registers");
  if (has(field.flags, Flag::searched) && inner != Kind::text)
    fail(record, field.name, "only texts are searched");
  if (has(field.flags, Flag::lifted) &&
      (type.kind == Kind::record || (type.kind == Kind::list && inner == Kind::record)))
    fail(record, field.name, "a record cannot be a column");
}

// Nesting of the JSON, the outermost value being 1, as canonical JSON counts.
std::size_t depth_of(Type const& type) {
  switch (type.kind) {
    case Kind::optional: return depth_of(*type.element);
    case Kind::list: return 1 + depth_of(*type.element);
    case Kind::record: {
      std::size_t deepest = 0;
      for (Field const& field : type.fields) deepest = std::max(deepest, depth_of(*field.type));
      return 1 + deepest;
    }
    default: return 1;
  }
}

bool is_canonical_name(std::string_view name) {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && name.size() <= limits::canonical_name &&
         letter(name[0]);  // the rest is sure in C++, but for non-ASCII letters
}

}  // namespace

void NoteParts::add(Limits more) {
  limits.minimum = std::max(limits.minimum, more.minimum);
  limits.maximum = std::min(limits.maximum, more.maximum);
}

void apply(RecordTable& table, std::string_view record, void const* object, void const* member,
           NoteParts const& parts) {
  for (Field& field : table.fields) {
    if (field.at_const(object) != member) continue;
    bool const noted = field.flags != Flag::none || field.minimum != INT64_MIN ||
                       field.maximum != INT64_MAX || field.format != nullptr || !field.refers_to.empty();
    if (noted) fail(record, field.name, "noted twice");
    field.flags = parts.flags;
    if (has(field.flags, Flag::unique) || has(field.flags, Flag::searched))
      field.flags = field.flags | Flag::lifted;
    field.minimum = parts.limits.minimum;
    field.maximum = parts.limits.maximum;
    field.format = parts.format;
    field.refers_to = parts.refers_to;
    return;
  }
  fail(record, "?", "a noted member is not described");
}

void finish(RecordTable& table, std::string_view record) {
  for (Field const& field : table.fields) {
    if (!is_canonical_name(field.name)) fail(record, field.name, "the name does not fit canonical JSON");
    check(record, field);
    if (depth_of(*field.type) >= limits::canonical_depth)
      fail(record, field.name, "nests deeper than canonical JSON may");
    table.sorted.push_back(&field);
  }
  std::sort(table.sorted.begin(), table.sorted.end(),
            [](auto const* a, auto const* b) { return a->name < b->name; });
}

std::string described_name(std::string_view signature) {
  auto const start = signature.find("T = ") + 4;
  std::string_view name = signature.substr(start, signature.find_first_of(";]", start) - start);
  if (auto const colons = name.rfind("::"); colons != std::string_view::npos) name.remove_prefix(colons + 2);
  auto const upper = [&](std::size_t i) { return i < name.size() && name[i] >= 'A' && name[i] <= 'Z'; };
  auto const lower = [&](std::size_t i) { return i < name.size() && !upper(i); };
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    // Before a capital that starts a word: FirmStatus, CCCScope.
    if (i > 0 && upper(i) && (lower(i - 1) || lower(i + 1))) out += '_';
    out += upper(i) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return out;
}

}  // namespace detail

template Type const& type_of<bool>();
template Type const& type_of<std::int32_t>();
template Type const& type_of<std::int64_t>();
template Type const& type_of<std::string>();
template Type const& type_of<Date>();
template Type const& type_of<Instant>();
template Type const& type_of<Money>();
template Type const& type_of<Decimal>();
template Type const& type_of<Uuid>();
template Type const& type_of<std::optional<std::int64_t>>();
template Type const& type_of<std::optional<std::string>>();
template Type const& type_of<std::optional<Date>>();
template Type const& type_of<std::optional<Instant>>();
template Type const& type_of<std::optional<Uuid>>();
template Type const& type_of<std::vector<std::string>>();
template Type const& type_of<std::vector<Uuid>>();

}  // namespace plumbline::reflect
