// C2SP tlog-tiles: a log as a finite set of static files. A tile of level L holds up to 256 hashes of
// nodes of tree level 8·L; an entry bundle up to 256 entries, each a big-endian u16 length and its bytes.
//   tile/<L>/<N>[.p/<W>]      tile/entries/<N>[.p/<W>]      N as x001/x234/067, W 1…255 for partial tiles
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "ledger/files.hpp"
#include "ledger/tree.hpp"

namespace plumbline::ledger {

constexpr unsigned tile_height = 8;
constexpr unsigned tile_width = 256;      // hashes of a full tile, entries of a full bundle
constexpr unsigned hash_tile_levels = 8;  // 2^64 leaves need no more
constexpr std::size_t entry_limit_bytes = 65'535;

enum class TileKind : std::uint8_t { hashes, entries };

struct TileName {
  TileKind kind = TileKind::hashes;
  unsigned level = 0;  // 0…63; 0 for bundles
  std::uint64_t index = 0;
  unsigned width = tile_width;  // 1…256; 256 is the full tile
  friend bool operator==(TileName const&, TileName const&) = default;
};
// "000", "x001/x234/067".
std::string index_path(std::uint64_t index);
// Relative to the log's folder: "tile/0/x001/234.p/17".
std::string tile_path(TileName const& name);
std::optional<TileName> parse_tile_path(std::string_view path);

// Width of tile `index` of `level` in a log of `size` entries: 0 (no such tile) … 256.
unsigned tile_width_at(unsigned level, std::uint64_t index, std::uint64_t size);
// Every tile and bundle a log of `size` entries consists of, bundles first, then level by level.
void for_each_tile(std::uint64_t size, std::function<void(TileName const&)> const& visit);

// A hash tile's bytes: width × 32. Nothing when the length is not that of 1…256 hashes.
std::optional<std::vector<Hash>> parse_tile(ByteView bytes);
Bytes format_tile(std::span<Hash const> hashes);
// The entries of a bundle, as views into `bytes`: exactly `width` of them and not a byte more, else
// nothing. `at_least`: takes the first `width` and ignores the rest (the start of a full bundle).
enum class BundleLength : std::uint8_t { exact, at_least };
std::optional<std::vector<ByteView>> parse_bundle(ByteView bytes, unsigned width,
                                                  BundleLength length = BundleLength::exact);
// Throws std::length_error for an entry above 65,535 bytes.
void append_to_bundle(Bytes& bundle, ByteView entry);

// Where published files come from: a folder, an archive, a web server.
class TileSource {
 public:
  virtual ~TileSource() = default;
  // `path` is relative to the log's folder ("checkpoint", "tile/0/000.p/17"). Nothing: no such file.
  virtual std::optional<Bytes> read(std::string const& path) const = 0;
  // The same into memory that is used again, where the source can. False: no such file; `bytes` is then of
  // no use.
  virtual bool read_to(std::string const& path, Bytes& bytes) const;
};

// Where they go. What put() took need not be on the disk before commit() returns.
class TileSink {
 public:
  virtual ~TileSink() = default;
  // Published tiles never change: other bytes for a name that exists are refused with "tile_differs";
  // the same bytes again are nothing to do.
  virtual Result<void> put(TileName const& name, ByteView bytes) = 0;
  virtual void commit() = 0;
  // After commit(): the partial tiles below a full one are no longer needed (C2SP lets them go).
  virtual void drop_partials(TileName const& full) = 0;
};

// A folder as both; e.g. public/log. Memory: one batch of at most 64 files.
class TileFolder final : public TileSource, public TileSink {
 public:
  explicit TileFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path const& folder() const { return folder_; }
  std::optional<Bytes> read(std::string const& path) const override;
  Result<void> put(TileName const& name, ByteView bytes) override;
  void commit() override;
  void drop_partials(TileName const& full) override;

 private:
  std::filesystem::path folder_;
  DurableBatch batch_;
};

// The tile of that width, else the start of the full tile. Refused with "FILE_MISSING" (detail: the
// path), "TILE_MISMATCH" (a tile too short or not of whole hashes).
Result<std::vector<Hash>> read_tile(TileSource const& source, unsigned level, std::uint64_t index,
                                    unsigned width);
// The bundle's bytes and its entries (views into them). Refused with "FILE_MISSING", "BUNDLE_FORMAT".
struct Bundle {
  Bytes bytes;
  std::vector<ByteView> entries;
  Bundle() = default;
  Bundle(Bundle&&) = default;  // moved bytes keep their place, copied ones would not
  Bundle& operator=(Bundle&&) = default;
};
Result<Bundle> read_bundle(TileSource const& source, std::uint64_t index, unsigned width);
// The same into the memory of a bundle read before, which is of no use after a refusal.
Result<void> read_bundle(TileSource const& source, std::uint64_t index, unsigned width, Bundle& bundle);

// Node hashes out of the tiles of a log of `size` entries; keeps the tiles last used. The source must
// outlive it. For inclusion_proof, consistency_proof, root_from.
HashSource tile_hashes(TileSource const& source, std::uint64_t size);
// One entry of a log of `size` entries. Refused as read_bundle, and "out_of_range".
Result<Bytes> read_entry(TileSource const& source, std::uint64_t index, std::uint64_t size);

// Grows a log's tiles entry by entry in constant memory: per level one tile under construction, one
// bundle, the compact range.
class TileBuilder {
 public:
  TileBuilder() = default;  // an empty log
  // Continues a log whose first `size` entries have their tiles in `source`. Reads only the right edge.
  // Refused with "FILE_MISSING", "TILE_MISMATCH", "BUNDLE_FORMAT", or "ENTRY_HASH" when the last bundle is
  // not what its tile says.
  static Result<TileBuilder> open(TileSource const& source, std::uint64_t size);

  std::uint64_t size() const { return range_.size(); }
  Hash root() const { return range_.root(); }
  CompactRange const& range() const { return range_; }

  // Full tiles are put into the sink as they fill. Refused with "tile_differs", "entry_too_long".
  Result<void> append(ByteView entry, TileSink& sink);
  // Puts the partial tiles of the present size and commits: after it the sink holds every tile of this
  // size. Refused with "tile_differs". After any refusal the builder is of no use any more.
  Result<void> flush(TileSink& sink);
  // Drops the partial tiles that have become full since the last call (or open). Call it when the
  // checkpoint of the present size is published: the one before still needed them.
  void drop_partials(TileSink& sink);

 private:
  CompactRange range_;
  Bytes bundle_;
  std::array<std::vector<Hash>, hash_tile_levels> tiles_;  // each shorter than a full tile
  std::uint64_t partial_size_ = 0;                         // partial tiles of this size may lie in the sink
};

}  // namespace plumbline::ledger
