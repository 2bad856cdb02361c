#include "ledger/signer.hpp"

#include "ledger/cosignature.hpp"
#include "ledger/witness.hpp"
#include "ledger_testing.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

class SignerTest : public ::testing::Test {
 protected:
  SignerPlaces places() const { return {scratch_ / "public/log", scratch_ / "keys/last-checkpoint"}; }
  Result<CheckpointSigner> open() { return CheckpointSigner::open(places(), {ed25519_.get(), sm2_.get()}); }
  static void append(CheckpointSigner& signer, std::size_t to) {
    for (auto i = signer.size(); i < to; ++i) ASSERT_TRUE(signer.append(bytes_of(entry_of(i))));
  }
  void publish_to(std::size_t size) {
    auto signer = open();
    ASSERT_TRUE(signer.ok()) << signer.refusal().code;
    append(*signer, size);
    ASSERT_TRUE(signer->publish().ok());
  }
  std::string published() const { return text_at(scratch_ / "public/log/checkpoint"); }

  ScratchFolder scratch_;
  SecretKey key_ = SecretKey::generate("log.example/a", KeyType::ed25519);
  SecretKey sm2_key_ = SecretKey::generate("log.example/a", KeyType::sm2);
  std::unique_ptr<Signer> ed25519_ = key_.signer(), sm2_ = sm2_key_.signer();
};

TEST_F(SignerTest, PublishesAndContinues) {
  auto const leaves = leaf_hashes(700);
  {
    auto signer = open();
    ASSERT_TRUE(signer.ok());
    ASSERT_TRUE(signer->publish().ok());
    EXPECT_EQ(open_checkpoint(published(), key_.key())->checkpoint.root, empty_root());
  }
  for (std::size_t const size : {1U, 200U, 256U, 300U, 300U, 700U}) {
    publish_to(size);
    auto const checkpoint = open_checkpoint(published(), key_.key());
    ASSERT_TRUE(checkpoint.ok());
    EXPECT_EQ(checkpoint->checkpoint.size, size);
    EXPECT_EQ(checkpoint->checkpoint.root, root_of(std::span(leaves).first(size)));
    EXPECT_EQ(check_signature(checkpoint->note, sm2_key_.key()), LineCheck::valid);
    TileFolder const log(scratch_ / "public/log");
    for_each_tile(size,
                  [&](TileName const& name) { EXPECT_TRUE(log.read(tile_path(name))) << tile_path(name); });
  }
  EXPECT_EQ(open_checkpoint(text_at(scratch_ / "public/log/checkpoint-prev"), key_.key())->checkpoint.size,
            300U);
  EXPECT_EQ(line_at(scratch_ / "public/log/vkey"), format_vkey(key_.key()));
  EXPECT_TRUE(KeyHistory::parse(text_at(scratch_ / "public/log/vkeys")));
  EXPECT_FALSE(fs::exists(scratch_ / "public/log/tile/0/000.p")) << "partial tiles of a full one go";
}

TEST_F(SignerTest, OneProcessSigns) {
  auto const first = open();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(open().refusal().code, "signer_busy");
}

TEST_F(SignerTest, RefusesWhenTheTilesAreBehind) {
  publish_to(300);
  fs::copy(scratch_ / "public", scratch_ / "backup", fs::copy_options::recursive);
  publish_to(700);
  // The published folder is restored from the backup; the keys' folder still knows better.
  fs::remove_all(scratch_ / "public");
  fs::rename(scratch_ / "backup", scratch_ / "public");
  EXPECT_EQ(open().refusal(), (Refusal{"checkpoint_ahead", "700", {}}));
}

TEST_F(SignerTest, RefusesWhenTheDatabaseIsBehind) {
  publish_to(300);
  auto const root = root_of(leaf_hashes(300));
  auto const signer = open();
  EXPECT_TRUE(signer->confirm(300, root));
  EXPECT_TRUE(signer->confirm(400, root));
  EXPECT_EQ(signer->confirm(299, root).refusal(), (Refusal{"checkpoint_ahead", "300", {}}));
  EXPECT_EQ(signer->confirm(400, empty_root()).refusal().code, "checkpoint_differs");
}

TEST_F(SignerTest, RefusesAnotherHistory) {
  publish_to(300);
  auto tile = *read_file(scratch_ / "public/log/tile/0/001.p/44");
  tile[40] ^= 1;
  write_file_durably(scratch_ / "public/log/tile/0/001.p/44", ByteView{tile});
  EXPECT_EQ(open().refusal().code, "checkpoint_differs");
}

TEST_F(SignerTest, RefusesAForkOfItsOwnCheckpoints) {
  publish_to(300);
  Signer const* const signers[] = {ed25519_.get()};
  for (std::uint64_t const size : {200U, 300U}) {
    auto const other = sign_checkpoint({"log.example/a", size, leaf_hash({})}, signers);
    write_file_durably(scratch_ / "keys/last-checkpoint", format_note(other.note));
    EXPECT_EQ(open().refusal().code, "checkpoint_differs") << size;
  }
  auto const later = sign_checkpoint({"log.example/a", 301, leaf_hash({})}, signers);
  write_file_durably(scratch_ / "keys/last-checkpoint", format_note(later.note));
  EXPECT_EQ(open().refusal().code, "checkpoint_ahead");
}

TEST_F(SignerTest, RefusesCheckpointsItDidNotSign) {
  publish_to(3);
  auto note = published();
  auto const stranger = SecretKey::generate("log.example/a", KeyType::ed25519);
  auto const signer = stranger.signer();
  Signer const* const signers[] = {signer.get()};
  write_file_durably(
      scratch_ / "public/log/checkpoint",
      format_note(sign_checkpoint({"log.example/a", 3, root_of(leaf_hashes(3))}, signers).note));
  EXPECT_EQ(open().refusal().code, "checkpoint_signature");
  write_file_durably(scratch_ / "public/log/checkpoint", "");
  EXPECT_EQ(open().refusal().code, "checkpoint_signature");
  write_file_durably(scratch_ / "public/log/checkpoint", note);
  EXPECT_TRUE(open().ok());
}

TEST_F(SignerTest, EitherCopyIsEnough) {
  publish_to(300);
  auto const note = published();
  fs::remove(scratch_ / "keys/last-checkpoint");
  EXPECT_EQ(open()->signed_size(), 300U);
  EXPECT_TRUE(fs::exists(scratch_ / "keys/last-checkpoint"));
  // Killed between signing and publishing: the copy beside the keys is one ahead.
  fs::remove(scratch_ / "public/log/checkpoint");
  EXPECT_EQ(open()->signed_size(), 300U);
  EXPECT_EQ(published(), note);
}

TEST_F(SignerTest, TilesWithoutACheckpointAreTakenUpAgain) {
  publish_to(200);
  {
    auto signer = open();
    append(*signer, 600);  // full tiles are there, no checkpoint covers them
  }
  auto signer = open();
  ASSERT_TRUE(signer.ok());
  EXPECT_EQ(signer->size(), 200U);
  append(*signer, 250);
  ASSERT_TRUE(signer->publish().ok());
  append(*signer, 600);
  ASSERT_TRUE(signer->publish().ok());
  EXPECT_EQ(signer->root(), root_of(leaf_hashes(600)));
}

TEST_F(SignerTest, NothingElseUnderAPublishedName) {
  publish_to(200);
  {
    auto signer = open();
    append(*signer, 256);
    ASSERT_TRUE(signer->append(bytes_of(entry_of(256))));
    ASSERT_TRUE(signer->publish().ok());
  }
  fs::remove(scratch_ / "public/log/checkpoint");
  fs::remove(scratch_ / "keys/last-checkpoint");  // an operator who "resets" the log
  auto signer = open();
  ASSERT_TRUE(signer.ok());
  auto refused = Result<void>{};
  for (std::size_t i = 0; i < 256 && refused; ++i) refused = signer->append(bytes_of(entry_of(i + 1)));
  EXPECT_EQ(refused.refusal().code, "tile_differs");
}

TEST_F(SignerTest, KeysRotate) {
  publish_to(100);
  KeyHistory history = *KeyHistory::parse(text_at(scratch_ / "public/log/vkeys"));
  auto const next = SecretKey::generate("log.example/a", KeyType::ed25519);
  auto const next_signer = next.signer();
  ASSERT_TRUE(history.rotate(next.key(), 101));
  auto signer = CheckpointSigner::open(places(), {next_signer.get(), sm2_.get()}, history);
  ASSERT_TRUE(signer.ok()) << signer.refusal().code;
  append(*signer, 150);
  ASSERT_TRUE(signer->publish().ok());
  EXPECT_TRUE(open_checkpoint(published(), next.key()).ok());
  EXPECT_EQ(line_at(scratch_ / "public/log/vkey"), format_vkey(next.key()));
  auto const previous = text_at(scratch_ / "public/log/checkpoint-prev");
  EXPECT_TRUE(open_checkpoint(previous, history.keys_at(100).at(0)).ok());
  EXPECT_THROW(static_cast<void>(CheckpointSigner::open(places(), {ed25519_.get()}, history)),
               std::invalid_argument)
      << "a retired key";
}

TEST_F(SignerTest, WitnessLinesGoUnderTheCheckpoint) {
  publish_to(10);
  auto const witness_key = SecretKey::generate("w.example", KeyType::cosignature_v1);
  auto const cosigner = witness_key.signer();
  Witness witness(scratch_ / "witness", *cosigner, {key_.key()});
  auto signer = open();
  auto const present = signer->last_signed()->note;
  auto const reply = witness.add_checkpoint(format_add_checkpoint({0, {}, format_note(present)}),
                                            Instant::from_seconds(1'700'000'000));
  ASSERT_EQ(reply.status, WitnessStatus::cosigned);
  auto const lines = cosignatures_in(reply.body, present.text, witness_key.key());
  ASSERT_TRUE(signer->add_cosignatures(present.text, lines).ok());
  ASSERT_TRUE(signer->add_cosignatures(present.text, lines).ok());
  auto const note = parse_note(published());
  ASSERT_EQ(note->signatures.size(), 3U) << "not repeated";
  EXPECT_EQ(verify_cosignature(note->text, note->signatures[2], witness_key.key()), 1'700'000'000);
  append(*signer, 11);
  ASSERT_TRUE(signer->publish().ok());
  EXPECT_EQ(signer->add_cosignatures(present.text, lines).refusal().code, "checkpoint_differs") << "too late";
  EXPECT_EQ(parse_note(text_at(scratch_ / "public/log/checkpoint-prev"))->signatures.size(), 3U);
}

TEST_F(SignerTest, EntriesHaveALimit) {
  auto signer = open();
  EXPECT_TRUE(signer->append(Bytes(65'535, 1)));
  EXPECT_EQ(signer->append(Bytes(65'536, 1)).refusal().code, "entry_too_long");
}

}  // namespace
}  // namespace plumbline::ledger
