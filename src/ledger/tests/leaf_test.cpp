#include "ledger/leaf.hpp"

#include "ledger_testing.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

constexpr std::string_view good =
    R"({"actor":"u-ab794b58351307f264a256862b1add47",)"
    R"("digest":"77e7ddb35857a5b7f9e330bf98720ee1e767b9989fc0c4f1e4b58b41be9987e0","prev":"","seq":2,)"
    R"("subject":"inspection.check/7187b1a62fafa0317ca03da43f8b3fc4","time":"2025-01-03T01:00:00Z",)"
    R"("type":"inspection.check.put","v":1})";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(good);
  return text.replace(text.find(from), from.size(), to);
}

TEST(Leaf, RoundTrip) {
  auto const leaf = parse_leaf(good);
  ASSERT_TRUE(leaf.ok());
  EXPECT_EQ(leaf->seq, 2U);
  EXPECT_EQ(leaf->time_s, 1'735'866'000);
  EXPECT_FALSE(leaf->prev);
  EXPECT_EQ(leaf->type, "inspection.check.put");
  EXPECT_EQ(format_leaf(*leaf), good);
  auto next = *leaf;
  next.prev = leaf_hash(bytes_of(good));
  auto const text = format_leaf(next);
  EXPECT_EQ(parse_leaf(text)->prev, next.prev);
}

TEST(Leaf, NotCanonical) {
  for (auto const& bad : {std::string(), std::string("{}x"), replaced("\"seq\":2", "\"seq\": 2"),
                          replaced("\"seq\":2", "\"seq\":02"), replaced("\"seq\":2", "\"seq\":2.0"),
                          replaced("\"seq\":2", "\"seq\":9007199254740992"), std::string(good) + "\n",
                          replaced("\"v\":1}", "\"v\":1"), replaced("\"prev\":\"\"", "\"prev\":null"),
                          replaced(":00Z", ":0\\u0030Z"), replaced("{\"actor\"", "{\"z\":1,\"actor\"")})
    EXPECT_EQ(parse_leaf(bad).refusal().code, "NOT_CANONICAL") << bad;
}

TEST(Leaf, Schema) {
  auto const refused = [](std::string const& text) { return parse_leaf(text).refusal(); };
  auto const expect = [&](std::string const& text, std::string const& member) {
    EXPECT_EQ(refused(text), (Refusal{"SCHEMA", member, {}})) << text;
  };
  expect("{}", "actor");
  expect(replaced("u-ab794b58351307f264a256862b1add47", "u-AB794b58351307f264a256862b1add47"), "actor");
  expect(replaced("u-ab794b58351307f264a256862b1add47", "张三"), "actor");
  expect(replaced("77e7", "77E7"), "digest");
  expect(replaced("77e7", "77e"), "digest");
  expect(replaced("\"prev\":\"\"", "\"prev\":\"00\""), "prev");
  expect(replaced("\"seq\":2", "\"seq\":-2"), "seq");
  expect(replaced("\"seq\":2", "\"seq\":\"2\""), "seq");
  expect(replaced("2025-01-03", "2025-02-29"), "time");
  expect(replaced("2025-01-03", "1999-01-03"), "time");
  expect(replaced("T01:00:00Z", "T24:00:00Z"), "time");
  expect(replaced("T01:00:00Z", "T01:00:00+"), "time");
  expect(replaced("inspection.check.put", "inspection"), "type");
  expect(replaced("inspection.check.put", "Inspection.check.put"), "type");
  expect(replaced("inspection.check.put", "inspection..put"), "type");
  expect(replaced("inspection.check.put", "archive.firm.put"), "subject");
  expect(replaced("7187b1a62fafa0317ca03da43f8b3fc4", "91371500MA3C0XJK2P"), "subject");  // no USCC in a leaf
  expect(replaced("\"v\":1}", "\"v\":2}"), "v");
  expect(replaced("\"v\":1}", "\"v\":1,\"x\":1}"), "v");
  std::string long_leaf = replaced("\"v\":1}", "\"v\":1,\"x\":\"" + std::string(60'000, 'a') + "\"}");
  EXPECT_EQ(refused(long_leaf).code, "SCHEMA");
}

TEST(Leaf, Subjects) {
  std::string const sid = "7187b1a62fafa0317ca03da43f8b3fc4";
  for (auto const& [type, subject] :
       std::vector<std::pair<std::string, std::string>>{{"ledger.genesis", "ledger"},
                                                        {"ledger.policy", "ledger"},
                                                        {"draw.frame", "frame/" + sid},
                                                        {"draw.roster", "roster/" + sid},
                                                        {"draw.plan", "draws/371500/2025#1"},
                                                        {"draw.result", "draws/91371500MA3C0XJK2P/2025#123"},
                                                        {"draw.void", "draws/371500/2025#10000"},
                                                        {"draw.reveal", "ceremony/CE-2025-371500-0001"},
                                                        {"draw.seed", "ceremony/CE-2025-371500-1234567"},
                                                        {"draw.recusal", "draw/DR-2025-371500-0002"},
                                                        {"draw.open", "draw/DR-2025-371500-12345"},
                                                        {"draw.assign", "draw/DR-2025-371500-0002"},
                                                        {"archive.firm.erase", "archive.firm/" + sid},
                                                        {"sample.take", "sample/" + sid}})
    EXPECT_TRUE(subject_fits(type, subject)) << type << " " << subject;
  for (auto const& [type, subject] :
       std::vector<std::pair<std::string, std::string>>{{"ledger.policy", "ledger/" + sid},
                                                        {"draw.frame", "frame/" + sid + "0"},
                                                        {"draw.frame", "roster/" + sid},
                                                        {"draw.plan", "draws/371500/2025"},
                                                        {"draw.plan", "draws/371500/2025#0"},
                                                        {"draw.plan", "draws/371500/2025#01"},
                                                        {"draw.plan", "draws/371500/1999#1"},
                                                        {"draw.plan", "draws/abc/2025#1"},
                                                        {"draw.plan", "draws/371/2025#1"},
                                                        {"draw.seed", "ceremony/CE-2025-371500-001"},
                                                        {"draw.seed", "ceremony/CE-2025-371500-12345678"},
                                                        {"draw.open", "draw/DR-2025-371500-002"},
                                                        {"draw.open", "draw/DR-2025-371500-0000"},
                                                        {"draw.open", "draw/DR-2025-371500-00002"},
                                                        {"draw.open", "draw/" + sid},
                                                        {"archive.firm.put", "archive/" + sid},
                                                        {"archive.firm.put", "archive.firm/" + sid + "#1"},
                                                        {"archive.firm.put", "archive.firm"}})
    EXPECT_FALSE(subject_fits(type, subject)) << type << " " << subject;
  LeafView leaf;
  leaf.subject = "draws/371500/2025#2";
  EXPECT_EQ(leaf.chain(), "draws/371500/2025");
  EXPECT_EQ(leaf.number(), 2U);
  leaf.subject = "ledger";
  EXPECT_EQ(leaf.number(), 0U);
}

TEST(Leaf, Times) {
  for (auto const* text :
       {"2000-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "2199-12-31T23:59:59Z", "2025-06-15T12:34:56Z"})
    EXPECT_EQ(format_leaf_time(*parse_leaf_time(text)), text);
  EXPECT_EQ(parse_leaf_time("2025-01-03T01:00:00Z"), parse_instant("2025-01-03T01:00:00Z")->seconds());
  for (auto const* text :
       {"2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-04-31T00:00:00Z", "2100-02-29T00:00:00Z",
        "2025-01-01T00:60:00Z", "2025-01-01T00:00:60Z", "2200-01-01T00:00:00Z", "2025-01-01 00:00:00Z", ""})
    EXPECT_FALSE(parse_leaf_time(text)) << text;
  EXPECT_THROW(format_leaf_time(0), std::invalid_argument);
}

TEST(Leaf, WritesOnlyWhatItReads) {
  auto leaf = *parse_leaf(good);
  leaf.actor = "a\"b";
  EXPECT_THROW(format_leaf(leaf), std::invalid_argument);
  leaf = *parse_leaf(good);
  leaf.subject = "inspection.check/371500";
  EXPECT_THROW(format_leaf(leaf), std::invalid_argument);
  leaf = *parse_leaf(good);
  leaf.seq = std::uint64_t{1} << 53;
  EXPECT_THROW(format_leaf(leaf), std::invalid_argument);
}

TEST(Leaf, EveryLeafOfThePublications) {
  auto const folder = shared_vectors() / "publication/base/city/log";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  TileFolder const log(folder);
  for (std::uint64_t i = 0; i < 305; ++i) {
    auto const bytes = read_entry(log, i, 305);
    ASSERT_TRUE(bytes.ok());
    auto const leaf = parse_leaf(text_of(*bytes));
    ASSERT_TRUE(leaf.ok()) << text_of(*bytes);
    EXPECT_EQ(leaf->seq, i);
    EXPECT_EQ(format_leaf(*leaf), text_of(*bytes));
  }
}

TEST(Opening, OfThePublications) {
  auto const folder = shared_vectors() / "publication/base/city/records";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  for (auto const* name : {"opening-0", "opening-1"}) {
    auto const text = text_at(folder / (std::string(name) + ".json"));
    auto const entry = text_at(folder / (std::string(name) + ".entry"));
    auto const opening = parse_opening(text);
    ASSERT_TRUE(opening.ok());
    EXPECT_EQ(format_opening(*opening), text);
    EXPECT_TRUE(verify_opening(*opening, *parse_leaf(entry)));
  }
  auto const erasure = text_at(folder / "erasure-1.json");
  EXPECT_EQ(format_erasure(*parse_erasure(erasure)), erasure);
}

class OpeningTest : public ::testing::Test {
 protected:
  OpeningTest() {
    for (auto const& [name, value] :
         {std::pair{"contact", "\"13800000000\""}, {"name", "\"示例企业\""}, {"staff", "10"}}) {
      Hash salt;
      fill_random(salt);
      opening_.fields.push_back({name, commitment(name, value, salt), OpenedField::Value{value, salt}});
    }
    opening_.seq = 7;
    leaf_.seq = 7;
    std::vector<Hash> hashes;
    for (auto const& field : opening_.fields) hashes.push_back(field.commitment);
    leaf_.digest = record_digest(hashes);
  }
  std::string code() const { return verify_opening(opening_, leaf_).refusal().code; }
  Opening opening_;
  LeafView leaf_;
};

TEST_F(OpeningTest, AFieldMayStayClosed) {
  EXPECT_TRUE(verify_opening(opening_, leaf_));
  opening_.fields[0].value.reset();
  EXPECT_TRUE(verify_opening(opening_, leaf_)) << "erased or closed: the commitment is enough";
  EXPECT_EQ(*parse_opening(format_opening(opening_)), opening_);
}

TEST_F(OpeningTest, ForgeriesInTheOrderOfTheirNames) {
  auto const good_opening = opening_;
  opening_.fields[1].value->canonical = "\"别的企业\"";
  EXPECT_EQ(code(), "COMMITMENT_MISMATCH");
  opening_.seq = 8;
  EXPECT_EQ(code(), "SEQ_MISMATCH");
  opening_ = good_opening;
  opening_.fields[2].value->salt[0] ^= 1;
  EXPECT_EQ(code(), "COMMITMENT_MISMATCH");
  opening_ = good_opening;
  opening_.fields.pop_back();
  EXPECT_EQ(code(), "DIGEST_MISMATCH");
  opening_ = good_opening;
  opening_.fields[0].value.reset();
  opening_.fields[0].commitment[0] ^= 1;
  EXPECT_EQ(code(), "DIGEST_MISMATCH");
}

TEST_F(OpeningTest, Forms) {
  auto const text = format_opening(opening_);
  auto const code_of = [](std::string const& changed) { return parse_opening(changed).refusal().code; };
  auto const with = [&](std::string_view from, std::string_view to) {
    auto changed = text;
    return changed.replace(changed.find(from), from.size(), to);
  };
  EXPECT_EQ(code_of(text + "\n"), "NOT_CANONICAL");
  EXPECT_EQ(code_of(with("\"v\":1", "\"v\":2")), "SCHEMA");
  EXPECT_EQ(code_of(with("\"seq\":7", "\"seq\":-7")), "SCHEMA");
  EXPECT_EQ(code_of(with("\"name\":\"staff\"", "\"name\":\"alpha\"")), "SCHEMA") << "names ascend";
  EXPECT_EQ(code_of(with("\"name\":\"staff\"", "\"name\":\"name\"")), "SCHEMA") << "names are unique";
  EXPECT_EQ(code_of(with(",\"value\":10", "")), "SCHEMA") << "a salt without its value";
  EXPECT_EQ(code_of("{\"fields\":[],\"v\":1}"), "SCHEMA");
  EXPECT_EQ(code_of("[]"), "SCHEMA");
}

TEST(Erasure, Forms) {
  Erasure const erasure{{"contact"}, "pipl_47", {812}};
  EXPECT_EQ(format_erasure(erasure), R"({"fields":["contact"],"ground":"pipl_47","seqs":[812],"v":1})");
  EXPECT_EQ(*parse_erasure(format_erasure(erasure)), erasure);
  for (auto const* bad : {R"({"fields":[],"ground":"pipl_47","seqs":[812],"v":1})",
                          R"({"fields":["b","a"],"ground":"pipl_47","seqs":[812],"v":1})",
                          R"({"fields":["a"],"ground":"张三要求","seqs":[812],"v":1})",
                          R"({"fields":["a"],"ground":"pipl_47","seqs":[2,1],"v":1})",
                          R"({"fields":["a"],"ground":"pipl_47","seqs":[],"v":1})"})
    EXPECT_EQ(parse_erasure(bad).refusal().code, "SCHEMA") << bad;
}

}  // namespace
}  // namespace plumbline::ledger
