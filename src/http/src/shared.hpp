// What all connections share. No network library above io_context.
#pragma once
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <fstream>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/crew.hpp"
#include "base/limits.hpp"
#include "head.hpp"
#include "http/server.hpp"

namespace plumbline::http {

// A connection as the others see it.
struct Idle {
  std::function<void()> close;  // from any thread: on the connection's own, `cancel` while it waits
  std::function<void()> cancel;
  bool is_waiting = false;  // for a request; like `cancel` touched on the connection's own thread only
  std::list<Idle*>::iterator place{};
  bool is_listed = false;  // guarded by IdleList
};

// The connections that wait for a request, longest first.
class IdleList {
 public:
  void add(Idle& idle);
  void remove(Idle& idle);
  bool close_longest();  // false when none is idle
  void close_all();

 private:
  std::mutex mutex_;
  std::list<Idle*> list_;
};

// The file of an upload, removed with it; or nothing, where the body goes into the request.
class Upload {
 public:
  Upload(std::filesystem::path const& folder, bool to_file);
  ~Upload();
  Upload(Upload const&) = delete;
  Upload& operator=(Upload const&) = delete;
  // False when the disk is full.
  bool keep(std::string_view piece, std::string& body);
  std::filesystem::path path();  // "" without a file; nothing more is kept

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

// The part that one request's body has of the memory for all of them.
class Held {
 public:
  explicit Held(std::atomic<std::int64_t>& all) : all_(all) {}
  ~Held() { all_ -= bytes_; }
  Held(Held const&) = delete;
  Held& operator=(Held const&) = delete;
  // False when there is no room for it.
  bool grow(std::size_t bytes) {
    bytes_ += static_cast<std::int64_t>(bytes);
    return (all_ += static_cast<std::int64_t>(bytes)) <= static_cast<std::int64_t>(limits::http_bodies_bytes);
  }

 private:
  std::atomic<std::int64_t>& all_;
  std::int64_t bytes_ = 0;
};

// Where handlers run: so many at once, apart from those that wait for the desk.
class Workers {
 public:
  explicit Workers(std::size_t at_work)
      : crew_(std::in_place, at_work, at_work * limits::http_threads_per_worker,
              [this] { return context_.run_one() > 0; }) {}
  ~Workers() { join(); }
  Workers(Workers const&) = delete;
  Workers& operator=(Workers const&) = delete;
  auto get_executor() { return context_.get_executor(); }
  // Returns when all that was given to them is done.
  void join() {
    guard_.reset();
    crew_.reset();
  }

 private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{context_.get_executor()};
  std::optional<Crew> crew_;
};

struct Shared {
  ServerOptions options;
  Handler handler;
  std::function<BodyRule(Request const&)> body_rule;
  Workers workers;
  IdleList idle;
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> waiting{0};
  std::atomic<std::int64_t> requests{0};
  std::atomic<std::int64_t> refused{0};
  std::atomic<std::int64_t> body_bytes{0};  // held in memory
  std::atomic<bool> stopping{false};
  std::atomic<bool> gave_up{false};  // the time to stop is over: what is still queued is not begun
  std::mutex mutex;
  std::map<std::string, std::size_t> by_address;  // open connections of a neighbourhood
  std::condition_variable work_ended;
  std::list<std::string> works;  // on the workers or queued for them: request id, method, path

  Shared(ServerOptions wanted, Handler handle, std::function<BodyRule(Request const&)> rule);
  std::string next_id();
  // What the proxy behind our Unix socket says of the request it passes on: its id, and for whom.
  static void believe_proxy(Request& request);
  // The handler's answer; an exception becomes 500, and is told on stderr with the request's id.
  Response call(Request const& request) noexcept;
  void report_broken(std::string_view what) const;
  Response problem(int status, std::string const& id) const;
  // May this address have one more connection? Loopback always.
  bool admit(std::string const& peer);
  void leave(std::string const& peer);
};

// One piece of work for the workers, listed until they are done with it.
class Work {
 public:
  Work(Shared& shared, std::string name);
  void end() const;

 private:
  Shared& shared_;
  std::list<std::string>::iterator place_;
};
class WorkEnd {
 public:
  explicit WorkEnd(Work const& work) : work_(work) {}
  ~WorkEnd() { work_.end(); }
  WorkEnd(WorkEnd const&) = delete;
  WorkEnd& operator=(WorkEnd const&) = delete;

 private:
  Work const& work_;
};

std::string head_of(Response const& response, std::optional<std::int64_t> length, bool keep_alive,
                    Instant at);
std::string chunk_of(std::string const& piece);

}  // namespace plumbline::http
