// The Merkle tree of RFC 6962 section 2.1 (the same tree as RFC 9162 section 2.1) over SHA-256:
//   leaf  SHA-256(0x00 ‖ entry)      node  SHA-256(0x01 ‖ left ‖ right)      empty tree  SHA-256("")
// Pure functions; nothing here reads or writes a file. A node is named by (level, index): it covers the
// leaves [index · 2^level, (index + 1) · 2^level).
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace plumbline::ledger {

using Proof = std::vector<Hash>;

Hash leaf_hash(ByteView entry);
Hash node_hash(Hash const& left, Hash const& right);
Hash const& empty_root();
// MTH of section 2.1 for leaf hashes already computed.
Hash root_of(std::span<Hash const> leaf_hashes);

// The perfect subtrees on the right edge of a growing tree: all that is needed to append and to know
// the root, at most 64 hashes whatever the size.
class CompactRange {
 public:
  CompactRange() = default;
  // `frontier`: the roots of the perfect subtrees, widest first, popcount(size) of them; else nothing.
  static std::optional<CompactRange> from_frontier(std::uint64_t size, std::span<Hash const> frontier);
  // size as u64 big endian ‖ frontier hashes, widest first.
  static std::optional<CompactRange> deserialise(ByteView bytes);
  Bytes serialise() const;

  std::uint64_t size() const { return size_; }
  Hash root() const;
  std::vector<Hash> frontier() const;

  void append(Hash const& leaf) {
    append(leaf, [](unsigned, std::uint64_t, Hash const&) {});
  }
  // Calls completed(level, index, hash) for the leaf (level 0) and every node it completes, upwards.
  template <class Completed>
  void append(Hash const& leaf, Completed&& completed) {
    Hash hash = leaf;
    unsigned level = 0;
    completed(level, size_, hash);
    for (; (size_ >> level & 1) != 0; ++level) {
      hash = node_hash(nodes_[level], hash);
      completed(level + 1, size_ >> (level + 1), hash);
    }
    nodes_[level] = hash;
    ++size_;
  }

  friend bool operator==(CompactRange const& a, CompactRange const& b) {
    return a.size_ == b.size_ && a.frontier() == b.frontier();
  }

 private:
  std::uint64_t size_ = 0;
  std::array<Hash, 64> nodes_{};  // nodes_[level] is meant where bit `level` of size_ is set
};

// Gives the hash of a complete node, or nothing when it cannot be had.
using HashSource = std::function<std::optional<Hash>(unsigned level, std::uint64_t index)>;

// The root of the tree of the first `size` leaves. Refused with "hash_missing".
Result<Hash> root_from(HashSource const& hashes, std::uint64_t size);
// The perfect subtrees of the first `size` leaves. Refused with "hash_missing".
Result<CompactRange> range_from(HashSource const& hashes, std::uint64_t size);
// RFC 6962 section 2.1.1, leaf's sibling first. Refused with "out_of_range" (index ≥ size), "hash_missing".
Result<Proof> inclusion_proof(HashSource const& hashes, std::uint64_t index, std::uint64_t size);
// RFC 6962 section 2.1.2, for 0 < old_size ≤ size. Refused with "out_of_range", "hash_missing".
Result<Proof> consistency_proof(HashSource const& hashes, std::uint64_t old_size, std::uint64_t size);

// RFC 9162 section 2.1.3.2: the leaf stands at `index` in the tree of `size` leaves with that root.
bool verify_inclusion(std::uint64_t index, std::uint64_t size, Hash const& leaf, Hash const& root,
                      std::span<Hash const> path);
// The root an inclusion path leads to; nothing when index ≥ size or the path has another length.
std::optional<Hash> root_from_inclusion(std::uint64_t index, std::uint64_t size, Hash const& leaf,
                                        std::span<Hash const> path);
// RFC 9162 section 2.1.4.2: the larger tree begins with the smaller one. A proof from size 0 says nothing
// and is refused; equal sizes need equal roots and an empty path.
bool verify_consistency(std::uint64_t old_size, std::uint64_t size, Hash const& old_root, Hash const& root,
                        std::span<Hash const> path);

}  // namespace plumbline::ledger
