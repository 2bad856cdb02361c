#include "kernel/messages.hpp"

#include "kernel/embedded.hpp"
#include "reflect/json.hpp"

namespace plumbline::kernel {

std::string message(std::string_view code, Language language) {
  static Json const chinese = *parse_json(embedded("locales/zh-CN.json"));
  static Json const english = *parse_json(embedded("locales/en.json"));
  Json const& texts = language == Language::english ? english : chinese;
  Json const* codes = texts.find("codes");
  Json const* text = codes == nullptr ? nullptr : codes->find(code);
  std::string const plain(code);
  return text == nullptr || text->as_text() == nullptr ? plain : *text->as_text() + " (" + plain + ")";
}

}  // namespace plumbline::kernel
