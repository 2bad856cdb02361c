#include <algorithm>

#include "check.hpp"
#include "reflect/codec.hpp"

namespace plumbline::reflect {
namespace {

// A value that may be absent.
struct Place {
  Type const* type;
  void const* value;  // null: absent
};

std::string text_at(Place const& place) {
  std::string out;
  if (place.value != nullptr) write(out, *place.type, place.value, Spelling::ordinary);
  return out;
}

Place open_optional(Place place) {
  if (place.type->kind != Kind::optional) return place;
  bool const present = place.value != nullptr && place.type->count(place.value) > 0;
  void* const inside = present ? place.type->element_at(const_cast<void*>(place.value), 0) : nullptr;
  return {place.type->element, inside};
}

class Comparison {
 public:
  void compare(Place before, Place after, bool personal) {
    before = open_optional(before);
    after = open_optional(after);
    bool const both = before.value != nullptr && after.value != nullptr;
    if (both && before.type->kind == Kind::record)
      return records(*before.type, before.value, after.value, personal);
    if (both && before.type->kind == Kind::list)
      return lists(*before.type, before.value, after.value, personal);
    std::string was = text_at(before);
    std::string is = text_at(after);
    if (was != is) changes_.push_back({problems_.path(), std::move(was), std::move(is), personal});
  }

  std::vector<Change> take() { return std::move(changes_); }

 private:
  void records(Type const& type, void const* before, void const* after, bool personal) {
    for (Field const& field : type.fields) {
      Step const step(problems_, field.name);
      compare({field.type, field.at_const(before)}, {field.type, field.at_const(after)},
              personal || has(field.flags, Flag::personal));
    }
  }

  // Equal items at both ends fall away, so that one item inserted or removed is one row. Items that were
  // there before stand under their old place, added ones under their new place.
  void lists(Type const& type, void const* before, void const* after, bool personal) {
    auto const item = [&](void const* list, std::size_t i) {
      return Place{type.element, type.element_at(const_cast<void*>(list), i)};
    };
    auto const texts = [&](void const* list) {
      std::vector<std::string> out(type.count(list));
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = text_at(item(list, i));
      return out;
    };
    std::vector<std::string> const was = texts(before);
    std::vector<std::string> const is = texts(after);
    std::size_t start = 0;
    while (start < was.size() && start < is.size() && was[start] == is[start]) ++start;
    std::size_t end = 0;
    while (end < was.size() - start && end < is.size() - start &&
           was[was.size() - 1 - end] == is[is.size() - 1 - end])
      ++end;
    std::size_t const was_end = was.size() - end;
    std::size_t const is_end = is.size() - end;
    for (std::size_t i = start; i < std::max(was_end, is_end); ++i) {
      Step const step(problems_, i);
      Place const absent{type.element, nullptr};
      compare(i < was_end ? item(before, i) : absent, i < is_end ? item(after, i) : absent, personal);
    }
  }

  Problems problems_;  // for its path
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> diff(Type const& type, void const* before, void const* after) {
  Comparison comparison;
  comparison.compare({&type, before}, {&type, after}, false);
  return comparison.take();
}

}  // namespace plumbline::reflect
