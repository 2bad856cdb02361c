#include "ledger/witness.hpp"

#include <thread>

#include "ledger/cosignature.hpp"
#include "ledger/keys.hpp"
#include "ledger_testing.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

constexpr Instant at(std::int64_t seconds) { return Instant{seconds * 1'000'000}; }

class WitnessTest : public ::testing::Test {
 protected:
  WitnessTest() : hashes_(nodes_of(leaf_hashes(700))) { open(); }

  void open() {
    witness_.reset();
    witness_.emplace(scratch_ / "state", *cosigner_, std::vector{log_key_.key()});
  }
  std::string checkpoint(std::uint64_t size, Hash const& root, SecretKey const& key) const {
    auto const signer = key.signer();
    Signer const* const signers[] = {signer.get()};
    return format_note(sign_checkpoint({key.key().name, size, root}, signers).note);
  }
  std::string checkpoint(std::uint64_t size) const {
    return checkpoint(size, *root_from(hashes_, size), log_key_);
  }
  Proof proof(std::uint64_t old_size, std::uint64_t size) const {
    return old_size == 0 || old_size == size ? Proof{} : *consistency_proof(hashes_, old_size, size);
  }
  std::string body(std::uint64_t old_size, std::uint64_t size) const {
    return format_add_checkpoint({old_size, proof(old_size, size), checkpoint(size)});
  }
  WitnessStatus ask(std::string const& request, std::int64_t time_s = 1'700'000'000) {
    return witness_->add_checkpoint(request, at(time_s)).status;
  }

  ScratchFolder scratch_;
  SecretKey log_key_ = SecretKey::generate("log.example/台账", KeyType::ed25519);
  SecretKey witness_key_ = SecretKey::generate("w.example/1", KeyType::cosignature_v1);
  std::unique_ptr<Signer> cosigner_ = witness_key_.signer();
  HashSource hashes_;
  std::optional<Witness> witness_;
};

TEST_F(WitnessTest, RequestRoundTrip) {
  auto const request = parse_add_checkpoint(body(3, 700));
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->old_size, 3U);
  EXPECT_EQ(request->proof, proof(3, 700));
  EXPECT_EQ(format_add_checkpoint(*request), body(3, 700));
  EXPECT_FALSE(parse_add_checkpoint(""));
  EXPECT_FALSE(parse_add_checkpoint("old 03\n\nx"));
  EXPECT_FALSE(parse_add_checkpoint("old 3\nx\n\nx"));
  EXPECT_FALSE(parse_add_checkpoint("old 3\n"));
  EXPECT_FALSE(parse_add_checkpoint("new 3\n\nx"));
  AddCheckpoint long_request{3, Proof(63), "x"};
  EXPECT_TRUE(parse_add_checkpoint(format_add_checkpoint(long_request)));
  long_request.proof.emplace_back();
  EXPECT_FALSE(parse_add_checkpoint(format_add_checkpoint(long_request)));
}

TEST_F(WitnessTest, CosignsAGrowingLog) {
  std::uint64_t old_size = 0;
  for (std::uint64_t const size : {1U, 3U, 3U, 256U, 257U, 700U}) {
    auto const reply =
        witness_->add_checkpoint(body(old_size, size), at(1'700'000'000 + static_cast<std::int64_t>(size)));
    ASSERT_EQ(reply.status, WitnessStatus::cosigned) << reply.body;
    auto const text = parse_note(checkpoint(size))->text;
    auto const lines = cosignatures_in(reply.body, text, witness_key_.key());
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(verify_cosignature(text, lines[0], witness_key_.key()),
              1'700'000'000 + static_cast<std::int64_t>(size));
    EXPECT_EQ(witness_->latest("log.example/台账")->size, size);
    old_size = size;
  }
  EXPECT_TRUE(cosignatures_in("nonsense", "x", witness_key_.key()).empty());
}

TEST_F(WitnessTest, AnswersOfTheProtocol) {
  EXPECT_EQ(ask("nonsense"), WitnessStatus::malformed);
  EXPECT_EQ(ask("old 0\n\nnonsense"), WitnessStatus::malformed);
  auto const stranger = SecretKey::generate("other.example", KeyType::ed25519);
  EXPECT_EQ(ask(format_add_checkpoint({0, {}, checkpoint(5, empty_root(), stranger)})),
            WitnessStatus::unknown_log);
  auto const impostor = SecretKey::generate("log.example/台账", KeyType::ed25519);
  EXPECT_EQ(ask(format_add_checkpoint({0, {}, checkpoint(5, empty_root(), impostor)})),
            WitnessStatus::no_signature);
  EXPECT_EQ(ask(format_add_checkpoint({0, Proof(1), checkpoint(5)})), WitnessStatus::inconsistent);
  EXPECT_EQ(ask(format_add_checkpoint({0, {}, checkpoint(0, leaf_hash({}), log_key_)})),
            WitnessStatus::inconsistent);
  EXPECT_FALSE(witness_->latest("log.example/台账"));
  EXPECT_EQ(ask(body(0, 5)), WitnessStatus::cosigned);

  EXPECT_EQ(ask(format_add_checkpoint({7, {}, checkpoint(6)})), WitnessStatus::malformed) << "old above new";
  auto const conflict = witness_->add_checkpoint(body(0, 8), at(1));
  EXPECT_EQ(conflict.status, WitnessStatus::conflict);
  EXPECT_EQ(conflict.content_type, "text/x.tlog.size");
  EXPECT_EQ(conflict.body, "5\n");
  EXPECT_EQ(ask(body(4, 8)), WitnessStatus::conflict);
  EXPECT_EQ(ask(format_add_checkpoint({5, proof(5, 9), checkpoint(8)})), WitnessStatus::inconsistent);
  EXPECT_EQ(ask(format_add_checkpoint({5, {}, checkpoint(5, leaf_hash({}), log_key_)})),
            WitnessStatus::conflict)
      << "another root at the same size";
  EXPECT_EQ(ask(format_add_checkpoint({5, Proof(1), checkpoint(5)})), WitnessStatus::inconsistent);
  EXPECT_EQ(ask(format_add_checkpoint({5, proof(5, 8), checkpoint(8, leaf_hash({}), log_key_)})),
            WitnessStatus::inconsistent);
  EXPECT_EQ(witness_->latest("log.example/台账")->size, 5U) << "refusals change nothing";
  EXPECT_EQ(ask(body(5, 8)), WitnessStatus::cosigned);
}

TEST_F(WitnessTest, RemembersAcrossRestarts) {
  ASSERT_EQ(ask(body(0, 256)), WitnessStatus::cosigned);
  EXPECT_THROW(Witness(scratch_ / "state", *cosigner_, {}), std::runtime_error) << "one witness, one memory";
  open();
  EXPECT_EQ(witness_->latest("log.example/台账")->size, 256U);
  EXPECT_EQ(ask(body(0, 300)), WitnessStatus::conflict);
  EXPECT_EQ(ask(body(256, 300)), WitnessStatus::cosigned);
  witness_.reset();
  for (auto const& file : fs::directory_iterator(scratch_ / "state")) {
    if (file.path().extension() != ".checkpoint") continue;
    auto text = text_at(file.path());
    text.replace(text.find("\n300\n"), 5, "\n256\n");
    write_file_durably(file.path(), text);
  }
  EXPECT_THROW(open(), std::runtime_error) << "a changed memory";
}

TEST_F(WitnessTest, ConcurrentRequestsNeverRollBack) {
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i)
    threads.emplace_back([this, i] {
      for (std::uint64_t size = i + 1; size <= 60; size += 4) {
        auto const latest = witness_->latest("log.example/台账");
        auto const old_size = latest ? latest->size : 0;
        if (old_size > size) continue;
        auto local = nodes_of(leaf_hashes(60));
        auto const path =
            old_size == 0 || old_size == size ? Proof{} : *consistency_proof(local, old_size, size);
        auto const note = checkpoint(size, *root_from(local, size), log_key_);
        auto const reply = witness_->add_checkpoint(format_add_checkpoint({old_size, path, note}), at(1));
        ASSERT_TRUE(reply.status == WitnessStatus::cosigned || reply.status == WitnessStatus::conflict)
            << reply.body;
        if (reply.status == WitnessStatus::cosigned) {
          ASSERT_GE(witness_->latest("log.example/台账")->size, size);
        }
      }
    });
  for (auto& thread : threads) thread.join();
}

TEST_F(WitnessTest, CosignsAFolder) {
  TileFolder folder(scratch_ / "log");
  grow(folder, 300);
  write_file_durably(scratch_ / "log/checkpoint", checkpoint(300));
  auto const note = witness_->cosign_log(folder, at(1'700'000'000));
  ASSERT_TRUE(note.ok()) << note.refusal().code;
  auto const opened = open_checkpoint(*note, log_key_.key());
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(verify_cosignature(opened->note.text, opened->note.signatures.at(1), witness_key_.key()),
            1'700'000'000);
  grow(folder, 700);
  write_file_durably(scratch_ / "log/checkpoint", checkpoint(700));
  EXPECT_TRUE(witness_->cosign_log(folder, at(1'700'000'001)).ok());
  EXPECT_EQ(witness_->latest("log.example/台账")->size, 700U);

  write_file_durably(scratch_ / "log/checkpoint", checkpoint(300));
  EXPECT_EQ(witness_->cosign_log(folder, at(2)).refusal().code, "LOG_SHRUNK");
  write_file_durably(scratch_ / "log/checkpoint", checkpoint(700, empty_root(), log_key_));
  EXPECT_EQ(witness_->cosign_log(folder, at(2)).refusal().code, "TILE_MISMATCH");
  fs::remove(scratch_ / "log/checkpoint");
  EXPECT_EQ(witness_->cosign_log(folder, at(2)).refusal().code, "FILE_MISSING");
}

TEST_F(WitnessTest, FindsAForkInAFolder) {
  ASSERT_EQ(ask(body(0, 300)), WitnessStatus::cosigned);
  MemoryLog fork;
  TileBuilder builder;
  for (std::size_t i = 0; i < 400; ++i)
    ASSERT_TRUE(builder.append(bytes_of(entry_of(i == 17 ? 99 : i)), fork));
  ASSERT_TRUE(builder.flush(fork));
  auto const note = checkpoint(400, builder.root(), log_key_);
  fork.files["checkpoint"] = Bytes(note.begin(), note.end());
  EXPECT_EQ(witness_->cosign_log(fork, at(1)).refusal().code, "LOG_FORKED");
  EXPECT_EQ(witness_->latest("log.example/台账")->size, 300U);
}

TEST_F(WitnessTest, CosignsARequestFile) {
  auto const note = witness_->cosign_request(body(0, 8), at(1'700'000'000));
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(parse_note(*note)->signatures.size(), 2U);
  EXPECT_EQ(witness_->cosign_request(body(3, 9), at(1)).refusal(), (Refusal{"old_size", "8", {}}));
  EXPECT_EQ(witness_->cosign_request("x", at(1)).refusal().code, "request_format");
}

TEST_F(WitnessTest, TrustsBothKeysOfARotation) {
  auto const next_key = SecretKey::generate("log.example/台账", KeyType::ed25519);
  witness_.reset();
  witness_.emplace(scratch_ / "state", *cosigner_, std::vector{log_key_.key(), next_key.key()});
  ASSERT_EQ(ask(body(0, 5)), WitnessStatus::cosigned);
  EXPECT_EQ(ask(format_add_checkpoint({5, proof(5, 9), checkpoint(9, *root_from(hashes_, 9), next_key)})),
            WitnessStatus::cosigned);
}

}  // namespace
}  // namespace plumbline::ledger
