#include <algorithm>
#include <set>

#include "reflect/codec.hpp"
#include "types_used.hpp"

namespace plumbline::reflect {
namespace {

// Absent or not is no part of the promise: an optional may become required by a rule and back.
std::string stored_kind(Type const& type) {
  switch (type.kind) {
    case Kind::optional: return stored_kind(*type.element);
    case Kind::list: return "list:" + stored_kind(*type.element);
    case Kind::record:
    case Kind::enumeration: return std::string(kind_name(type.kind)) + ":" + std::string(type.name);
    default: return std::string(kind_name(type.kind));
  }
}

}  // namespace

std::vector<std::string> persisted_names(std::vector<Type const*> const& types) {
  std::map<std::string_view, Type const*> used;
  for (Type const* type : types) add_types_used(used, *type);
  std::vector<std::string> lines;
  for (auto const& [name, type] : used) {
    std::string const prefix(name);
    lines.push_back(prefix + " " + std::string(kind_name(type->kind)));
    for (Field const& field : type->fields)
      lines.push_back(prefix + "." + std::string(field.name) + " " + stored_kind(*field.type));
    for (Enumerator const& enumerator : type->enumerators)
      lines.push_back(prefix + "." + std::string(enumerator.name) + " enumerator");
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> broken_promises(std::vector<std::string> const& locked,
                                         std::vector<std::string> const& now) {
  std::set<std::string_view> const present(now.begin(), now.end());
  std::vector<std::string> broken;
  for (std::string const& line : locked) {
    bool const says_something = !line.empty() && line[0] != '#';
    if (says_something && !present.contains(line)) broken.push_back(line);
  }
  return broken;
}

}  // namespace plumbline::reflect
