#include "openapi_parts.hpp"

#include "http/message.hpp"
#include "members.hpp"

namespace plumbline::http {

Json reference(std::string_view name) {
  Json document;
  document.set("$ref", "#/components/schemas/" + std::string(name));
  return document;
}

Json of_type(std::string_view type) {
  Json document;
  document.set("type", type);
  return document;
}

Json list_of(Json items) {
  Json document = of_type("array");
  document.set("items", std::move(items));
  return document;
}

Json object_of(Json::Object members, std::vector<std::string> const& required) {
  Json document = of_type("object");
  document.set("properties", Json(std::move(members)));
  document.set("required", list_json(required));
  return document;
}

Json content_of(std::string_view media_type, Json schema) {
  Json body;
  body.set("schema", std::move(schema));
  Json content;
  content.set(media_type, std::move(body));
  return content;
}

Json answer(std::string_view what, Json schema) {
  Json document;
  document.set("description", what);
  document.set("content", content_of("application/json", std::move(schema)));
  return document;
}

Json problem_answers(std::initializer_list<int> statuses) {
  Json answers{Json::Object{}};
  for (int const status : statuses) {
    Json document;
    document.set("description", std::string(reason_of(status)));
    document.set("content", content_of("application/problem+json", reference("problem")));
    answers.set(std::to_string(status), std::move(document));
  }
  return answers;
}

Json parameter(std::string_view name, std::string_view place, bool required, Json schema) {
  Json document;
  document.set("name", name);
  document.set("in", place);
  if (required) document.set("required", true);
  document.set("schema", std::move(schema));
  return document;
}

Json uuid_schema() {
  Json schema = of_type("string");
  schema.set("format", "uuid");
  return schema;
}

Json with(Json answers, std::string_view status, Json answer) {
  answers.set(status, std::move(answer));
  return answers;
}

Json empty_answer(std::string_view what) {
  Json document;
  document.set("description", what);
  return document;
}
Json forgery_guard() { return Json::Array{parameter("X-CSRF-Token", "header", false, of_type("string"))}; }

}  // namespace plumbline::http
