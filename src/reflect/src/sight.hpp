// What a viewer sees of a member; the one place that decides it, for objects and for stored texts.
#pragma once
#include <string>

#include "reflect/codec.hpp"
#include "reflect/type.hpp"

namespace plumbline::reflect {

enum class Shown : std::uint8_t { whole, masked, nothing };

inline bool is_text_or_texts(Type const& type) {
  Type const& inner = bare(type);
  return inner.kind == Kind::text || (inner.kind == Kind::list && inner.element->kind == Kind::text);
}

inline Shown shown(Field const& field, Sight sight) {
  if (sight == Sight::all) return Shown::whole;
  bool const personal = has(field.flags, Flag::personal);
  if (sight == Sight::published_only && !has(field.flags, Flag::published)) return Shown::nothing;
  if (!personal) return Shown::whole;
  // A masked date or number would be a false one: left out.
  if (!is_text_or_texts(*field.type)) return Shown::nothing;
  bool const fit = sight == Sight::masked || (field.format != nullptr && field.format->masked_is_public);
  return fit ? Shown::masked : Shown::nothing;
}

inline std::string masked(std::string const& text, Format const* format) {
  if (text.empty()) return text;
  return format != nullptr && format->masked != nullptr ? format->masked(text) : "***";
}

}  // namespace plumbline::reflect
