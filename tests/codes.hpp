// Which codes a source file can answer to a person, read from its text: no list of them has to be kept.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::tests {

struct Source {
  std::string path;  // "src/kernel/src/desk.cpp"
  std::string text;
};

struct Codes {
  std::map<std::string, std::string> places;  // code -> "src/kernel/src/desk.cpp:147", the first one
  std::vector<std::string> unread;            // refusals whose code the scan cannot follow
};

// A code is a literal like "too_long", where it is
// - the argument for a parameter called `code` or `error` of a function or lambda seen in the same file, in a
//   private header of the same library or in a public header: refuse("…"), problems.add("…");
// - a member of a braced Refusal, Failure, Problem or Format, named or not: Refusal{"…", detail, {}};
// - given to a variable `code`, `error` or `problem`, or returned by a function such a variable is made from;
// - a name in capitals in `ledger` or `publication`: the errors of the verifier.
// Both sides of a ?: count, operands of == and != do not.
Codes codes_of(std::vector<Source> const& sources);

// The sources of the product: all under src/ but tests, benchmarks and what runs scenarios.
std::vector<Source> product_sources(std::filesystem::path const& root);

}  // namespace plumbline::tests
