// Content-addressed files: attachments, bodies of draws, exported sheets. A folder behind a small
// interface that any S3-like store can implement.
#pragma once
#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace plumbline::kernel {

struct StoredBlob {
  Hash sha256;
  std::int64_t bytes = 0;
};

class BlobStore {
 public:
  virtual ~BlobStore() = default;
  // Streams in constant memory; durable when it returns (write aside, fsync, rename, fsync folder). The
  // same content is stored once. Refused "too_large" above `bytes_max`, nothing kept.
  virtual Result<StoredBlob> put(std::istream& content, std::int64_t bytes_max) = 0;
  Result<StoredBlob> put(std::string_view content);
  // Opens for reading; null when it is not there. Content is checked against its name by verify --deep.
  virtual std::unique_ptr<std::istream> open(Hash const& sha256) = 0;
  std::optional<std::string> get(Hash const& sha256);
  virtual void for_each(std::function<void(Hash const&)> const& each) = 0;
  // After a logged erasure only; durable when it returns. False when it was not there.
  virtual bool remove(Hash const& sha256) = 0;
};

std::unique_ptr<BlobStore> open_blob_folder(std::filesystem::path const& folder);

}  // namespace plumbline::kernel
