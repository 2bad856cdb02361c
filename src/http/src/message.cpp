#include "http/message.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace plumbline::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
  std::optional<std::string_view> found;
  for (auto const& header : headers) {
    if (header.name != name) continue;
    if (found) return {};
    found = header.value;
  }
  return found;
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  for (auto const& [key, value] : parameters)
    if (key == name) return value;
  return {};
}

std::optional<std::string> Request::cookie(std::string_view name) const {
  for (auto const& header : headers) {
    if (header.name != "cookie") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      auto const end = std::min(rest.find(';'), rest.size());
      auto const pair = trim(rest.substr(0, end));
      auto const equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name)
        return std::string(pair.substr(equals + 1));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return {};
}

Response& Response::set(std::string name, std::string value) {
  headers.push_back({std::move(name), std::move(value)});
  return *this;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 207: return "Multi-Status";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "";
  }
}

Response text(int status, std::string_view media_type, std::string content) {
  Response response;
  response.status = status;
  response.set("content-type", std::string(media_type));
  response.content = std::move(content);
  return response;
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == Plus::is_space) {
      c = ' ';
    } else if (c == '%') {
      if (i + 2 >= text.size()) return {};
      int const high = hex_value(text[i + 1]);
      int const low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return {};
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return {};
    out += c;
  }
  if (!is_utf8(out)) return {};
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (char const c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::optional<std::string> path_of(std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return {};
  std::string path;
  for (auto rest = target.substr(1);;) {
    auto const end = rest.find('/');
    auto const segment = percent_decode(rest.substr(0, end), Plus::is_plus);
    if (!segment || *segment == "." || *segment == "..") return {};
    bool const is_last = end == std::string_view::npos;
    if (segment->empty() && !is_last) return {};
    for (char const c : *segment)
      if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return {};
    path += '/' + *segment;
    if (is_last) return path;
    rest.remove_prefix(end + 1);
  }
}

std::optional<std::vector<std::pair<std::string, std::string>>> parameters_of(std::string_view target) {
  std::vector<std::pair<std::string, std::string>> parameters;
  auto const mark = target.find('?');
  if (mark == std::string_view::npos) return parameters;
  for (auto rest = target.substr(mark + 1); !rest.empty();) {
    auto const end = std::min(rest.find('&'), rest.size());
    auto const part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty()) continue;
    auto const equals = std::min(part.find('='), part.size());
    auto name = percent_decode(part.substr(0, equals), Plus::is_space);
    auto value = percent_decode(part.substr(std::min(equals + 1, part.size())), Plus::is_space);
    if (!name || !value) return {};
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

}  // namespace plumbline::http
