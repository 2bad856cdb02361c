#include "figures.hpp"

#include <algorithm>

#include "routes.hpp"

namespace plumbline::http {
namespace {

// Millionths as a decimal fraction.
std::string seconds_of(std::int64_t micros) {
  std::string const parts = std::to_string(micros % 1'000'000);
  return std::to_string(micros / 1'000'000) + '.' + std::string(6 - parts.size(), '0') + parts;
}
std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + std::string(value) + '"';
}
std::string labels_of(std::string_view route, std::string_view method) {
  return label("route", route) + ',' + label("method", method);
}
std::int64_t figure(std::atomic<std::int64_t> const& count) { return count.load(std::memory_order_relaxed); }

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  text_.append("# HELP ").append(name).append(" ").append(help);
  text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::line(std::string_view name, std::string_view labels, std::int64_t value) {
  text_ += name;
  if (!labels.empty()) text_.append("{").append(labels).append("}");
  text_ += ' ' + std::to_string(value) + '\n';
}

void Exposition::seconds(std::string_view name, std::string_view labels, std::int64_t micros) {
  text_ += name;
  if (!labels.empty()) text_.append("{").append(labels).append("}");
  text_ += ' ' + seconds_of(micros) + '\n';
}

void Exposition::gauge(std::string_view name, std::string_view help, std::int64_t value) {
  family(name, "gauge", help);
  line(name, "", value);
}

Figures::Figures() {
  for (auto const& route : api_routes())
    lines_.try_emplace(std::pair<std::string_view, std::string_view>(route.pattern, route.method));
}

void Figures::note(Served const& served) {
  std::string_view const method = served.method == "HEAD" ? "GET" : std::string_view(served.method);
  auto const known = lines_.find({served.route, method});
  Line& line = known == lines_.end() ? others_ : known->second;
  auto const status_class = static_cast<std::size_t>(std::clamp(served.status / 100, 1, 5) - 1);
  line.by_class[status_class].fetch_add(1, std::memory_order_relaxed);
  auto const bound =
      std::ranges::lower_bound(bounds_ms, served.micros, {}, [](std::int64_t ms) { return ms * 1'000; });
  auto const place = static_cast<std::size_t>(bound - bounds_ms.begin());
  line.by_time[place].fetch_add(1, std::memory_order_relaxed);
  line.micros.fetch_add(served.micros, std::memory_order_relaxed);
}

void Figures::write(Exposition& out) const {
  out.family("plumbline_requests_total", "counter", "Requests answered, by route and class of status.");
  auto const classes = [&](std::string_view route, std::string_view method, Line const& line) {
    for (std::size_t i = 0; i < line.by_class.size(); ++i)
      if (auto const count = figure(line.by_class[i]); count > 0)
        out.line("plumbline_requests_total",
                 labels_of(route, method) + ',' + label("class", std::to_string(i + 1) + "xx"), count);
  };
  for (auto const& [names, line] : lines_) classes(names.first, names.second, line);
  classes("", "", others_);
  write_times(out);
  auto const* running = server.load();
  if (running == nullptr) return;
  auto const counts = running->counts();
  out.gauge("plumbline_connections", "Connections open now.", counts.connections);
  out.gauge("plumbline_requests_waiting", "Requests on or before a worker.", counts.waiting);
  out.family("plumbline_requests_refused_total", "counter", "Malformed, too large or too many.");
  out.line("plumbline_requests_refused_total", "", counts.refused);
}

// Buckets are cumulative, and the last one equals the count.
void Figures::write_times(Exposition& out) const {
  out.family("plumbline_request_seconds", "histogram", "From a request's first byte until its answer stood.");
  for (auto const& [names, line] : lines_) {
    std::int64_t count = 0;
    std::array<std::int64_t, bounds_ms.size() + 1> sums{};
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = count += figure(line.by_time[i]);
    if (count == 0) continue;
    std::string const labels = labels_of(names.first, names.second);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      auto const bound = i < bounds_ms.size() ? seconds_of(bounds_ms[i] * 1'000) : "+Inf";
      out.line("plumbline_request_seconds_bucket", labels + ',' + label("le", bound), sums[i]);
    }
    out.seconds("plumbline_request_seconds_sum", labels, figure(line.micros));
    out.line("plumbline_request_seconds_count", labels, count);
  }
}

}  // namespace plumbline::http
