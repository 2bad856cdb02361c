// What the server counts, in the text form that Prometheus reads. Counting takes no lock.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "http/served.hpp"
#include "http/server.hpp"

namespace plumbline::http {

// One family of the exposition format 0.0.4: its heading, then lines.
class Exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help);
  // `labels` as in {a="b"}, without the braces. Values of labels are ours: patterns, methods, states.
  void line(std::string_view name, std::string_view labels, std::int64_t value);
  void seconds(std::string_view name, std::string_view labels, std::int64_t micros);
  void gauge(std::string_view name, std::string_view help, std::int64_t value);
  std::string const& text() const { return text_; }

 private:
  std::string text_;
};

class Figures {
 public:
  Figures();
  void note(Served const& served);
  void write(Exposition& out) const;

  std::atomic<Server const*> server{nullptr};

 private:
  static constexpr std::array<std::int64_t, 9> bounds_ms{1, 5, 20, 50, 100, 250, 1'000, 5'000, 30'000};
  struct Line {
    std::array<std::atomic<std::int64_t>, 5> by_class{};
    std::array<std::atomic<std::int64_t>, bounds_ms.size() + 1> by_time{};  // the last: longer still
    std::atomic<std::int64_t> micros{0};
  };
  void write_times(Exposition& out) const;

  std::map<std::pair<std::string_view, std::string_view>, Line> lines_;  // by route and method; never grows
  Line others_;                                                          // no route answered
};

}  // namespace plumbline::http
