// Texts kept on disk by number: what a small archive unpacks to must not have to fit the memory.
#pragma once
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::kernel {

// First every add(), then any number of text(). Throws std::system_error when the disk does not take it.
class SpilledTexts {
 public:
  // The file has no name and goes with this object. It lies in `folder`, or where temporary files lie if
  // nothing may be written there.
  explicit SpilledTexts(std::filesystem::path const& folder);

  void add(std::string_view text);
  std::uint64_t size() const { return count_; }
  std::uint64_t bytes() const { return end_; }
  std::string text(std::uint64_t index);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;
  static File nameless(std::filesystem::path const& folder);

  // Spreadsheets say the same few words over and over: the short texts last asked for, by index.
  struct Recent {
    std::uint64_t index = UINT64_MAX;
    std::string text;
  };

  File texts_;
  File ends_;  // of each text, as a native 64-bit number
  std::uint64_t count_ = 0;
  std::uint64_t end_ = 0;
  bool is_flushed_ = false;
  std::vector<Recent> recent_;
};

}  // namespace plumbline::kernel
