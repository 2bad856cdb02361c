#include "labels.hpp"

#include "kernel/messages.hpp"

namespace plumbline::http {

Json labels_of(std::string_view kind, std::string_view owner, std::string_view name) {
  Json both;
  both.set("zh-CN", kernel::label(kind, owner, name, kernel::Language::chinese));
  both.set("en", kernel::label(kind, owner, name, kernel::Language::english));
  return both;
}

Json with_labels(Json schema, std::string_view type) {
  auto* members = schema.as_object();
  if (members == nullptr) return schema;
  Json values;
  for (auto& [name, member] : *members) {
    if (name == "properties")
      for (auto& [field, one] : *member.as_object()) one.set("x-label", labels_of("field", type, field));
    if (name == "$defs")
      for (auto& [defined, one] : *member.as_object()) one = with_labels(std::move(one), defined);
    if (name == "enum")
      for (auto const& value : *member.as_array())
        values.set(*value.as_text(), labels_of("value", type, *value.as_text()));
  }
  if (values.as_object() != nullptr) schema.set("x-labels", std::move(values));
  return schema;
}

}  // namespace plumbline::http
