#include "etag.hpp"

#include <algorithm>
#include <charconv>

#include "base/hash.hpp"
#include "kernel/act.hpp"

namespace plumbline::http {
namespace {

constexpr std::size_t digest_bytes = 8;

std::string_view without_weakness(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  return tag;
}

bool has_already(Request const& request, std::string_view tag) {
  for (auto rest = request.header("if-none-match").value_or(""); !rest.empty();) {
    auto const end = std::min(rest.find(','), rest.size());
    auto item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item == "*" || without_weakness(item) == tag) return true;
  }
  return false;
}

}  // namespace

void tag_answer(Request const& request, Response& response, std::optional<std::int64_t> version) {
  auto* content = std::get_if<std::string>(&response.content);
  if (response.status != 200 || content == nullptr) return;
  Hash const digest = sha256(*content);
  std::string tag = "\"";
  if (version) tag += std::to_string(*version) + '-';
  tag += hex_encode(ByteView(digest).first(digest_bytes)) + '"';
  response.set("vary", "cookie, authorization");
  if (has_already(request, tag)) {
    response.status = 304;
    content->clear();
    std::erase_if(response.headers, [](Header const& header) { return header.name == "content-type"; });
  }
  response.set("etag", std::move(tag));
}

void weaken_tag(Response& response) {
  for (auto& header : response.headers)
    if (header.name == "etag" && header.value.starts_with('"')) header.value.insert(0, "W/");
}

Result<std::optional<std::int64_t>> version_seen(Request const& request) {
  auto const header = request.header("if-match");
  if (!header || *header == "*") return std::optional<std::int64_t>();
  auto const tag = without_weakness(*header);
  std::int64_t number = 0;
  if (tag.size() > 2 && tag.front() == '"' && tag.back() == '"') {
    auto const* end = tag.data() + tag.size() - 1;
    auto const read = std::from_chars(tag.data() + 1, end, number);
    if (read.ec == std::errc{} && (read.ptr == end || *read.ptr == '-')) return std::optional(number);
  }
  return kernel::refuse("invalid_value", "/If-Match", std::string(*header));
}

}  // namespace plumbline::http
