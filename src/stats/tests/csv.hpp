// Reads the reference tables: one header line, commas, double quotes around cells that hold commas.
#pragma once
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace plumbline::stats::testing {

using Row = std::map<std::string, std::string>;

inline std::vector<std::string> split_cells(std::string const& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      out.emplace_back();
    else if (c != '\r')
      out.back().push_back(c);
  }
  return out;
}

inline std::vector<Row> read_csv(std::string const& path) {
  std::ifstream file(path);
  std::vector<Row> out;
  std::string line;
  std::getline(file, line);
  auto const names = split_cells(line);
  while (std::getline(file, line)) {
    auto const cells = split_cells(line);
    Row row;
    for (std::size_t i = 0; i < names.size() && i < cells.size(); ++i) row[names[i]] = cells[i];
    out.push_back(row);
  }
  return out;
}

inline double number(Row const& row, std::string const& name) { return std::stod(row.at(name)); }

}  // namespace plumbline::stats::testing
