#include "compress.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <stdexcept>

#include "base/limits.hpp"
#include "etag.hpp"

namespace plumbline::http {
namespace {

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// In thousandths; what is no quality (RFC 9110 section 12.4.2) counts as refused.
int quality_of(std::string_view parameters) {
  int quality = 1'000;
  while (!parameters.empty()) {
    auto const end = std::min(parameters.find(';'), parameters.size());
    auto const parameter = trim(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) continue;
    auto const digits = parameter.substr(2);
    if (digits.empty() || digits.size() > 5 || (digits[0] != '0' && digits[0] != '1')) return 0;
    if (digits.size() > 1 && digits[1] != '.') return 0;
    quality = (digits[0] - '0') * 1'000;
    int weight = 100;
    for (char const digit : digits.substr(std::min<std::size_t>(2, digits.size()))) {
      if (digit < '0' || digit > '9') return 0;
      quality += (digit - '0') * weight;
      weight /= 10;
    }
    if (quality > 1'000) return 0;
  }
  return quality;
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

std::string zstd(std::string const& content) {
  std::string out(ZSTD_compressBound(content.size()), '\0');
  auto const size =
      ZSTD_compress(out.data(), out.size(), content.data(), content.size(), ZSTD_CLEVEL_DEFAULT);
  if (ZSTD_isError(size) != 0) throw std::runtime_error("zstd did not finish");
  out.resize(size);
  return out;
}

}  // namespace

// What names a coding goes before "*", wherever it stands (RFC 9110 section 12.5.3).
std::string_view coding_of(std::string_view accepted) {
  int zstd = -1;
  int gzip = -1;
  int others = 0;
  for (auto rest = accepted; !rest.empty();) {
    auto const end = std::min(rest.find(','), rest.size());
    auto const item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    auto const end_of_name = std::min(item.find(';'), item.size());
    std::string name(trim(item.substr(0, end_of_name)));
    std::ranges::transform(name, name.begin(), lower);
    int const quality = quality_of(item.substr(end_of_name));
    if (name == "zstd") zstd = quality;
    if (name == "gzip" || name == "x-gzip") gzip = quality;
    if (name == "*") others = quality;
  }
  if (gzip < 0) gzip = others;
  if (zstd < 0) zstd = others;
  if (std::max(zstd, gzip) <= 0) return {};
  return zstd >= gzip ? "zstd" : "gzip";
}

void compress(Request const& request, Response& response) {
  auto* content = std::get_if<std::string>(&response.content);
  auto const* type = header_of(response, "content-type");
  if (content == nullptr || type == nullptr || !shrinks(*type)) return;
  response.set("vary", "accept-encoding");
  if (content->size() < limits::http_compress_bytes_min || header_of(response, "set-cookie") != nullptr)
    return;
  auto const coding = coding_of(request.header("accept-encoding").value_or(""));
  if (coding.empty()) return;
  *content = coding == "zstd" ? zstd(*content) : gzip(*content);
  response.set("content-encoding", std::string(coding));
  weaken_tag(response);
}

}  // namespace plumbline::http
