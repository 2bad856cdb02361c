#include <algorithm>

#include "check.hpp"
#include "reflect/codec.hpp"
#include "text.hpp"
#include "types_used.hpp"

namespace plumbline::reflect {
namespace {

Json reference(std::string_view name) { return Json(Json::Object{{"$ref", "#/$defs/" + std::string(name)}}); }

Json typed(std::string_view type) { return Json(Json::Object{{"type", type}}); }

void add_integer_limits(Json& schema, Type const& type, Rule const& rule) {
  std::int64_t least = std::max(rule.minimum, -limits::canonical_integer);
  std::int64_t most = std::min(rule.maximum, limits::canonical_integer);
  if (type.kind == Kind::integer && type.bytes < 8) {
    int const bits = type.bytes * 8 - (type.is_signed ? 1 : 0);
    most = std::min(most, (std::int64_t{1} << bits) - 1);
    if (type.is_signed) least = std::max(least, -(std::int64_t{1} << bits));
  }
  if (type.kind == Kind::integer && !type.is_signed) least = std::max<std::int64_t>(least, 0);
  schema.set("minimum", least);
  schema.set("maximum", most);
}

// A text that is not required may always be empty, whatever its shortest length and its format.
void add_text_rules(Json& schema, Rule const& rule, bool required) {
  schema.set("maxLength", text_most(rule));
  std::int64_t const least = std::max<std::int64_t>(rule.minimum, required ? 1 : 0);
  if (required)
    schema.set("minLength", least);
  else if (least > 1)
    schema.set("anyOf", Json::Array{Json::Object{{"maxLength", 0}}, Json::Object{{"minLength", least}}});
  if (rule.format == nullptr) return;
  schema.set("x-format", rule.format->code);
  if (rule.format->pattern.empty()) return;
  schema.set("pattern", (required ? "" : "^$|") + std::string(rule.format->pattern));
}

Json decimal_schema(Rule const& rule) {
  Json schema = typed("string");
  schema.set("pattern", "^-?(?:0|[1-9][0-9]*)(?:\\.[0-9]{1,9})?$");
  schema.set("x-kind", "decimal");
  if (rule.minimum != INT64_MIN) schema.set("x-minimum", rule.minimum);
  if (rule.maximum != INT64_MAX) schema.set("x-maximum", rule.maximum);
  return schema;
}

Json text_with_format(std::string_view format) {
  Json schema = typed("string");
  schema.set("format", format);
  return schema;
}

Json value_schema(Type const& type, Rule const& rule, bool required);

Json list_schema(Type const& type, Rule const& rule, bool required) {
  Json schema = typed("array");
  schema.set("items", value_schema(*type.element, element_rule(rule), false));
  std::int64_t const least = std::max<std::int64_t>(rule.minimum, required ? 1 : 0);
  if (required)
    schema.set("minItems", least);
  else if (least > 1)
    schema.set("anyOf", Json::Array{Json::Object{{"maxItems", 0}}, Json::Object{{"minItems", least}}});
  schema.set("maxItems", items_most(rule));
  return schema;
}

Json value_schema(Type const& type, Rule const& rule, bool required) {
  switch (type.kind) {
    case Kind::boolean: return typed("boolean");
    case Kind::integer:
    case Kind::money: {
      Json schema = typed("integer");
      if (type.kind == Kind::money) schema.set("x-kind", "money");
      add_integer_limits(schema, type, rule);
      return schema;
    }
    case Kind::text: {
      Json schema = typed("string");
      add_text_rules(schema, rule, required);
      return schema;
    }
    case Kind::date: return text_with_format("date");
    case Kind::instant: return text_with_format("date-time");
    case Kind::uuid: return text_with_format("uuid");
    case Kind::decimal: return decimal_schema(rule);
    case Kind::optional: return value_schema(*type.element, rule, required);
    case Kind::list: return list_schema(type, rule, required);
    case Kind::enumeration:
    case Kind::record: return reference(type.name);
  }
  return {};
}

Json field_schema(Field const& field) {
  Json schema = value_schema(*field.type, rule_of(field), has(field.flags, Flag::required));
  auto const mark = [&](Flag flag, std::string_view name) {
    if (has(field.flags, flag)) schema.set(name, true);
  };
  mark(Flag::system, "readOnly");
  mark(Flag::unique, "x-unique");
  mark(Flag::lifted, "x-lifted");
  mark(Flag::personal, "x-personal");
  mark(Flag::published, "x-published");
  mark(Flag::searched, "x-searched");
  if (!field.refers_to.empty()) schema.set("x-refers-to", field.refers_to);
  return schema;
}

Json definition(Type const& type) {
  if (type.kind == Kind::enumeration) {
    Json schema = typed("string");
    Json::Array names;
    for (Enumerator const& enumerator : type.enumerators) names.emplace_back(enumerator.name);
    schema.set("enum", std::move(names));
    return schema;
  }
  Json schema = typed("object");
  Json properties(Json::Object{});
  Json::Array required;
  for (Field const& field : type.fields) {
    properties.set(field.name, field_schema(field));
    if (must_be_sent(field, true)) required.emplace_back(field.name);
  }
  schema.set("properties", std::move(properties));
  schema.set("required", std::move(required));
  schema.set("additionalProperties", false);
  return schema;
}

}  // namespace

Json json_schema(Type const& type) {
  std::map<std::string_view, Type const*> used;
  add_types_used(used, type);
  Json schema(
      Json::Object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", type.name}});
  bool const named = type.kind == Kind::record || type.kind == Kind::enumeration;
  Json root = named ? definition(type) : value_schema(type, {}, false);
  for (auto& [name, value] : *root.as_object()) schema.set(name, std::move(value));
  if (named) used.erase(type.name);
  if (used.empty()) return schema;
  Json definitions(Json::Object{});
  for (auto const& [name, used_type] : used) definitions.set(name, definition(*used_type));
  schema.set("$defs", std::move(definitions));
  return schema;
}

}  // namespace plumbline::reflect
