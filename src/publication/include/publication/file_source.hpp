// Where published files are read from: a folder, later a web server or an archive. A verifier needs
// nothing else.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "ledger/tile.hpp"

namespace plumbline::publication {

// Largest file that is read into memory (a frame of ten million rows fits).
constexpr std::uint64_t file_limit_bytes = std::uint64_t{1} << 30;

struct FileDigest {
  Hash sha256{};
  std::uint64_t size_bytes = 0;
};

// Paths are relative, with '/'. A file that is missing, unreadable or larger than file_limit_bytes is
// nothing. Also the source a log's tiles are read from.
class FileSource : public ledger::TileSource {
 public:
  std::optional<Bytes> read(std::string const& path) const override = 0;
  virtual bool has(std::string const& path) const { return read(path).has_value(); }
  // In constant memory where the source can.
  virtual std::optional<FileDigest> digest(std::string const& path) const;
  // Every file below, sorted: from a folder itself, from a URL by its SHA256SUMS, which is not trusted.
  virtual std::vector<std::string> list() const = 0;
  // Folders right below, sorted: the draws of `draws/`.
  virtual std::vector<std::string> folders() const = 0;
  virtual std::unique_ptr<FileSource> folder(std::string const& name) const = 0;
};

class FolderSource final : public FileSource {
 public:
  explicit FolderSource(std::filesystem::path folder) : root_(std::move(folder)) {}
  std::optional<Bytes> read(std::string const& path) const override;
  bool read_to(std::string const& path, Bytes& bytes) const override;
  bool has(std::string const& path) const override;
  std::optional<FileDigest> digest(std::string const& path) const override;
  std::vector<std::string> list() const override;
  std::vector<std::string> folders() const override;
  std::unique_ptr<FileSource> folder(std::string const& name) const override;

 private:
  std::filesystem::path root_;
};

// File names of a SHA256SUMS text ("<64 hex>  <path>" lines), for sources that cannot list. Lines of
// another form, absolute paths and paths with ".." are left out.
std::vector<std::string> names_in_sums(std::string_view text);

}  // namespace plumbline::publication
