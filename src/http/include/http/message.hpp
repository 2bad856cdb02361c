// A request and its answer as handlers see them: plain values, nothing of the network library.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace plumbline::http {

struct Header {
  std::string name;  // lower case
  std::string value;
};
using Headers = std::vector<Header>;

struct Request {
  std::string id;      // names the request in the log and in answers
  std::string method;  // upper case
  std::string path;    // decoded, begins with '/', without "." and ".." parts
  std::vector<std::pair<std::string, std::string>> parameters;  // of the query, decoded, in their order
  Headers headers;
  std::string body;                 // "" where it was stored in a file
  std::filesystem::path body_file;  // of an upload; removed when the answer is given
  std::string peer;                 // address of the other end, as the proxy of a Unix socket says; or ""
  bool is_secure = false;           // over TLS

  // The value of a header that may come once; nothing where it is absent or repeated.
  std::optional<std::string_view> header(std::string_view name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
  std::optional<std::string> cookie(std::string_view name) const;
};

// Read to its end, or up to `bytes` of it.
struct FileContent {
  std::shared_ptr<std::istream> content;
  std::int64_t bytes = 0;
};
// Puts the next piece into its argument; false at the end. Called on a worker thread, piece by piece as the
// other end takes them.
using ContentStream = std::function<bool(std::string&)>;

// An answer that goes on as things happen; while nothing does, it holds no worker.
class Subscription {
 public:
  virtual ~Subscription() = default;
  // What there is to send; nothing: `wake` is called once, from any thread, when there is. False at the end.
  virtual bool take(std::string& piece, std::function<void()> wake) = 0;
  // The other end is gone: `wake` is forgotten, and not called any more once this has returned.
  virtual void leave() = 0;
  // What is sent when nothing happened for limits::http_event_heartbeat_seconds.
  virtual std::string_view heartbeat() const = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::variant<std::string, FileContent, ContentStream, std::shared_ptr<Subscription>> content;
  // For the log only (served.hpp): the pattern that answered, and who asked.
  std::string_view route;
  std::string account;

  Response& set(std::string name, std::string value);
};

using Handler = std::function<Response(Request const&)>;

std::string_view reason_of(int status);
Response text(int status, std::string_view media_type, std::string content);

// Percent-decoded; nothing for a broken escape or NUL. `plus_is_space` in queries only.
enum class Plus : std::uint8_t { is_plus, is_space };
std::optional<std::string> percent_decode(std::string_view text, Plus plus);
std::string percent_encode(std::string_view text);

// The decoded path of a request target; nothing for a target that is not an absolute path, that leaves the
// root, or that holds an empty segment, "\\" or a control character.
std::optional<std::string> path_of(std::string_view target);
std::optional<std::vector<std::pair<std::string, std::string>>> parameters_of(std::string_view target);

}  // namespace plumbline::http
