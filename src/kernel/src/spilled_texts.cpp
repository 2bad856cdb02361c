#include "spilled_texts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace plumbline::kernel {
namespace {

constexpr std::size_t recent_slots = 4'096;
constexpr std::size_t recent_bytes = 256;  // of one text

[[noreturn]] void fail(char const* what) { throw std::system_error(errno, std::generic_category(), what); }

void put(std::FILE* file, void const* data, std::size_t size) {
  if (std::fwrite(data, 1, size, file) != size) fail("a temporary file cannot be written");
}

void get(std::FILE* file, std::uint64_t at, void* data, std::size_t size) {
  auto* out = static_cast<char*>(data);
  while (size > 0) {
    auto const got = ::pread(::fileno(file), out, size, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("a temporary file cannot be read");
    out += got;
    at += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace

SpilledTexts::File SpilledTexts::nameless(std::filesystem::path const& folder) {
  for (auto const& place : {folder, std::filesystem::temp_directory_path()}) {
    int const descriptor = ::open(place.empty() ? "." : place.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0) continue;
    if (auto* const file = ::fdopen(descriptor, "w+")) return File(file);
    ::close(descriptor);
  }
  // A file system without nameless files.
  if (auto* const file = std::tmpfile()) return File(file);
  fail("no temporary file can be made");
}

SpilledTexts::SpilledTexts(std::filesystem::path const& folder)
    : texts_(nameless(folder)), ends_(nameless(folder)), recent_(recent_slots) {}

void SpilledTexts::add(std::string_view text) {
  if (is_flushed_) throw std::logic_error("add() after text()");
  put(texts_.get(), text.data(), text.size());
  end_ += text.size();
  put(ends_.get(), &end_, sizeof end_);
  ++count_;
}

std::string SpilledTexts::text(std::uint64_t index) {
  if (index >= count_) throw std::out_of_range("no such text");
  if (!is_flushed_) {
    if (std::fflush(texts_.get()) != 0 || std::fflush(ends_.get()) != 0)
      fail("a temporary file cannot be written");
    is_flushed_ = true;
  }
  auto& recent = recent_[index % recent_slots];
  if (recent.index == index) return recent.text;
  std::uint64_t ends[2] = {0, 0};  // of the text before, of this one
  if (index == 0)
    get(ends_.get(), 0, &ends[1], sizeof ends[1]);
  else
    get(ends_.get(), (index - 1) * sizeof ends[0], ends, sizeof ends);
  std::string text(ends[1] - ends[0], '\0');
  if (!text.empty()) get(texts_.get(), ends[0], text.data(), text.size());
  if (text.size() <= recent_bytes) recent = {index, text};
  return text;
}

}  // namespace plumbline::kernel
