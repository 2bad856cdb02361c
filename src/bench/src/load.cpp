#include "load.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <deque>
#include <stdexcept>

#include "lab.hpp"

namespace plumbline::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Line {
 public:
  explicit Line(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int const yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Line() { ::close(socket_); }
  Line(Line const&) = delete;
  Line& operator=(Line const&) = delete;

  int descriptor() const { return socket_; }
  void send(std::string const& request) {
    got_.clear();
    for (std::size_t sent = 0; sent < request.size();) {
      auto const count = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) throw std::runtime_error("the server closed the connection");
      sent += static_cast<std::size_t>(count);
    }
  }
  // Reads what there is; true when the answer is whole.
  bool receive() {
    char buffer[65536];
    auto const count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) throw std::runtime_error("the server closed the connection");
    got_.append(buffer, static_cast<std::size_t>(count));
    auto const head = got_.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    if (got_[9] != '2') throw std::runtime_error("refused: " + got_);
    auto const at = got_.find("content-length: ");
    std::size_t length = 0;
    if (at < head) std::from_chars(got_.data() + at + 16, got_.data() + head, length);
    return got_.size() >= head + 4 + length;
  }
  std::string const& answer() const { return got_; }

  Clock::time_point due;

 private:
  int socket_;
  std::string got_;
};

class Run {
 public:
  explicit Run(LoadWish const& wish) : wish_(wish), poll_(::epoll_create1(0)) {
    for (int i = 0; i < wish.connections; ++i) {
      auto& line = lines_.emplace_back(wish.port);
      epoll_event event{EPOLLIN, {&line}};
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, line.descriptor(), &event);
      idle_.push_back(&line);
    }
  }
  ~Run() { ::close(poll_); }
  Run(Run const&) = delete;
  Run& operator=(Run const&) = delete;

  LoadOutcome run() {
    auto const begin = Clock::now();
    auto const end =
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(wish_.seconds));
    auto now = begin;
    for (; now < end || idle_.size() < lines_.size(); now = Clock::now()) {
      if (now < end) start(begin, now);
      collect();
    }
    std::chrono::duration<double> const took = now - begin;
    return {static_cast<double>(times_.size()) / took.count(), percentile(times_, 0.5),
            percentile(times_, 0.99), std::move(last_)};
  }

 private:
  void start(Clock::time_point begin, Clock::time_point now) {
    while (!idle_.empty()) {
      auto due = now;
      if (wish_.rate > 0) {
        due = begin + std::chrono::duration_cast<Clock::duration>(
                          std::chrono::duration<double>(static_cast<double>(started_) / wish_.rate));
        if (due > now) return;
      }
      auto* line = idle_.back();
      idle_.pop_back();
      ++started_;
      line->due = due;
      line->send(wish_.next());
    }
  }
  void collect() {
    epoll_event events[64];
    // With a rate the next request may be due before an answer comes: at most a millisecond late, and
    // counted.
    int const count = ::epoll_wait(poll_, events, 64, 1);
    for (int i = 0; i < count; ++i) {
      auto* line = static_cast<Line*>(events[i].data.ptr);
      if (!line->receive()) continue;
      times_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - line->due).count());
      if (last_.empty()) last_ = line->answer();
      idle_.push_back(line);
    }
  }

  LoadWish const& wish_;
  int poll_;
  std::deque<Line> lines_;
  std::vector<Line*> idle_;
  std::vector<double> times_;
  std::uint64_t started_ = 0;
  std::string last_;
};

}  // namespace

LoadOutcome run_load(LoadWish const& wish) { return Run(wish).run(); }

std::string ask_once(std::uint16_t port, std::string const& request) {
  Line line(port);
  line.send(request);
  while (!line.receive()) {
  }
  return line.answer();
}

}  // namespace plumbline::bench
