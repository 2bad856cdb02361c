#include "request_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>

#include "base/limits.hpp"
#include "reflect/json.hpp"

namespace plumbline::app {
namespace {

namespace fs = std::filesystem;

std::string line_of(http::Served const& served, Instant at) {
  Json line;
  line.set("account", served.account);
  line.set("at", to_string(at));
  line.set("bytes", served.bytes);
  line.set("id", served.id);
  line.set("method", served.method);
  line.set("route", std::string(served.route));
  line.set("status", std::int64_t{served.status});
  line.set("us", served.micros);
  return write_canonical(line) + '\n';
}

}  // namespace

RequestLog::RequestLog(fs::path file, Clock const& clock) : file_(std::move(file)), clock_(clock) {
  if (file_ == "-") descriptor_ = STDERR_FILENO;
  if (file_.empty() || file_ == "-") return;
  open();
  if (descriptor_ < 0)
    throw std::system_error(errno, std::generic_category(),
                            "the log " + file_.string() + " cannot be opened");
}

RequestLog::~RequestLog() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

void RequestLog::open() {
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  struct ::stat found{};
  bytes_ =
      descriptor_ >= 0 && ::fstat(descriptor_, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

void RequestLog::put_aside() {
  auto const named = [this](std::size_t number) {
    return fs::path(file_.string() + '.' + std::to_string(number));
  };
  std::error_code ignored;
  for (std::size_t number = limits::log_files - 1; number > 1; --number)
    fs::rename(named(number - 1), named(number), ignored);
  fs::rename(file_, named(1), ignored);
  ::close(descriptor_);
  open();
}

void RequestLog::note(http::Served const& served) { write(line_of(served, clock_.now())); }

void RequestLog::note_slow(std::string_view statement, std::chrono::microseconds took) {
  Json line;
  line.set("at", to_string(clock_.now()));
  line.set("statement", std::string(statement));
  line.set("us", std::int64_t{took.count()});
  write(write_canonical(line) + '\n');
}

void RequestLog::write(std::string const& line) {
  std::lock_guard const lock(mutex_);
  if (descriptor_ < 0) return;
  if (descriptor_ != STDERR_FILENO && bytes_ + line.size() > limits::log_file_bytes) put_aside();
  // One call for a line: lines of several processes do not mix.
  if (auto const count = ::write(descriptor_, line.data(), line.size()); count > 0)
    bytes_ += static_cast<std::uint64_t>(count);
}

void RequestLog::reopen() {
  std::lock_guard const lock(mutex_);
  if (file_.empty() || file_ == "-") return;
  if (descriptor_ >= 0) ::close(descriptor_);
  open();
}

}  // namespace plumbline::app
