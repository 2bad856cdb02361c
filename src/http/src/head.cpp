#include "head.hpp"

#include <algorithm>
#include <optional>

#include "base/limits.hpp"

namespace plumbline::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool is_named(std::string_view name, std::string_view lower_case) {
  return std::ranges::equal(name, lower_case, {}, lower);
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

struct Framing {
  int hosts = 0;
  int lengths = 0;
  int transfer_encodings = 0;
  bool is_chunked = false;
  bool is_length = false;
  bool is_host = false;
};

// The status to refuse the line with, or 0.
int take_line(std::string_view line, Framing& framing) {
  auto const colon = line.find(':');
  // A line that goes on with white space is an old-style fold: some programs join it, others do not.
  if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' || line.front() == '\t')
    return 400;
  auto const name = line.substr(0, colon);
  auto const value = trim(line.substr(colon + 1));
  if (name.back() == ' ' || name.back() == '\t') return 400;
  if (is_named(name, "host")) {
    ++framing.hosts;
    framing.is_host = !value.empty() && value.find_first_of(" ,/@") == std::string_view::npos;
  } else if (is_named(name, "content-length")) {
    ++framing.lengths;
    framing.is_length = !value.empty() && value.size() <= 18 &&
                        value.find_first_not_of("0123456789") == std::string_view::npos;
  } else if (is_named(name, "transfer-encoding")) {
    ++framing.transfer_encodings;
    framing.is_chunked = is_named(value, "chunked");
  }
  return 0;
}

int fault_of_framing(Framing const& framing, bool is_version_1_0) {
  if (framing.hosts > 1 || (framing.hosts == 1 && !framing.is_host)) return 400;
  if (framing.hosts == 0 && !is_version_1_0) return 400;
  if (framing.lengths > 1 || (framing.lengths == 1 && !framing.is_length)) return 400;
  if (framing.transfer_encodings == 0) return 0;
  if (framing.transfer_encodings > 1 || framing.lengths > 0 || is_version_1_0) return 400;
  return framing.is_chunked ? 0 : 501;
}

}  // namespace

int fault_of_head(std::string_view head) {
  auto const end_of_line = head.find("\r\n");
  if (end_of_line == std::string_view::npos) return 400;
  auto const request_line = head.substr(0, end_of_line);
  auto const first = request_line.find(' ');
  auto const last = request_line.rfind(' ');
  if (first == std::string_view::npos || first == 0 || last <= first + 1) return 400;
  auto const target = request_line.substr(first + 1, last - first - 1);
  auto const version = request_line.substr(last + 1);
  if (target.find(' ') != std::string_view::npos || std::ranges::any_of(request_line, is_control)) return 400;
  if (target.size() > limits::http_target_bytes) return 414;
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return version.starts_with("HTTP/") ? 505 : 400;
  Framing framing;
  std::size_t headers = 0;
  for (auto rest = head.substr(end_of_line + 2); !rest.starts_with("\r\n");) {
    auto const end = rest.find("\r\n");
    if (end == std::string_view::npos) return 400;
    auto const line = rest.substr(0, end);
    if (std::ranges::any_of(line, is_control)) return 400;  // a bare CR or LF, NUL
    if (++headers > limits::http_headers) return 431;
    if (int const fault = take_line(line, framing); fault != 0) return fault;
    rest.remove_prefix(end + 2);
  }
  return fault_of_framing(framing, version == "HTTP/1.0");
}

}  // namespace plumbline::http
