#include "compress.hpp"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>

#include "base/limits.hpp"
#include "etag.hpp"

namespace plumbline::http {
namespace {

bool is_refused(std::string_view item) {
  auto const quality = item.find("q=");
  return quality != std::string_view::npos &&
         item.find_first_of("123456789", quality) == std::string_view::npos;
}

// What is said of the coding itself counts; else what is said of "*" (RFC 9110 section 12.5.3).
bool accepts_gzip(Request const& request) {
  bool by_star = false;
  for (auto rest = request.header("accept-encoding").value_or(""); !rest.empty();) {
    auto const end = std::min(rest.find(','), rest.size());
    auto item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    auto const name = item.substr(0, item.find_first_of("; "));
    if (name == "gzip" || name == "x-gzip") return !is_refused(item);
    if (name == "*") by_star = !is_refused(item);
  }
  return by_star;
}

std::string const* header_of(Response const& response, std::string_view name) {
  auto const found = std::ranges::find(response.headers, name, &Header::name);
  return found == response.headers.end() ? nullptr : &found->value;
}

bool shrinks(std::string_view media_type) {
  return media_type.starts_with("text/") || media_type.starts_with("application/json") ||
         media_type.starts_with("application/problem+json");
}

std::string gzip(std::string const& content) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;  // zlib's way to ask for a gzip header
  if (deflateInit2(&stream, 5, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib cannot start");
  std::string out(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int const status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
  return out;
}

}  // namespace

void compress(Request const& request, Response& response) {
  auto* content = std::get_if<std::string>(&response.content);
  auto const* type = header_of(response, "content-type");
  if (content == nullptr || type == nullptr || !shrinks(*type)) return;
  response.set("vary", "accept-encoding");
  if (content->size() < limits::http_compress_bytes_min || header_of(response, "set-cookie") != nullptr ||
      !accepts_gzip(request))
    return;
  *content = gzip(*content);
  response.set("content-encoding", "gzip");
  weaken_tag(response);
}

}  // namespace plumbline::http
