// Reading the city's file, and what the design makes of it.
#include "replay/chicago.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "kernel/act.hpp"

namespace plumbline::replay {

namespace {

struct Column {
  std::string_view heading;
  std::string Establishment::* field;
};
constexpr Column columns[] = {{"License", &Establishment::licence},
                              {"DBA_Name", &Establishment::name},
                              {"Address", &Establishment::address},
                              {"Facility_Type", &Establishment::facility_type},
                              {"Risk", &Establishment::risk},
                              {"Inspection_ID", &Establishment::inspection},
                              {"Inspection_Date", &Establishment::inspected_on},
                              {"Results", &Establishment::result},
                              {"Violation_Codes", &Establishment::violations}};

std::optional<std::uint64_t> weight_of(std::string_view risk) {
  if (risk == "Risk 1 (High)") return 4;
  if (risk == "Risk 2 (Medium)") return 2;
  if (risk == "Risk 3 (Low)") return 1;
  return std::nullopt;
}

Stratum stratum_of(std::string_view facility_type) {
  if (facility_type == "Restaurant") return Stratum::restaurant;
  return facility_type.find("Grocery") == std::string_view::npos ? Stratum::other : Stratum::grocery;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Refusal bad_row(std::int64_t row, std::string const& why) {
  return kernel::refuse("bad_row", "", std::to_string(row) + ": " + why);
}

Result<std::vector<std::size_t>> positions_of(kernel::TableRow const& heading) {
  std::vector<std::size_t> positions;
  for (auto const& column : columns) {
    auto const found = std::ranges::find(heading.cells, column.heading);
    if (found == heading.cells.end())
      return kernel::refuse("missing_column", "", std::string(column.heading));
    positions.push_back(static_cast<std::size_t>(found - heading.cells.begin()));
  }
  return positions;
}

Result<Establishment> establishment_of(kernel::TableRow const& row,
                                       std::vector<std::size_t> const& positions) {
  if (!row.problem.empty()) return bad_row(row.number, row.problem);
  Establishment made;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (positions[i] >= row.cells.size()) return bad_row(row.number, "column_count");
    made.*columns[i].field = row.cells[positions[i]];
  }
  auto const weight = weight_of(made.risk);
  if (!weight) return bad_row(row.number, "Risk");
  if (!number_of(made.licence)) return bad_row(row.number, "License");
  if (!number_of(made.inspection)) return bad_row(row.number, "Inspection_ID");
  if (!parse_date(made.inspected_on)) return bad_row(row.number, "Inspection_Date");
  made.weight = *weight;
  made.stratum = stratum_of(made.facility_type);
  return made;
}

bool is_later(Establishment const& a, Establishment const& b) {
  if (a.inspected_on != b.inspected_on) return a.inspected_on > b.inspected_on;
  return number_of(a.inspection) > number_of(b.inspection);
}

}  // namespace

std::string_view to_string(Stratum stratum) {
  constexpr std::string_view names[] = {"restaurant", "grocery", "other"};
  return names[static_cast<std::size_t>(stratum)];
}

Result<std::vector<Establishment>> read_establishments(std::filesystem::path const& inspections_csv) {
  auto const table = kernel::open_table(inspections_csv);
  if (!table) return table.refusal();
  kernel::TableRow row;
  if (!(*table)->next(row)) return kernel::refuse("missing_column", "", std::string(columns[0].heading));
  auto const positions = positions_of(row);
  if (!positions) return positions.refusal();
  std::map<std::string, Establishment> latest;
  while ((*table)->next(row)) {
    auto made = establishment_of(row, *positions);
    if (!made) return made.refusal();
    auto const [known, fresh] = latest.try_emplace(made->licence, *made);
    if (!fresh && is_later(*made, known->second)) known->second = std::move(*made);
  }
  std::vector<Establishment> out;
  for (auto& [licence, establishment] : latest) out.push_back(std::move(establishment));
  return out;
}

double census_rate(std::span<Establishment const> establishments) {
  if (establishments.empty()) return 0;
  auto const failed = std::ranges::count_if(establishments, &Establishment::failed);
  return static_cast<double>(failed) / static_cast<double>(establishments.size());
}

}  // namespace plumbline::replay
