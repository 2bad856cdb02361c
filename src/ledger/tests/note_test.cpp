#include "ledger/note.hpp"

#include "base/limits.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/cosignature.hpp"
#include "ledger/keys.hpp"
#include "ledger_testing.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

VerifierKey reference_key() { return parse_vkey(line_at(data_folder() / "vkey")).value(); }
VerifierKey reference_witness() { return parse_vkey(line_at(data_folder() / "witness.vkey")).value(); }

TEST(Note, VkeysRoundTrip) {
  auto const text = line_at(data_folder() / "vkey");
  auto const key = parse_vkey(text);
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->type, KeyType::ed25519);
  EXPECT_EQ(format_vkey(*key), text);
  EXPECT_EQ(reference_witness().type, KeyType::cosignature_v1);
  EXPECT_EQ(format_vkey(reference_witness()), line_at(data_folder() / "witness.vkey"));
  auto const sm2 = SecretKey::generate("a/b", KeyType::sm2).key();
  EXPECT_EQ(sm2.public_key.size(), 65U);
  EXPECT_EQ(parse_vkey(format_vkey(sm2)), sm2);
}

TEST(Note, MalformedVkeys) {
  auto const good = line_at(data_folder() / "vkey");
  auto const changed = [&](std::size_t at, char to) {
    auto text = good;
    text[at] = to;
    return text;
  };
  auto const plus = good.find('+');
  EXPECT_FALSE(parse_vkey(""));
  EXPECT_FALSE(parse_vkey(good.substr(0, good.size() - 1)));
  EXPECT_FALSE(parse_vkey(good + "="));
  EXPECT_FALSE(parse_vkey(good + "\n"));
  EXPECT_FALSE(parse_vkey(good.substr(plus)));
  EXPECT_FALSE(parse_vkey(changed(0, 'f'))) << "the id covers the name";
  EXPECT_FALSE(parse_vkey(changed(plus + 1, '0'))) << "another id";
  EXPECT_FALSE(parse_vkey(changed(plus + 3, 'F'))) << "upper-case hex";
  EXPECT_FALSE(parse_vkey(changed(good.size() - 2, 'A')));
  EXPECT_FALSE(parse_vkey(changed(3, ' ')));
  EXPECT_FALSE(parse_vkey("a+0" + good.substr(plus + 1)));
}

TEST(Note, KeyNames) {
  for (auto const* good : {"a", "example.com/log", "东营/台账", "a~b"})
    EXPECT_TRUE(is_key_name(good)) << good;
  for (auto const* bad :
       {"", "a b", "a+b", "a\tb", "a\nb", "a\u00a0b", "a\u3000b", "a\u2003b", "a\u205f", "\xff"})
    EXPECT_FALSE(is_key_name(bad)) << bad;
}

TEST(Note, ExamplesOfC2sp) {
  auto const folder = shared_vectors() / "tlog/c2sp";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  auto text = text_at(folder / "signed-note-example.txt");
  auto const note = parse_note(text);
  auto vkey = text_at(folder / "signed-note-example.vkey");
  if (vkey.ends_with('\n')) vkey.pop_back();
  auto const key = parse_vkey(vkey);
  ASSERT_TRUE(note && key);
  EXPECT_EQ(check_signature(*note, *key), LineCheck::valid);
  EXPECT_EQ(format_note(*note), text);
  auto const checkpoint = read_checkpoint(text_at(folder / "checkpoint-example.txt"));
  ASSERT_TRUE(checkpoint.ok());
  EXPECT_EQ(checkpoint->checkpoint.origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->checkpoint.size, 20'852'163U);
  EXPECT_EQ(checkpoint->note.signatures.size(), 2U);
}

TEST(Note, ReferenceCheckpoints) {
  for (auto const* size : {"1", "256", "700"}) {
    auto const text = text_at(data_folder() / "checkpoints" / size);
    auto const opened = open_checkpoint(text, reference_key());
    ASSERT_TRUE(opened.ok()) << size;
    EXPECT_EQ(std::to_string(opened->checkpoint.size), size);
    EXPECT_EQ(format_note(opened->note), text);
    EXPECT_EQ(format_checkpoint(opened->checkpoint), opened->note.text);
    ASSERT_EQ(opened->note.signatures.size(), 2U);
    auto const time = verify_cosignature(opened->note.text, opened->note.signatures[1], reference_witness());
    EXPECT_GT(time.value_or(0), 1'699'999'000);
    // The time is signed too.
    auto line = opened->note.signatures[1];
    line.signature[7] ^= 1;
    EXPECT_FALSE(verify_cosignature(opened->note.text, line, reference_witness()));
    EXPECT_FALSE(
        verify_cosignature(opened->note.text + "x\n", opened->note.signatures[1], reference_witness()));
    EXPECT_FALSE(verify_cosignature(opened->note.text, opened->note.signatures[0], reference_witness()));
  }
}

TEST(Note, MalformedNotes) {
  auto const good = text_at(data_folder() / "checkpoints/700");
  ASSERT_TRUE(parse_note(good));
  auto const blank = good.find("\n\n");
  auto const replaced = [&](std::string_view from, std::string_view to) {
    auto text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_FALSE(parse_note(""));
  EXPECT_FALSE(parse_note(good.substr(0, good.size() - 1))) << "cut newline";
  EXPECT_FALSE(parse_note(good + "\n"));
  EXPECT_FALSE(parse_note(good.substr(0, blank + 2))) << "no signature";
  EXPECT_FALSE(parse_note(good.substr(0, blank + 1))) << "no blank line";
  EXPECT_FALSE(parse_note(replaced("\u2014 ", "- ")));
  EXPECT_FALSE(parse_note(replaced("\u2014 ", "\u2014  ")));
  EXPECT_FALSE(parse_note(replaced("ifNJ", "if J")));
  EXPECT_FALSE(parse_note(replaced("mZhAY=", "mZhAY"))) << "padding";
  EXPECT_FALSE(parse_note(replaced("mZhAY=", "mZhAZ="))) << "trailing bits";
  EXPECT_FALSE(parse_note(replaced("700\n", "700\r\n")));
  EXPECT_FALSE(parse_note(replaced("700\n", "7\xff\n")));
  EXPECT_FALSE(parse_note("text\n\n\u2014 name AAAAAA==\n")) << "an id and nothing else";
  EXPECT_TRUE(parse_note("text\n\n\u2014 name AAAAAAA=\n"));
  std::string many = "text\n\n";
  for (std::size_t i = 0; i < limits::ledger_note_signatures; ++i) many += "\u2014 name AAAAAAA=\n";
  EXPECT_TRUE(parse_note(many));
  EXPECT_FALSE(parse_note(many + "\u2014 name AAAAAAA=\n"));
}

TEST(Checkpoint, MalformedTexts) {
  auto const root = base64_encode(empty_root());
  EXPECT_TRUE(parse_checkpoint("o\n0\n" + root + "\n"));
  for (auto const& bad : std::vector<std::string>{
           "o\n0\n" + root, "o\n00\n" + root + "\n", "o\n-1\n" + root + "\n", "o\n+1\n" + root + "\n",
           "\n0\n" + root + "\n", "o\n\n" + root + "\n", "o\n0\n" + root + "\nextension\n",
           "o\n0\n" + root.substr(4) + "\n", "o\n0\n\n", "o\n0x1\n" + root + "\n",
           "o\n9223372036854775808\n" + root + "\n"})
    EXPECT_FALSE(parse_checkpoint(bad)) << bad;
}

TEST(Checkpoint, WrongKeyOriginOrText) {
  auto const good = text_at(data_folder() / "checkpoints/700");
  auto const refused = [](std::string const& note, VerifierKey const& key) {
    return open_checkpoint(note, key).refusal().code;
  };
  EXPECT_EQ(refused(good, SecretKey::generate("example.gov/quality-ledger-test", KeyType::ed25519).key()),
            "CHECKPOINT_SIGNATURE");
  auto text = good;
  text.replace(text.find("700"), 3, "701");
  EXPECT_EQ(refused(text, reference_key()), "CHECKPOINT_SIGNATURE");
  EXPECT_EQ(refused("nonsense", reference_key()), "CHECKPOINT_FORMAT");
  // The right key under a text of another origin.
  auto const key = SecretKey::generate("log.example", KeyType::ed25519);
  auto const signer = key.signer();
  Signer const* const signers[] = {signer.get()};
  auto const foreign = sign_checkpoint({"other.example", 0, empty_root()}, signers);
  EXPECT_EQ(refused(format_note(foreign.note), key.key()), "CHECKPOINT_SIGNATURE");
}

TEST(Checkpoint, SignedTwice) {
  auto const ed25519 = SecretKey::generate("log.example/台账", KeyType::ed25519);
  auto const sm2 = SecretKey::generate("log.example/台账", KeyType::sm2);
  auto const first = ed25519.signer(), second = sm2.signer();
  Signer const* const signers[] = {first.get(), second.get()};
  auto const checkpoint = sign_checkpoint({"log.example/台账", 0, empty_root()}, signers);
  auto const text = format_note(checkpoint.note);
  EXPECT_EQ(*open_checkpoint(text, ed25519.key()), checkpoint);
  EXPECT_EQ(*open_checkpoint(text, sm2.key()), checkpoint);
  auto forged = checkpoint.note;
  forged.signatures[1].signature.back() ^= 1;
  EXPECT_EQ(check_signature(forged, sm2.key()), LineCheck::invalid);
  EXPECT_EQ(check_signature(forged, ed25519.key()), LineCheck::valid);
  // One bad line of a key spoils it, however many good ones stand beside it.
  forged = checkpoint.note;
  forged.signatures.push_back(forged.signatures[0]);
  forged.signatures.back().signature[3] ^= 1;
  EXPECT_EQ(check_signature(forged, ed25519.key()), LineCheck::invalid);
  // Unknown keys are ignored, also of the same name.
  EXPECT_EQ(check_signature(checkpoint.note, SecretKey::generate("log.example/台账", KeyType::ed25519).key()),
            LineCheck::absent);
}

TEST(Cosignature, NeedsACosignersKey) {
  auto const key = SecretKey::generate("w", KeyType::cosignature_v1);
  auto const signer = key.signer();
  auto const line = cosign("o\n", *signer, 1'700'000'000);
  EXPECT_EQ(verify_cosignature("o\n", line, key.key()), 1'700'000'000);
  EXPECT_EQ(cosigned_message("o\n", 17), "cosignature/v1\ntime 17\no\n");
  EXPECT_THROW(sign_text("o\n", *signer), std::invalid_argument);
  auto const log_key = SecretKey::generate("w", KeyType::ed25519).signer();
  EXPECT_THROW(cosign("o\n", *log_key, 17), std::invalid_argument);
  EXPECT_THROW(cosign("o\n", *signer, -1), std::invalid_argument);
}

// A key of small order verifies anything in lax implementations.
TEST(Note, SmallOrderKeysVerifyNothing) {
  Bytes identity(32, 0);
  identity[0] = 1;
  auto const key = make_verifier_key("a", KeyType::ed25519, identity);
  Bytes signature(64, 0);
  signature[0] = 1;
  EXPECT_FALSE(verify_raw(key, bytes_of("anything"), signature));
  EXPECT_FALSE(verify_raw(key, bytes_of("anything"), Bytes(63, 0)));
  Bytes off_curve(65, 1);
  off_curve[0] = 4;
  EXPECT_FALSE(verify_raw(make_verifier_key("a", KeyType::sm2, off_curve), bytes_of("anything"), signature));
}

// The example of GB/T 32918.5-2017 annex A: a signature made by others.
TEST(Sm2, SignatureOfTheStandard) {
  auto const folder = shared_vectors() / "draw/sm";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  std::string pem, base64;
  pem = text_at(folder / "gb.pem");
  for (std::size_t at = pem.find('\n') + 1; pem[at] != '-'; ++at)
    if (pem[at] != '\n') base64 += pem[at];
  auto const spki = base64_decode(base64).value();
  Bytes const point(spki.end() - 65, spki.end());
  auto const key = make_verifier_key("a", KeyType::sm2, point);
  auto const message = read_file(folder / "gb.msg").value();
  auto signature = read_file(folder / "gb.sig").value();
  EXPECT_TRUE(verify_raw(key, message, signature));
  auto other = message;
  other[0] ^= 1;
  EXPECT_FALSE(verify_raw(key, other, signature));
  signature[10] ^= 1;
  EXPECT_FALSE(verify_raw(key, message, signature));
}

// What a third party does with nothing but OpenSSL's command line.
class ThirdParty : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_command("openssl")) GTEST_SKIP() << "no openssl command";
  }
  bool verifies(VerifierKey const& key, std::string_view message, Bytes const& signature,
                std::string const& options) {
    auto spki = hex_decode(key.type == KeyType::sm2 ? "3059301306072a8648ce3d020106082a811ccf5501822d034200"
                                                    : "302a300506032b6570032100")
                    .value();
    append(spki, ByteView{key.public_key});
    auto base64 = base64_encode(spki);
    for (std::size_t at = 64; at < base64.size(); at += 65) base64.insert(at, "\n");
    write_file_durably(scratch_ / "key.pem",
                       "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n");
    write_file_durably(scratch_ / "message", message);
    write_file_durably(scratch_ / "signature", ByteView{signature});
    return std::system(("cd '" + scratch_.path().string() +
                        "' && openssl pkeyutl -verify -pubin -inkey key.pem -rawin " +
                        "-in message -sigfile signature " + options + " >/dev/null 2>&1")
                           .c_str()) == 0;
  }
  ScratchFolder scratch_;
};

TEST_F(ThirdParty, Ed25519) {
  auto const key = SecretKey::generate("log.example", KeyType::ed25519);
  auto const line = sign_text("o\n1\nx\n", *key.signer());
  EXPECT_TRUE(verifies(key.key(), "o\n1\nx\n", line.signature, ""));
  EXPECT_FALSE(verifies(key.key(), "o\n2\nx\n", line.signature, ""));
}

TEST_F(ThirdParty, Sm2) {
  auto const key = SecretKey::generate("log.example", KeyType::sm2);
  auto const line = sign_text("o\n1\nx\n", *key.signer());
  std::string const options = "-digest sm3 -pkeyopt distid:1234567812345678";
  EXPECT_TRUE(verifies(key.key(), "o\n1\nx\n", line.signature, options));
  EXPECT_FALSE(verifies(key.key(), "o\n2\nx\n", line.signature, options));
  EXPECT_FALSE(
      verifies(key.key(), "o\n1\nx\n", line.signature, "-digest sm3 -pkeyopt distid:1234567812345679"));
}

}  // namespace
}  // namespace plumbline::ledger
