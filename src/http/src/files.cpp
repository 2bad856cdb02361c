// What the world may read: the log's tiles and the draws, as they lie in the public folder.
#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "context.hpp"
#include "kernel/publisher.hpp"

namespace plumbline::http {
namespace {

namespace fs = std::filesystem;

std::string_view media_type_of(fs::path const& file) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> types{
      {{".json", "application/json"},
       {".csv", "text/csv; charset=utf-8"},
       {".md", "text/markdown; charset=utf-8"},
       {".jsonl", "application/jsonl"},
       {".sh", "text/plain; charset=utf-8"}}};
  auto const ending = file.extension().string();
  for (auto const& [known, type] : types)
    if (ending == known) return type;
  return "text/plain; charset=utf-8";
}

// bytes=FIRST-LAST, bytes=FIRST- or bytes=-COUNT; several ranges are answered with the whole (RFC 9110
// section 14.2 allows it).
struct Range {
  std::int64_t first = 0;
  std::int64_t count = 0;
};
enum class RangeAsked : std::uint8_t { none, satisfiable, unsatisfiable };

RangeAsked range_of(Request const& request, std::int64_t bytes, Range& range) {
  auto text = request.header("range").value_or("");
  // The files have no validator that If-Range could name.
  if (request.method != "GET" || request.header("if-range")) return RangeAsked::none;
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

// Paths come decoded and without ".." (path_of); a link out of the folder is not followed.
Response file_below(Context const& context, fs::path const& top, std::string const& path,
                    std::string_view type, std::string_view caching) {
  std::error_code error;
  auto const file = fs::weakly_canonical(top / path, error);
  auto const root = fs::weakly_canonical(top, error);
  auto const inside = fs::relative(file, root, error).string();
  if (error || inside.starts_with("..") || !fs::is_regular_file(file, error))
    return context.refused(kernel::refuse("not_found"));
  auto content = std::make_shared<std::ifstream>(file, std::ios::binary);
  if (!*content) return context.refused(kernel::refuse("not_found"));
  Response response;
  response.set("content-type", std::string(type.empty() ? media_type_of(file) : type));
  response.set("cache-control", std::string(caching));
  content->seekg(0, std::ios::end);
  auto const bytes = static_cast<std::int64_t>(content->tellg());
  response.set("accept-ranges", "bytes");
  Range range{0, bytes};
  auto const asked = range_of(context.request, bytes, range);
  if (asked == RangeAsked::unsatisfiable) {
    auto refused = context.refused(kernel::refuse("range_unsatisfiable", "", std::to_string(bytes)));
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

}  // namespace

// Tiles never change (C2SP tlog-tiles); everything else may.
Response show_log_file(Context& context) {
  auto const& path = context.variable("path");
  bool const is_tile = path.starts_with("tile/");
  return file_below(context, context.system.log().folder() / "log", path,
                    is_tile ? "application/octet-stream" : "text/plain; charset=utf-8",
                    is_tile ? "public, max-age=31536000, immutable" : "no-cache");
}

Response show_published(Context& context) {
  return file_below(context, context.system.log().folder() / "draws", context.variable("path"), "",
                    "no-cache");
}

Response show_health(Context&) { return text(200, "text/plain; charset=utf-8", "ok\n"); }

// Ready: the database answers, and acts may be taken.
Response show_readiness(Context& context) {
  static store::Sql const ask{"ready.ask", "select size from ledger_head where jurisdiction = $1"};
  auto const rows = context.system.database().reader()->query(ask, {context.system.settings().jurisdiction});
  if (rows.empty() || context.system.awaits_adoption())
    return context.refused(kernel::refuse(rows.empty() ? "busy" : "adopt_first"));
  return text(200, "text/plain; charset=utf-8", "ready\n");
}

}  // namespace plumbline::http
