// A small client of the API over the raw wire: keeps the cookie and the token of its session.
#pragma once
#include <map>
#include <string>

#include "reflect/json.hpp"
#include "wire.hpp"

namespace plumbline::http::testing {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
  Json json() const {
    auto document = parse_json(body);
    return document ? *document : Json();
  }
  std::string text(std::string_view member) const {
    auto const document = json();
    auto const* found = document.find(member);
    return found == nullptr || found->as_text() == nullptr ? "" : *found->as_text();
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port) : port_(port) {}
  explicit Client(std::filesystem::path path) : path_(std::move(path)) {}

  using Extra = std::map<std::string, std::string>;
  Extra always;  // sent with every request

  Answer ask(std::string const& method, std::string const& target, std::string const& body = "",
             Extra const& extra = {}) {
    std::string request = method + ' ' + target + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n";
    if (!cookie_.empty()) request += "Cookie: " + cookie_ + "\r\n";
    if (method != "GET" && !csrf_.empty()) request += "X-CSRF-Token: " + csrf_ + "\r\n";
    if (!body.empty() && !extra.contains("Content-Type")) request += "Content-Type: application/json\r\n";
    for (auto const& [name, value] : always) request += name + ": " + value + "\r\n";
    for (auto const& [name, value] : extra) request += name + ": " + value + "\r\n";
    if (method != "GET") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    Wire wire = path_.empty() ? Wire(port_) : Wire(path_);
    wire.send(request + "\r\n" + body);
    return parse(wire.receive_all(20'000));
  }
  Answer get(std::string const& target, Extra const& extra = {}) { return ask("GET", target, "", extra); }

  Answer sign_in(std::string const& login, std::string const& password) {
    auto answer =
        ask("POST", "/api/v1/session", R"({"login":")" + login + R"(","password":")" + password + "\"}");
    if (answer.status == 201) {
      auto const& cookie = answer.headers["set-cookie"];
      cookie_ = cookie.substr(0, cookie.find(';'));
      csrf_ = answer.text("csrf");
    }
    return answer;
  }
  // A stream that goes on; the caller reads it.
  Wire open(std::string const& target, std::string const& headers = "") {
    Wire wire(port_);
    wire.send("GET " + target + " HTTP/1.1\r\nHost: test\r\nCookie: " + cookie_ + "\r\n" + headers + "\r\n");
    return wire;
  }
  void forget_csrf() { csrf_.clear(); }

 private:
  static Answer parse(std::string const& bytes) {
    Answer answer;
    auto const end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) return answer;
    answer.status = bytes[9] * 100 + bytes[10] * 10 + bytes[11] - '0' * 111;
    for (auto at = bytes.find("\r\n"); at < end;) {
      auto const next = bytes.find("\r\n", at + 2);
      auto const line = bytes.substr(at + 2, next - at - 2);
      auto const colon = line.find(": ");
      if (colon != std::string::npos) {
        auto& value = answer.headers[line.substr(0, colon)];
        value += (value.empty() ? "" : "\n") + line.substr(colon + 2);
      }
      at = next;
    }
    answer.body = bytes.substr(end + 4);
    return answer;
  }

  std::uint16_t port_ = 0;
  std::filesystem::path path_;
  std::string cookie_;
  std::string csrf_;
};

}  // namespace plumbline::http::testing
