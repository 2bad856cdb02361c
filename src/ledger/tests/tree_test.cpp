#include "ledger/tree.hpp"

#include "ledger/proof_file.hpp"
#include "ledger_testing.hpp"
#include "reflect/json.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

Json json_at(fs::path const& path) {
  auto document = parse_json(text_at(path));
  if (!document) throw std::runtime_error("not JSON: " + path.string());
  return std::move(document).value();
}

// Vectors treat hashes as opaque bytes: ones of another length map to a hash of their own, so that
// equal stays equal and nothing else becomes so.
Hash opaque(std::string const& base64) {
  auto const bytes = base64_decode(base64).value();
  if (bytes.size() != 32) return sha256("opaque " + base64);
  Hash out;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
std::string text_of_member(Json const& document, char const* name) { return *document.find(name)->as_text(); }
std::uint64_t number_of_member(Json const& document, char const* name) {
  auto const* number = document.find(name)->as_integer();
  if (number == nullptr) return UINT64_MAX;  // 18446744073709551615, beyond our JSON's integers
  return static_cast<std::uint64_t>(*number);
}
Proof proof_of_member(Json const& document) {
  Proof proof;
  if (auto const* items = document.find("proof")->as_array())
    for (auto const& item : *items) proof.push_back(opaque(*item.as_text()));
  return proof;
}

template <class Check>
void for_each_vector(fs::path const& folder, int expected_count, int expected_good, Check check) {
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  int count = 0, good = 0;
  for (auto const& file : fs::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    auto const vector = json_at(file.path());
    bool const wanted = !*vector.find("wantErr")->as_bool();
    EXPECT_EQ(check(vector), wanted) << file.path();
    ++count;
    good += wanted ? 1 : 0;
  }
  EXPECT_EQ(count, expected_count);
  EXPECT_EQ(good, expected_good);
}

TEST(Tree, InclusionVectors) {
  for_each_vector(shared_vectors() / "tlog/merkle-testdata/inclusion", 98, 6, [](Json const& vector) {
    // A leaf hash of another length cannot be stated here.
    if (base64_decode(text_of_member(vector, "leafHash"))->size() != 32) return false;
    return verify_inclusion(number_of_member(vector, "leafIdx"), number_of_member(vector, "treeSize"),
                            opaque(text_of_member(vector, "leafHash")),
                            opaque(text_of_member(vector, "root")), proof_of_member(vector));
  });
}

TEST(Tree, ConsistencyVectors) {
  for_each_vector(shared_vectors() / "tlog/merkle-testdata/consistency", 98, 6, [](Json const& vector) {
    return verify_consistency(number_of_member(vector, "size1"), number_of_member(vector, "size2"),
                              opaque(text_of_member(vector, "root1")),
                              opaque(text_of_member(vector, "root2")), proof_of_member(vector));
  });
}

TEST(Tree, KnownRootsOfRfc6962) {
  auto const path = shared_vectors() / "tlog/rfc6962-known-roots.json";
  if (!fs::exists(path)) GTEST_SKIP() << "no shared vectors";
  auto const vectors = json_at(path);
  auto const& inputs = *vectors.find("leaf_inputs_hex")->as_array();
  auto const& roots = *vectors.find("roots_by_size")->as_array();
  ASSERT_EQ(inputs.size(), 8U);
  CompactRange range;
  EXPECT_EQ(to_hex(range.root()), *roots[0].as_text());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto const leaf = leaf_hash(*hex_decode(*inputs[i].as_text()));
    EXPECT_EQ(to_hex(leaf), *(*vectors.find("leaf_hashes")->as_array())[i].as_text());
    range.append(leaf);
    EXPECT_EQ(to_hex(range.root()), *roots[i + 1].as_text());
  }
}

TEST(Tree, RootsOfTheReferenceLog) {
  auto const leaves = leaf_hashes(700);
  auto const hashes = nodes_of(leaves);
  auto const roots = json_at(data_folder() / "roots.json");
  int seen = 0;
  for (auto const& [size_text, root] : *roots.as_object()) {
    auto const size = std::stoul(size_text);
    EXPECT_EQ(base64_encode(root_of(std::span(leaves).first(size))), *root.as_text()) << size;
    EXPECT_EQ(base64_encode(*root_from(hashes, size)), *root.as_text()) << size;
    EXPECT_EQ(base64_encode(range_from(hashes, size)->root()), *root.as_text()) << size;
    ++seen;
  }
  EXPECT_EQ(seen, 12);
}

TEST(Tree, ConsistencyProofsOfTheReferenceLog) {
  auto const hashes = nodes_of(leaf_hashes(700));
  for (auto const* folder : {"", "shared"}) {
    auto const base = *folder == '\0' ? data_folder() : shared_vectors() / "tlog/ref-log-700";
    if (!fs::exists(base)) continue;
    for (auto const& file : fs::directory_iterator(base / "consistency")) {
      auto const old_size = std::stoul(file.path().filename().string());
      EXPECT_EQ(format_hash_lines(*consistency_proof(hashes, old_size, 700)), text_at(file.path()))
          << file.path();
      EXPECT_TRUE(verify_consistency(old_size, 700, *root_from(hashes, old_size), *root_from(hashes, 700),
                                     *parse_hash_lines(text_at(file.path()))));
    }
  }
}

// Every proof of every small tree verifies, and not for another index, size, leaf, root or path.
TEST(Tree, EveryInclusionProofOfSmallTrees) {
  auto const leaves = leaf_hashes(40);
  auto const hashes = nodes_of(leaves);
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    auto const root = *root_from(hashes, size);
    for (std::uint64_t index = 0; index < size; ++index) {
      auto const path = *inclusion_proof(hashes, index, size);
      ASSERT_TRUE(verify_inclusion(index, size, leaves[index], root, path)) << index << " of " << size;
      for (std::uint64_t other = 0; other <= size; ++other)
        if (other != index) {
          ASSERT_FALSE(verify_inclusion(other, size, leaves[index], root, path)) << other << " for " << index;
        }
      auto longer = path;
      longer.push_back(root);
      EXPECT_FALSE(verify_inclusion(index, size, leaves[index], root, longer));
      for (std::size_t i = 0; i < path.size(); ++i) {
        auto forged = path;
        forged[i][31] ^= 1;
        ASSERT_FALSE(verify_inclusion(index, size, leaves[index], root, forged));
        forged = path;
        forged.erase(forged.begin() + static_cast<std::ptrdiff_t>(i));
        ASSERT_FALSE(verify_inclusion(index, size, leaves[index], root, forged));
      }
    }
    EXPECT_EQ(inclusion_proof(hashes, size, size).refusal().code, "out_of_range");
  }
}

TEST(Tree, EveryConsistencyProofOfSmallTrees) {
  auto const hashes = nodes_of(leaf_hashes(40));
  for (std::uint64_t size = 1; size <= 40; ++size) {
    auto const root = *root_from(hashes, size);
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      auto const old_root = *root_from(hashes, old_size);
      auto const path = *consistency_proof(hashes, old_size, size);
      ASSERT_TRUE(verify_consistency(old_size, size, old_root, root, path)) << old_size << " to " << size;
      ASSERT_EQ(path.empty(), old_size == size);
      if (old_size != size) {
        ASSERT_FALSE(verify_consistency(old_size, size, root, root, path));
        ASSERT_FALSE(verify_consistency(old_size, size, old_root, old_root, path));
      }
      for (std::size_t i = 0; i < path.size(); ++i) {
        auto forged = path;
        forged[i][0] ^= 0x80;
        ASSERT_FALSE(verify_consistency(old_size, size, old_root, root, forged));
      }
      auto longer = path;
      longer.insert(longer.begin(), old_root);
      ASSERT_FALSE(verify_consistency(old_size, size, old_root, root, longer));
    }
  }
}

TEST(Tree, AProofFromNothingProvesNothing) {
  auto const hashes = nodes_of(leaf_hashes(8));
  EXPECT_FALSE(verify_consistency(0, 8, empty_root(), *root_from(hashes, 8), {}));
  EXPECT_FALSE(verify_consistency(0, 0, empty_root(), empty_root(), {}));
  EXPECT_EQ(consistency_proof(hashes, 0, 8).refusal().code, "out_of_range");
  EXPECT_EQ(consistency_proof(hashes, 9, 8).refusal().code, "out_of_range");
}

TEST(Tree, AMissingNodeIsSaid) {
  HashSource const nothing = [](unsigned, std::uint64_t) { return std::optional<Hash>{}; };
  EXPECT_EQ(root_from(nothing, 3).refusal().code, "hash_missing");
  EXPECT_EQ(range_from(nothing, 3).refusal().code, "hash_missing");
  EXPECT_EQ(inclusion_proof(nothing, 1, 3).refusal().code, "hash_missing");
  EXPECT_EQ(consistency_proof(nothing, 2, 3).refusal().code, "hash_missing");
  EXPECT_EQ(*root_from(nothing, 0), empty_root());
}

TEST(Tree, AFrontierContinues) {
  auto const leaves = leaf_hashes(300);
  CompactRange whole;
  for (std::size_t size = 0; size < leaves.size(); ++size) {
    auto again = CompactRange::deserialise(whole.serialise());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(*again, whole);
    whole.append(leaves[size]);
    again->append(leaves[size]);
    ASSERT_EQ(again->root(), whole.root());
  }
  auto bytes = whole.serialise();
  bytes.pop_back();
  EXPECT_FALSE(CompactRange::deserialise(bytes));
  bytes.resize(bytes.size() - 31);
  EXPECT_FALSE(CompactRange::deserialise(bytes)) << "a hash too few";
  EXPECT_FALSE(CompactRange::deserialise(ByteView{}));
}

TEST(Tree, NamesTheNodesItCompletes) {
  auto const leaves = leaf_hashes(70);
  auto const hashes = nodes_of(leaves);
  CompactRange range;
  std::size_t nodes = 0;
  for (auto const& leaf : leaves)
    range.append(leaf, [&](unsigned level, std::uint64_t index, Hash const& hash) {
      ++nodes;
      ASSERT_EQ(hashes(level, index), hash) << level << " " << index;
    });
  EXPECT_EQ(nodes, 70U + 35 + 17 + 8 + 4 + 2 + 1);
}

}  // namespace
}  // namespace plumbline::ledger
