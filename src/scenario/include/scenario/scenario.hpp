// Scenario files: the paths through a workflow in words an officer can read, run against a real data
// folder (architecture.md section 5). One line is one sentence; a payload may go on over several lines.
//
//   as ROLE of REGION [named NAME] [for firm LABEL]   who acts (made on first use); or: as system
//   on 2026-03-02                                     the day, 09:00 in China
//   at +15 days | at +3 workdays                      later
//   do REGISTER.ACTION LABEL { … }                    an act; a label not seen before is a new record
//   refused CODE [PATH]                               the act just before is refused so
//   expect state S [of LABEL]                         of the record acted on last
//   expect field NAME VALUE [of LABEL]                text as in a file's cell; "" is empty; A.B reaches in
//   expect clock RULE STATUS [due DATE] [of LABEL]
//   call LABEL REGISTER N of $LABEL.FIELD             names a record made on the way: the N-th id there
//   clocks                                            fires what is past due
//   include FILE                                      the sentences of another file of the same folder
//
// In payloads $LABEL is the id of a record, $NAME the account of a person, $today the day, $LABEL.FIELD a
// field of a record as it stands. # begins a comment.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/register.hpp"

namespace plumbline::scenario {

struct Step {
  std::string file;  // name, "" when parsed from a text
  int line = 0;
  std::string words;    // without the payload
  std::string payload;  // JSON, "" = none
};
// Refused "scenario_form" (detail: line and reason).
Result<std::vector<Step>> parse_scenario(std::string_view text);
// With its includes. Refused also "file_missing" (detail: the path).
Result<std::vector<Step>> load_scenario(std::filesystem::path const& file);

enum class Way : std::uint8_t {
  plain,
  restart,  // the data folder is closed and opened again after every act
  rebuild   // every table is thrown away and made again from the log before every expectation
};

struct Stage {
  kernel::Catalogue const& catalogue;  // must outlive the run
  std::filesystem::path folder;        // empty or absent; the caller removes it
  std::string database;                // "" = SQLite in the folder
  std::string jurisdiction = "3715";
  Way way = Way::plain;
};

struct Outcome {
  int acts = 0;
  int refusals = 0;
  int expectations = 0;
  std::vector<std::string> failures;  // "12: expected … found …"; the run stops at the first
};
Outcome run_scenario(std::vector<Step> const& steps, Stage const& stage);

}  // namespace plumbline::scenario
