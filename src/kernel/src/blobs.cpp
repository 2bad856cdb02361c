#include "kernel/blobs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <system_error>

#include "base/limits.hpp"
#include "kernel/act.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;

// A descriptor that closes itself.
struct File {
  int descriptor;
  explicit File(int d) : descriptor(d) {}
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
  File(File const&) = delete;
  File& operator=(File const&) = delete;
};

[[noreturn]] void fail(std::string const& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void write_all(int descriptor, char const* data, std::size_t size) {
  while (size > 0) {
    auto const written = ::write(descriptor, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      fail("cannot write a stored file");
    }
    data += written;
    size -= static_cast<std::size_t>(written);
  }
}

void sync_folder(fs::path const& folder) {
  File const handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY));
  if (handle.descriptor < 0 || ::fsync(handle.descriptor) != 0) fail("cannot sync " + folder.string());
}

class BlobFolder final : public BlobStore {
 public:
  explicit BlobFolder(fs::path folder) : folder_(std::move(folder)) {
    fs::create_directories(folder_ / "incoming");
  }

  Result<StoredBlob> put(std::istream& content, std::int64_t bytes_max) override {
    fs::path const aside = folder_ / "incoming" / hex_encode(random_bytes(16));
    StoredBlob stored;
    {
      File const file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0640));
      if (file.descriptor < 0) fail("cannot create " + aside.string());
      Hasher hasher;
      std::string buffer(limits::blob_buffer_bytes, '\0');
      while (content.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
             content.gcount() > 0) {
        auto const count = static_cast<std::size_t>(content.gcount());
        stored.bytes += static_cast<std::int64_t>(count);
        if (stored.bytes > bytes_max) {
          fs::remove(aside);
          return refuse("too_large", "", std::to_string(bytes_max));
        }
        hasher.update(std::string_view(buffer).substr(0, count));
        write_all(file.descriptor, buffer.data(), count);
      }
      if (::fsync(file.descriptor) != 0) fail("cannot sync " + aside.string());
      stored.sha256 = hasher.finish();
    }
    fs::path const place = path_of(stored.sha256);
    if (fs::exists(place)) {
      fs::remove(aside);
      return stored;
    }
    if (fs::create_directories(place.parent_path())) sync_folder(folder_);
    fs::rename(aside, place);
    sync_folder(place.parent_path());
    return stored;
  }

  std::unique_ptr<std::istream> open(Hash const& sha256) override {
    auto file = std::make_unique<std::ifstream>(path_of(sha256), std::ios::binary);
    if (!*file) return nullptr;
    return file;
  }

  void for_each(std::function<void(Hash const&)> const& each) override {
    for (auto const& entry : fs::recursive_directory_iterator(folder_))
      if (entry.is_regular_file())
        if (auto const hash = hash_from_hex(entry.path().filename().string())) each(*hash);
  }

  bool remove(Hash const& sha256) override {
    fs::path const place = path_of(sha256);
    if (!fs::remove(place)) return false;
    sync_folder(place.parent_path());
    return true;
  }

 private:
  fs::path path_of(Hash const& sha256) const {
    std::string const name = to_hex(sha256);
    return folder_ / name.substr(0, 2) / name;
  }
  fs::path folder_;
};

}  // namespace

Result<StoredBlob> BlobStore::put(std::string_view content) {
  std::istringstream stream{std::string(content)};
  return put(stream, static_cast<std::int64_t>(content.size()));
}

std::optional<std::string> BlobStore::get(Hash const& sha256) {
  auto const stream = open(sha256);
  if (!stream) return {};
  std::ostringstream out;
  out << stream->rdbuf();
  return out.str();
}

std::unique_ptr<BlobStore> open_blob_folder(std::filesystem::path const& folder) {
  return std::make_unique<BlobFolder>(folder);
}

}  // namespace plumbline::kernel
