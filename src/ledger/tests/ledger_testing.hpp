// What the ledger's tests share: a scratch folder, the reference log, a log in memory.
#pragma once
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ledger/files.hpp"
#include "ledger/note.hpp"
#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

namespace plumbline::ledger::testing {

namespace fs = std::filesystem;

class ScratchFolder {
 public:
  ScratchFolder() {
    auto pattern = (fs::temp_directory_path() / "plumbline-ledger-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder");
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  ScratchFolder(ScratchFolder const&) = delete;
  ScratchFolder& operator=(ScratchFolder const&) = delete;
  fs::path operator/(std::string const& name) const { return path_ / name; }
  fs::path const& path() const { return path_; }

 private:
  fs::path path_;
};

inline fs::path data_folder() { return fs::path(PLUMBLINE_SOURCE_DIR) / "src/ledger/tests/data/ref-log-700"; }
inline fs::path shared_vectors() { return fs::path(PLUMBLINE_SHARED_DIR) / "vectors"; }

inline std::string text_at(fs::path const& path) {
  auto text = read_text_file(path);
  if (!text) throw std::runtime_error("no file " + path.string());
  return *text;
}
inline std::string line_at(fs::path const& path) {
  auto text = text_at(path);
  text.pop_back();
  return text;
}

// Entry i of the reference log.
inline std::string entry_of(std::size_t i) {
  char number[16];
  std::snprintf(number, sizeof number, "%08zu", i);
  return "{\"id\":\"" + std::string(number) + "\",\"kind\":\"test-record\",\"note\":\"质量监督测试记录 " +
         std::to_string(i) + "\"}";
}

inline std::vector<Hash> leaf_hashes(std::size_t count) {
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < count; ++i) hashes.push_back(leaf_hash(bytes_of(entry_of(i))));
  return hashes;
}

// Every node of a tree kept in memory, straight from the definition.
inline HashSource nodes_of(std::vector<Hash> const& leaves) {
  return [levels = std::vector<std::vector<Hash>>(1, leaves)](
             unsigned level, std::uint64_t index) mutable -> std::optional<Hash> {
    while (levels.size() <= level) {
      auto const& below = levels.back();
      std::vector<Hash> row;
      for (std::size_t i = 0; i + 1 < below.size(); i += 2) row.push_back(node_hash(below[i], below[i + 1]));
      levels.push_back(std::move(row));
    }
    if (index >= levels[level].size()) return {};
    return levels[level][index];
  };
}

class MemoryLog final : public TileSource, public TileSink {
 public:
  std::map<std::string, Bytes> files;
  std::optional<Bytes> read(std::string const& path) const override {
    auto const found = files.find(path);
    if (found == files.end()) return {};
    return found->second;
  }
  Result<void> put(TileName const& name, ByteView bytes) override {
    files[tile_path(name)] = Bytes(bytes.begin(), bytes.end());
    return {};
  }
  void commit() override {}
  void drop_partials(TileName const& full) override {
    std::erase_if(files, [prefix = tile_path(full) + ".p/"](auto const& file) {
      return file.first.starts_with(prefix);
    });
  }
};

inline TileBuilder grow(TileSink& sink, std::size_t size) {
  TileBuilder builder;
  for (std::size_t i = 0; i < size; ++i)
    if (!builder.append(bytes_of(entry_of(i)), sink)) throw std::runtime_error("append");
  if (!builder.flush(sink)) throw std::runtime_error("flush");
  return builder;
}

inline bool has_command(std::string const& command) {
  return std::system((command + " version >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace plumbline::ledger::testing
