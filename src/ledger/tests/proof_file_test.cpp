#include "ledger/proof_file.hpp"

#include "ledger/checkpoint.hpp"
#include "ledger/cosignature.hpp"
#include "ledger_testing.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

void check_folder(fs::path const& folder, int expected) {
  auto const key = parse_vkey(line_at(folder / "vkey")).value();
  auto const witness = parse_vkey(line_at(folder / "witness.vkey")).value();
  auto const hashes = nodes_of(leaf_hashes(700));
  int count = 0;
  for (auto const& file : fs::directory_iterator(folder / "proofs")) {
    if (file.path().extension() != ".tlog-proof") continue;
    ++count;
    auto const text = text_at(file.path());
    auto const proof = parse_proof_file(text);
    ASSERT_TRUE(proof.has_value()) << file.path();
    EXPECT_EQ(format_proof_file(*proof), text);
    EXPECT_EQ(std::to_string(proof->index), file.path().stem().string());
    auto const checkpoint = open_checkpoint(proof->checkpoint, key);
    ASSERT_TRUE(checkpoint.ok());
    EXPECT_TRUE(
        verify_cosignature(checkpoint->note.text, checkpoint->note.signatures.at(1), witness).has_value());
    auto const entry = text_at(fs::path(file.path()).replace_extension(".entry"));
    EXPECT_EQ(entry, entry_of(proof->index));
    EXPECT_TRUE(verify_inclusion(proof->index, checkpoint->checkpoint.size, leaf_hash(bytes_of(entry)),
                                 checkpoint->checkpoint.root, proof->path));
    EXPECT_EQ(*inclusion_proof(hashes, proof->index, checkpoint->checkpoint.size), proof->path);
    EXPECT_EQ(checkpoint_part(text), proof->checkpoint);
    EXPECT_EQ(checkpoint_part(proof->checkpoint), proof->checkpoint);
  }
  EXPECT_EQ(count, expected);
}

TEST(ProofFile, ReferenceLog) { check_folder(data_folder(), 2); }

TEST(ProofFile, SharedReferenceLog) {
  auto const folder = shared_vectors() / "tlog/ref-log-700";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  check_folder(folder, 7);
}

TEST(ProofFile, EveryProofOfThePublications) {
  auto const folder = shared_vectors() / "publication/base";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  int count = 0;
  for (auto const& file : fs::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".tlog-proof") continue;
    ++count;
    auto const text = text_at(file.path());
    auto const proof = parse_proof_file(text);
    ASSERT_TRUE(proof.has_value()) << file.path();
    EXPECT_EQ(format_proof_file(*proof), text);
    auto const checkpoint = read_checkpoint(proof->checkpoint);
    ASSERT_TRUE(checkpoint.ok()) << file.path();
    auto const entry = read_file(fs::path(file.path()).replace_extension(".entry"));
    EXPECT_TRUE(verify_inclusion(proof->index, checkpoint->checkpoint.size, leaf_hash(*entry),
                                 checkpoint->checkpoint.root, proof->path))
        << file.path();
  }
  EXPECT_GT(count, 20);
}

TEST(ProofFile, ExtraData) {
  ProofFile const proof{Bytes{1, 2, 3}, 0, {}, "checkpoint"};
  auto const text = format_proof_file(proof);
  EXPECT_EQ(text, "c2sp.org/tlog-proof@v1\nextra AQID\nindex 0\n\ncheckpoint");
  EXPECT_EQ(parse_proof_file(text), proof);
}

TEST(ProofFile, Malformed) {
  auto const good = text_at(data_folder() / "proofs/6.tlog-proof");
  auto const replaced = [&](std::string_view from, std::string_view to) {
    auto text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_FALSE(parse_proof_file(""));
  EXPECT_FALSE(parse_proof_file(replaced("@v1", "@v2")));
  EXPECT_FALSE(parse_proof_file(replaced("index 6", "index 06")));
  EXPECT_FALSE(parse_proof_file(replaced("index 6", "index -6")));
  EXPECT_FALSE(parse_proof_file(replaced("index 6", "index  6")));
  EXPECT_FALSE(parse_proof_file(replaced("index 6\n", "index 6\nextra AQID\n"))) << "extra comes first";
  EXPECT_FALSE(parse_proof_file(replaced("index 6\n", "")));
  EXPECT_FALSE(parse_proof_file(replaced("index 6\n", "index 6\nAQID\n"))) << "not a hash";
  EXPECT_FALSE(parse_proof_file(replaced("index 6\n", "index 6\r\n")));
  EXPECT_FALSE(parse_proof_file(good.substr(0, good.find("\n\n") + 1))) << "no checkpoint";
  EXPECT_FALSE(parse_hash_lines("AQID\n"));
  auto const line = base64_encode(empty_root());
  EXPECT_FALSE(parse_hash_lines(line)) << "no newline";
  EXPECT_EQ(parse_hash_lines(line + "\n"), Proof{empty_root()});
  EXPECT_EQ(parse_hash_lines(""), Proof{});
}

}  // namespace
}  // namespace plumbline::ledger
