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

// Words and files may hold what a person has the right to have removed. What handlers reckon with
// (references, dates, numbers, codes) is nobody's personal data unless it is marked so.
inline bool is_erasable(reflect::Field const& field) {
  if (holds_personal(field) || field.format == &reflect::formats::sha256_hex) return true;
  reflect::Type const* type = field.type;
  while (type->element != nullptr) type = type->element;
  if (type->kind == reflect::Kind::record) return std::ranges::any_of(type->fields, is_erasable);
  using reflect::Flag;
  bool const code = field.format != nullptr || has(field.flags, Flag::unique | Flag::lifted | Flag::system);
  return type->kind == reflect::Kind::text && (!code || has(field.flags, Flag::searched));
}

}  // namespace plumbline::kernel
