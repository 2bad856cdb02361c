#include "tree_scan.hpp"

namespace plumbline::publication {
namespace {

// Root of the perfect tree over 256 hashes; in place, no allocation.
Hash tile_root(std::vector<Hash> hashes) {
  for (std::size_t width = hashes.size(); width > 1; width /= 2)
    for (std::size_t i = 0; i < width / 2; ++i)
      hashes[i] = ledger::node_hash(hashes[2 * i], hashes[2 * i + 1]);
  return hashes[0];
}

}  // namespace

std::optional<Failure> TreeScan::take(std::span<Hash const> leaf_hashes) {
  if (latest_.size() == ledger::tile_width) {  // it was not the last: it goes up now
    auto const root = tile_root(latest_);
    before_.append(root);
    ++bundles_before_;
    levels_[1].hashes.push_back(root);
    for (unsigned level = 1; level + 1 < levels_.size() && levels_[level].hashes.size() == ledger::tile_width;
         ++level)
      if (auto bad = close(level)) return bad;
  }
  latest_.assign(leaf_hashes.begin(), leaf_hashes.end());
  return compare(0, bundles_before_, latest_);
}

// A full tile of a higher level: compare it, hand its root up, start the next.
std::optional<Failure> TreeScan::close(unsigned level) {
  auto& [index, hashes] = levels_[level];
  if (auto bad = compare(level, index, hashes)) return bad;
  levels_[level + 1].hashes.push_back(tile_root(hashes));
  hashes.clear();
  ++index;
  return {};
}

std::optional<Failure> TreeScan::finish() {
  if (latest_.size() == ledger::tile_width)
    if (auto bad = take({})) return bad;
  for (unsigned level = 1; level < levels_.size(); ++level)
    if (!levels_[level].hashes.empty())
      if (auto bad = compare(level, levels_[level].index, levels_[level].hashes)) return bad;
  return {};
}

std::optional<Failure> TreeScan::compare(unsigned level, std::uint64_t index,
                                         std::vector<Hash> const& computed) {
  if (computed.empty()) return {};
  auto const path =
      ledger::tile_path({ledger::TileKind::hashes, level, index, static_cast<unsigned>(computed.size())});
  auto const published = ledger::read_tile(source_, level, index, static_cast<unsigned>(computed.size()));
  if (!published && published.refusal().code == "FILE_MISSING")
    return Failure{"FILE_MISSING", path, "needed for a log of " + std::to_string(size_) + " entries"};
  if (!published) {
    if (tile_unlike_.empty()) tile_unlike_ = path;
    return {};
  }
  if (*published == computed) return {};
  if (level > 0 && tile_unlike_.empty()) tile_unlike_ = path;
  if (level == 0 && !entry_unlike_) {
    std::uint64_t i = 0;
    while ((*published)[i] == computed[i]) ++i;
    entry_unlike_ = index * ledger::tile_width + i;
  }
  return {};
}

Hash TreeScan::root_at(std::uint64_t count) const {
  if (count == 0) return ledger::empty_root();
  ledger::CompactRange last;
  std::uint64_t const within = count - bundles_before_ * ledger::tile_width;
  for (std::uint64_t i = 0; i < within; ++i) last.append(latest_[i]);
  if (within == ledger::tile_width) {
    auto all = before_;
    all.append(last.root());
    return all.root();
  }
  auto frontier = before_.frontier();
  auto const tail = last.frontier();
  frontier.insert(frontier.end(), tail.begin(), tail.end());
  return ledger::CompactRange::from_frontier(count, frontier).value().root();
}

}  // namespace plumbline::publication
