#include "base/divisions.hpp"

#include <algorithm>
#include <array>

#include "base/identifiers.hpp"
#include "reference_data.hpp"

namespace plumbline {
namespace {

std::vector<Division> read_table() {
  std::vector<Division> table;
  table.reserve(reference::division_rows);
  for (std::string_view part : reference::division_parts)
    while (!part.empty()) {
      std::size_t const tab = part.find('\t');
      std::size_t const end = part.find('\n', tab);
      table.push_back({part.substr(0, tab), part.substr(tab + 1, end - tab - 1)});
      part.remove_prefix(end + 1);
    }
  return table;
}

std::span<Division const>::iterator lower_bound(std::string_view code) {
  auto const table = divisions();
  return std::lower_bound(
      table.begin(), table.end(), code,
      [](Division const& division, std::string_view wanted) { return division.code < wanted; });
}

Division const* find_exactly(std::string_view code) {
  auto const found = lower_bound(code);
  return found != divisions().end() && found->code == code ? &*found : nullptr;
}

std::size_t code_length_below(std::size_t length) { return length == 6 ? 9 : length + 2; }

bool only_groups(std::string_view name) {
  constexpr std::array<std::string_view, 4> names{"市辖区", "县", "省直辖县级行政区划",
                                                  "自治区直辖县级行政区划"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::span<Division const> divisions() {
  static std::vector<Division> const table = read_table();
  return table;
}

// 441900 is a county of its own (东莞), 371500 the city 3715: the full spelling goes first.
Division const* find_division(std::string_view code) {
  Division const* const found = find_exactly(code);
  return found ? found : find_exactly(short_region_code(code));
}

bool division_exists(std::string_view code) { return find_division(code) != nullptr; }

std::optional<std::string_view> division_name(std::string_view code) {
  Division const* const found = find_division(code);
  if (!found) return {};
  return found->name;
}

std::vector<Division> division_children(std::string_view code) {
  std::vector<Division> children;
  Division const* const parent = code.empty() ? nullptr : find_division(code);
  if (!code.empty() && !parent) return children;
  std::string const prefix(parent ? parent->code : "");
  std::size_t const length = code_length_below(prefix.size());
  // From child to child, over everything below each: "~" sorts after every digit.
  for (auto at = lower_bound(prefix + '0'); at != divisions().end() && at->code.starts_with(prefix);
       at = lower_bound(std::string(at->code) + '~'))
    if (at->code.size() == length) children.push_back(*at);
  return children;
}

std::string division_full_name(std::string_view code) {
  Division const* const found = find_division(code);
  if (!found) return {};
  std::string full;
  for (std::size_t const length : {2, 4, 6, 9}) {
    if (length > found->code.size()) break;
    Division const* const level = find_exactly(found->code.substr(0, length));
    if (level && !only_groups(level->name) && !full.ends_with(level->name)) full.append(level->name);
  }
  return full;
}

}  // namespace plumbline
