// Does a field hold a natural person's data, itself or anywhere below?
#pragma once
#include <algorithm>

#include "reflect/formats.hpp"
#include "reflect/type.hpp"

namespace plumbline::kernel {

inline bool holds_personal(reflect::Field const& field) {
  if (has(field.flags, reflect::Flag::personal)) return true;
  reflect::Type const* type = field.type;
  while (type->element != nullptr) type = type->element;
  for (reflect::Field const& inner : type->fields)
    if (holds_personal(inner)) return true;
  return false;
}

inline bool names_a_file(reflect::Field const& field) {
  if (field.format == &reflect::formats::sha256_hex) return true;
  reflect::Type const* type = field.type;
  while (type->element != nullptr) type = type->element;
  return std::ranges::any_of(type->fields, names_a_file);
}

// Words and files may hold what a person has the right to have removed. What handlers reckon with
// (references, dates, numbers, codes, what the system itself set) is nobody's personal data unless it is
// marked so.
inline bool is_erasable(reflect::Field const& field) {
  using reflect::Flag;
  if (holds_personal(field)) return true;
  if (has(field.flags, Flag::system)) return false;
  if (names_a_file(field)) return true;
  reflect::Type const* type = field.type;
  while (type->element != nullptr) type = type->element;
  bool const is_code = field.format != nullptr || has(field.flags, Flag::unique | Flag::lifted);
  return type->kind == reflect::Kind::text && (!is_code || has(field.flags, Flag::searched));
}

}  // namespace plumbline::kernel
