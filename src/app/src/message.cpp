// Messages by code, from locales/zh-CN.json: one source for server, command line and web.
#include <map>

#include "kernel/embedded.hpp"
#include "support.hpp"

namespace plumbline::app {

std::string message(std::string_view code, std::string_view detail) {
  static auto const texts = [] {
    std::map<std::string, std::string, std::less<>> out;
    auto const document = parse_json(kernel::embedded("locales/zh-CN.json"));
    Json const* codes = document ? document->find("codes") : nullptr;
    if (codes != nullptr && codes->as_object() != nullptr)
      for (auto const& [name, text] : *codes->as_object())
        if (text.as_text() != nullptr) out.emplace(name, *text.as_text());
    return out;
  }();
  auto const found = texts.find(code);
  std::string out = found == texts.end() ? std::string(code) : found->second + " (" + std::string(code) + ")";
  if (!detail.empty()) out += ": " + std::string(detail);
  return out;
}

}  // namespace plumbline::app
