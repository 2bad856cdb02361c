#include "ledger/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/hash.hpp"

namespace plumbline::ledger {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(fs::path const& path, char const* what) {
  throw std::system_error(errno, std::generic_category(), std::string(what) + " " + path.string());
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

void sync_folder(fs::path const& folder) {
  Descriptor const descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0) fail(folder, "cannot sync the folder");
}

fs::path folder_of(fs::path const& path) {
  auto folder = path.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

// Makes the missing folders and syncs the parent of each new one: a durable file in a folder that is
// not itself durable can be lost with it.
void make_folders(fs::path const& folder) {
  if (folder.empty() || fs::exists(folder)) return;
  make_folders(folder.parent_path());
  std::error_code error;
  fs::create_directory(folder, error);
  if (error && !fs::is_directory(folder)) throw std::system_error(error, "cannot make " + folder.string());
  sync_folder(folder_of(folder));
}

// What root locks first must not keep the folder's owner, the server, from locking it later.
void give_to_owner_of(fs::path const& folder, Descriptor const& file) {
  struct stat owner{};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0 || owner.st_uid == 0) return;
  if (::fchown(file.get(), owner.st_uid, owner.st_gid) != 0)
    fail(folder, "cannot give to its owner a lock in");
}

fs::path temporary_for(fs::path const& path) {
  return path.parent_path() / (".tmp." + path.filename().string());
}

int write_temporary(fs::path const& temporary, ByteView bytes, mode_t mode) {
  Descriptor descriptor(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (descriptor.get() < 0) fail(temporary, "cannot write");
  if (::fchmod(descriptor.get(), mode) != 0) fail(temporary, "cannot set the mode of");
  while (!bytes.empty()) {
    auto const written = ::write(descriptor.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(temporary, "cannot write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return descriptor.release();
}

// How much of the buffer could be filled; nothing when reading fails.
template <class Buffer>
std::optional<std::size_t> read_up_to(Descriptor const& descriptor, Buffer& out) {
  std::size_t done = 0;
  while (done < out.size()) {
    auto const got = ::read(descriptor.get(), out.data() + done, out.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {};
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

template <class Buffer>
std::optional<Buffer> read_whole(fs::path const& path, std::uint64_t most_bytes) {
  Descriptor const descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    fail(path, "cannot read");
  }
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) fail(path, "cannot read");
  if (S_ISDIR(status.st_mode)) return {};
  auto const length = static_cast<std::uint64_t>(status.st_size);
  if (length > most_bytes) throw std::length_error(path.string() + " is larger than expected");
  Buffer out(length, {});
  auto const done = read_up_to(descriptor, out);
  if (!done) fail(path, "cannot read");
  out.resize(*done);
  return out;
}

}  // namespace

std::optional<Bytes> read_file(fs::path const& path, std::uint64_t most_bytes) {
  return read_whole<Bytes>(path, most_bytes);
}
std::optional<std::string> read_text_file(fs::path const& path, std::uint64_t most_bytes) {
  return read_whole<std::string>(path, most_bytes);
}

bool read_regular_file(fs::path const& path, std::uint64_t most_bytes, Bytes& out) {
  // Not blocking: what bears the name might be a pipe.
  Descriptor const descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (descriptor.get() < 0 || ::fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return false;
  auto const length = static_cast<std::uint64_t>(status.st_size);
  if (length > most_bytes) return false;
  out.resize(length);
  return read_up_to(descriptor, out) == length;
}

void write_file_durably(fs::path const& path, ByteView bytes, mode_t mode) {
  make_folders(path.parent_path());
  auto const temporary = temporary_for(path);
  Descriptor const descriptor(write_temporary(temporary, bytes, mode));
  if (::fsync(descriptor.get()) != 0) fail(temporary, "cannot sync");
  rename_durably(temporary, path);
}

void write_file_durably(fs::path const& path, std::string_view text, mode_t mode) {
  write_file_durably(path, bytes_of(text), mode);
}

void rename_durably(fs::path const& from, fs::path const& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, "cannot replace");
  sync_folder(folder_of(to));
}

void make_private_folder(std::filesystem::path const& folder) {
  std::filesystem::create_directories(folder);
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

DurableBatch::DurableBatch(DurableBatch&& other) noexcept : pending_(std::exchange(other.pending_, {})) {}

DurableBatch& DurableBatch::operator=(DurableBatch&& other) noexcept {
  std::swap(pending_, other.pending_);
  return *this;
}

DurableBatch::~DurableBatch() {
  for (auto const& file : pending_) {
    ::close(file.descriptor);
    ::unlink(file.temporary.c_str());
  }
}

void DurableBatch::add(fs::path const& path, ByteView bytes) {
  make_folders(path.parent_path());
  auto temporary = temporary_for(path);
  int const descriptor = write_temporary(temporary, bytes, 0644);
  pending_.push_back({descriptor, std::move(temporary), path});
}

// Each fsync waits for a commit of the file system's journal; many files are quicker synced with one
// syncfs (measured with 64 files: 8 ms against 230 ms), few without waiting for other programs' files.
void DurableBatch::sync_all(std::vector<Pending> const& files) {
  constexpr std::size_t few_files = 12;
  if (files.size() > few_files) {
    if (::syncfs(files.front().descriptor) != 0)
      fail(files.front().temporary, "cannot sync the file system of");
    return;
  }
  for (auto const& file : files) ::sync_file_range(file.descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
  for (auto const& file : files)
    if (::fsync(file.descriptor) != 0) fail(file.temporary, "cannot sync");
}

void DurableBatch::commit() {
  sync_all(pending_);
  std::set<fs::path> folders;
  for (auto const& file : pending_) {
    if (::rename(file.temporary.c_str(), file.path.c_str()) != 0) fail(file.path, "cannot replace");
    folders.insert(folder_of(file.path));
  }
  for (auto const& folder : folders) sync_folder(folder);
  for (auto const& file : pending_) ::close(file.descriptor);
  pending_.clear();
}

Aside::Aside(fs::path place) : place_(std::move(place)) {
  if (!place_.has_filename()) place_ = place_.parent_path();  // "DIR/"
  folder_ = place_;
  folder_ += ".unfinished-" + hex_encode(random_bytes(4));
}

Aside::~Aside() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Aside::put_in_place() {
  Descriptor const descriptor(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 || ::syncfs(descriptor.get()) != 0) fail(folder_, "cannot sync");
  fs::rename(folder_, place_);
  sync_folder(folder_of(place_));
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<FileLock> FileLock::acquire(fs::path const& path) { return lock(path, LOCK_EX); }
std::optional<FileLock> FileLock::share(fs::path const& path) { return lock(path, LOCK_SH); }

std::optional<FileLock> FileLock::lock(fs::path const& path, int how) {
  make_folders(path.parent_path());
  Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (descriptor.get() < 0) fail(path, "cannot open");
  give_to_owner_of(folder_of(path), descriptor);
  if (::flock(descriptor.get(), how | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return {};
    fail(path, "cannot lock");
  }
  return FileLock(descriptor.release());
}

}  // namespace plumbline::ledger
