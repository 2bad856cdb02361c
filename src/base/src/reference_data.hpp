// Tables that tools/generate_reference_data.mjs makes from npm packages while building.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace plumbline::reference {

extern int const calendar_first_year;
extern int const calendar_last_year;
extern std::span<std::int32_t const> const holidays;  // YYYYMMDD, ascending
extern std::span<std::int32_t const> const makeup_workdays;

// Lines "code TAB name LF", by code as text ascending; a line never runs from one part into the next.
extern std::size_t const division_rows;
extern std::span<std::string_view const> const division_parts;

}  // namespace plumbline::reference
