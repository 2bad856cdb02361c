// The network edge: connections, limits, time-outs, TLS. Handlers run on worker threads, never on the
// threads that read and write. Everything here is bounded (base/limits.hpp): headers, bodies, connections,
// waiting requests, the time of a whole request.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "http/message.hpp"
#include "http/served.hpp"

namespace plumbline::http {

// What the body of a request may be, decided from its head.
struct BodyRule {
  std::uint64_t bytes_max = 0;
  bool to_file = false;  // an upload: stored beside, not held in memory
};

struct ServerOptions {
  Clock const* clock = nullptr;       // for the date of answers
  std::string address = "127.0.0.1";  // "" = no TCP
  std::uint16_t port = 8080;          // 0 = any free one
  std::filesystem::path unix_socket;  // "" = none
  std::filesystem::path certificate;  // PEM chain and key: TLS on the TCP address
  std::filesystem::path private_key;
  std::filesystem::path uploads;              // folder for bodies that go to files
  std::function<void(Served const&)> served;  // called after each answer, on the threads of the network
  int io_threads = 1;
  int workers = 4;        // requests worked on at once; those that wait for the desk are not counted
  int stop_seconds = 10;  // what was accepted is finished within this time after stop()
};

struct ServerCounts {
  std::int64_t connections = 0;  // open now
  std::int64_t waiting = 0;      // requests before a worker
  std::int64_t requests = 0;     // answered since the start
  std::int64_t refused = 0;      // malformed, too large, too many
};

class Server {
 public:
  // Binds and listens; throws std::runtime_error with the address when that fails.
  static std::unique_ptr<Server> start(ServerOptions options, Handler handler,
                                       std::function<BodyRule(Request const&)> body_rule);
  virtual ~Server() = default;  // stops
  virtual std::uint16_t port() const = 0;
  virtual ServerCounts counts() const = 0;
  // Accepts nothing more, finishes what it accepted, closes; within stop_seconds and last_seconds. Returns
  // what hangs and was abandoned (request id, method, path): it still runs and may touch whatever its handler
  // uses, so the process should end without destroying that.
  static constexpr int last_seconds = 2;
  virtual std::vector<std::string> stop() = 0;
};

}  // namespace plumbline::http
