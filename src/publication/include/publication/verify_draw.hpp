// `draw verify` (draw-publication.md section 7 with the additions of section 11): one published draw, or
// all of draws/, from nothing but the published files, the log's key and the verifier's own clock.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "publication/file_source.hpp"
#include "publication/verdict.hpp"

namespace plumbline::publication {

struct DrawVerifyOptions {
  std::string vkey;                   // the log's, Ed25519
  std::optional<std::string> policy;  // text of a policy file of the verifier's own
  Instant at;                         // "now": decides OVERDUE only
  Grade require = Grade::jia;
};

enum class DrawStage : std::uint8_t { planned, seeded, sealed, result, open, erased, voided };
std::string_view to_string(DrawStage stage);  // voided is "void"

struct DrawReport {
  std::string draw;
  DrawStage stage = DrawStage::planned;
  Grade grade = Grade::jia;
  std::vector<std::string> by_hand;       // what a person must watch or look up
  std::vector<std::string> participants;  // who committed, and whether it was opened
  std::vector<std::string>
      warnings;  // CELL_SMALL; below 甲 also WITNESS_QUORUM, POLICY_WEAK; ERASED_FILE_PRESENT
  std::string witness_keys;
  std::vector<std::uint64_t> pending;  // numbers of the series planned and not yet decided
};
Json to_json(DrawReport const& report);

// Error names in the order of section 7. Beyond it: FILE_MISSING also for an unlogged result.json,
// ASSIGN_MISMATCH for a direct assignment that contradicts the draw.
Verdict<DrawReport> verify_draw(FileSource const& source, DrawVerifyOptions const& options);

// On `draws/`: every folder, then FRAME_REUSED, SEED_TWICE, FOLDER_MISSING, and LOG_FORKED between folders.
struct DrawsReport {
  std::vector<DrawReport> draws;
};
Json to_json(DrawsReport const& report);
Verdict<DrawsReport> verify_draws(FileSource const& source, DrawVerifyOptions const& options);

// True when the folder is one draw's (it has a plan), not all of draws/.
bool is_draw_folder(FileSource const& source);

}  // namespace plumbline::publication
