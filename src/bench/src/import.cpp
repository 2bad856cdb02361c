// The import lane, and what the people at the desk feel of it.
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "figures.hpp"
#include "kernel/import.hpp"

namespace plumbline::bench {

namespace {

namespace fs = std::filesystem;

constexpr auto between_acts = std::chrono::milliseconds(5);
constexpr std::uint64_t first_by_hand = 5'000'000;

fs::path write_rows(fs::path const& folder, std::uint64_t rows) {
  std::ofstream out(folder / "firms.csv", std::ios::binary);
  out << "编号,名称,地区,地址,行业\n";
  for (std::uint64_t i = 0; i < rows; ++i)
    out << 'I' << i << ",聊城市第" << i << "轴承制造有限公司," << (i % 2 == 0 ? "371581" : "371502")
        << ",山东省聊城市经济开发区东昌路" << i % 900 << "号,C3451\n";
  if (!out.flush()) throw std::runtime_error("the rows cannot be written");
  return folder / "firms.csv";
}

kernel::ImportOptions import_of(Lab const& lab, fs::path const& file) {
  kernel::ImportOptions options;
  options.register_name = "firm";
  options.file = file;
  options.map.columns = {{"name", "名称"}, {"region", "地区"}, {"address", "地址"}, {"industry", "行业"}};
  options.map.identifier_scheme = "licence";
  options.map.identifier_from = {"编号"};
  options.account = lab.importer();
  return options;
}

double import_seconds(Lab& lab, fs::path const& file, std::uint64_t rows) {
  Stopwatch const watch;
  auto const report = kernel::import_file(lab.system(), import_of(lab, file));
  double const seconds = watch.seconds();
  if (!report) throw std::runtime_error("import: " + report.refusal().code);
  if (report->created != static_cast<std::int64_t>(rows))
    throw std::runtime_error("import: rows were refused");
  return seconds;
}

// One officer's acts while the import runs, in milliseconds each.
std::vector<double> waits_meanwhile(Setting const& setting, fs::path const& file, std::uint64_t rows) {
  Lab lab(setting, On::sqlite);
  std::atomic<bool> done = false;
  std::vector<double> waits;
  std::string problem;
  {
    std::mutex pause;
    std::condition_variable_any woken;
    std::jthread const person([&] {
      for (std::uint64_t i = 0; !done; ++i) {
        auto command = firm_command(lab, first_by_hand + i);
        Stopwatch const watch;
        if (auto const made = lab.system().act(std::move(command)); !made) problem = made.refusal().code;
        waits.push_back(watch.seconds() * 1000);
        std::unique_lock lock(pause);
        woken.wait_for(lock, between_acts, [&] { return done.load(); });
      }
    });
    struct Stop {
      std::atomic<bool>& flag;
      ~Stop() { flag = true; }
    } const stop{done};
    import_seconds(lab, file, rows);
  }
  if (!problem.empty()) throw std::runtime_error("firm.create: " + problem);
  return waits;
}

}  // namespace

Figure bench_import(Setting const& setting) {
  std::vector<double> ours, bare, ratios, waits;
  auto const rows = setting.sizes.import_rows;
  auto const file = write_rows(setting.scratch, rows);
  for (unsigned i = 0; i < setting.runs; ++i) {
    {
      Lab lab(setting, On::sqlite);
      double const seconds = import_seconds(lab, file, rows);
      auto const raw = lab.write_bare(lab.written());
      ours.push_back(static_cast<double>(rows) / seconds);
      bare.push_back(static_cast<double>(rows) / raw.seconds);
      ratios.push_back(raw.seconds / seconds);
    }
    for (double const wait : waits_meanwhile(setting, file, rows)) waits.push_back(wait);
    if (setting.say) setting.say("import: " + std::to_string(ours.back()) + " rows/s");
  }
  return {"import",
          median(ours),
          "rows/s",
          median(bare),
          "raw SQLite, same rows in the same chunks",
          median(ratios),
          "ratio >= 0.5, p99 of people's acts meanwhile <= 100 ms",
          {{"act_p99_ms", percentile(waits, 0.99)}, {"act_median_ms", median(waits)}}};
}

}  // namespace plumbline::bench
