// plumbline bench: figures about speed, as text or JSON.
#include "bench/bench.hpp"

#include <iostream>

#include "base/hash.hpp"
#include "support.hpp"

namespace plumbline::app {
namespace {

class Scratch {
 public:
  explicit Scratch(fs::path const& above)
      : path_((above.empty() ? fs::temp_directory_path() : above) /
              ("plumbline-bench-" + hex_encode(random_bytes(8)))) {}
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(Scratch const&) = delete;
  Scratch& operator=(Scratch const&) = delete;
  fs::path const& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<std::string> wanted(BenchOptions const& options) {
  std::vector<std::string> all = bench::names();
  if (options.names == std::vector<std::string>{"http"}) {
    std::erase_if(all, [](std::string const& name) { return !name.starts_with("http"); });
    return all;
  }
  if (!options.names.empty()) return options.names;
  if (options.postgres.empty()) std::erase(all, "desk_postgres");
  return all;
}

void print_line(bench::Figure const& figure) {
  std::cout << figure.name << ": " << figure.value << ' ' << figure.unit << "; " << figure.reference << ' '
            << figure.unit << " = " << figure.reference_is << "; ratio " << figure.ratio
            << " (wanted: " << figure.wanted << ")";
  for (auto const& [name, value] : figure.more) std::cout << "; " << name << ' ' << value;
  std::cout << '\n' << std::flush;
}

}  // namespace

int run_bench(BenchOptions const& options) {
  Scratch const scratch(options.scratch);
  bench::Setting setting{catalogue(), scratch.path(), options.postgres, {}, options.runs, {}};
  setting.say = [](std::string_view what) { std::cerr << what << '\n'; };
  if (options.smoke) {
    setting.sizes = bench::smoke_sizes();
    setting.runs = 1;
  }
  Json figures = Json(Json::Array{});
  try {
    for (auto const& name : wanted(options)) {
      auto const figure = bench::run(name, setting);
      if (options.output == Output::text) print_line(figure);
      figures.push(to_json(figure));
    }
  } catch (std::invalid_argument const& wrong) {
    throw UsageError(wrong.what());
  }
  if (options.output == Output::json) print(figures, Output::json);
  return 0;
}

}  // namespace plumbline::app
