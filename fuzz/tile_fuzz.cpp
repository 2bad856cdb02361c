// A published log as a stranger may serve it: names of tiles, tiles, bundles, proofs over them.
#include <cstdlib>
#include <string>

#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

namespace {

using namespace plumbline;
using namespace plumbline::ledger;

void require(bool holds) {
  if (!holds) std::abort();
}

// The same bytes for every file: most of them fit no tile.
class Everywhere final : public TileSource {
 public:
  explicit Everywhere(ByteView bytes) : bytes_(bytes) {}
  std::optional<Bytes> read(std::string const& path) const override {
    require(!path.empty() && path.front() != '/' && path.find("..") == std::string::npos);
    if (++reads_ > 4'096) return {};  // a log of 2^60 entries has no end
    return Bytes(bytes_.begin(), bytes_.end());
  }

 private:
  ByteView bytes_;
  mutable int reads_ = 0;
};

void check_names(std::string_view text) {
  if (auto const name = parse_tile_path(text)) {
    require(tile_path(*name) == text);
    require(name->width >= 1 && name->width <= tile_width);
  }
}

void check_tiles(ByteView bytes) {
  if (auto const hashes = parse_tile(bytes)) {
    auto const written = format_tile(*hashes);
    require(std::equal(written.begin(), written.end(), bytes.begin(), bytes.end()));
  }
  for (unsigned const width : {1U, 2U, 255U, 256U}) {
    auto const exact = parse_bundle(bytes, width);
    auto const start = parse_bundle(bytes, width, BundleLength::at_least);
    require(!exact || start);
    if (!start) continue;
    require(start->size() == width);
    Bytes again;
    for (auto const& entry : *start) append_to_bundle(again, entry);
    require(again.size() <= bytes.size() && std::equal(again.begin(), again.end(), bytes.begin()));
    require(!exact || again.size() == bytes.size());
  }
}

void check_logs(ByteView bytes) {
  if (bytes.size() < 16) return;
  auto const number = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8U | bytes[at + i];
    return value;
  };
  std::uint64_t const size = number(0) >> (bytes[8] & 63U);
  std::uint64_t const index = number(8) >> (bytes[0] & 63U);
  Everywhere const source(bytes.subspan(16));
  if (auto const entry = read_entry(source, index, size)) require(index < size);
  auto const proof = inclusion_proof(tile_hashes(source, size), index, size);
  require(!proof || index < size);
  (void)consistency_proof(tile_hashes(source, size), index, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  check_names({reinterpret_cast<char const*>(data), size});
  check_tiles({data, size});
  check_logs({data, size});
  return 0;
}
