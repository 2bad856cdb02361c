#include "ledger/keys.hpp"

#include "ledger_testing.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

TEST(Keys, SecretsRoundTrip) {
  for (auto const type : {KeyType::ed25519, KeyType::cosignature_v1, KeyType::sm2}) {
    auto const key = SecretKey::generate("log.example/a", type);
    auto const again = SecretKey::parse(key.format());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->key(), key.key());
    EXPECT_TRUE(verify_raw(key.key(), bytes_of("message"), again->signer()->sign(bytes_of("message"))));
  }
}

// RFC 8032 section 7.1, test 2.
TEST(Keys, SeedOfRfc8032) {
  auto const seed = *hex_decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  auto const key = SecretKey::from_bytes("a", KeyType::ed25519, seed);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(hex_encode(key->key().public_key),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  EXPECT_EQ(hex_encode(key->signer()->sign(*hex_decode("72"))),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

// GB/T 32918.5-2017 annex A: the private key and its public point.
TEST(Keys, ScalarOfTheStandard) {
  auto const secret = *hex_decode("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
  auto const key = SecretKey::from_bytes("a", KeyType::sm2, secret);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(hex_encode(key->key().public_key),
            "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
            "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13");
  EXPECT_FALSE(SecretKey::from_bytes("a", KeyType::sm2, Bytes(32, 0)));
  EXPECT_FALSE(SecretKey::from_bytes("a", KeyType::sm2, Bytes(32, 0xff)));
  EXPECT_FALSE(SecretKey::from_bytes("a", KeyType::sm2, Bytes(31, 1)));
  EXPECT_FALSE(SecretKey::from_bytes("a b", KeyType::ed25519, Bytes(32, 1)));
}

TEST(Keys, FilesAreForTheirOwnerOnly) {
  ScratchFolder const scratch;
  auto const folder = scratch / "keys";
  auto const key = SecretKey::generate("log.example", KeyType::ed25519);
  ASSERT_TRUE(save_key(folder, "log", key));
  auto const mode = [](fs::path const& path) { return fs::status(path).permissions() & fs::perms::mask; };
  EXPECT_EQ(mode(folder), fs::perms::owner_all);
  EXPECT_EQ(mode(folder / "log.key"), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(load_key(folder, "log")->key(), key.key());
  EXPECT_EQ(save_key(folder, "log", key).refusal().code, "key_exists");
  EXPECT_EQ(load_key(folder, "other").refusal().code, "key_missing");
  fs::permissions(folder / "log.key", fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(load_key(folder, "log").refusal().code, "key_permissions");
  write_file_durably(folder / "bad.key", key.format().substr(1) + "\n", 0600);
  EXPECT_EQ(load_key(folder, "bad").refusal().code, "key_format");
}

TEST(Keys, RotationKeepsOldCheckpointsValid) {
  auto const first = SecretKey::generate("log.example", KeyType::ed25519).key();
  auto const second = SecretKey::generate("log.example", KeyType::ed25519).key();
  auto const sm2 = SecretKey::generate("log.example", KeyType::sm2).key();
  KeyHistory history;
  ASSERT_TRUE(history.rotate(first, 0));
  ASSERT_TRUE(history.rotate(sm2, 0));
  ASSERT_TRUE(history.rotate(second, 101));
  EXPECT_EQ(history.keys_at(100), std::vector{first});
  EXPECT_EQ(history.keys_at(101), std::vector{second});
  EXPECT_EQ(history.keys_at(50, KeyType::sm2), std::vector{sm2});
  EXPECT_EQ(history.present(), second);
  EXPECT_EQ(history.rotate(first, 200).refusal().code, "key_known");
  EXPECT_EQ(history.rotate(SecretKey::generate("log.example", KeyType::ed25519).key(), 100).refusal().code,
            "size_decreased");
  auto const text = history.format();
  EXPECT_EQ(KeyHistory::parse(text)->periods(), history.periods());
  EXPECT_NE(text.find(format_vkey(first) + " 0 101\n"), std::string::npos);
  EXPECT_NE(text.find(format_vkey(second) + " 101 -\n"), std::string::npos);
  EXPECT_FALSE(KeyHistory::parse(format_vkey(first) + " 5 4\n"));
  EXPECT_FALSE(KeyHistory::parse(format_vkey(first) + " 5 -"));
  EXPECT_FALSE(KeyHistory::parse("x 5 -\n"));
}

}  // namespace
}  // namespace plumbline::ledger
