// Figures about speed, each beside the least the same work must cost, measured in the same run: a number
// alone
// proves nothing on a shared machine (architecture.md section 7).
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/register.hpp"
#include "reflect/json.hpp"

namespace plumbline::bench {

// How much work; smoke sizes only show that everything runs.
struct Sizes {
  std::uint64_t desk_acts = 6'400;  // by 32 submitters
  std::uint64_t small_log = 10'000;
  std::uint64_t large_log = 1'000'000;
  std::uint64_t draw_units = 1'000'000;
  std::uint64_t drawn = 10'000;
  std::uint64_t verified_entries = 200'000;
  std::uint64_t import_rows = 20'000;
  std::uint64_t served_records = 1'000'000;
  double load_seconds = 3;
};
Sizes smoke_sizes();

struct Setting {
  kernel::Catalogue const& catalogue;
  std::filesystem::path scratch;  // a folder for data folders; emptied between runs
  std::string postgres;           // address of a server's database; its schemas plumbline_bench… are replaced
  Sizes sizes;
  unsigned runs = 5;
  std::function<void(std::string_view)> say;
};

// Medians over the runs. `ratio` is the median of the runs' own ratios and says how the product stands to the
// reference: above 1 it is faster. `wanted` is the order's least ratio or greatest value, in words.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double reference = 0;
  std::string reference_is;
  double ratio = 0;
  std::string wanted;
  std::vector<std::pair<std::string, double>> more;
};
Json to_json(Figure const& figure);

// desk, desk_postgres (only with an address), growth, draw, log_verify, import, start, http_list,
// http_record, http_write, http_growth.
std::vector<std::string> const& names();
// Throws std::invalid_argument for a name it does not know, std::runtime_error when the product refuses.
Figure run(std::string_view name, Setting const& setting);

}  // namespace plumbline::bench
