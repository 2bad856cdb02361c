// `log verify` on logs made here: honest ones of awkward sizes, and every error name of section 8.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "chain_heads.hpp"
#include "memory_source.hpp"
#include "office.hpp"
#include "publication/verify_log.hpp"

namespace plumbline::publication::test {
namespace {

// A log of records after a genesis, `size` entries in all.
Published log_of(std::uint64_t size) {
  Script script;
  script.until = Until::plan;
  script.records_after = size > 5 ? size - 5 : 0;
  return publish(script);
}

std::string error_of(Files const& files, std::string const& vkey, LogVerifyOptions options = {}) {
  options.vkey = vkey;
  auto const verdict = verify_log(MemorySource(files), options);
  return verdict ? "ok" : verdict.failure().error;
}

TEST(Log, honest_ones_of_awkward_sizes) {
  for (std::uint64_t const size : {5U, 255U, 256U, 257U, 511U, 512U, 513U, 1000U}) {
    SCOPED_TRACE(size);
    auto const published = log_of(size);
    auto const files = log_files_of(published);
    LogVerifyOptions options;
    options.vkey = published.vkey;
    std::uint64_t seen = 0;
    options.progress = [&](std::uint64_t done, std::uint64_t) { seen = done; };
    auto const verdict = verify_log(MemorySource(files), options);
    ASSERT_TRUE(verdict.ok()) << verdict.failure().error << ' ' << verdict.failure().why;
    EXPECT_EQ(verdict.report().size, size);
    EXPECT_EQ(seen, size);
    EXPECT_TRUE(verdict.report().entries_checked);
    ASSERT_EQ(verdict.report().series.size(), 1U);
    EXPECT_EQ(verdict.report().series[0].authority, "371500");
    EXPECT_EQ(verdict.report().series[0].last, 1U);
    EXPECT_EQ(verdict.report().grade, Grade::jia);
  }
}

TEST(Log, older_checkpoints_of_every_size) {
  auto const published = log_of(600);
  auto const files = log_files_of(published);
  auto const time = parse_time("2025-04-21T00:00:00Z").value();
  for (std::uint64_t const size : {1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 599U, 600U}) {
    SCOPED_TRACE(size);
    LogVerifyOptions options;
    options.since = proof_at(published, 0, size, time);
    EXPECT_EQ(error_of(files, published.vkey, options), "ok");
    auto forked = published;
    forked.leaf_hashes = std::make_shared<std::vector<Hash>>(*published.leaf_hashes);
    (*forked.leaf_hashes)[size - 1][0] ^= 1;
    options.since = proof_at(forked, 0, size, time);
    EXPECT_EQ(error_of(files, published.vkey, options), "LOG_FORKED");
  }
  LogVerifyOptions options;
  options.since = proof_at(log_of(700), 0, 700, time);
  EXPECT_EQ(error_of(files, published.vkey, options), "LOG_SHRUNK");
  options.since = "no checkpoint";
  EXPECT_EQ(error_of(files, published.vkey, options), "CHECKPOINT_FORMAT");
}

TEST(Log, tiles_and_bundles) {
  auto const published = log_of(600);
  auto const good = log_files_of(published);
  auto const after = [&](auto change) {
    auto files = good;
    change(files);
    return error_of(files, published.vkey);
  };
  EXPECT_EQ(after([](Files& files) { files.erase("tile/0/001"); }), "FILE_MISSING");
  EXPECT_EQ(after([](Files& files) { files.erase("tile/1/000.p/2"); }), "FILE_MISSING");
  EXPECT_EQ(after([](Files& files) { files.erase("tile/entries/002.p/88"); }), "FILE_MISSING");
  EXPECT_EQ(after([](Files& files) { files.erase("checkpoint"); }), "FILE_MISSING");
  EXPECT_EQ(after([](Files& files) { files["tile/entries/002.p/88"].pop_back(); }), "BUNDLE_FORMAT");
  EXPECT_EQ(after([](Files& files) { files["tile/entries/001"] += "x"; }), "BUNDLE_FORMAT");
  EXPECT_EQ(after([](Files& files) { files["tile/0/001"][0] ^= 1; }), "TILE_MISMATCH");
  EXPECT_EQ(after([](Files& files) { files["tile/0/001"].pop_back(); }), "TILE_MISMATCH");
  EXPECT_EQ(after([](Files& files) { files["tile/1/000.p/2"][63] ^= 1; }), "TILE_MISMATCH");
  EXPECT_EQ(after([](Files& files) { files["tile/entries/001"][100] ^= 1; }), "ENTRY_HASH");
  EXPECT_EQ(after([](Files& files) { files["policy"] += "\n"; }), "POLICY_MISMATCH");
  // The full tile serves where the partial one is gone.
  auto const larger = log_files_of(log_of(1000));
  EXPECT_EQ(after([&](Files& files) {
              files.erase("tile/entries/002.p/88");
              files.erase("tile/0/002.p/88");
              files["tile/entries/002"] = larger.at("tile/entries/002");
              files["tile/0/002"] = larger.at("tile/0/002");
            }),
            "ok");
}

// Another entry with its tiles made to fit: only the signed root is against it.
TEST(Log, roots) {
  auto published = log_of(300);
  auto other = published;
  other.leaves[7][20] = other.leaves[7][20] == 'a' ? 'b' : 'a';
  auto files = log_files_of(other);
  EXPECT_EQ(error_of(files, published.vkey), "ROOT_MISMATCH");
  auto const good = log_files_of(published);
  files["tile/1/000.p/1"] = good.at("tile/1/000.p/1");
  EXPECT_EQ(error_of(files, published.vkey), "TILE_MISMATCH");
  files["tile/0/000"] = good.at("tile/0/000");
  EXPECT_EQ(error_of(files, published.vkey), "ENTRY_HASH");
}

TEST(Log, entries_that_lie) {
  auto const spoiled = [](auto const& change) {
    Script script;
    script.until = Until::result;
    script.records_after = 20;
    script.on_leaf = change;
    auto const published = publish(script);
    return error_of(log_files_of(published), published.vkey);
  };
  auto const at = [](std::uint64_t seq, std::string const& from, std::string const& to) {
    return [=](std::uint64_t index, std::string& leaf) {
      if (index != seq) return;
      auto const place = leaf.find(from);
      ASSERT_NE(place, std::string::npos) << leaf;
      leaf.replace(place, from.size(), to);
    };
  };
  EXPECT_EQ(spoiled([](std::uint64_t, std::string&) {}), "ok");
  EXPECT_EQ(spoiled(at(12, "\"seq\":12,", "\"seq\":13,")), "SEQ_MISMATCH");
  EXPECT_EQ(spoiled(at(12, "\"v\":1}", "\"v\":2}")), "SCHEMA");
  EXPECT_EQ(spoiled(at(12, "\"v\":1}", "\"v\":1,\"w\":1}")), "SCHEMA");
  EXPECT_EQ(spoiled(at(12, "\"v\":1}", "\"v\": 1}")), "NOT_CANONICAL");
  EXPECT_EQ(spoiled(at(12, "\"v\":1}", "\"v\":1}\n")), "NOT_CANONICAL");
  EXPECT_EQ(spoiled(at(12, "\"time\":\"2025", "\"time\":\"2024")), "TIME_ORDER");
  EXPECT_EQ(spoiled(at(11, "\"prev\":\"\"", "\"prev\":\"" + std::string(64, 'a') + "\"")), "CHAIN_BROKEN");
  EXPECT_EQ(spoiled(at(1, "ledger.policy", "ledger.genesis")), "SCHEMA");
  EXPECT_EQ(spoiled(at(6, "draw.result", "draw.plan")), "SERIES_GAP");
  EXPECT_EQ(spoiled(at(5, "draw.seed", "draw.reveal")), "ok");  // a reveal alone is in order in the log
}

TEST(Log, opaque_entries) {
  Script script;
  script.on_leaf = [](std::uint64_t index, std::string& leaf) {
    if (index == 0) leaf = "another kind of log";
  };
  auto const published = publish(script);
  auto const files = log_files_of(published);
  LogVerifyOptions options;
  options.vkey = published.vkey;
  auto const verdict = verify_log(MemorySource(files), options);
  ASSERT_TRUE(verdict.ok());
  EXPECT_FALSE(verdict.report().entries_checked);
  EXPECT_NE(write_json(to_json(verdict.report())).find("\"entries\":\"opaque\""), std::string::npos);
  script.on_leaf = [](std::uint64_t index, std::string& leaf) {
    if (index == 3) leaf = "no leaf";
  };
  auto const broken = publish(script);
  EXPECT_EQ(error_of(log_files_of(broken), broken.vkey), "NOT_CANONICAL");
  options.entries = EntryReading::opaque;
  EXPECT_EQ(error_of(log_files_of(broken), broken.vkey, options), "ok");
}

TEST(Log, policies) {
  auto const published = log_of(20);
  auto const files = log_files_of(published);
  LogVerifyOptions options;
  options.policy = files.at("policy");
  EXPECT_EQ(error_of(files, published.vkey, options), "ok");
  options.policy = "quorum\n";
  EXPECT_EQ(error_of(files, published.vkey, options), "POLICY_FORMAT");
  options.policy = files.at("policy");
  auto other = files;
  auto& note = other.at("checkpoint");
  note.erase(note.find("— w2"));
  EXPECT_EQ(error_of(other, published.vkey, options), "WITNESS_QUORUM");
  options.policy.reset();
  EXPECT_EQ(error_of(other, published.vkey, options), "ok");
  EXPECT_EQ(error_of(files, "office.example/log", options), "KEY_FORMAT");
}

// Entries are read in a second thread; a later file, the root and an older checkpoint still come first.
TEST(Log, the_first_error_in_the_order_of_the_specification) {
  Script script;
  script.until = Until::plan;
  script.records_after = 3000;
  script.on_leaf = [](std::uint64_t index, std::string& leaf) {
    if (index == 3) leaf = "no leaf";
    if (index == 2900) leaf = "no leaf either";
  };
  auto const published = publish(script);
  auto const good = log_files_of(published);
  auto const honest = log_of(3000);
  auto const since = proof_at(honest, 0, 10, parse_time("2025-04-21T00:00:00Z").value());
  for (int round = 0; round < 20; ++round) {
    LogVerifyOptions options;
    options.vkey = published.vkey;
    auto const verdict = verify_log(MemorySource(good), options);
    ASSERT_FALSE(verdict.ok());
    EXPECT_EQ(verdict.failure().error, "NOT_CANONICAL");
    EXPECT_EQ(verdict.failure().file, "tile/entries/000");
    EXPECT_TRUE(verdict.failure().why.starts_with("entry 3")) << verdict.failure().why;
    auto files = good;
    files.erase("tile/0/010");
    EXPECT_EQ(error_of(files, published.vkey), "FILE_MISSING");
    files = good;
    files["tile/0/010"][40] ^= 1;
    EXPECT_EQ(error_of(files, published.vkey), "TILE_MISMATCH");
    options.since = since;
    EXPECT_EQ(error_of(good, published.vkey, options), "LOG_FORKED");
  }
}

class BreakingSource final : public ledger::TileSource {
 public:
  BreakingSource(Files files, std::string breaks_at)
      : files_(std::move(files)), breaks_at_(std::move(breaks_at)) {}
  std::optional<Bytes> read(std::string const& path) const override {
    if (path == breaks_at_) throw std::runtime_error("the server cannot be reached");
    return files_.read(path);
  }

 private:
  MemorySource files_;
  std::string breaks_at_;
};

TEST(Log, a_source_that_breaks) {
  auto const published = log_of(3000);
  LogVerifyOptions options;
  options.vkey = published.vkey;
  for (auto const* const path : {"checkpoint", "tile/entries/000", "tile/entries/009", "tile/1/000.p/11"}) {
    BreakingSource const source(log_files_of(published), path);
    EXPECT_THROW((void)verify_log(source, options), std::runtime_error) << path;
  }
}

TEST(FolderSource, reads_regular_files) {
  auto const folder = std::filesystem::temp_directory_path() / ("folder-source-" + to_hex(sha256("a")));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "below");
  std::ofstream(folder / "long") << std::string(1000, 'l');
  std::ofstream(folder / "short") << "s";
  std::ofstream(folder / "empty") << "";
  std::filesystem::create_symlink("short", folder / "link");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  FolderSource const source(folder);
  Bytes bytes;
  ASSERT_TRUE(source.read_to("long", bytes));
  EXPECT_EQ(text_of(bytes), std::string(1000, 'l'));
  for (auto const* const name : {"short", "link"}) {
    ASSERT_TRUE(source.read_to(name, bytes));
    EXPECT_EQ(text_of(bytes), "s");
  }
  EXPECT_EQ(source.read("empty"), Bytes{});
  for (auto const* const name : {"below", "pipe", "absent", "short/absent"}) EXPECT_FALSE(source.read(name));
  std::filesystem::remove_all(folder);
}

TEST(ChainHeads, gives_the_entry_before) {
  ChainHeads heads;
  auto const chain = [](int i) {
    return (i % 3 == 0 ? "archive.firm/" : "people.officer/") +
           to_hex(sha256(std::to_string(i))).substr(0, 32);
  };
  constexpr int chains = 100'000;  // more than one block of records, and a table of large pages
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < chains; ++i) {
      auto const head = sha256(std::to_string(round) + ":" + std::to_string(i));
      auto const before = heads.advance(chain(i), head);
      if (round == 0) {
        ASSERT_FALSE(before);
      } else {
        ASSERT_EQ(before, sha256(std::to_string(round - 1) + ":" + std::to_string(i)));
      }
    }
  // One sid in two registers is two chains; names without a sid are chains too.
  auto const sid = std::string(32, '0');
  EXPECT_FALSE(heads.advance("a/" + sid, sha256("1")));
  EXPECT_FALSE(heads.advance("b/" + sid, sha256("2")));
  EXPECT_FALSE(heads.advance("draws/371500/2025", sha256("3")));
  EXPECT_EQ(heads.advance("a/" + sid, sha256("4")), sha256("1"));
  EXPECT_EQ(heads.advance("draws/371500/2025", sha256("5")), sha256("3"));
}

}  // namespace
}  // namespace plumbline::publication::test
