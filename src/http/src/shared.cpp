#include "shared.hpp"

#include <algorithm>
#include <ctime>
#include <iostream>

#include "address.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "reflect/json.hpp"

namespace plumbline::http {

namespace fs = std::filesystem;

void IdleList::add(Idle& idle) {
  std::lock_guard const lock(mutex_);
  idle.place = list_.insert(list_.end(), &idle);
  idle.is_listed = true;
}

void IdleList::remove(Idle& idle) {
  std::lock_guard const lock(mutex_);
  if (!idle.is_listed) return;
  list_.erase(idle.place);
  idle.is_listed = false;
}

bool IdleList::close_longest() {
  std::lock_guard const lock(mutex_);
  if (list_.empty()) return false;
  Idle& longest = *list_.front();
  list_.pop_front();
  longest.is_listed = false;
  longest.close();
  return true;
}

void IdleList::close_all() {
  std::lock_guard const lock(mutex_);
  for (auto* idle : list_) {
    idle->is_listed = false;
    idle->close();
  }
  list_.clear();
}

Upload::Upload(fs::path const& folder, bool to_file) {
  if (!to_file) return;
  path_ = folder / ("upload-" + hex_encode(random_bytes(16)));
  file_.open(path_, std::ios::binary);
}

Upload::~Upload() {
  if (path_.empty()) return;
  file_.close();
  std::error_code ignored;
  fs::remove(path_, ignored);
}

bool Upload::keep(std::string_view piece, std::string& body) {
  if (path_.empty()) {
    body += piece;
    return true;
  }
  file_.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  return file_.good();
}

fs::path Upload::path() {
  if (!path_.empty()) file_.flush();
  return path_;
}

Shared::Shared(ServerOptions wanted, Handler handle, std::function<BodyRule(Request const&)> rule)
    : options(std::move(wanted)),
      handler(std::move(handle)),
      body_rule(std::move(rule)),
      workers(static_cast<std::size_t>(options.workers)) {}

std::string Shared::next_id() { return hex_encode(random_bytes(8)); }

// Ids are written into logs: only what looks like one is taken.
void Shared::believe_proxy(Request& request) {
  auto const is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  auto const id = request.header("x-request-id");
  if (id && id->size() >= 8 && id->size() <= 64 && std::ranges::all_of(*id, is_plain)) request.id = *id;
  // Of several the last: the one our own proxy has added.
  std::string_view const sources = request.header("x-forwarded-for").value_or("");
  std::string const source(trim(sources.substr(sources.rfind(',') + 1)));
  if (auto address = plain_address(source)) request.peer = *std::move(address);
}

Response Shared::call(Request const& request) noexcept {
  if (gave_up) return problem(503, request.id);
  try {
    return handler(request);
  } catch (std::exception const& broken) {
    report_broken(request.id + " " + request.method + " " + broken.what());
    return problem(500, request.id);
  } catch (...) {
    report_broken(request.id + " " + request.method + " what is no std::exception");
    return problem(500, request.id);
  }
}

void Shared::report_broken(std::string_view what) const { std::cerr << "request failed: " << what << '\n'; }

Response Shared::problem(int status, std::string const& id) const {
  Json document;
  document.set("code", "http_" + std::to_string(status));
  document.set("instance", "urn:request:" + id);
  document.set("status", status);
  document.set("title", std::string(reason_of(status)));
  document.set("type", "about:blank");
  Response response = text(status, "application/problem+json", write_canonical(document));
  if (status == 503) response.set("retry-after", "1");
  return response;
}

Work::Work(Shared& shared, std::string name) : shared_(shared) {
  std::lock_guard const lock(shared_.mutex);
  place_ = shared_.works.insert(shared_.works.end(), std::move(name));
}

void Work::end() const {
  std::lock_guard const lock(shared_.mutex);
  shared_.works.erase(place_);
  shared_.work_ended.notify_all();
}

bool Shared::admit(std::string const& peer) {
  std::lock_guard const lock(mutex);
  auto& open = by_address[neighbourhood(peer)];
  if (!is_near(peer) && open >= limits::http_connections_per_address) return false;
  ++open;
  return true;
}

void Shared::leave(std::string const& peer) {
  std::lock_guard const lock(mutex);
  auto const open = by_address.find(neighbourhood(peer));
  if (open != by_address.end() && --open->second == 0) by_address.erase(open);
}

std::string head_of(Response const& response, std::optional<std::int64_t> length, bool keep_alive,
                    Instant at) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  head += reason_of(response.status);
  head += "\r\n";
  for (auto const& header : response.headers) {
    // A handler that lets a line break through must not be able to write a header of its own.
    auto const end = header.value.find_first_of(std::string_view("\r\n\0", 3));
    head += header.name + ": " + header.value.substr(0, end) + "\r\n";
  }
  auto const now = static_cast<std::time_t>(at.seconds());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char date[64];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  head += std::string("date: ") + date + "\r\n";
  if (response.status != 204 && response.status != 304)
    head += length ? "content-length: " + std::to_string(*length) + "\r\n" : "transfer-encoding: chunked\r\n";
  if (!keep_alive) head += "connection: close\r\n";
  return head + "\r\n";
}

std::string chunk_of(std::string const& piece) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string size;
  for (auto left = piece.size(); left > 0; left >>= 4U) size.insert(size.begin(), digits[left & 15U]);
  return size + "\r\n" + piece + "\r\n";
}

}  // namespace plumbline::http
