// The parser behind parse_json, parse_canonical and read: Boost.JSON's tokeniser with an own handler.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "reflect/json.hpp"

namespace plumbline {

enum class OnFlaw : std::uint8_t {
  stop,       // the first duplicate name or NUL ends parsing; its detail is the byte offset
  collect,    // go on, so that a reader can report everything at once (it looks for NUL in texts itself)
  allow_nul,  // stop at duplicates, take U+0000 (canonical JSON)
};

struct Parsed {
  Json document;                  // meaningful when complete
  std::vector<Problem> problems;  // syntax, duplicates, NUL, depth
  bool complete = false;          // the text was JSON to its end
};

Parsed parse_document(std::string_view text, OnFlaw on_flaw, std::size_t depth_max);

}  // namespace plumbline
