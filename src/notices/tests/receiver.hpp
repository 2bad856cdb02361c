// Somebody's own program on loopback: takes posts and answers what it was told to.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace plumbline::notices::testing {

struct Post {
  std::string path;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class Receiver {
 public:
  Receiver() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<::sockaddr*>(&address);
    if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, plain, &size) != 0)
      throw std::runtime_error("no socket");
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~Receiver() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  Receiver(Receiver const&) = delete;
  Receiver& operator=(Receiver const&) = delete;

  std::string url(std::string const& path = "/hook") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  std::uint16_t port() const { return port_; }
  // A whole answer: "HTTP/1.1 200 OK\r\n…"; "": the connection is closed without one.
  void answer(std::string text) {
    std::lock_guard const lock(mutex_);
    answer_ = std::move(text);
  }
  void answer_status(int status) {
    answer("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  }
  std::vector<Post> posts() {
    std::lock_guard const lock(mutex_);
    return posts_;
  }

 private:
  void serve() {
    for (int one = 0; (one = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(one)) {
      auto post = read(one);
      std::lock_guard const lock(mutex_);
      posts_.push_back(std::move(post));
      for (std::size_t at = 0; at < answer_.size();) {
        auto const sent = ::send(one, answer_.data() + at, answer_.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += static_cast<std::size_t>(sent);
      }
    }
  }
  static Post read(int one) {
    std::string bytes;
    char buffer[4096];
    std::size_t wanted = std::string::npos;
    while (bytes.size() < wanted) {
      auto const got = ::recv(one, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      bytes.append(buffer, static_cast<std::size_t>(got));
      auto const end = bytes.find("\r\n\r\n");
      if (end == std::string::npos || wanted != std::string::npos) continue;
      auto const length = headers_of(bytes.substr(0, end + 2))["content-length"];
      wanted = end + 4;
      std::size_t body = 0;
      for (char const c : length) body = body * 10 + static_cast<std::size_t>(c - '0');
      wanted += body;
    }
    Post post;
    auto const end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) return post;
    post.headers = headers_of(bytes.substr(0, end + 2));
    auto const space = bytes.find(' ');
    post.path = bytes.substr(space + 1, bytes.find(' ', space + 1) - space - 1);
    post.body = bytes.substr(end + 4);
    return post;
  }
  static std::map<std::string, std::string> headers_of(std::string const& head) {
    std::map<std::string, std::string> out;
    for (auto at = head.find("\r\n") + 2; at < head.size();) {
      auto const next = head.find("\r\n", at);
      auto const line = head.substr(at, next - at);
      auto const colon = line.find(": ");
      std::string name = line.substr(0, colon);
      for (auto& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (colon != std::string::npos) out[name] = line.substr(colon + 2);
      at = next + 2;
    }
    return out;
  }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::string answer_ = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
  std::vector<Post> posts_;
  std::jthread thread_;
};

}  // namespace plumbline::notices::testing
