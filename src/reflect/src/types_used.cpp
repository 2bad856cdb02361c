#include "types_used.hpp"

#include <stdexcept>
#include <string>

namespace plumbline::reflect {

void add_types_used(std::map<std::string_view, Type const*>& found, Type const& type) {
  if (type.element != nullptr) return add_types_used(found, *type.element);
  if (type.kind != Kind::record && type.kind != Kind::enumeration) return;
  auto const [at, is_new] = found.emplace(type.name, &type);
  if (!is_new && at->second != &type)
    throw std::logic_error("two described types are called " + std::string(type.name));
  if (!is_new) return;
  for (Field const& field : type.fields) add_types_used(found, *field.type);
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::boolean: return "boolean";
    case Kind::integer: return "integer";
    case Kind::text: return "text";
    case Kind::date: return "date";
    case Kind::instant: return "instant";
    case Kind::money: return "money";
    case Kind::decimal: return "decimal";
    case Kind::uuid: return "uuid";
    case Kind::enumeration: return "enumeration";
    case Kind::record: return "record";
    case Kind::list: return "list";
    case Kind::optional: return "optional";
  }
  return "";
}

}  // namespace plumbline::reflect
