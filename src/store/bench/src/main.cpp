// usage: store_bench_run ADDRESS…   (sqlite:PATH of a new file, or a scratch PostgreSQL database)
//
// The store's writer against the bare engine: the same rows, the same number of commits, in turns.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "base/hash.hpp"
#include "store_bench/raw.hpp"

namespace {

using namespace plumbline;
using namespace plumbline::store;

constexpr std::size_t acts = 20'000;
constexpr std::size_t rows_per_act = 3;
constexpr std::size_t acts_per_commit = 100;
constexpr int rounds = 6;

std::string const statements[] = {
    "INSERT INTO bench_entry (seq, leaf) VALUES ($1, $2)",
    "INSERT INTO bench_record (id, version, state, body) VALUES ($1, $2, $3, $4)",
    "INSERT INTO bench_scope (scope, record) VALUES ($1, $2)",
};

std::vector<bench::RawRow> make_rows() {
  std::vector<bench::RawRow> rows;
  for (std::size_t act = 0; act < acts; ++act) {
    auto const seq = static_cast<std::int64_t>(act);
    Bytes id = {static_cast<std::uint8_t>(act >> 16), static_cast<std::uint8_t>(act >> 8),
                static_cast<std::uint8_t>(act)};
    append(id, random_bytes(13));
    rows.push_back({0, {seq, Bytes(32, static_cast<std::uint8_t>(act))}});
    rows.push_back({1, {id, std::int64_t{1}, "sampled", std::string(600, 'x')}});
    rows.push_back({2, {"371581", id}});
  }
  return rows;
}

void create(Writer& writer, Engine engine) {
  bool const postgres = engine == Engine::postgres;
  std::string const bin = postgres ? "bytea" : "BLOB";
  std::string const integer = postgres ? "bigint" : "INTEGER";
  std::string const end = postgres ? "; " : " STRICT; ";
  for (char const* table : {"bench_entry", "bench_record", "bench_scope"})
    writer.script(std::string("DROP TABLE IF EXISTS ") + table);
  writer.script("CREATE TABLE bench_entry (seq " + integer + " PRIMARY KEY, leaf " + bin + " NOT NULL)" +
                end + "CREATE TABLE bench_record (id " + bin + " PRIMARY KEY, version " + integer +
                " NOT NULL, state text NOT NULL, body text NOT NULL)" + end +
                "CREATE TABLE bench_scope (scope text, record " + bin + ", PRIMARY KEY (scope, record))" +
                end);
}

double through_store(Writer& writer, std::vector<bench::RawRow> const& rows) {
  Sql const sql[] = {{"entry", statements[0]}, {"record", statements[1]}, {"scope", statements[2]}};
  auto const start = std::chrono::steady_clock::now();
  for (std::size_t at = 0; at < rows.size();) {
    writer.begin();
    for (std::size_t i = 0; i < acts_per_commit * rows_per_act && at < rows.size(); ++i, ++at)
      writer.write(sql[rows[at].statement], rows[at].values);
    writer.commit();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Turn {
  double seconds = 0;
  double bytes = 0;
};

// Each turn starts from new tables and a new connection, on SQLite from a new file.
Turn through_store(std::string const& address, std::vector<bench::RawRow> const& rows) {
  auto const database = open(address);
  auto const writer = database->writer();
  create(*writer, database->engine());
  bench::WriteMeter const meter(address);
  double const seconds = through_store(*writer, rows);
  return {seconds, static_cast<double>(meter.bytes())};
}
Turn bare(std::string const& address, std::vector<bench::RawRow> const& rows) {
  {
    auto const database = open(address);
    create(*database->writer(), database->engine());
  }
  auto const raw = bench::raw_insert(address, {statements, rows, acts_per_commit * rows_per_act});
  return {raw.seconds, static_cast<double>(raw.bytes_written)};
}

void remove_file(std::string const& address) {
  if (!address.starts_with("sqlite:")) return;
  for (char const* end : {"", "-wal", "-shm"}) std::filesystem::remove(address.substr(7) + end);
}

void compare(std::string const& address) {
  auto const rows = make_rows();
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    Turn store;
    Turn raw;
    for (bool const ours : {round % 2 == 0, round % 2 != 0}) {  // each goes first as often
      remove_file(address);
      (ours ? store : raw) = ours ? through_store(address, rows) : bare(address, rows);
    }
    ratios.push_back(raw.seconds / store.seconds);
    std::printf("store %8.0f acts/s %6.0f bytes/act   raw %8.0f acts/s %6.0f bytes/act   ratio %.2f\n",
                acts / store.seconds, store.bytes / acts, acts / raw.seconds, raw.bytes / acts,
                ratios.back());
  }
  remove_file(address);
  std::sort(ratios.begin(), ratios.end());
  std::printf("median ratio %.2f\n", ratios[ratios.size() / 2]);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    for (int i = 1; i < count; ++i) compare(arguments[i]);
  } catch (std::exception const& error) {
    std::fprintf(stderr, "store_bench_run: %s\n", error.what());
    return 1;
  }
  return count > 1 ? 0 : 2;
}
