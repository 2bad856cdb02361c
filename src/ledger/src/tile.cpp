#include "ledger/tile.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "text.hpp"

namespace plumbline::ledger {
namespace {

std::uint64_t count_at(unsigned level, std::uint64_t size) {
  return level * tile_height >= 64 ? 0 : size >> (level * tile_height);
}

// Hash of the perfect subtree over `hashes` (a power of two of them).
Hash fold(std::span<Hash const> hashes) {
  if (hashes.size() == 1) return hashes[0];
  std::array<Hash, tile_width / 2> row;
  std::size_t count = hashes.size() / 2;
  for (std::size_t i = 0; i < count; ++i) row[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
  for (; count > 1; count /= 2)
    for (std::size_t i = 0; i < count / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
  return row[0];
}

// Files are read at most this long: a full bundle of the longest entries.
constexpr std::size_t file_limit_bytes = tile_width * (2 + entry_limit_bytes);
constexpr std::size_t batch_limit_files = 64;

bool starts_with(ByteView whole, ByteView start) {
  return whole.size() >= start.size() && std::equal(start.begin(), start.end(), whole.begin());
}

std::optional<std::uint64_t> parse_index(std::string_view text) {
  std::uint64_t index = 0;
  for (std::size_t groups = 1;; ++groups) {
    bool const more = !text.empty() && text[0] == 'x';
    if (more) text.remove_prefix(1);
    if (text.size() < 3 || !std::all_of(text.begin(), text.begin() + 3, is_digit)) return {};
    if (groups > 6) return {};  // 10^18: more than any log will hold
    index = index * 1000 +
            static_cast<std::uint64_t>((text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0'));
    text.remove_prefix(3);
    if (!more) break;
    if (text.empty() || text[0] != '/') return {};
    text.remove_prefix(1);
  }
  if (!text.empty()) return {};
  return index;
}

bool split_bundle(ByteView bytes, unsigned width, BundleLength length, std::vector<ByteView>& entries) {
  entries.clear();
  entries.reserve(width);
  while (entries.size() < width) {
    if (bytes.size() < 2) return false;
    std::size_t const entry_bytes = static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
    if (bytes.size() - 2 < entry_bytes) return false;
    entries.push_back(bytes.subspan(2, entry_bytes));
    bytes = bytes.subspan(2 + entry_bytes);
  }
  return length == BundleLength::at_least || bytes.empty();
}

}  // namespace

std::string index_path(std::uint64_t index) {
  auto const group = [](std::uint64_t value) {
    auto const digits = std::to_string(value);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string path = group(index % 1000);
  while ((index /= 1000) != 0) path.insert(0, std::string("x").append(group(index % 1000)).append("/"));
  return path;
}

std::string tile_path(TileName const& name) {
  std::string path =
      name.kind == TileKind::entries ? "tile/entries/" : "tile/" + std::to_string(name.level) + "/";
  path += index_path(name.index);
  if (name.width != tile_width) path += ".p/" + std::to_string(name.width);
  return path;
}

std::optional<TileName> parse_tile_path(std::string_view path) {
  TileName name;
  if (take_until(path, '/') != "tile") return {};
  auto const kind = take_until(path, '/');
  if (!kind) return {};
  if (*kind == "entries") {
    name.kind = TileKind::entries;
  } else {
    auto const level = parse_decimal(*kind);
    if (!level || *level > 63) return {};
    name.level = static_cast<unsigned>(*level);
  }
  if (auto const partial = path.find(".p/"); partial != std::string_view::npos) {
    auto const width = parse_decimal(path.substr(partial + 3));
    if (!width || *width == 0 || *width >= tile_width) return {};
    name.width = static_cast<unsigned>(*width);
    path = path.substr(0, partial);
  }
  auto const index = parse_index(path);
  // One name has one spelling: "x000/001" is none.
  if (!index || index_path(*index) != path) return {};
  name.index = *index;
  return name;
}

unsigned tile_width_at(unsigned level, std::uint64_t index, std::uint64_t size) {
  auto const count = count_at(level, size);
  if (index > count / tile_width) return 0;
  return static_cast<unsigned>(std::min<std::uint64_t>(count - index * tile_width, tile_width));
}

void for_each_tile(std::uint64_t size, std::function<void(TileName const&)> const& visit) {
  auto const visit_level = [&](TileKind kind, unsigned level) {
    auto const count = count_at(level, size);
    for (std::uint64_t index = 0; index < count / tile_width; ++index)
      visit({kind, level, index, tile_width});
    if (auto const width = static_cast<unsigned>(count % tile_width); width != 0)
      visit({kind, level, count / tile_width, width});
  };
  visit_level(TileKind::entries, 0);
  for (unsigned level = 0; count_at(level, size) != 0; ++level) visit_level(TileKind::hashes, level);
}

std::optional<std::vector<Hash>> parse_tile(ByteView bytes) {
  if (bytes.empty() || bytes.size() % 32 != 0 || bytes.size() > std::size_t{tile_width} * 32) return {};
  std::vector<Hash> hashes(bytes.size() / 32);
  std::memcpy(hashes.data(), bytes.data(), bytes.size());
  return hashes;
}

Bytes format_tile(std::span<Hash const> hashes) {
  Bytes out(hashes.size() * 32);
  if (!out.empty()) std::memcpy(out.data(), hashes.data(), out.size());
  return out;
}

std::optional<std::vector<ByteView>> parse_bundle(ByteView bytes, unsigned width, BundleLength length) {
  std::vector<ByteView> entries;
  if (!split_bundle(bytes, width, length, entries)) return {};
  return entries;
}

void append_to_bundle(Bytes& bundle, ByteView entry) {
  if (entry.size() > entry_limit_bytes) throw std::length_error("a log entry has at most 65535 bytes");
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
  bundle.push_back(static_cast<std::uint8_t>(entry.size()));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
}

bool TileSource::read_to(std::string const& path, Bytes& bytes) const {
  auto found = read(path);
  if (!found) return false;
  bytes = *std::move(found);
  return true;
}

std::optional<Bytes> TileFolder::read(std::string const& path) const {
  return read_file(folder_ / path, file_limit_bytes);
}

Result<void> TileFolder::put(TileName const& name, ByteView bytes) {
  auto const path = tile_path(name);
  if (auto const there = read(path)) {
    if (std::equal(there->begin(), there->end(), bytes.begin(), bytes.end())) return {};
    return Refusal{"tile_differs", path, {}};
  }
  if (name.width != tile_width) {
    TileName const full{name.kind, name.level, name.index, tile_width};
    if (auto const there = read(tile_path(full)); there && !starts_with(*there, bytes))
      return Refusal{"tile_differs", tile_path(full), {}};
  }
  batch_.add(folder_ / path, bytes);
  if (batch_.size() >= batch_limit_files) batch_.commit();
  return {};
}

void TileFolder::commit() { batch_.commit(); }

void TileFolder::drop_partials(TileName const& full) {
  std::error_code error;  // what stays behind is harmless
  std::filesystem::remove_all(folder_ / (tile_path({full.kind, full.level, full.index, tile_width}) + ".p"),
                              error);
}

namespace {

// The tile's file of that width, else the full one: partial tiles may go once the full one is there.
std::optional<Bytes> read_wide_enough(TileSource const& source, TileName const& name) {
  auto bytes = source.read(tile_path(name));
  if (!bytes && name.width != tile_width)
    bytes = source.read(tile_path({name.kind, name.level, name.index, tile_width}));
  return bytes;
}

}  // namespace

Result<std::vector<Hash>> read_tile(TileSource const& source, unsigned level, std::uint64_t index,
                                    unsigned width) {
  TileName const name{TileKind::hashes, level, index, width};
  auto const bytes = read_wide_enough(source, name);
  if (!bytes) return Refusal{"FILE_MISSING", tile_path(name), {}};
  auto hashes = parse_tile(*bytes);
  if (!hashes || (hashes->size() != width && hashes->size() != tile_width))
    return Refusal{"TILE_MISMATCH", tile_path(name), {}};
  hashes->resize(width);
  return *std::move(hashes);
}

Result<Bundle> read_bundle(TileSource const& source, std::uint64_t index, unsigned width) {
  Bundle bundle;
  if (auto done = read_bundle(source, index, width, bundle); !done) return done.refusal();
  return bundle;
}

Result<void> read_bundle(TileSource const& source, std::uint64_t index, unsigned width, Bundle& bundle) {
  TileName const name{TileKind::entries, 0, index, width};
  auto length = BundleLength::exact;
  bool there = source.read_to(tile_path(name), bundle.bytes);
  if (!there && width != tile_width) {
    there = source.read_to(tile_path({TileKind::entries, 0, index, tile_width}), bundle.bytes);
    length = BundleLength::at_least;
  }
  if (!there) return Refusal{"FILE_MISSING", tile_path(name), {}};
  if (!split_bundle(bundle.bytes, width, length, bundle.entries))
    return Refusal{"BUNDLE_FORMAT", tile_path(name), {}};
  return {};
}

HashSource tile_hashes(TileSource const& source, std::uint64_t size) {
  using Key = std::pair<unsigned, std::uint64_t>;
  constexpr std::size_t kept_tiles = 64;
  auto const kept = std::make_shared<std::map<Key, std::vector<Hash>>>();
  return [&source, size, kept](unsigned level, std::uint64_t index) -> std::optional<Hash> {
    if (level >= 64 || index >= size >> level) return {};
    unsigned const tile_level = level / tile_height, within = level % tile_height;
    std::uint64_t const first = index << within;  // its first hash in the tile level
    Key const key{tile_level, first / tile_width};
    auto found = kept->find(key);
    if (found == kept->end()) {
      auto tile = read_tile(source, tile_level, key.second, tile_width_at(tile_level, key.second, size));
      if (!tile) return {};
      if (kept->size() >= kept_tiles) kept->clear();
      found = kept->emplace(key, std::move(tile).value()).first;
    }
    return fold(std::span(found->second).subspan(first % tile_width, std::size_t{1} << within));
  };
}

Result<Bytes> read_entry(TileSource const& source, std::uint64_t index, std::uint64_t size) {
  if (index >= size) return Refusal{"out_of_range", std::to_string(index), {}};
  auto const bundle = read_bundle(source, index / tile_width, tile_width_at(0, index / tile_width, size));
  if (!bundle) return bundle.refusal();
  auto const entry = bundle->entries[index % tile_width];
  return Bytes(entry.begin(), entry.end());
}

Result<TileBuilder> TileBuilder::open(TileSource const& source, std::uint64_t size) {
  TileBuilder builder;
  for (unsigned level = 0; level < hash_tile_levels; ++level) {
    auto const count = count_at(level, size);
    auto const width = static_cast<unsigned>(count % tile_width);
    if (width == 0) continue;
    auto tile = read_tile(source, level, count / tile_width, width);
    if (!tile) return tile.refusal();
    builder.tiles_[level] = std::move(tile).value();
  }
  if (auto const width = static_cast<unsigned>(size % tile_width); width != 0) {
    auto const bundle = read_bundle(source, size / tile_width, width);
    if (!bundle) return bundle.refusal();
    for (std::size_t i = 0; i < width; ++i) {
      if (leaf_hash(bundle->entries[i]) != builder.tiles_[0][i])
        return Refusal{"ENTRY_HASH", std::to_string(size - width + i), {}};
      append_to_bundle(builder.bundle_, bundle->entries[i]);
    }
  }
  auto range = range_from(tile_hashes(source, size), size);
  if (!range) return Refusal{"FILE_MISSING", "tile", {}};
  builder.range_ = std::move(range).value();
  builder.partial_size_ = size;
  return builder;
}

Result<void> TileBuilder::append(ByteView entry, TileSink& sink) {
  if (entry.size() > entry_limit_bytes) return Refusal{"entry_too_long", std::to_string(entry.size()), {}};
  append_to_bundle(bundle_, entry);
  range_.append(leaf_hash(entry), [this](unsigned level, std::uint64_t, Hash const& hash) {
    if (level % tile_height == 0) tiles_[level / tile_height].push_back(hash);
  });
  if (size() % tile_width != 0) return {};
  auto const index = size() / tile_width - 1;
  if (auto done = sink.put({TileKind::entries, 0, index, tile_width}, bundle_); !done) return done;
  bundle_.clear();
  for (unsigned level = 0; level < hash_tile_levels && tiles_[level].size() == tile_width; ++level) {
    auto const tile_index = count_at(level, size()) / tile_width - 1;
    if (auto done = sink.put({TileKind::hashes, level, tile_index, tile_width}, format_tile(tiles_[level]));
        !done)
      return done;
    tiles_[level].clear();
  }
  return {};
}

Result<void> TileBuilder::flush(TileSink& sink) {
  auto const width = [](std::size_t count) { return static_cast<unsigned>(count); };
  if (size() % tile_width != 0) {
    TileName const name{TileKind::entries, 0, size() / tile_width, width(size() % tile_width)};
    if (auto done = sink.put(name, bundle_); !done) return done;
  }
  for (unsigned level = 0; level < hash_tile_levels; ++level) {
    if (tiles_[level].empty()) continue;
    TileName const name{TileKind::hashes, level, count_at(level, size()) / tile_width,
                        width(tiles_[level].size())};
    if (auto done = sink.put(name, format_tile(tiles_[level])); !done) return done;
  }
  sink.commit();
  return {};
}

void TileBuilder::drop_partials(TileSink& sink) {
  for (unsigned level = 0; level < hash_tile_levels; ++level) {
    auto const before = count_at(level, partial_size_);
    auto const index = before / tile_width;
    if (before % tile_width == 0 || count_at(level, size()) / tile_width <= index) continue;
    sink.drop_partials({TileKind::hashes, level, index, tile_width});
    if (level == 0) sink.drop_partials({TileKind::entries, 0, index, tile_width});
  }
  partial_size_ = size();
}

}  // namespace plumbline::ledger
