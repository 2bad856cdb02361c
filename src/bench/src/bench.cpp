#include "bench/bench.hpp"

#include <algorithm>
#include <stdexcept>

#include "figures.hpp"
#include "stats_bench/draw_bench.hpp"

namespace plumbline::bench {

namespace {

Figure bench_draw(Setting const& setting) {
  auto const measured = stats::bench_draw(setting.sizes.draw_units, setting.sizes.drawn, setting.runs);
  return {"draw",
          measured.seconds,
          "s",
          measured.reference_seconds,
          "the same tickets hashed and sorted bare",
          measured.reference_seconds / measured.seconds,
          "value <= 1.5, times_reference <= 3",
          {{"units", static_cast<double>(measured.units)},
           {"drawn", static_cast<double>(measured.drawn)},
           {"times_reference", measured.ratio}}};
}

struct Named {
  std::string_view name;
  Figure (*run)(Setting const&);
};
constexpr Named figures[] = {
    {"desk", [](Setting const& setting) { return bench_desk(setting, On::sqlite); }},
    {"desk_postgres", [](Setting const& setting) { return bench_desk(setting, On::postgres); }},
    {"growth", bench_growth},
    {"draw", bench_draw},
    {"log_verify", bench_log_verify},
    {"import", bench_import},
    {"start", bench_start},
    {"http_list", bench_http_list},
    {"http_record", bench_http_record},
    {"http_write", bench_http_write},
    {"http_growth", bench_http_growth}};

}  // namespace

Sizes smoke_sizes() {
  return {.desk_acts = 64,
          .small_log = 300,
          .large_log = 1'000,
          .draw_units = 3'000,
          .drawn = 30,
          .verified_entries = 600,
          .import_rows = 300,
          .served_records = 1'000,
          .load_seconds = 0.1};
}

Json to_json(Figure const& figure) {
  Json row;
  row.set("name", figure.name);
  row.set("value", figure.value);
  row.set("unit", figure.unit);
  row.set("reference", figure.reference);
  row.set("reference_is", figure.reference_is);
  row.set("ratio", figure.ratio);
  row.set("wanted", figure.wanted);
  for (auto const& [name, value] : figure.more) row.set(name, value);
  return row;
}

std::vector<std::string> const& names() {
  static std::vector<std::string> const all = [] {
    std::vector<std::string> made;
    for (auto const& figure : figures) made.emplace_back(figure.name);
    return made;
  }();
  return all;
}

Figure run(std::string_view name, Setting const& setting) {
  auto const found = std::ranges::find(figures, name, &Named::name);
  if (found == std::end(figures)) throw std::invalid_argument("no benchmark '" + std::string(name) + "'");
  if (name == "desk_postgres" && setting.postgres.empty())
    throw std::invalid_argument("desk_postgres wants the address of a PostgreSQL database");
  if (setting.runs == 0) throw std::invalid_argument("at least one run");
  std::filesystem::create_directories(setting.scratch);
  return found->run(setting);
}

}  // namespace plumbline::bench
