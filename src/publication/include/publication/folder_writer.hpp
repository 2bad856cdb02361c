// Writes `draws/<draw id>/` as draw-publication.md section 4 lays it out, as often as something is added.
// Published files never change, except series.jsonl, consistency/ and SHA256SUMS, and the two README, which
// are for people, prove nothing and are written anew at every stage.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/tree.hpp"
#include "publication/bodies.hpp"
#include "publication/verdict.hpp"

namespace plumbline::publication {

// The three files of a log entry.
struct EntryFiles {
  std::string body;   // E.json: format_body()
  std::string leaf;   // E.entry: the leaf's bytes
  std::string proof;  // E.tlog-proof: to the first witnessed checkpoint that covers it
};

// sealed (section 11): for unannounced checks, until they are over, the lists, result.json and the bodies
// that name who was drawn (assign, recusals) are withheld; their entries and proofs are not.
enum class Disclosure : std::uint8_t { full, sealed };

// Everything of one draw that exists by now.
struct DrawPublication {
  std::string draw;
  std::string policy;               // C2SP tlog-policy, as plan.policy names it
  std::vector<std::string> series;  // leaves of the series chain up to this draw's last
  EntryFiles frame, roster, plan;
  std::optional<EntryFiles> reveal, seed, result, voided, assign, open, erase;
  std::vector<EntryFiles> recusals;
  std::optional<std::string> unlogged_result;  // result.json of a draw voided before RESULT
  std::string frame_csv, excluded_csv, roster_csv, recusals_csv;
  std::optional<std::string> groups_csv;
  std::vector<std::filesystem::path> evidence;  // files to copy to evidence/<sha256>
  Disclosure disclosure = Disclosure::full;
};

// For the README only.
struct ReaderFacts {
  std::string vkey;                  // the log's
  Grade grade = Grade::jia;          // the one this publication reaches (section 11)
  std::map<Pid, std::string> names;  // of drawn units, shown once they are opened
};

// The files of the folder by name, but for SHA256SUMS and evidence/. `tree`: node hashes of the log, at least
// as large as the largest checkpoint in the proofs. Refused with "proof_format" (an entry's proof cannot be
// read), "hash_missing" (the tree is too small), or as parse_body refuses the plan.
Result<std::map<std::string, std::string>> draw_files(DrawPublication const& publication,
                                                      ledger::HashSource const& tree,
                                                      ReaderFacts const& facts);

// Brings `draws`/<draw id>/ up to date, and `draws`/SHA256SUMS, which names each draw's SHA256SUMS. Refused
// as draw_files, and with "file_differs" (detail: a file published with other bytes), "evidence_missing";
// nothing is written then. Throws std::system_error when the disk fails; running it again completes what
// was left.
Result<void> write_draw_folder(std::filesystem::path const& draws, DrawPublication const& publication,
                               ledger::HashSource const& tree, ReaderFacts const& facts);

}  // namespace plumbline::publication
