#include "stats_bench/draw_bench.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "stats/draw.hpp"

namespace plumbline::stats {
namespace {

constexpr std::array<std::string_view, 3> stratum_names{"低风险A", "中风险B", "高风险C"};

struct Population {
  std::vector<std::string> ids;
  std::vector<DrawUnit> units;
};

Population make_population(std::uint64_t count) {
  Population out;
  out.ids.reserve(count);
  out.units.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) out.ids.push_back(to_hex(sha256("firm " + std::to_string(i))));
  for (std::uint64_t i = 0; i < count; ++i)
    out.units.push_back({out.ids[i], static_cast<std::uint32_t>(i % stratum_names.size()), 1 + i % 20});
  return out;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double time_draw(Population const& population, std::uint64_t drawn, Hash const& seed) {
  std::array<DrawStratum, stratum_names.size()> strata{};
  for (std::size_t s = 0; s < strata.size(); ++s) strata[s] = {stratum_names[s], drawn / strata.size(), 0};
  strata[0].n += drawn % strata.size();
  auto const start = std::chrono::steady_clock::now();
  auto const result = draw(HashSuite::sha256, seed, strata, population.units);
  double const seconds = seconds_since(start);
  if (!result) throw std::logic_error("the bench's own population was refused");
  return seconds;
}

double time_bare(Population const& population, Hash const& seed) {
  auto const start = std::chrono::steady_clock::now();
  std::array<std::vector<Hash>, stratum_names.size()> tickets;
  for (auto& list : tickets) list.reserve(population.units.size() / tickets.size() + 1);
  std::array<Bytes, stratum_names.size()> messages;
  std::array<std::size_t, stratum_names.size()> prefix_sizes{};
  for (std::size_t s = 0; s < messages.size(); ++s) {
    append(messages[s], std::string_view("dr1/ticket\n"));
    append(messages[s], ByteView(seed));
    append_tlv(messages[s], stratum_names[s]);
    prefix_sizes[s] = messages[s].size();
  }
  Hasher hasher;
  for (auto const& unit : population.units) {
    auto& message = messages[unit.stratum];
    message.resize(prefix_sizes[unit.stratum]);
    append_tlv(message, unit.id);
    tickets[unit.stratum].push_back(hasher.update(message).finish());
  }
  for (auto& list : tickets) std::sort(list.begin(), list.end());
  return seconds_since(start);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

DrawBench bench_draw(std::uint64_t units, std::uint64_t drawn, unsigned repeats) {
  auto const population = make_population(units);
  std::vector<double> seconds;
  std::vector<double> bare;
  std::vector<double> ratios;
  for (unsigned i = 0; i < std::max(repeats, 1U); ++i) {
    Hash const seed = sha256("bench " + std::to_string(i));
    seconds.push_back(time_draw(population, drawn, seed));
    bare.push_back(time_bare(population, seed));
    ratios.push_back(seconds.back() / bare.back());
  }
  return {units, drawn, median(seconds), median(bare), median(ratios)};
}

}  // namespace plumbline::stats
