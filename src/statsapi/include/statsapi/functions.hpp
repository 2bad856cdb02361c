// The functions behind `plumbline stats`. A family adds a table of its functions and its name here.
#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "reflect/json.hpp"

namespace plumbline::statsapi {

struct Function {
  std::string_view name;
  std::string_view arguments;  // as in stats-api.md: "x, n, conf, side? (\"two\", \"lower\")"
  std::string_view results;
  std::string_view method;  // what is computed, with its source
  // `line` is the whole object of the line. Refused: missing_argument, unknown_argument,
  // invalid_argument (path: JSON pointer to it), and what the function itself refuses.
  Result<Json> (*call)(Json const& line);
};

std::vector<Function> const& functions();
Function const* find_function(std::string_view name);

// One case of draw compute or match compute: the case with its results, or with `error`.
Json computed_draw(Json example);
Json computed_match(Json example);

}  // namespace plumbline::statsapi
