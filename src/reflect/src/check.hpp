// The rules on one value, shared by reading, validating and reading cells.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "reflect/type.hpp"

namespace plumbline::reflect {

// Collects problems at the present place. The path is put together only when there is one to report.
class Problems {
 public:
  void add(std::string_view code, std::string detail = {}) {
    if (!full()) found.push_back({path(), std::string(code), std::move(detail)});
  }
  bool full() const { return found.size() >= limits::problems_reported; }
  std::string path() const;

  std::vector<Problem> found;

 private:
  friend class Step;
  static constexpr std::size_t no_index = SIZE_MAX;
  struct Place {
    std::string_view member;
    std::size_t index;
  };
  std::vector<Place> places_;  // from the outermost in
};

// Lengthens the path by a member (whose name outlives the step) or an index while it lives.
class Step {
 public:
  Step(Problems& problems, std::string_view member) : problems_(problems) {
    problems.places_.push_back({member, Problems::no_index});
  }
  Step(Problems& problems, std::size_t index) : problems_(problems) {
    problems.places_.push_back({{}, index});
  }
  ~Step() { problems_.places_.pop_back(); }
  Step(Step const&) = delete;
  Step& operator=(Step const&) = delete;

 private:
  Problems& problems_;
};

// What a field's note says of the value being looked at.
struct Rule {
  std::int64_t minimum = INT64_MIN;
  std::int64_t maximum = INT64_MAX;
  Format const* format = nullptr;
};
// Longest text (code points) and list: what the note says, else the limits of the house.
std::int64_t text_most(Rule const& rule);
std::size_t items_most(Rule const& rule);
Rule rule_of(Field const& field);
// For the elements of a list: its limits count items, its format is for each text.
Rule element_rule(Rule const& list_rule);

// Whether a document without the member is refused: `required` members, and those that have no natural
// empty value and are not optional. A caller does not send `system` members.
bool must_be_sent(Field const& field, bool by_caller);

// Whether the storage of an integer can hold the number.
bool fits(Type const& type, std::int64_t number);

// Range, length, format, characters of one scalar.
void check_scalar(Problems& problems, Type const& type, void const* value, Rule const& rule);
void check_count(Problems& problems, std::size_t items, Rule const& rule);
// Nothing but white space, the ideographic one too.
bool is_blank(std::string_view text);
// Text of nothing but white space, empty list, absent optional, nil uuid.
bool is_empty(Type const& type, void const* value);
// Everything below a value, recursively, as validate() does.
void check_value(Problems& problems, Type const& type, void const* value, Rule const& rule);

}  // namespace plumbline::reflect
