#include "ledger/tile.hpp"

#include <set>

#include "ledger/checkpoint.hpp"
#include "ledger_testing.hpp"

namespace plumbline::ledger {
namespace {

using namespace testing;

TEST(Tile, Paths) {
  EXPECT_EQ(index_path(0), "000");
  EXPECT_EQ(index_path(999), "999");
  EXPECT_EQ(index_path(1000), "x001/000");
  EXPECT_EQ(index_path(1234067), "x001/x234/067");
  EXPECT_EQ(tile_path({TileKind::hashes, 2, 5, 256}), "tile/2/005");
  EXPECT_EQ(tile_path({TileKind::hashes, 0, 1234067, 17}), "tile/0/x001/x234/067.p/17");
  EXPECT_EQ(tile_path({TileKind::entries, 0, 1000, 255}), "tile/entries/x001/000.p/255");
  for (TileName const& name :
       {TileName{TileKind::hashes, 63, 0, 1}, TileName{TileKind::entries, 0, 99'999'999, 256},
        TileName{TileKind::hashes, 1, 1000, 255}})
    EXPECT_EQ(parse_tile_path(tile_path(name)), name);
  for (auto const* bad : {"tile/0/0", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/64/000",
                          "tile/00/000", "tile/0/x000/001", "tile/0/x001", "tile/0/001/",
                          "tile/0/x001/x02/003", "tile/entries", "tile/0/../000", "tile/0/000.p/1/2", ""})
    EXPECT_FALSE(parse_tile_path(bad)) << bad;
}

// The example of C2SP tlog-tiles.
TEST(Tile, ALogOf70000) {
  std::map<std::string, int> seen;
  for_each_tile(70'000, [&](TileName const& name) {
    ++seen[std::string(name.kind == TileKind::entries ? "e" : "") + std::to_string(name.level) + "/" +
           std::to_string(name.width)];
    EXPECT_EQ(tile_width_at(name.level, name.index, 70'000), name.width);
  });
  EXPECT_EQ(seen, (std::map<std::string, int>{{"e0/256", 273},
                                              {"e0/112", 1},
                                              {"0/256", 273},
                                              {"0/112", 1},
                                              {"1/256", 1},
                                              {"1/17", 1},
                                              {"2/1", 1}}));
  EXPECT_EQ(tile_width_at(0, 274, 70'000), 0U);
  EXPECT_EQ(tile_width_at(1, 0, 256), 1U);
  EXPECT_EQ(tile_width_at(0, 1, 256), 0U);
}

TEST(Tile, Bundles) {
  Bytes bundle;
  append_to_bundle(bundle, bytes_of("one"));
  append_to_bundle(bundle, bytes_of(""));
  Bytes const longest(65'535, 7);
  append_to_bundle(bundle, longest);
  EXPECT_THROW(append_to_bundle(bundle, Bytes(65'536, 7)), std::length_error);
  auto const entries = parse_bundle(bundle, 3);
  ASSERT_TRUE(entries.has_value());
  EXPECT_EQ(text_of((*entries)[0]), "one");
  EXPECT_TRUE((*entries)[1].empty());
  EXPECT_EQ((*entries)[2].size(), 65'535U);
  EXPECT_FALSE(parse_bundle(bundle, 2)) << "bytes left over";
  EXPECT_EQ(parse_bundle(bundle, 2, BundleLength::at_least)->size(), 2U);
  EXPECT_FALSE(parse_bundle(bundle, 4));
  EXPECT_FALSE(parse_bundle(ByteView{bundle}.first(bundle.size() - 1), 3));
}

TEST(Tile, ReferenceLogByteForByte) {
  auto const folder = shared_vectors() / "tlog/ref-log-700";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  MemoryLog log;
  TileBuilder builder;
  // The reference log was published after every entry of its last tile: partial tiles of each width.
  for (std::size_t i = 0; i < 700; ++i) {
    ASSERT_TRUE(builder.append(bytes_of(entry_of(i)), log));
    if (i >= 512) {
      ASSERT_TRUE(builder.flush(log));
    }
  }
  int files = 0;
  for (auto const& file : fs::recursive_directory_iterator(folder / "tile")) {
    if (!file.is_regular_file()) continue;
    auto const path = fs::relative(file.path(), folder).string();
    if (path == "tile/1/000.p/1") continue;  // of a size between 256 and 511
    ++files;
    ASSERT_TRUE(parse_tile_path(path)) << path;
    ASSERT_TRUE(log.files.contains(path)) << path;
    EXPECT_EQ(log.files.at(path), read_file(file.path())) << path;
  }
  EXPECT_EQ(files, 194);
}

TEST(Tile, OwnSliceOfTheReferenceLog) {
  MemoryLog log;
  auto const builder = grow(log, 700);
  EXPECT_EQ(log.files.at("tile/1/000.p/2"), read_file(data_folder() / "tile/1/000.p/2"));
  auto const checkpoint = read_checkpoint(text_at(data_folder() / "checkpoints/700"));
  EXPECT_EQ(checkpoint->checkpoint.root, builder.root());
  std::set<std::string> expected, seen;
  for_each_tile(700, [&](TileName const& name) { expected.insert(tile_path(name)); });
  for (auto const& file : log.files) seen.insert(file.first);
  EXPECT_EQ(seen, expected);
}

TEST(Tile, RealLogOfAnotherProgram) {
  auto const folder = shared_vectors() / "tlog/tessera-log";
  if (!fs::exists(folder)) GTEST_SKIP() << "no shared vectors";
  auto const key =
      parse_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
  TileFolder const log(folder);
  for (std::size_t size = 0; size <= 15; ++size) {
    auto const opened = open_checkpoint(text_at(folder / ("checkpoint." + std::to_string(size))), *key);
    ASSERT_TRUE(opened.ok()) << size;
    ASSERT_EQ(opened->checkpoint.size, size);
    EXPECT_EQ(*root_from(tile_hashes(log, size), size), opened->checkpoint.root);
    auto const builder = TileBuilder::open(log, size);
    ASSERT_TRUE(builder.ok());
    EXPECT_EQ(builder->root(), opened->checkpoint.root);
    if (size != 0) {
      EXPECT_EQ(read_bundle(log, 0, static_cast<unsigned>(size))->entries.size(), size);
    }
  }
}

TEST(Tile, ABundleIsReadWhereAnotherWas) {
  MemoryLog log;
  grow(log, 300);
  Bundle bundle;
  ASSERT_TRUE(read_bundle(log, 0, tile_width, bundle).ok());
  EXPECT_EQ(bundle.entries.size(), tile_width);
  ASSERT_TRUE(read_bundle(log, 1, 44, bundle).ok());
  ASSERT_EQ(bundle.entries.size(), 44U);
  EXPECT_EQ(text_of(bundle.entries[43]), entry_of(299));
  EXPECT_EQ(read_bundle(log, 1, 45, bundle).refusal().code, "FILE_MISSING");
  log.files.at("tile/entries/001.p/44").push_back(0);
  EXPECT_EQ(read_bundle(log, 1, 44, bundle).refusal().code, "BUNDLE_FORMAT");
  ASSERT_TRUE(read_bundle(log, 0, 7, bundle).ok());  // the start of the full one
  EXPECT_EQ(bundle.entries.size(), 7U);
}

TEST(Tile, ABuilderContinuesAnywhere) {
  MemoryLog whole;
  auto const end = grow(whole, 700);
  for (std::size_t const cut : {1U, 255U, 256U, 257U, 511U, 512U, 699U}) {
    MemoryLog log;
    grow(log, cut);
    auto builder = TileBuilder::open(log, cut);
    ASSERT_TRUE(builder.ok()) << cut;
    for (std::size_t i = cut; i < 700; ++i) ASSERT_TRUE(builder->append(bytes_of(entry_of(i)), log));
    ASSERT_TRUE(builder->flush(log));
    EXPECT_EQ(builder->root(), end.root());
    builder->drop_partials(log);
    for (auto const& [path, bytes] : whole.files)
      EXPECT_TRUE(log.files[path] == bytes) << path << " after " << cut;
    // Left over: partial tiles of the cut whose full tile has not come yet.
    for (auto const& [path, bytes] : log.files) {
      auto const name = parse_tile_path(path);
      EXPECT_TRUE(whole.files.contains(path) || name->index == (700U >> (8 * name->level + 8)))
          << path << " after " << cut;
    }
  }
}

TEST(Tile, ThreeLevels) {
  MemoryLog log;
  TileBuilder builder;
  CompactRange range;
  constexpr std::size_t size = 65'536 + 300;
  for (std::size_t i = 0; i < size; ++i) {
    auto const entry = std::to_string(i);
    ASSERT_TRUE(builder.append(bytes_of(entry), log));
    range.append(leaf_hash(bytes_of(entry)));
  }
  ASSERT_TRUE(builder.flush(log));
  EXPECT_EQ(builder.root(), range.root());
  EXPECT_EQ(log.files.at("tile/1/000").size(), 8192U);
  EXPECT_EQ(log.files.at("tile/2/000.p/1").size(), 32U);
  auto const hashes = tile_hashes(log, size);
  EXPECT_EQ(*root_from(hashes, size), range.root());
  EXPECT_EQ(TileBuilder::open(log, size)->root(), range.root());
  for (std::uint64_t const index : {std::uint64_t{0}, std::uint64_t{255}, std::uint64_t{40'000},
                                    std::uint64_t{65'535}, std::uint64_t{65'536}, std::uint64_t{size - 1}}) {
    auto const entry = read_entry(log, index, size);
    ASSERT_TRUE(entry.ok());
    EXPECT_EQ(text_of(*entry), std::to_string(index));
    EXPECT_TRUE(verify_inclusion(index, size, leaf_hash(*entry), range.root(),
                                 *inclusion_proof(hashes, index, size)));
  }
  auto const old_root = *root_from(hashes, 65'537);
  EXPECT_TRUE(
      verify_consistency(65'537, size, old_root, range.root(), *consistency_proof(hashes, 65'537, size)));
  EXPECT_EQ(read_entry(log, size, size).refusal().code, "out_of_range");
}

TEST(Tile, ForgedAndMissingFilesAreFound) {
  MemoryLog good;
  grow(good, 700);
  auto const open_without = [&](std::string const& path) {
    MemoryLog log = good;
    log.files.erase(path);
    return TileBuilder::open(log, 700).refusal();
  };
  EXPECT_EQ(open_without("tile/0/002.p/188").code, "FILE_MISSING");
  EXPECT_EQ(open_without("tile/1/000.p/2").code, "FILE_MISSING");
  EXPECT_EQ(open_without("tile/entries/002.p/188").code, "FILE_MISSING");
  auto const open_with = [&](std::string const& path, auto change) {
    MemoryLog log = good;
    change(log.files.at(path));
    return TileBuilder::open(log, 700);
  };
  EXPECT_EQ(open_with("tile/0/002.p/188", [](Bytes& bytes) { bytes.pop_back(); }).refusal().code,
            "TILE_MISMATCH");
  EXPECT_EQ(open_with("tile/0/002.p/188", [](Bytes& bytes) { bytes.resize(32); }).refusal().code,
            "TILE_MISMATCH");
  EXPECT_EQ(open_with("tile/0/002.p/188", [](Bytes& bytes) { bytes[5] ^= 1; }).refusal().code, "ENTRY_HASH");
  EXPECT_EQ(open_with("tile/entries/002.p/188", [](Bytes& bytes) { bytes[9] ^= 1; }).refusal().code,
            "ENTRY_HASH");
  EXPECT_EQ(open_with("tile/entries/002.p/188", [](Bytes& bytes) { bytes.push_back(0); }).refusal().code,
            "BUNDLE_FORMAT");
  EXPECT_NE(open_with("tile/1/000.p/2", [](Bytes& bytes) { bytes[5] ^= 1; })->root(),
            TileBuilder::open(good, 700)->root());
}

TEST(TileFolder, NeverChangesWhatIsPublished) {
  ScratchFolder const scratch;
  TileFolder folder(scratch / "log");
  grow(folder, 300);
  auto const full = *folder.read("tile/0/000");
  EXPECT_TRUE(folder.put({TileKind::hashes, 0, 0, 256}, full)) << "the same bytes again";
  auto other = full;
  other[0] ^= 1;
  EXPECT_EQ(folder.put({TileKind::hashes, 0, 0, 256}, other).refusal().code, "tile_differs");
  EXPECT_EQ(folder.put({TileKind::hashes, 0, 1, 44}, Bytes(44 * 32, 1)).refusal().code, "tile_differs");
  // A partial tile must be the start of the full one that is already there.
  EXPECT_TRUE(folder.put({TileKind::hashes, 0, 0, 3}, ByteView{full}.first(96)));
  EXPECT_EQ(folder.put({TileKind::hashes, 0, 0, 4}, ByteView{other}.first(128)).refusal().code,
            "tile_differs");
  folder.commit();
  EXPECT_EQ(*folder.read("tile/0/000"), full);
  folder.drop_partials({TileKind::hashes, 0, 0, 256});
  EXPECT_FALSE(folder.read("tile/0/000.p/3"));
  EXPECT_EQ(read_tile(folder, 0, 0, 3)->size(), 3U) << "the start of the full tile";
}

TEST(TileFolder, ShowsNothingBeforeCommit) {
  ScratchFolder const scratch;
  {
    TileFolder folder(scratch / "log");
    ASSERT_TRUE(folder.put({TileKind::entries, 0, 0, 1}, bytes_of(std::string_view("\0\1x", 3))));
    EXPECT_FALSE(folder.read("tile/entries/000.p/1"));
  }
  for (auto const& file : fs::recursive_directory_iterator(scratch.path()))
    EXPECT_FALSE(file.is_regular_file()) << file.path();
}

TEST(TileFolder, MatchesTheLogInMemory) {
  ScratchFolder const scratch;
  TileFolder folder(scratch / "log");
  MemoryLog memory;
  constexpr std::size_t size = 8'300;  // more files than one batch takes
  grow(folder, size);
  grow(memory, size);
  std::size_t files = 0;
  for (auto const& file : fs::recursive_directory_iterator(scratch / "log"))
    if (file.is_regular_file()) {
      ++files;
      EXPECT_EQ(read_file(file.path()), memory.files.at(fs::relative(file.path(), scratch / "log").string()));
    }
  EXPECT_EQ(files, memory.files.size());
}

}  // namespace
}  // namespace plumbline::ledger
