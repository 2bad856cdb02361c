#include "content.hpp"

#include <algorithm>
#include <charconv>

#include "kernel/act.hpp"
#include "problem.hpp"

namespace plumbline::http {
namespace {

// bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT; several ranges are answered with the whole (RFC 9110
// section 14.2 allows it).
struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};
enum class RangeAsked : std::uint8_t { none, satisfiable, unsatisfiable };

RangeAsked range_of(Request const& request, std::string const& tag, std::int64_t bytes, Range& range) {
  auto text = request.header("range").value_or("");
  auto const condition = request.header("if-range");
  if (request.method != "GET" || (condition && (tag.empty() || *condition != tag))) return RangeAsked::none;
  if (!text.starts_with("bytes=")) return RangeAsked::none;
  text.remove_prefix(6);
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return RangeAsked::none;
  auto const number = [](std::string_view digits) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) return {};
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return read.ec == std::errc{} ? std::optional(value) : std::nullopt;
  };
  auto const first = number(text.substr(0, dash));
  auto const last = number(text.substr(dash + 1));
  if ((!first && dash > 0) || (!last && dash + 1 < text.size()) || (!first && !last)) return RangeAsked::none;
  if (first && last && *last < *first) return RangeAsked::none;
  if (!first) {
    range = {std::max<std::int64_t>(0, bytes - *last), std::min(*last, bytes)};
  } else {
    range = {*first, std::min(last.value_or(bytes - 1), bytes - 1) - *first + 1};
  }
  return range.count > 0 && range.first < bytes ? RangeAsked::satisfiable : RangeAsked::unsatisfiable;
}

}  // namespace

Response send_content(Request const& request, Response response, std::shared_ptr<std::istream> content,
                      std::string const& tag) {
  if (!tag.empty()) {
    response.set("etag", tag);
    if (request.header("if-none-match") == std::string_view(tag)) {
      response.status = 304;
      return response;
    }
  }
  content->seekg(0, std::ios::end);
  auto const bytes = static_cast<std::int64_t>(content->tellg());
  response.set("accept-ranges", "bytes");
  Range range{0, bytes};
  auto const asked = range_of(request, tag, bytes, range);
  if (asked == RangeAsked::unsatisfiable) {
    auto refused = problem_of(kernel::refuse("range_unsatisfiable", "", std::to_string(bytes)), request);
    refused.set("content-range", "bytes */" + std::to_string(bytes));
    return refused;
  }
  if (asked == RangeAsked::satisfiable) {
    response.status = 206;
    response.set("content-range", "bytes " + std::to_string(range.first) + '-' +
                                      std::to_string(range.first + range.count - 1) + '/' +
                                      std::to_string(bytes));
  }
  content->seekg(range.first);
  response.content = FileContent{std::move(content), range.count};
  return response;
}

}  // namespace plumbline::http
