// What the world may read: the log's tiles and the draws, as they lie in the public folder.
#include <array>
#include <fstream>

#include "content.hpp"
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
  return send_content(context.request, std::move(response), std::move(content), "");
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

}  // namespace plumbline::http
