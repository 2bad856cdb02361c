// A small office that publishes one honest draw, or one that a hook spoils before it is logged and signed:
// an insider's forgery with valid signatures. Deterministic; the keys are for tests only.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/checkpoint.hpp"
#include "ledger/keys.hpp"
#include "ledger/tree.hpp"
#include "publication/compute.hpp"
#include "publication/folder_writer.hpp"

namespace plumbline::publication::test {

enum class Until { plan, seed, result, recusal, open, erase };

struct Script {
  Until until = Until::open;
  HashSuite suite = HashSuite::sha256;
  unsigned cosigners = 2;       // of the two witnesses
  std::string quorum = "both";  // line of the policy
  std::uint64_t inspectors = 6;
  std::uint64_t inspectors_per_unit = 2;
  std::optional<std::uint64_t> reserves;
  bool has_commitments = false;
  bool is_unmatched = false;  // one inspector for two places: assigned by hand, hall withheld
  bool is_void = false;       // after the seed, before RESULT
  std::int64_t cosign_delay_s = 30;
  std::uint64_t records_after = 0;  // entries of other registers at the log's end, two of each record

  std::function<void(Frame&)> on_frame;
  std::function<void(Roster&)> on_roster;
  std::function<void(Plan&)> on_plan;
  std::function<void(Reveal&)> on_reveal;
  std::function<void(Seed&)> on_seed;
  std::function<void(DrawResult&)> on_result;
  std::function<void(Assign&)> on_assign;
  std::function<void(RecusalBody&)> on_recusal;
  std::function<void(Open&)> on_open;
  std::function<void(std::string& frame_csv, std::string& roster_csv, std::string& recusals_csv)> on_lists;
  std::function<void(std::vector<std::string>&)> on_series;
  std::function<void(std::uint64_t index, std::string& leaf)> on_leaf;
};

struct Published {
  DrawPublication draw;
  std::string vkey;
  std::shared_ptr<std::vector<Hash>> leaf_hashes;
  std::vector<std::string> leaves;
  std::string checkpoint;  // of the whole log
  ledger::HashSource tree() const;
};

// Times: plan 2025-03-04T00:40Z, dice 02:00Z, deadline 12:00Z, opened 2025-04-01.
Published publish(Script const& script);

// A proof of entry `index` in the tree of the first `size` entries, cosigned by both witnesses at `time`.
std::string proof_at(Published const& published, std::uint64_t index, std::uint64_t size, Instant time);

// The files of the folder without writing them through the disk.
std::map<std::string, std::string> files_of(Published const& published);
// The log's folder: checkpoint, policy, tiles, bundles.
std::map<std::string, std::string> log_files_of(Published const& published);

}  // namespace plumbline::publication::test
