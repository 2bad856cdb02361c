// A data folder to measure on, its rows as the bare engine would have to write them, and medians.
#pragma once
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bench/bench.hpp"
#include "kernel/system.hpp"
#include "store/store.hpp"
#include "store_bench/raw.hpp"

namespace plumbline::bench {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

double median(std::vector<double> values);
double percentile(std::vector<double> values, double share);

enum class On : std::uint8_t { sqlite, postgres };

// A fresh data folder with one officer and one importer. The base (everything after init) is kept aside, so
// that the bare
// engine starts from the same tables and indexes.
class Lab {
 public:
  Lab(Setting const& setting, On on);
  ~Lab();
  Lab(Lab const&) = delete;
  Lab& operator=(Lab const&) = delete;

  kernel::System& system() { return *system_; }
  Uuid officer() const { return officer_; }
  Uuid importer() const { return importer_; }
  std::string const& address() const { return address_; }
  std::filesystem::path const& folder() const { return folder_; }
  void close() { system_.reset(); }
  void open();

  // What stands in the tables beyond the base, table by table in turns as acts write them, and in how many
  // commits it came; closes the system.
  struct Written {
    std::vector<std::string> statements;
    std::vector<store::bench::RawRow> rows;
    std::uint64_t commits = 0;
    std::uint64_t acts = 0;
  };
  Written written();
  // The same by the bare engine, into the base.
  store::bench::RawOutcome write_bare(Written const& written);

 private:
  using Table = std::pair<std::string, store::Rows>;
  std::vector<Table> read_tables();
  void keep_base();

  Setting const& setting_;
  On on_;
  std::filesystem::path folder_;
  std::string address_;
  std::string bare_address_;
  std::set<std::string> base_rows_;
  std::unique_ptr<kernel::System> system_;
  Uuid officer_, importer_;
};

// Entries that are in no register, as a log has after years; only with the lab closed. Then its size is
// `size`.
void fill_log(Lab& lab, std::uint64_t size);

// `acts` firms made by 32 submitters; the numbers of the firms begin at `first`. Answers the seconds.
double create_firms(Lab& lab, std::uint64_t acts, std::uint64_t first);
kernel::Command firm_command(Lab const& lab, std::uint64_t number);

}  // namespace plumbline::bench
