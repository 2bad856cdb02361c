// The log of requests: one JSON object on a line for each, with nothing of what was asked (http/served.hpp).
#pragma once
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "http/served.hpp"

namespace plumbline::app {

// A file that is put aside as FILE.1, FILE.2 … when it is limits::log_file_bytes large; limits::log_files are
// kept. A line that cannot be written (the disk is full) is lost, and requests are answered nevertheless.
class RequestLog {
 public:
  // "" writes nothing, "-" to standard error. Throws std::system_error when the file cannot be opened.
  RequestLog(std::filesystem::path file, Clock const& clock);
  ~RequestLog();
  RequestLog(RequestLog const&) = delete;
  RequestLog& operator=(RequestLog const&) = delete;

  void note(http::Served const& served);
  // By name, never with its values.
  void note_slow(std::string_view statement, std::chrono::microseconds took);
  // Another program has put the file aside (logrotate).
  void reopen();

 private:
  void write(std::string const& line);
  void open();
  void put_aside();

  std::filesystem::path const file_;
  Clock const& clock_;
  std::mutex mutex_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
};

}  // namespace plumbline::app
