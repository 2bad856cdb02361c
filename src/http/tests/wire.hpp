// A raw client: what it sends is exactly what the server gets.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace plumbline::http::testing {

class Wire {
 public:
  explicit Wire(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  // Through a Unix socket, as a proxy does.
  explicit Wire(std::filesystem::path const& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Wire() {
    if (socket_ >= 0) ::close(socket_);
  }
  Wire(Wire&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  Wire& operator=(Wire&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  Wire(Wire const&) = delete;
  Wire& operator=(Wire const&) = delete;

  // False when the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

  // Until the server closes, or nothing came for `patience_ms`.
  std::string receive_all(int patience_ms = 3'000) {
    std::string got;
    while (auto const piece = receive(patience_ms)) got += *piece;
    return got;
  }
  // Until `wanted` has come, or nothing for `patience_ms`. What came.
  std::string receive_until(std::string_view wanted, int patience_ms = 20'000) {
    std::string got;
    while (got.find(wanted) == std::string::npos) {
      auto const piece = receive(patience_ms);
      if (!piece) break;
      got += *piece;
    }
    return got;
  }
  // One answer with a content-length, or whatever came before the end.
  std::string receive_answer() {
    std::string got;
    while (true) {
      auto const head = got.find("\r\n\r\n");
      if (head != std::string::npos) {
        auto const at = got.find("content-length: ");
        auto const length = at < head ? std::strtoull(got.c_str() + at + 16, nullptr, 10) : 0;
        if (got.size() >= head + 4 + length) return got;
      }
      auto const piece = receive(3'000);
      if (!piece) return got;
      got += *piece;
    }
  }

 private:
  std::optional<std::string> receive(int patience_ms) {
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) <= 0) return {};
    char buffer[16384];
    auto const count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    return std::string(buffer, static_cast<std::size_t>(count));
  }
  int socket_;
};

}  // namespace plumbline::http::testing
