#include "ledger/policy.hpp"

#include <limits>

#include "ledger/checkpoint.hpp"
#include "ledger/cosignature.hpp"
#include "ledger/keys.hpp"
#include "ledger_testing.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

std::string seeded_vkey(std::uint8_t seed, KeyType type, std::string const& name) {
  return format_vkey(SecretKey::from_bytes(name, type, Bytes(32, seed))->key());
}
std::string witness_line(std::string const& name, std::uint8_t seed) {
  return "witness " + name + " " +
         seeded_vkey(seed, KeyType::cosignature_v1, "w.example/" + std::to_string(seed)) + "\n";
}

// The example of C2SP tlog-policy: 2 of 3 X and any of 3 Y.
std::string example() {
  std::string text =
      "# an example\n\nlog " + seeded_vkey(1, KeyType::ed25519, "log.example") + " https://log.example/\n";
  for (std::uint8_t i = 0; i < 3; ++i)
    text += witness_line("X" + std::to_string(i + 1), static_cast<std::uint8_t>(10 + i));
  text += "group X-witnesses 2 X1 X2 X3\n";
  for (std::uint8_t i = 0; i < 3; ++i)
    text += witness_line("Y" + std::to_string(i + 1), static_cast<std::uint8_t>(20 + i));
  text += " \tgroup  Y-witnesses any\tY1 Y2 Y3 \ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";
  return text;
}

TEST(Policy, ExampleOfC2sp) {
  auto const policy = Policy::parse(example());
  ASSERT_TRUE(policy.has_value());
  EXPECT_EQ(policy->logs().size(), 1U);
  EXPECT_EQ(policy->logs()[0].url, "https://log.example/");
  EXPECT_EQ(policy->witnesses().size(), 6U);
  EXPECT_EQ(policy->fewest_witnesses(), 3U);
  for (unsigned set = 0; set < 64; ++set) {
    std::vector<bool> cosigned(6);
    int x = 0, y = 0;
    for (unsigned i = 0; i < 6; ++i) {
      cosigned[i] = (set >> i & 1) != 0;
      (i < 3 ? x : y) += cosigned[i] ? 1 : 0;
    }
    EXPECT_EQ(policy->is_quorum(cosigned), x >= 2 && y >= 1) << set;
  }
  EXPECT_TRUE(policy->knows_log(policy->logs()[0].key));
  EXPECT_FALSE(policy->knows_log(policy->witnesses()[0].key));
}

TEST(Policy, TimeOfTheQuorum) {
  auto const policy = *Policy::parse(example());
  EXPECT_EQ(policy.quorum_time({5, {}, 9, {}, 7, 30}), 9) << "X1 5, X3 9, Y2 7: the last of them";
  EXPECT_EQ(policy.quorum_time({5, 6, 9, {}, {}, 30}), 30);
  EXPECT_EQ(policy.quorum_time({5, {}, {}, 1, 2, 3}), std::nullopt);
  EXPECT_EQ(policy.quorum_time({{}, {}, {}, {}, {}, {}}), std::nullopt);
  auto const none = *Policy::parse("quorum none\n");
  EXPECT_EQ(none.quorum_time({}), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(none.fewest_witnesses(), 0U);
  EXPECT_TRUE(none.is_quorum({}));
  EXPECT_TRUE(none.knows_log(policy.logs()[0].key)) << "no log lines: any";
  auto const one = *Policy::parse(witness_line("a", 1) + "quorum a\n");
  EXPECT_EQ(one.fewest_witnesses(), 1U);
  EXPECT_EQ(one.quorum_time({17}), 17);
}

TEST(Policy, Malformed) {
  auto const a = witness_line("a", 1), b = witness_line("b", 2);
  auto const log = "log " + seeded_vkey(3, KeyType::ed25519, "l") + "\n";
  EXPECT_TRUE(Policy::parse(log + a + b + "group g all a b\nquorum g\n"));
  EXPECT_TRUE(Policy::parse(a + "quorum a\n" + log)) << "order of logs is free";
  EXPECT_TRUE(Policy::parse(witness_line("督察", 1) + "quorum 督察\n"));
  for (auto const& bad : {
           std::string(""),
           a,
           std::string("quorum a\n") + a,
           a + "quorum a\nquorum a\n",
           a + "quorum b\n",
           a + "quorum a",
           a + "quorum a b\n",
           a + witness_line("b", 1) + "quorum a\n",
           a + witness_line("a", 2) + "quorum a\n",
           log + log + "quorum none\n",
           a + "group g 0 a\nquorum g\n",
           a + "group g 2 a\nquorum g\n",
           a + "group g 01 a\nquorum g\n",
           a + "group g some a\nquorum g\n",
           a + "group g any\nquorum g\n",
           a + "group g any a a\nquorum g\n",
           a + "group g any a\ngroup h any a\nquorum h\n",
           a + "group g any g\nquorum g\n",
           a + "group g any none\nquorum g\n",
           a + "group a any a\nquorum a\n",
           a + "group none any a\nquorum none\n",
           a + b + "group g any a c\nquorum g\n",
           "witness a " + seeded_vkey(1, KeyType::ed25519, "w") + "\nquorum a\n",
           "log " + seeded_vkey(1, KeyType::cosignature_v1, "l") + "\nquorum none\n",
           "log " + seeded_vkey(1, KeyType::ed25519, "l") + " url more\nquorum none\n",
           std::string("Quorum none\n"),
           std::string("quorum none\r\n"),
           std::string("quorum none\n\x7f\n"),
           std::string("quorum none\n#\xff\n"),
       })
    EXPECT_FALSE(Policy::parse(bad)) << bad;
}

TEST(Policy, Cosignatures) {
  auto const witness = SecretKey::from_bytes("w.example/1", KeyType::cosignature_v1, Bytes(32, 1));
  auto const signer = witness->signer();
  auto const policy =
      *Policy::parse(witness_line("a", 1) + witness_line("b", 2) + "group g any a b\nquorum g\n");
  std::string const text = "log.example\n0\n" + base64_encode(empty_root()) + "\n";
  Note note{text, {cosign(text, *signer, 200), cosign(text, *signer, 100), {"stranger", 5, Bytes(72)}}};
  auto const times = policy.cosignatures(note);
  ASSERT_TRUE(times.ok());
  EXPECT_EQ(*times, (WitnessTimes{100, {}})) << "the earliest of several";
  EXPECT_EQ(policy.quorum_time(*times), 100);
  note.signatures[0].signature[20] ^= 1;
  EXPECT_EQ(policy.cosignatures(note).refusal().code, "COSIGNATURE_INVALID");
  note.signatures[0] = {"w.example/1", witness->key().id, Bytes(71)};
  EXPECT_EQ(policy.cosignatures(note).refusal().code, "COSIGNATURE_INVALID");
  note.signatures[0].key_id ^= 1;
  EXPECT_TRUE(policy.cosignatures(note).ok()) << "another key id: not this witness";
}

TEST(Policy, OfThePublications) {
  auto const folder = shared_vectors() / "publication/base/city/log";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  auto const policy = Policy::parse(text_at(folder / "policy"));
  ASSERT_TRUE(policy.has_value());
  EXPECT_EQ(policy->fewest_witnesses(), 2U);
  auto const checkpoint =
      open_checkpoint(text_at(folder / "checkpoint"), *parse_vkey(line_at(folder / "vkey")));
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_TRUE(policy->knows_log(*parse_vkey(line_at(folder / "vkey"))));
  auto const times = policy->cosignatures(checkpoint->note);
  ASSERT_TRUE(times.ok());
  EXPECT_EQ(*policy->quorum_time(*times), std::max(*(*times)[0], *(*times)[1]));
}

}  // namespace
}  // namespace plumbline::ledger
