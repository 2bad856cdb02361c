// Requests over connections that stay open, all driven by one thread: the generator must cost little
// beside the server, with which it shares the cores.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace plumbline::bench {

struct LoadWish {
  std::uint16_t port = 0;
  int connections = 8;
  double seconds = 1;
  double rate = 0;  // requests a second, whatever the answers take; 0: each connection asks again at once
  std::function<std::string()> next;  // a whole request
};
struct LoadOutcome {
  double per_second = 0;
  double p50_ms = 0;  // with a rate: from when a request was due
  double p99_ms = 0;
  std::string last;  // answer
};
// Throws std::runtime_error for an answer that is no 2xx.
LoadOutcome run_load(LoadWish const& wish);
// One request, one answer, on a connection of its own.
std::string ask_once(std::uint16_t port, std::string const& request);

}  // namespace plumbline::bench
