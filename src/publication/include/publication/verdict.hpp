// What a verifier answers: everything it found out, or the first thing that is wrong.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "reflect/json.hpp"

namespace plumbline::publication {

// `error` is one of the names of draw-publication.md; `file` relative to what was verified ("" when it is
// not about one file); `why` for people.
struct Failure {
  std::string error;
  std::string file;
  std::string why;
};

template <class Report>
class [[nodiscard]] Verdict {
 public:
  Verdict(Report report) : content_(std::in_place_index<0>, std::move(report)) {}
  Verdict(Failure failure) : content_(std::in_place_index<1>, std::move(failure)) {}
  explicit operator bool() const { return ok(); }
  bool ok() const { return content_.index() == 0; }
  Report const& report() const { return std::get<0>(content_); }
  Failure const& failure() const { return std::get<1>(content_); }

 private:
  std::variant<Report, Failure> content_;
};

// {"error":NAME,"file":…,"why":…}
Json to_json(Failure const& failure);

// How far witnesses outside the office vouch for the order of events (section 11). jia 甲: a quorum of at
// least two; yi 乙: one cosigned; bing 丙: none, the order rests on the office's word.
enum class Grade : std::uint8_t { jia, yi, bing };
std::string_view to_string(Grade grade);
// 甲, 乙, 丙.
std::optional<Grade> parse_grade(std::string_view text);

}  // namespace plumbline::publication
