// Does a field hold a natural person's data, itself or anywhere below?
#pragma once
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

}  // namespace plumbline::kernel
