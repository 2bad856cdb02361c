#include "ledger/tree.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace plumbline::ledger {
namespace {

// Largest power of two smaller than n, as its exponent (RFC 6962 section 2.1: k); n ≥ 2.
unsigned split_level(std::uint64_t n) { return static_cast<unsigned>(std::bit_width(n - 1)) - 1; }

// Hash of the leaves [begin, end); begin is a multiple of the smallest power of two that holds the range.
std::optional<Hash> range_hash(HashSource const& hashes, std::uint64_t begin, std::uint64_t end) {
  std::optional<Hash> right;
  // The perfect subtrees of the range, narrowest first.
  for (std::uint64_t left = end - begin; left != 0; left &= left - 1) {
    auto const level = static_cast<unsigned>(std::countr_zero(left));
    auto const hash = hashes(level, (begin + left) / (std::uint64_t{1} << level) - 1);
    if (!hash) return {};
    right = right ? node_hash(*hash, *right) : *hash;
  }
  return right;
}

}  // namespace

Hash leaf_hash(ByteView entry) {
  // One call of the digest is cheaper than two: short entries are put behind their prefix first.
  std::array<std::uint8_t, 1024> message;
  if (entry.size() < message.size()) {
    message[0] = 0;
    if (!entry.empty()) std::memcpy(message.data() + 1, entry.data(), entry.size());
    return sha256(ByteView{message}.first(entry.size() + 1));
  }
  thread_local Hasher hasher;
  return hasher.update(std::string_view("\0", 1)).update(entry).finish();
}

Hash node_hash(Hash const& left, Hash const& right) {
  std::array<std::uint8_t, 65> message;
  message[0] = 1;
  std::memcpy(message.data() + 1, left.data(), 32);
  std::memcpy(message.data() + 33, right.data(), 32);
  return sha256(ByteView{message});
}

Hash const& empty_root() {
  static Hash const hash = sha256(ByteView{});
  return hash;
}

Hash root_of(std::span<Hash const> leaf_hashes) {
  CompactRange range;
  for (auto const& hash : leaf_hashes) range.append(hash);
  return range.root();
}

std::optional<CompactRange> CompactRange::from_frontier(std::uint64_t size, std::span<Hash const> frontier) {
  if (frontier.size() != static_cast<std::size_t>(std::popcount(size))) return {};
  CompactRange range;
  range.size_ = size;
  std::size_t next = 0;
  for (unsigned level = 64; level-- > 0;)
    if ((size >> level & 1) != 0) range.nodes_[level] = frontier[next++];
  return range;
}

std::optional<CompactRange> CompactRange::deserialise(ByteView bytes) {
  if (bytes.size() < 8 || (bytes.size() - 8) % 32 != 0) return {};
  std::uint64_t size = 0;
  for (auto const byte : bytes.first(8)) size = size << 8 | byte;
  std::vector<Hash> frontier((bytes.size() - 8) / 32);
  for (std::size_t i = 0; i < frontier.size(); ++i)
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(8 + 32 * i), 32, frontier[i].begin());
  return from_frontier(size, frontier);
}

Bytes CompactRange::serialise() const {
  Bytes out;
  append_u64(out, size_);
  for (auto const& hash : frontier()) plumbline::append(out, ByteView{hash});
  return out;
}

std::vector<Hash> CompactRange::frontier() const {
  std::vector<Hash> out;
  for (unsigned level = 64; level-- > 0;)
    if ((size_ >> level & 1) != 0) out.push_back(nodes_[level]);
  return out;
}

Hash CompactRange::root() const {
  if (size_ == 0) return empty_root();
  auto level = static_cast<unsigned>(std::countr_zero(size_));
  Hash hash = nodes_[level];
  for (++level; level < 64; ++level)
    if ((size_ >> level & 1) != 0) hash = node_hash(nodes_[level], hash);
  return hash;
}

Result<Hash> root_from(HashSource const& hashes, std::uint64_t size) {
  if (size == 0) return empty_root();
  auto const hash = range_hash(hashes, 0, size);
  if (!hash) return Refusal{"hash_missing", std::to_string(size), {}};
  return *hash;
}

Result<CompactRange> range_from(HashSource const& hashes, std::uint64_t size) {
  std::vector<Hash> frontier;
  std::uint64_t begin = 0;
  for (unsigned level = 64; level-- > 0;) {
    if ((size >> level & 1) == 0) continue;
    auto const hash = hashes(level, begin >> level);
    if (!hash) return Refusal{"hash_missing", std::to_string(size), {}};
    frontier.push_back(*hash);
    begin += std::uint64_t{1} << level;
  }
  return *CompactRange::from_frontier(size, frontier);
}

Result<Proof> inclusion_proof(HashSource const& hashes, std::uint64_t index, std::uint64_t size) {
  if (index >= size) return Refusal{"out_of_range", std::to_string(index), {}};
  Proof path;
  // PATH(m, D[begin:end]) from the root downwards; the path is read from the leaf upwards.
  for (std::uint64_t begin = 0, end = size; end - begin > 1;) {
    std::uint64_t const middle = begin + (std::uint64_t{1} << split_level(end - begin));
    bool const in_left = index < middle;
    auto const sibling = in_left ? range_hash(hashes, middle, end) : range_hash(hashes, begin, middle);
    if (!sibling) return Refusal{"hash_missing", std::to_string(index), {}};
    path.push_back(*sibling);
    (in_left ? end : begin) = middle;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

Result<Proof> consistency_proof(HashSource const& hashes, std::uint64_t old_size, std::uint64_t size) {
  if (old_size == 0 || old_size > size) return Refusal{"out_of_range", std::to_string(old_size), {}};
  Proof path;
  std::uint64_t begin = 0, end = size;
  while (old_size != end && end - begin > 1) {
    std::uint64_t const middle = begin + (std::uint64_t{1} << split_level(end - begin));
    bool const in_left = old_size <= middle;
    auto const sibling = in_left ? range_hash(hashes, middle, end) : range_hash(hashes, begin, middle);
    if (!sibling) return Refusal{"hash_missing", std::to_string(old_size), {}};
    path.push_back(*sibling);
    (in_left ? end : begin) = middle;
  }
  if (begin != 0) {  // SUBPROOF with b = false: the old tree's last subtree is not the old root itself
    auto const last = range_hash(hashes, begin, end);
    if (!last) return Refusal{"hash_missing", std::to_string(old_size), {}};
    path.push_back(*last);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::optional<Hash> root_from_inclusion(std::uint64_t index, std::uint64_t size, Hash const& leaf,
                                        std::span<Hash const> path) {
  if (index >= size) return {};
  Hash hash = leaf;
  std::uint64_t node = index, last = size - 1;
  for (auto const& sibling : path) {
    if (last == 0) return {};  // the path is longer than the tree is high
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  if (last != 0) return {};
  return hash;
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, Hash const& leaf, Hash const& root,
                      std::span<Hash const> path) {
  auto const computed = root_from_inclusion(index, size, leaf, path);
  return computed && *computed == root;
}

bool verify_consistency(std::uint64_t old_size, std::uint64_t size, Hash const& old_root, Hash const& root,
                        std::span<Hash const> path) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return path.empty() && old_root == root;
  std::uint64_t node = old_size - 1, last = size - 1;
  while ((node & 1) != 0) {
    node >>= 1;
    last >>= 1;
  }
  // Where the old tree is one perfect subtree its root begins the path and is left out of it.
  bool const old_is_perfect = std::has_single_bit(old_size);
  if (!old_is_perfect && path.empty()) return false;
  Hash from_old = old_is_perfect ? old_root : path.front();
  Hash from_new = from_old;
  for (auto const& sibling : path.subspan(old_is_perfect ? 0 : 1)) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      from_old = node_hash(sibling, from_old);
      from_new = node_hash(sibling, from_new);
      while ((node & 1) == 0 && node != 0) {
        node >>= 1;
        last >>= 1;
      }
    } else {
      from_new = node_hash(from_new, sibling);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && from_old == old_root && from_new == root;
}

}  // namespace plumbline::ledger
