// What people call registers, fields, states, steps and values, in both languages.
#pragma once
#include <string>
#include <string_view>

#include "kernel/register.hpp"
#include "reflect/json.hpp"

namespace plumbline::http {

// {"zh-CN": …, "en": …} of a thing (kernel/messages.hpp has the kinds).
Json labels_of(std::string_view kind, std::string_view owner, std::string_view name);

// The same schema with x-label beside every field and x-labels beside the values of an enumeration.
Json with_labels(Json schema, std::string_view type);

}  // namespace plumbline::http
