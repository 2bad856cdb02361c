// Acts at the desk, how they bear a long log, and the start on one.
#include "figures.hpp"
#include "kernel/grants.hpp"

namespace plumbline::bench {

Figure bench_desk(Setting const& setting, On on) {
  std::vector<double> ours, bare, ratios, bytes, bare_bytes, batches;
  for (unsigned i = 0; i < setting.runs; ++i) {
    Lab lab(setting, on);
    store::bench::WriteMeter const meter(lab.address());
    double const seconds = create_firms(lab, setting.sizes.desk_acts, 0);
    auto const acts = static_cast<double>(setting.sizes.desk_acts);
    bytes.push_back(static_cast<double>(meter.bytes()) / acts);
    auto const written = lab.written();
    auto const raw = lab.write_bare(written);
    ours.push_back(acts / seconds);
    bare.push_back(acts / raw.seconds);
    ratios.push_back(raw.seconds / seconds);
    bare_bytes.push_back(static_cast<double>(raw.bytes_written) / acts);
    batches.push_back(acts / static_cast<double>(written.commits));
    if (setting.say) setting.say("desk: " + std::to_string(ours.back()) + " acts/s");
  }
  bool const sqlite = on == On::sqlite;
  return {sqlite ? "desk" : "desk_postgres",
          median(ours),
          "acts/s",
          median(bare),
          sqlite ? "raw SQLite, same rows, indexes and number of commits"
                 : "raw pipelined libpq, same rows, indexes and number of commits",
          median(ratios),
          "ratio >= 0.5",
          {{"bytes_per_act", median(bytes)},
           {"reference_bytes_per_act", median(bare_bytes)},
           {"acts_per_commit", median(batches)}}};
}

Figure bench_growth(Setting const& setting) {
  std::vector<double> large, small, ratios;
  auto const acts = setting.sizes.desk_acts;
  for (unsigned i = 0; i < setting.runs; ++i) {
    double seconds[2] = {0, 0};
    for (int const which : {0, 1}) {
      Lab lab(setting, On::sqlite);
      lab.close();
      fill_log(lab, which == 0 ? setting.sizes.small_log : setting.sizes.large_log);
      lab.open();
      seconds[which] = create_firms(lab, acts, 0);
    }
    small.push_back(static_cast<double>(acts) / seconds[0]);
    large.push_back(static_cast<double>(acts) / seconds[1]);
    ratios.push_back(seconds[0] / seconds[1]);
    if (setting.say) setting.say("growth: ratio " + std::to_string(ratios.back()));
  }
  return {"growth",
          median(large),
          "acts/s",
          median(small),
          "the desk with " + std::to_string(setting.sizes.small_log) + " entries in the log",
          median(ratios),
          "ratio >= 0.8",
          {{"entries", static_cast<double>(setting.sizes.large_log)}}};
}

namespace {

// Opened and the first question answered.
double start_seconds(Lab& lab) {
  Stopwatch const watch;
  lab.open();
  auto const viewer = lab.system().viewer(lab.officer());
  if (!lab.system().reads().list(viewer, "firm", {})) throw std::runtime_error("the list was refused");
  double const seconds = watch.seconds();
  lab.close();
  return seconds;
}

}  // namespace

Figure bench_start(Setting const& setting) {
  std::vector<double> large, small, ratios;
  Lab lab(setting, On::sqlite);
  create_firms(lab, 64, 0);
  lab.close();
  fill_log(lab, setting.sizes.small_log);
  for (unsigned i = 0; i < setting.runs; ++i) small.push_back(start_seconds(lab));
  fill_log(lab, setting.sizes.large_log);
  for (unsigned i = 0; i < setting.runs; ++i) {
    large.push_back(start_seconds(lab));
    ratios.push_back(small[i] / large[i]);
  }
  return {"start",
          median(large),
          "s",
          median(small),
          "the start with " + std::to_string(setting.sizes.small_log) + " entries in the log",
          median(ratios),
          "value <= 1",
          {{"entries", static_cast<double>(setting.sizes.large_log)}}};
}

}  // namespace plumbline::bench
