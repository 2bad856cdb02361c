// Whatever a person meets has a name in both languages, and no name is left over.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "kernel/messages.hpp"
#include "kernel/roles.hpp"
#include "product/catalogue.hpp"
#include "reflect/json.hpp"

namespace plumbline::product {
namespace {

std::map<std::string, std::string> labels_in(std::string const& language) {
  std::ifstream file(std::string(PLUMBLINE_SOURCE_DIR) + "/locales/" + language + ".json");
  std::stringstream text;
  text << file.rdbuf();
  auto const document = parse_json(text.str());
  EXPECT_TRUE(document) << language;
  std::map<std::string, std::string> labels;
  std::string last;
  for (auto const& [key, label] : *document->find("labels")->as_object()) {
    EXPECT_LT(last, key) << language << ": the labels are sorted";
    last = key;
    labels[key] = *label.as_text();
  }
  return labels;
}

// A thing's own key and the common one: either will do.
using Keys = std::pair<std::string, std::string>;

class Needs {
 public:
  void add(std::string_view kind, std::string_view owner, std::string_view name) {
    std::string const start = std::string(kind) + '.';
    std::string const plain(name);
    keys_.emplace(start + std::string(owner) + '.' + plain,
                  owner.empty() || kind == "value" ? "" : start + plain);
  }
  void add(reflect::Type const& type) {
    using reflect::Kind;
    if (type.element != nullptr) return add(*type.element);
    if (type.name.empty() || !seen_.insert(&type).second) return;
    for (auto const& field : type.fields) {
      add("field", type.name, field.name);
      add(*field.type);
    }
    for (auto const& one : type.enumerators) add("value", type.name, one.name);
  }
  void add(kernel::Register const& reg) {
    keys_.emplace("register." + std::string(reg.name), "");
    add(*reg.type);
    for (auto const state : reg.states) add("state", reg.name, state);
    for (auto const& action : reg.actions) {
      add("action", reg.name, action.name);
      if (action.payload != nullptr) add(*action.payload);
    }
  }
  std::set<Keys> const& keys() const { return keys_; }

 private:
  std::set<reflect::Type const*> seen_;
  std::set<Keys> keys_;
};

std::set<Keys> const& needed() {
  static auto const keys = [] {
    Needs needs;
    for (auto const& reg : catalogue().registers()) needs.add(reg);
    needs.add(reflect::type_of<kernel::Role>());
    needs.add("state", "region", "undone");
    for (auto const* of_every_record : {"id", "state", "version"})
      needs.add("field", "record", of_every_record);
    return needs.keys();
  }();
  return keys;
}

TEST(Labels, EverythingHasANameInEachLanguage) {
  ASSERT_GT(needed().size(), 500U);
  for (auto const* language : {"zh-CN", "en"}) {
    auto const labels = labels_in(language);
    for (auto const& [own, common] : needed())
      EXPECT_TRUE(labels.contains(own) || labels.contains(common))
          << "locales/" << language << ".json has neither " << own << " nor " << common;
  }
}

// A table's headings and values are read by them (kernel/import.hpp): one name, one thing.
class Distinct {
 public:
  void check(reflect::Type const& type) {
    if (type.element != nullptr) return check(*type.element);
    if (type.name.empty() || !seen_.insert(&type).second) return;
    for (auto const language : {kernel::Language::chinese, kernel::Language::english}) {
      one_each("field", type, type.fields, language);
      one_each("value", type, type.enumerators, language);
    }
    for (auto const& field : type.fields) check(*field.type);
  }

 private:
  // Nor is one called as programs call another.
  template <class Named>
  static void one_each(std::string_view kind, reflect::Type const& type, std::span<Named const> all,
                       kernel::Language language) {
    std::map<std::string, std::string_view> known;
    for (auto const& one : all) known.emplace(one.name, one.name);
    for (auto const& one : all) {
      auto const called = kernel::label(kind, type.name, one.name, language);
      auto const other = known.emplace(called, one.name).first->second;
      EXPECT_EQ(other, one.name) << type.name << ": both are called " << called;
    }
  }

  std::set<reflect::Type const*> seen_;
};

TEST(Labels, NameOneThingEach) {
  Distinct distinct;
  for (auto const& reg : catalogue().registers()) distinct.check(*reg.type);
}

TEST(Labels, NoneAreLeftOver) {
  std::set<std::string> known;
  for (auto const& [own, common] : needed()) known.insert({own, common});
  for (auto const* language : {"zh-CN", "en"})
    for (auto const& [key, label] : labels_in(language)) {
      // The OpenAPI document's: the API's test knows them.
      if (key.starts_with("operation.") || key.starts_with("parameter.")) continue;
      EXPECT_TRUE(known.contains(key)) << language << ": nothing is called " << key;
    }
}

TEST(Labels, AreThereAndInTheirLanguage) {
  auto const chinese = labels_in("zh-CN");
  auto const english = labels_in("en");
  ASSERT_EQ(chinese.size(), english.size());
  for (auto const& [key, label] : chinese) {
    ASSERT_TRUE(english.contains(key)) << key << ": in zh-CN only";
    EXPECT_FALSE(label.empty()) << key;
    EXPECT_FALSE(english.at(key).empty()) << key;
    EXPECT_LT(label.find_first_not_of(" \n"), label.size()) << key;
    for (char const c : english.at(key))
      EXPECT_LT(static_cast<unsigned char>(c), 0x80) << key << ": not English";
  }
}

}  // namespace
}  // namespace plumbline::product
