// Published files held in memory: vectors with their overlays, mutations, made-up publications.
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "publication/file_source.hpp"

namespace plumbline::publication::test {

using Files = std::map<std::string, std::string>;

inline std::string read_disk(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Files load_folder(std::filesystem::path const& root) {
  Files files;
  for (auto const& name : FolderSource(root).list()) files[name] = read_disk(root / name);
  return files;
}

// The files below `prefix` ("" or "draws/…/").
class MemorySource final : public FileSource {
 public:
  explicit MemorySource(std::shared_ptr<Files const> files, std::string prefix = "")
      : files_(std::move(files)), prefix_(std::move(prefix)) {}
  explicit MemorySource(Files files) : MemorySource(std::make_shared<Files const>(std::move(files))) {}

  std::optional<Bytes> read(std::string const& path) const override {
    auto const found = files_->find(prefix_ + path);
    if (found == files_->end()) return {};
    auto const bytes = bytes_of(found->second);
    return Bytes(bytes.begin(), bytes.end());
  }
  bool has(std::string const& path) const override { return files_->contains(prefix_ + path); }
  std::vector<std::string> list() const override {
    std::vector<std::string> names;
    for (auto const& [name, content] : *files_)
      if (name.starts_with(prefix_)) names.push_back(name.substr(prefix_.size()));
    return names;
  }
  std::vector<std::string> folders() const override {
    std::set<std::string> names;
    for (auto const& name : list())
      if (auto const slash = name.find('/'); slash != std::string::npos) names.insert(name.substr(0, slash));
    return {names.begin(), names.end()};
  }
  std::unique_ptr<FileSource> folder(std::string const& name) const override {
    return std::make_unique<MemorySource>(files_, prefix_ + name + '/');
  }

 private:
  std::shared_ptr<Files const> files_;
  std::string prefix_;
};

}  // namespace plumbline::publication::test
