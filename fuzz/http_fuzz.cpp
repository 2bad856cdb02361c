// Bytes of a stranger at the real edge: a server in this process, reached through its Unix socket. What gets
// through to a handler is sound, what comes back is HTTP, and the connection ends.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/limits.hpp"
#include "head.hpp"
#include "http/server.hpp"

namespace {

using namespace plumbline;
using namespace plumbline::http;
namespace fs = std::filesystem;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::size_t body_max = 512;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

Response handler(Request const& request) {
  require(!request.path.empty() && request.path.front() == '/');
  require(request.path.find("/../") == std::string::npos && !request.path.ends_with("/.."));
  require(std::ranges::none_of(request.path, is_control));
  require(request.path.find('\\') == std::string::npos);
  require(request.body.size() <= body_max);
  require(request.headers.size() <= limits::http_headers);
  for (auto const& [name, value] : request.headers) {
    require(!name.empty() && std::ranges::none_of(name, [](char c) { return c <= ' ' || c == ':'; }));
    require(value.find_first_of("\r\n\0", 0, 3) == std::string::npos);
  }
  return text(200, "text/plain", "ok");
}

class Edge {
 public:
  Edge() {
    fs::create_directories(folder_);
    ServerOptions options;
    options.clock = &system_clock();
    options.address = "";
    options.unix_socket = folder_ / "s";
    options.uploads = folder_;
    options.workers = 2;
    server_ = Server::start(options, handler, [](Request const& request) {
      return BodyRule{body_max, request.path.starts_with("/file")};
    });
  }
  ~Edge() {
    server_.reset();
    fs::remove_all(folder_);
  }
  std::string ask(std::string_view bytes) const {
    int const socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, (folder_ / "s").c_str(), sizeof address.sun_path - 1);
    require(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    // A server that has refused already need not read the rest.
    (void)!::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    ::shutdown(socket, SHUT_WR);
    std::string got;
    char buffer[4096];
    while (true) {
      pollfd waiting{socket, POLLIN, 0};
      int ready = -1;
      do {
        ready = ::poll(&waiting, 1, 20'000);
      } while (ready < 0 && errno == EINTR);  // libFuzzer's own alarm
      require(ready == 1);  // it hangs
      auto const count = ::recv(socket, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      got.append(buffer, static_cast<std::size_t>(count));
    }
    ::close(socket);
    return got;
  }

 private:
  fs::path folder_ = fs::temp_directory_path() / ("plumbline-edge-" + std::to_string(::getpid()));
  std::unique_ptr<Server> server_;
};

void check_pieces(std::string_view text) {
  if (auto const path = path_of(text)) {
    require(path->starts_with('/') && path->find("/../") == std::string::npos);
    // Written again it names the same place, segment by segment.
    std::string written;
    for (std::size_t at = 1; at <= path->size();) {
      auto const end = std::min(path->find('/', at), path->size());
      written += '/' + percent_encode(std::string_view(*path).substr(at, end - at));
      at = end + 1;
    }
    auto const again = path_of(written);
    require(again && *again == *path);
  }
  (void)parameters_of(text);
  (void)fault_of_head(text);
  if (auto const decoded = percent_decode(text, Plus::is_plus)) {
    require(decoded->find('\0') == std::string::npos);
    require(percent_decode(percent_encode(*decoded), Plus::is_plus) == *decoded);
  }
}

}  // namespace

// Threads of the server keep their own random generators of OpenSSL until the process ends.
extern "C" char const* __lsan_default_suppressions() { return "leak:libcrypto.so\n"; }

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Edge const edge;
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  check_pieces(bytes);
  auto const answer = edge.ask(bytes);
  if (answer.empty()) return 0;
  require(answer.starts_with("HTTP/1.1 "));
  int const status = std::atoi(answer.c_str() + 9);
  // Of its own faults only "too busy", "not built" and "no such version".
  require(status < 500 || status == 501 || status == 503 || status == 505);
  return 0;
}
