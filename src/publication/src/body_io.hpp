// Two visitors with the same functions, so that one description of a body serves as its reader and as its
// writer and the two cannot drift apart. The first trouble is kept, everything after it is a no-op.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/time.hpp"
#include "publication/forms.hpp"
#include "reflect/json.hpp"

namespace plumbline::publication {

constexpr std::uint64_t json_integer_most = (std::uint64_t{1} << 53) - 1;
using TextForm = bool (*)(std::string_view);
inline bool is_any_text(std::string_view) { return true; }

struct Trouble {
  std::string path;
  std::string why;
  bool found = false;
  void set(std::string where, std::string what) {
    if (!found) *this = {std::move(where), std::move(what), true};
  }
};

template <class Enum, std::size_t Count>
using Names = std::array<std::pair<std::string_view, Enum>, Count>;

class Reader {
 public:
  Reader(Json const& json, Trouble& trouble, std::string path)
      : json_(json), trouble_(trouble), path_(std::move(path)) {
    if (json.as_object() == nullptr) trouble_.set(path_, "not an object");
  }
  // Members nobody asked for are refused: a new member needs a new v.
  void end() {
    auto const* members = json_.as_object();
    if (trouble_.found || members == nullptr || members->size() == known_.size()) return;
    for (auto const& [name, value] : *members) {
      bool is_known = false;
      for (auto const known : known_) is_known = is_known || known == name;
      if (!is_known) return trouble_.set(at(name), "unknown member");
    }
  }

  void count(std::string_view name, std::uint64_t& value, std::uint64_t least = 0,
             std::uint64_t most = json_integer_most) {
    auto const* member = find(name);
    if (member == nullptr) return;
    auto const* number = member->as_integer();
    if (number == nullptr || *number < 0 || static_cast<std::uint64_t>(*number) < least ||
        static_cast<std::uint64_t>(*number) > most)
      return trouble_.set(at(name), "not an integer of the range allowed");
    value = static_cast<std::uint64_t>(*number);
  }
  void optional_count(std::string_view name, std::optional<std::uint64_t>& value) {
    if (json_.find(name) != nullptr) count(name, value.emplace());
  }
  void text(std::string_view name, std::string& value, TextForm form = is_any_text) {
    if (auto const* member = find(name)) take_text(*member, at(name), value, form);
  }
  void optional_text(std::string_view name, std::optional<std::string>& value, TextForm form) {
    if (json_.find(name) != nullptr) text(name, value.emplace(), form);
  }
  // "" stands for nothing.
  void text_or_empty(std::string_view name, std::optional<std::string>& value, TextForm form) {
    std::string given;
    text(name, given);
    if (given.empty()) return value.reset();
    text(name, value.emplace(), form);
  }
  void texts(std::string_view name, std::vector<std::string>& values, TextForm form) {
    auto const* items = array(name);
    if (items == nullptr) return;
    values.resize(items->size());
    for (std::size_t i = 0; i < items->size(); ++i) take_text((*items)[i], at(name, i), values[i], form);
  }
  void hash(std::string_view name, Hash& value) {
    std::string digits;
    text(name, digits, is_hash_text);
    if (!trouble_.found) value = *hash_from_hex(digits);
  }
  void hash_or_empty(std::string_view name, std::optional<Hash>& value) {
    std::string digits;
    text(name, digits);
    if (digits.empty()) return value.reset();
    hash(name, value.emplace());
  }
  void bytes(std::string_view name, Bytes& value) {
    std::string digits;
    text(name, digits);
    if (trouble_.found) return;
    auto decoded = hex_decode(digits);
    if (!decoded) return trouble_.set(at(name), "not lower-case hexadecimal bytes");
    value = std::move(*decoded);
  }
  void optional_bytes(std::string_view name, std::optional<Bytes>& value) {
    if (json_.find(name) != nullptr) bytes(name, value.emplace());
  }
  void time(std::string_view name, Instant& value) {
    std::string shown;
    text(name, shown);
    if (trouble_.found) return;
    auto const parsed = parse_time(shown);
    if (!parsed) return trouble_.set(at(name), "not a time of the form YYYY-MM-DDTHH:MM:SSZ");
    value = *parsed;
  }
  template <class Enum, std::size_t Count>
  void choice(std::string_view name, Enum& value, Names<Enum, Count> const& names) {
    std::string chosen;
    text(name, chosen);
    if (trouble_.found) return;
    for (auto const& [shown, meant] : names) {
      if (shown == chosen) {
        value = meant;
        return;
      }
    }
    trouble_.set(at(name), "not one of the values allowed");
  }
  template <class Fields>
  void object(std::string_view name, Fields&& fields) {
    auto const* member = find(name);
    if (member == nullptr) return;
    Reader inner{*member, trouble_, at(name)};
    if (trouble_.found) return;
    fields(inner);
    inner.end();
  }
  template <class Item, class Fields>
  void list(std::string_view name, std::vector<Item>& values, Fields&& fields) {
    auto const* items = array(name);
    if (items == nullptr) return;
    values.resize(items->size());
    for (std::size_t i = 0; i < items->size() && !trouble_.found; ++i) {
      Reader inner{(*items)[i], trouble_, at(name, i)};
      if (trouble_.found) return;
      fields(inner, values[i]);
      inner.end();
    }
  }
  template <class Item, class Fields>
  void optional_list(std::string_view name, std::optional<std::vector<Item>>& values, Fields&& fields) {
    if (json_.find(name) != nullptr) list(name, values.emplace(), fields);
  }
  void require(bool holds, std::string_view name, char const* why) {
    if (!holds) trouble_.set(at(name), why);
  }

 private:
  std::string at(std::string_view name) const { return path_ + '/' + std::string(name); }
  std::string at(std::string_view name, std::size_t index) const {
    return at(name) + '/' + std::to_string(index);
  }
  Json const* find(std::string_view name) {
    if (trouble_.found) return nullptr;
    auto const* member = json_.find(name);
    if (member == nullptr) {
      trouble_.set(at(name), "missing");
      return nullptr;
    }
    bool seen = false;
    for (auto const known : known_) seen = seen || known == name;
    if (!seen) known_.push_back(name);
    return member;
  }
  Json::Array const* array(std::string_view name) {
    auto const* member = find(name);
    if (member == nullptr) return nullptr;
    if (member->as_array() == nullptr) trouble_.set(at(name), "not an array");
    return member->as_array();
  }
  void take_text(Json const& member, std::string path, std::string& value, TextForm form) {
    auto const* given = member.as_text();
    if (given == nullptr) return trouble_.set(std::move(path), "not a text");
    if (!form(*given)) return trouble_.set(std::move(path), "not of the form required");
    value = *given;
  }

  Json const& json_;
  Trouble& trouble_;
  std::string path_;
  std::vector<std::string_view> known_;  // names are literals
};

class Writer {
 public:
  Json take() { return std::move(json_); }

  void count(std::string_view name, std::uint64_t value, std::uint64_t = 0, std::uint64_t = 0) {
    json_.set(name, Json{static_cast<std::int64_t>(value)});
  }
  void optional_count(std::string_view name, std::optional<std::uint64_t> const& value) {
    if (value) count(name, *value);
  }
  void text(std::string_view name, std::string const& value, TextForm = is_any_text) {
    json_.set(name, Json{value});
  }
  void optional_text(std::string_view name, std::optional<std::string> const& value, TextForm) {
    if (value) text(name, *value);
  }
  void text_or_empty(std::string_view name, std::optional<std::string> const& value, TextForm) {
    text(name, value.value_or(""));
  }
  void texts(std::string_view name, std::vector<std::string> const& values, TextForm) {
    Json::Array items;
    for (auto const& value : values) items.emplace_back(value);
    json_.set(name, Json{std::move(items)});
  }
  void hash(std::string_view name, Hash const& value) { text(name, to_hex(value)); }
  void hash_or_empty(std::string_view name, std::optional<Hash> const& value) {
    text(name, value ? to_hex(*value) : std::string{});
  }
  void bytes(std::string_view name, Bytes const& value) { text(name, hex_encode(value)); }
  void optional_bytes(std::string_view name, std::optional<Bytes> const& value) {
    if (value) bytes(name, *value);
  }
  void time(std::string_view name, Instant value) { text(name, to_string_seconds(value)); }
  template <class Enum, std::size_t Count>
  void choice(std::string_view name, Enum value, Names<Enum, Count> const& names) {
    for (auto const& [shown, meant] : names)
      if (meant == value) json_.set(name, Json{std::string(shown)});
  }
  template <class Fields>
  void object(std::string_view name, Fields&& fields) {
    Writer inner;
    fields(inner);
    json_.set(name, inner.take());
  }
  template <class Item, class Fields>
  void list(std::string_view name, std::vector<Item> const& values, Fields&& fields) {
    Json::Array items;
    for (auto const& value : values) {
      Writer inner;
      fields(inner, value);
      items.push_back(inner.take());
    }
    json_.set(name, Json{std::move(items)});
  }
  template <class Item, class Fields>
  void optional_list(std::string_view name, std::optional<std::vector<Item>> const& values, Fields&& fields) {
    if (values) list(name, *values, fields);
  }
  void require(bool, std::string_view, char const*) {}

 private:
  Json json_{Json::Object{}};
};

}  // namespace plumbline::publication
