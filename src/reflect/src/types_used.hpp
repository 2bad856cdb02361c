// Records and enumerations a type is made of.
#pragma once
#include <map>
#include <string_view>

#include "reflect/type.hpp"

namespace plumbline::reflect {

// By name, the type itself included. Throws std::logic_error when two of them bear one name.
void add_types_used(std::map<std::string_view, Type const*>& found, Type const& type);
std::string_view kind_name(Kind kind);

}  // namespace plumbline::reflect
