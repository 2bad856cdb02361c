// Files that survive a power cut: written beside their place, synced, renamed, their folder synced.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace plumbline::ledger {

// Nothing when there is no such file; throws std::system_error for any other failure and
// std::length_error when the file is larger than `most_bytes`.
std::optional<Bytes> read_file(std::filesystem::path const& path, std::uint64_t most_bytes = 64U << 20);
std::optional<std::string> read_text_file(std::filesystem::path const& path,
                                          std::uint64_t most_bytes = 64U << 20);
// For readers of what others publish, many files one after the other: `out` becomes the file's bytes in the
// memory it already has. False when there is no such file, it is no regular one, cannot be read or is
// larger than `most_bytes`; `out` is then of no use.
bool read_regular_file(std::filesystem::path const& path, std::uint64_t most_bytes, Bytes& out);

// Replaces the file as a whole and durably; makes missing folders. Throws std::system_error.
void write_file_durably(std::filesystem::path const& path, ByteView bytes, mode_t mode = 0644);
void write_file_durably(std::filesystem::path const& path, std::string_view text, mode_t mode = 0644);

// A new name for a file of the same folder, durably. Throws std::system_error.
void rename_durably(std::filesystem::path const& from, std::filesystem::path const& to);

// Makes the folder where it is missing, and its owner's alone: what is in it is nobody else's, whatever the
// modes of the files. Throws std::filesystem::filesystem_error.
void make_private_folder(std::filesystem::path const& folder);

// Several new files made durable together: all are written, then all synced, renamed, and each folder
// synced once. Nothing appears under its name before it is on the disk. Not committed: left nowhere.
class DurableBatch {
 public:
  DurableBatch() = default;
  DurableBatch(DurableBatch const&) = delete;
  DurableBatch& operator=(DurableBatch const&) = delete;
  DurableBatch(DurableBatch&& other) noexcept;
  DurableBatch& operator=(DurableBatch&& other) noexcept;
  ~DurableBatch();
  void add(std::filesystem::path const& path, ByteView bytes);
  std::size_t size() const { return pending_.size(); }
  void commit();

 private:
  struct Pending {
    int descriptor;
    std::filesystem::path temporary;
    std::filesystem::path path;
  };
  static void sync_all(std::vector<Pending> const& files);
  std::vector<Pending> pending_;
};

// A folder beside its place, moved there when it is whole and on the disk: nobody finds half of one.
class Aside {
 public:
  explicit Aside(std::filesystem::path place);
  ~Aside();
  Aside(Aside const&) = delete;
  Aside& operator=(Aside const&) = delete;
  std::filesystem::path const& folder() const { return folder_; }  // not made yet
  void put_in_place();

 private:
  std::filesystem::path place_;
  std::filesystem::path folder_;
};

// Keeps a second process (or a second object in this one) from doing what only one may do: sign a log,
// keep a witness's memory. Held until destroyed; the system lets it go when the process dies.
class FileLock {
 public:
  // Nothing when somebody else holds it. Throws std::system_error when the file cannot be made.
  static std::optional<FileLock> acquire(std::filesystem::path const& path);
  // Held by many at once, while nobody has it alone.
  static std::optional<FileLock> share(std::filesystem::path const& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  static std::optional<FileLock> lock(std::filesystem::path const& path, int how);
  int descriptor_;
};

}  // namespace plumbline::ledger
