// Step 2 of section 8: the tree computed from the entries, compared with every published tile on the way.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/tile.hpp"
#include "ledger/tree.hpp"
#include "publication/verdict.hpp"

namespace plumbline::publication {

class TreeScan {
 public:
  TreeScan(ledger::TileSource const& source, std::uint64_t size) : source_(source), size_(size) {}

  // The hashes of the next bundle's entries: 256 of them, fewer only at the log's end. The answer is a
  // tile that is missing.
  std::optional<Failure> take(std::span<Hash const> leaf_hashes);
  // After the last bundle: compares the partial tiles of the higher levels.
  std::optional<Failure> finish();
  // Root of the first `count` entries, where the last bundle taken holds entry count - 1 (or count is 0).
  Hash root_at(std::uint64_t count) const;

  // First entry that is not what tile/0 says; first tile of a higher level that is not what is computed.
  std::optional<std::uint64_t> const& entry_unlike() const { return entry_unlike_; }
  std::string const& tile_unlike() const { return tile_unlike_; }

 private:
  std::optional<Failure> compare(unsigned level, std::uint64_t index, std::vector<Hash> const& computed);
  std::optional<Failure> close(unsigned level);

  ledger::TileSource const& source_;
  std::uint64_t size_;
  std::uint64_t bundles_before_ = 0;  // full bundles before the one last taken
  ledger::CompactRange before_;       // over the roots of those bundles
  std::vector<Hash> latest_;          // leaf hashes of the bundle last taken
  struct Level {
    std::uint64_t index = 0;  // of the tile being filled
    std::vector<Hash> hashes;
  };
  std::array<Level, ledger::hash_tile_levels> levels_;  // 1 and above; level 0 is latest_
  std::optional<std::uint64_t> entry_unlike_;
  std::string tile_unlike_;
};

}  // namespace plumbline::publication
