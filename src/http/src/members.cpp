#include "members.hpp"

#include "kernel/act.hpp"

namespace plumbline::http {

using kernel::refuse;

Result<std::string> text_member(Json const& body, std::string_view name) {
  Json const* found = body.find(name);
  if (found == nullptr || found->as_text() == nullptr) return refuse("required", "/" + std::string(name));
  return *found->as_text();
}

Result<std::vector<std::string>> texts_member(Json const& body, std::string_view name) {
  std::vector<std::string> texts;
  Json const* list = body.find(name);
  if (list == nullptr) return texts;
  if (list->as_array() == nullptr) return refuse("invalid_value", '/' + std::string(name));
  for (auto const& item : *list->as_array()) {
    if (item.as_text() == nullptr) return refuse("invalid_value", '/' + std::string(name));
    texts.push_back(*item.as_text());
  }
  return texts;
}

Json list_json(std::vector<std::string> const& texts) { return Json::Array(texts.begin(), texts.end()); }

Json instant_json(Instant at) { return at.micros_utc == 0 ? Json() : Json(to_string(at)); }

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

Json items_json(Json::Array items) {
  Json document;
  document.set("items", std::move(items));
  return document;
}

Json page_json(Json::Array items, std::string const& next) {
  Json document = items_json(std::move(items));
  document.set("next", next.empty() ? Json() : Json(next));
  return document;
}

}  // namespace plumbline::http
