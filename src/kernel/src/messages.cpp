#include "kernel/messages.hpp"

#include <map>
#include <unordered_map>

#include "kernel/embedded.hpp"
#include "reflect/json.hpp"

namespace plumbline::kernel {

namespace {

Json const& locale(Language language) {
  static Json const chinese = *parse_json(embedded("locales/zh-CN.json"));
  static Json const english = *parse_json(embedded("locales/en.json"));
  return language == Language::english ? english : chinese;
}

std::string const* text_of(std::string_view section, std::string_view key, Language language) {
  // By key: looking through all of them would make a description of every register slow.
  using Texts = std::unordered_map<std::string_view, std::string const*>;
  static auto const texts = [] {
    std::map<std::pair<std::string_view, Language>, Texts> all;
    for (auto const in : {Language::chinese, Language::english})
      for (auto const& [name, members] : *locale(in).as_object())
        if (auto const* object = members.as_object())
          for (auto const& [code, text] : *object) all[{name, in}].emplace(code, text.as_text());
    return all;
  }();
  auto const known = texts.find({section, language});
  if (known == texts.end()) return nullptr;
  auto const found = known->second.find(key);
  return found == known->second.end() ? nullptr : found->second;
}

}  // namespace

std::string message(std::string_view code, Language language) {
  auto const* text = text_of("codes", code, language);
  std::string const plain(code);
  return text == nullptr ? plain : *text + " (" + plain + ")";
}

std::string label(std::string_view kind, std::string_view owner, std::string_view name, Language language) {
  std::string const prefix = std::string(kind) + '.';
  std::string const plain(name);
  auto const* own = text_of("labels", prefix + std::string(owner) + '.' + plain, language);
  auto const* text = own != nullptr ? own : text_of("labels", prefix + plain, language);
  return text == nullptr ? plain : *text;
}

}  // namespace plumbline::kernel
