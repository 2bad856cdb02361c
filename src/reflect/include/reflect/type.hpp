// One descriptor table per described struct. Templates make tables (describe.hpp, included by each
// module's describe.cpp only); functions read tables (read.hpp, write.hpp, schema.hpp, diff.hpp …).
//
// A described struct declares in its types.hpp
//     template <> Type const& plumbline::reflect::type_of<archive::Firm>();
// and defines it in describe.cpp. Member and enumerator names are the JSON, column and API names.
// Structs without notes and enumerations need neither: where describe.hpp is included their tables
// are made on first use, named after the C++ type in snake_case.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace plumbline::reflect {

enum class Kind : std::uint8_t {
  boolean,
  integer,
  text,
  date,
  instant,
  money,
  decimal,
  uuid,
  enumeration,
  record,
  list,
  optional
};

// What a field is for. Combined with |.
enum class Flag : std::uint16_t {
  none = 0,
  required = 1,    // text not empty, list not empty, optional present
  unique = 2,      // one record of the register (and jurisdiction) may hold the value; implies lifted
  lifted = 4,      // a column of its own: may be filtered and sorted on
  personal = 8,    // of a natural person: masked unless the grant says otherwise, erasable
  published = 16,  // may stand in public files and on the portal
  searched = 32,   // found by two or more characters of it (bigrams); implies lifted
  system = 64,     // set by the system, refused in payloads and imports
};
constexpr Flag operator|(Flag a, Flag b) {
  return static_cast<Flag>(static_cast<std::uint16_t>(a) | static_cast<std::uint16_t>(b));
}
constexpr bool has(Flag set, Flag flag) {
  return (static_cast<std::uint16_t>(set) & static_cast<std::uint16_t>(flag)) != 0;
}

// A named rule on one value, beyond its kind ("uscc", "region_code", "vin" …). `valid` sees the text
// of a text field. `code` is the problem's code when it fails; `pattern` an ECMA 262 regular expression
// for JSON Schema ("" if there is none).
struct Format {
  std::string_view code;
  std::string_view pattern;
  bool (*valid)(std::string_view text);
  // What someone without the right to personal data sees instead (rules.md section 13); null: "***".
  std::string (*masked)(std::string_view text) = nullptr;
  bool masked_is_public = false;  // the masked form may also stand on public pages
  bool is_identifier = false;     // in cells width, case, dashes and white space are put right first
};

struct Type;

struct Field {
  std::string_view name;
  Type const* type;
  void* (*at)(void* record);  // address of the member
  Flag flags = Flag::none;
  // Of an integer or money (cents) the value, of a decimal the value in whole units, of a text its code
  // points, of a list its items.
  std::int64_t minimum = INT64_MIN;
  std::int64_t maximum = INT64_MAX;
  Format const* format = nullptr;
  std::string_view refers_to{};  // a uuid field: register it points into
  void const* at_const(void const* record) const { return at(const_cast<void*>(record)); }
};

struct Enumerator {
  std::string_view name;
  std::int64_t value;
};

struct Type {
  Kind kind;
  std::string_view name;                               // record, enumeration: the described name
  std::uint8_t bytes = 0;                              // integer, enumeration: size of the storage
  bool is_signed = true;                               // integer, enumeration
  std::span<Field const> fields{};                     // record, in the order of the struct
  std::span<Field const* const> sorted{};              // record, by name ascending (canonical order)
  std::span<Enumerator const> enumerators{};           // enumeration
  Type const* element = nullptr;                       // list, optional
  std::size_t size = 0;                                // of the C++ object
  void (*construct)(void* memory) = nullptr;           // record
  void (*destroy)(void* object) = nullptr;             // record
  void (*copy)(void* to, void const* from) = nullptr;  // record: assignment
  std::size_t (*count)(void const*) = nullptr;         // list: length; optional: 0 or 1
  void* (*element_at)(void*, std::size_t) = nullptr;
  void* (*append)(void*) = nullptr;  // list: new last element; optional: engaged value
  void (*clear)(void*) = nullptr;    // list, optional
  Field const* find(std::string_view field_name) const;
};

template <class T>
Type const& type_of();

// Storage of `bytes` bytes read as a signed 64-bit number, and back (in range, or std::out_of_range).
std::int64_t load_integer(Type const& type, void const* value);
void store_integer(Type const& type, void* value, std::int64_t number);
// Null when the number (the name) is none of the enumerators.
Enumerator const* enumerator_of(Type const& type, std::int64_t value);
Enumerator const* enumerator_of(Type const& type, std::string_view name);
// The element of an optional, else the type itself.
inline Type const& bare(Type const& type) { return type.kind == Kind::optional ? *type.element : type; }

// An object of a type known at run time.
class Object {
 public:
  explicit Object(Type const& type);
  Object(Object const& other);
  Object(Object&& other) noexcept;
  Object& operator=(Object other) noexcept;
  ~Object();
  Type const& type() const { return *type_; }
  void* data() { return memory_; }
  void const* data() const { return memory_; }

 private:
  Type const* type_;
  void* memory_;
};

}  // namespace plumbline::reflect
