// Subcommand serve: the server and the followers beside it.
#include <signal.h>

#include <charconv>
#include <condition_variable>
#include <iostream>
#include <thread>

#include "base/limits.hpp"
#include "demo/city.hpp"
#include "http/api.hpp"
#include "http/server.hpp"
#include "kernel/lease.hpp"
#include "kernel/publisher.hpp"
#include "ledger/files.hpp"
#include "notices/dispatch.hpp"
#include "request_log.hpp"
#include "serve_commands.hpp"
#include "store/slow.hpp"
#include "support.hpp"

namespace plumbline::app {
namespace {

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

Address parse_listen(std::string const& text) {
  auto const colon = text.rfind(':');
  int port = -1;
  if (colon != std::string::npos) {
    auto const* end = text.data() + text.size();
    auto const read = std::from_chars(text.data() + colon + 1, end, port);
    if (read.ec != std::errc{} || read.ptr != end) port = -1;
  }
  if (port < 0 || port > 65'535) throw UsageError("--listen looks like 127.0.0.1:8080, not '" + text + "'");
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, static_cast<std::uint16_t>(port)};
}

bool is_loopback(std::string const& host) { return host.starts_with("127.") || host == "::1"; }

// Work that repeats beside the server until it stops.
class Beat {
 public:
  Beat(std::chrono::milliseconds every, std::function<void()> work)
      : thread_([this, every, work = std::move(work)](std::stop_token const& stop) {
          std::unique_lock lock(mutex_);
          while (!stop.stop_requested()) {
            try {
              work();
            } catch (std::exception const& broken) {
              std::cerr << "beside the server: " << broken.what() << '\n';
            }
            wake_.wait_for(lock, stop, every, [] { return false; });
          }
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // the last member: stopped and joined first
};

// Blocked before any thread starts, so that only wait() takes them.
class StopSignals {
 public:
  StopSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::sigaddset(&signals_, SIGHUP);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  void wait(RequestLog& log) const {
    for (int received = SIGHUP; received == SIGHUP; log.reopen()) ::sigwait(&signals_, &received);
  }

 private:
  sigset_t signals_{};
};

// A handler that never returns must not keep the office's machine from restarting the server. What was
// acknowledged is durable; what was under way is refused or answered after the next start.
class LastResort {
 public:
  explicit LastResort(int seconds)
      : thread_([this, seconds](std::stop_token const& stop) {
          std::unique_lock lock(mutex_);
          if (wake_.wait_for(lock, stop, std::chrono::seconds(seconds), [] { return false; }) ||
              stop.stop_requested())
            return;
          std::cerr << "some requests did not end; the server leaves without them" << std::endl;
          std::_Exit(1);
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // the last member: stopped and joined first
};

// Publishes when the log has grown, and again while a witness is missing.
class Publishing {
 public:
  explicit Publishing(kernel::System& system) : system_(system) {}

  void operator()() {
    static store::Sql const head{"serve.head", "select size from ledger_head where jurisdiction = $1"};
    if (system_.awaits_adoption()) return;
    auto const rows = system_.database().reader()->query(head, {system_.settings().jurisdiction});
    if (rows.empty() || store::integer(rows[0][0]) == complete_) return;
    auto const published = system_.log().publish();
    if (!published && published.refusal().code == "signer_busy") {
      // Another server of this folder signs; should it end, the next turn is ours.
    } else if (!published) {
      std::cerr << "the log cannot be published: " << published.refusal().code << '\n';
    } else if (published->missing.empty()) {
      complete_ = published->size;
    }
  }

 private:
  kernel::System& system_;
  std::int64_t complete_ = -1;
};

}  // namespace

int run_serve(ServeOptions const& options) {
  auto const listen = parse_listen(options.listen);
  bool const has_certificate = !options.certificate.empty();
  if (!is_loopback(listen.host) && !has_certificate)
    throw UsageError("beyond this machine the server speaks TLS only: give --certificate and --private-key");
  StopSignals const signals;
  Opened system(options.common, options.database);
  if (fs::exists(options.common.data / "witness-a")) demo::use_demo_witnesses(*system, system->clock());
  auto const api = http::Api::make(*system);
  auto const log = std::make_shared<RequestLog>(options.log, system->clock());
  store::watch_slow_statements(
      std::chrono::milliseconds(limits::slow_statement_ms),
      [log](std::string_view name, std::chrono::microseconds took) { log->note_slow(name, took); });

  http::ServerOptions wish;
  wish.clock = &system->clock();
  wish.address = listen.host;
  wish.port = listen.port;
  wish.unix_socket = options.unix_socket;
  wish.certificate = options.certificate;
  wish.private_key = options.private_key;
  wish.uploads = options.common.data / "uploads";
  wish.workers = static_cast<int>(std::max(4U, 2 * std::thread::hardware_concurrency()));
  wish.served = [&](http::Served const& served) {
    api->note(served);
    log->note(served);
  };
  ledger::make_private_folder(wish.uploads);
  auto const server = http::Server::start(
      wish, [&](http::Request const& request) { return api->answer(request); },
      [&](http::Request const& request) { return api->body_rule(request); });
  api->watch(server.get());
  Beat const publisher(std::chrono::milliseconds(1'000), Publishing(*system));
  kernel::Lease watch(*system, "clocks");
  Beat const clocks(std::chrono::minutes(1), [&] {
    if (!system->awaits_adoption() && watch.hold()) system->run_clocks();
  });
  Beat const notices(std::chrono::seconds(1),
                     [dispatch = std::make_shared<notices::Dispatch>(*system)] { (*dispatch)(); });
  std::cout << (has_certificate ? "https://" : "http://") << listen.host << ':' << server->port()
            << std::endl;
  signals.wait(*log);
  LastResort const last_resort(wish.stop_seconds + 5);
  auto const abandoned = server->stop();
  api->watch(nullptr);
  if (abandoned.empty()) return 0;
  for (auto const& request : abandoned) std::cerr << "abandoned, it did not end: " << request << std::endl;
  std::_Exit(1);  // its thread still uses the system; what was acknowledged is on disk
}

}  // namespace plumbline::app
