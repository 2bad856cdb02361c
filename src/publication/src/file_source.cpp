#include "publication/file_source.hpp"

#include <algorithm>
#include <array>
#include <fstream>

#include "ledger/files.hpp"
#include "publication/forms.hpp"

namespace plumbline::publication {
namespace {

std::optional<std::uint64_t> regular_file_size(std::filesystem::path const& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || error) return {};
  auto const size = std::filesystem::file_size(path, error);
  if (error) return {};
  return size;
}

}  // namespace

std::optional<FileDigest> FileSource::digest(std::string const& path) const {
  auto const bytes = read(path);
  if (!bytes) return {};
  return FileDigest{sha256(*bytes), bytes->size()};
}

std::optional<Bytes> FolderSource::read(std::string const& path) const {
  Bytes bytes;
  if (!read_to(path, bytes)) return {};
  return bytes;
}

bool FolderSource::read_to(std::string const& path, Bytes& bytes) const {
  return ledger::read_regular_file(root_ / path, file_limit_bytes, bytes);
}

bool FolderSource::has(std::string const& path) const { return regular_file_size(root_ / path).has_value(); }

std::optional<FileDigest> FolderSource::digest(std::string const& path) const {
  if (!has(path)) return {};
  std::ifstream file(root_ / path, std::ios::binary);
  Hasher hasher;
  FileDigest digest;
  std::vector<char> part(1U << 16);
  while (file) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    auto const got = static_cast<std::size_t>(file.gcount());
    hasher.update(std::string_view{part.data(), got});
    digest.size_bytes += got;
  }
  if (!file.eof()) return {};
  digest.sha256 = hasher.finish();
  return digest;
}

std::vector<std::string> FolderSource::list() const {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = std::filesystem::recursive_directory_iterator(root_, error);
       !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file(error))
      names.push_back(entry->path().lexically_relative(root_).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> FolderSource::folders() const {
  std::vector<std::string> names;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(root_, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->is_directory(error)) names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::unique_ptr<FileSource> FolderSource::folder(std::string const& name) const {
  return std::make_unique<FolderSource>(root_ / name);
}

std::vector<std::string> names_in_sums(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.size() < 67 || !is_hash_text(line.substr(0, 64)) || line.substr(64, 2) != "  ") continue;
    std::filesystem::path const path{std::string(line.substr(66))};
    bool const climbs = std::find(path.begin(), path.end(), "..") != path.end();
    if (!path.is_absolute() && !climbs) names.push_back(path.generic_string());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace plumbline::publication
