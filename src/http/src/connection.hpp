// One connection: requests one after another until either side has had enough. The only coroutines of the
// house. g++ 12.2 destroys capturing lambdas and braced temporaries inside an awaited expression twice:
// what is handed to an awaited call has a name of its own.
#pragma once
#include <array>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <chrono>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "shared.hpp"

namespace plumbline::http {

namespace net = boost::asio;
namespace beast = boost::beast;

using PlainStream = beast::basic_stream<net::generic::stream_protocol>;
using Parser = beast::http::request_parser<beast::http::buffer_body>;

template <class Stream>
class Connection {
 public:
  Connection(Stream& stream, Shared& shared, std::string peer, bool is_secure)
      : stream_(stream), shared_(shared), peer_(std::move(peer)), is_secure_(is_secure) {}

  net::awaitable<void> run(Idle& idle) {
    idle_ = &idle;
    while (co_await wait_for_request(idle)) {
      bool const proceed = co_await answer_one();
      if (proceed && !shared_.stopping) continue;
      co_await say_goodbye();
      break;
    }
  }

 private:
  auto& lowest() { return beast::get_lowest_layer(stream_); }
  void allow(std::chrono::seconds time) { lowest().expires_after(time); }

  // False when the other end is gone. What arrives is appended to input_.
  net::awaitable<bool> read_some() {
    std::array<char, 8192> piece;
    auto const buffer = net::buffer(piece);
    beast::error_code error;
    auto token = net::redirect_error(net::use_awaitable, error);
    auto const count = co_await stream_.async_read_some(buffer, token);
    input_.append(piece.data(), count);
    co_return !error && count > 0;
  }

  net::awaitable<bool> write(std::string_view bytes) {
    sent_ += static_cast<std::int64_t>(bytes.size());
    beast::error_code error;
    auto const buffer = net::buffer(bytes.data(), bytes.size());
    auto token = net::redirect_error(net::use_awaitable, error);
    co_await net::async_write(stream_, buffer, token);
    co_return !error;
  }

  // Between two requests a connection may be closed to make room, or because the server stops.
  net::awaitable<bool> wait_for_request(Idle& idle) {
    if (!input_.empty()) co_return true;
    allow(std::chrono::seconds(limits::http_idle_timeout_seconds));
    idle.is_waiting = true;
    shared_.idle.add(idle);
    bool const arrived = co_await read_some();
    shared_.idle.remove(idle);
    idle.is_waiting = false;
    co_return arrived;
  }

  // The time of the whole request runs from its first byte; trickling does not renew it.
  net::awaitable<bool> answer_one() {
    begun_ = std::chrono::steady_clock::now();
    sent_ = 0;
    allow(std::chrono::seconds(limits::http_read_timeout_seconds));
    auto end = input_.find("\r\n\r\n");
    while (end == std::string::npos) {
      if (input_.size() > limits::http_header_bytes) co_return co_await refuse(431);
      if (!co_await read_some()) co_return false;
      end = input_.find("\r\n\r\n");
    }
    if (end + 4 > limits::http_header_bytes) co_return co_await refuse(431);
    if (int const fault = fault_of_head(std::string_view(input_).substr(0, end + 4)); fault != 0)
      co_return co_await refuse(fault);
    Parser parser;
    parser.eager(true);
    parser.body_limit(boost::none);  // counted by what is kept
    beast::error_code error;
    auto const head = net::buffer(input_.data(), end + 4);
    parser.put(head, error);
    if (error && error != beast::http::error::need_buffer) co_return co_await refuse(400);
    input_.erase(0, end + 4);

    Request request;
    if (int const fault = take_head(parser, request); fault != 0) co_return co_await refuse(fault);
    auto const rule = shared_.body_rule(request);
    Upload upload(shared_.options.uploads, rule.to_file);
    Held held(shared_.body_bytes);
    int const fault = co_await read_body(parser, rule, request, upload, held);
    if (fault < 0) co_return false;
    if (fault > 0) co_return co_await refuse(fault);
    request.body_file = upload.path();
    co_return co_await respond(request, parser.keep_alive());
  }

  int take_head(Parser const& parser, Request& request) {
    auto const& message = parser.get();
    request.method = std::string(message.method_string());
    std::string_view const target(message.target().data(), message.target().size());
    auto path = path_of(target);
    auto parameters = parameters_of(target);
    if (!path || !parameters) return 400;
    request.path = *std::move(path);
    request.parameters = *std::move(parameters);
    for (auto const& field : message) {
      std::string name(field.name_string());
      for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
      std::string value(field.value());
      if (!is_utf8(value)) return 400;
      request.headers.push_back({std::move(name), std::move(value)});
    }
    request.id = shared_.next_id();
    request.peer = peer_;
    request.is_secure = is_secure_;
    if (peer_.empty()) Shared::believe_proxy(request);
    if (auto const expected = request.header("expect"))
      if (*expected != "100-continue" && *expected != "100-Continue") return 417;
    return request.header("content-encoding").value_or("identity") == "identity" ? 0 : 415;
  }

  // 0, the status to refuse with, or -1 when the other end is gone.
  net::awaitable<int> read_body(Parser& parser, BodyRule const& rule, Request& request, Upload& upload,
                                Held& held) {
    if (parser.is_done()) co_return 0;
    if (auto const length = parser.content_length(); length && *length > rule.bytes_max) co_return 413;
    if (rule.to_file) {
      // A megabyte in a second is asked of an upload, on top of the ordinary time.
      auto const extra = std::chrono::seconds(rule.bytes_max >> 20U);
      allow(std::chrono::seconds(limits::http_read_timeout_seconds) + extra);
    }
    bool const may_wait = parser.get().version() >= 11;  // an older one knows no interim answers
    if (may_wait && request.header("expect") && input_.empty() &&
        !co_await write("HTTP/1.1 100 Continue\r\n\r\n"))
      co_return -1;
    std::array<char, 16384> piece;
    std::uint64_t kept = 0;
    while (!parser.is_done()) {
      auto& body = parser.get().body();
      body.data = piece.data();
      body.size = piece.size();
      beast::error_code error;
      auto const buffer = net::buffer(input_);
      auto const used = parser.put(buffer, error);
      input_.erase(0, used);
      auto const count = piece.size() - body.size;
      kept += count;
      if (kept > rule.bytes_max) co_return 413;
      if (!rule.to_file && !held.grow(count)) co_return 503;
      if (!upload.keep({piece.data(), count}, request.body)) co_return 507;
      bool const wants_more = error == beast::http::error::need_more || (!error && used == 0 && count == 0);
      if (error && error != beast::http::error::need_buffer && !wants_more) co_return 400;
      if (parser.is_done()) break;
      if (input_.size() > limits::http_header_bytes) co_return 400;  // a chunk's extensions
      if (wants_more || input_.empty())
        if (!co_await read_some()) co_return -1;
    }
    co_return 0;
  }

  net::awaitable<bool> respond(Request const& request, bool keep_alive) {
    if (shared_.waiting.fetch_add(1) >= static_cast<std::int64_t>(limits::http_waiting_requests)) {
      --shared_.waiting;
      ++shared_.refused;
      auto const busy = shared_.problem(503, request.id);
      co_return co_await send_and_tell(request, busy, keep_alive);
    }
    lowest().expires_never();
    Work const work(shared_, request.id + ' ' + request.method + ' ' + request.path);
    Response const response = co_await net::co_spawn(shared_.workers.get_executor(),
                                                     call(shared_, request, work), net::use_awaitable);
    --shared_.waiting;
    ++shared_.requests;
    bool const goes_on = keep_alive && !shared_.stopping;
    co_return co_await send_and_tell(request, response, goes_on);
  }

  // On a worker.
  static net::awaitable<Response> call(Shared& shared, Request const& request, Work const& work) {
    WorkEnd const end(work);
    co_return shared.call(request);
  }

  // A piece of a stream, made on a worker.
  static net::awaitable<bool> next_piece(Shared& shared, ContentStream const& stream, std::string& piece,
                                         Work const& work) {
    WorkEnd const end(work);
    piece.clear();
    co_return !shared.gave_up && stream(piece);
  }
  static ContentStream stream_of(FileContent const& file) {
    return [content = file.content, left = file.bytes](std::string& piece) mutable {
      piece.resize(static_cast<std::size_t>(std::min<std::int64_t>(left, limits::blob_buffer_bytes)));
      content->read(piece.data(), static_cast<std::streamsize>(piece.size()));
      piece.resize(static_cast<std::size_t>(content->gcount()));
      left -= static_cast<std::int64_t>(piece.size());
      return !piece.empty();
    };
  }

  net::awaitable<bool> send_and_tell(Request const& request, Response const& response, bool keep_alive) {
    auto const time = std::chrono::steady_clock::now() - begun_;
    bool const proceed = co_await send(request.method, response, keep_alive);
    if (shared_.options.served) {
      auto const micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
      shared_.options.served(
          {request.id, request.method, response.route, response.status, micros, sent_, response.account});
    }
    co_return proceed;
  }

  net::awaitable<bool> send(std::string const& method, Response const& response, bool keep_alive) {
    allow(std::chrono::seconds(limits::http_write_timeout_seconds));
    auto const* whole = std::get_if<std::string>(&response.content);
    auto const* file = std::get_if<FileContent>(&response.content);
    std::optional<std::int64_t> length;
    if (whole != nullptr) length = static_cast<std::int64_t>(whole->size());
    if (file != nullptr) length = file->bytes;
    std::string head = head_of(response, length, keep_alive, shared_.options.clock->now());
    bool const without_content = method == "HEAD" || response.status == 204 || response.status == 304;
    if (whole != nullptr && !without_content) {
      head += *whole;  // one packet where it fits
      co_return co_await write(head) && keep_alive;
    }
    if (!co_await write(head)) co_return false;
    if (without_content) co_return keep_alive;
    if (auto const* events = std::get_if<std::shared_ptr<Subscription>>(&response.content)) {
      auto const held = *events;
      co_return co_await send_events(held);
    }
    ContentStream const stream =
        file != nullptr ? stream_of(*file) : std::get<ContentStream>(response.content);
    co_return co_await send_stream(stream, length) && keep_alive;
  }

  // Until either end has enough. Waiting for events counts as idle: it makes room, and ends with the server.
  net::awaitable<bool> send_events(std::shared_ptr<Subscription> events) {
    auto const timer = std::make_shared<net::steady_timer>(lowest().get_executor());
    auto const is_closed = std::make_shared<bool>(false);
    auto const wake = [timer, executor = lowest().get_executor()] {
      net::post(executor, [timer] { timer->cancel(); });
    };
    auto const cancel_reading = std::exchange(idle_->cancel, [timer, is_closed] {
      *is_closed = true;
      timer->cancel();
    });
    // Also when the server ends under a waiting stream: its timers must not outlive its threads.
    struct Leaving {
      Subscription& events;
      ~Leaving() { events.leave(); }
    };
    Leaving const leaving{*events};
    std::string piece;
    bool is_sent = true;
    while (is_sent && !*is_closed && !shared_.stopping) {
      piece.clear();
      if (!events->take(piece, wake)) break;
      if (piece.empty()) {
        timer->expires_after(std::chrono::seconds(limits::http_event_heartbeat_seconds));
        idle_->is_waiting = true;
        shared_.idle.add(*idle_);
        beast::error_code error;
        auto token = net::redirect_error(net::use_awaitable, error);
        co_await timer->async_wait(token);
        shared_.idle.remove(*idle_);
        idle_->is_waiting = false;
        if (error) continue;  // woken
        piece = events->heartbeat();
      }
      std::string const chunk = chunk_of(piece);
      allow(std::chrono::seconds(limits::http_write_timeout_seconds));
      is_sent = co_await write(chunk);
    }
    idle_->cancel = cancel_reading;
    if (is_sent) co_await write("0\r\n\r\n");
    co_return false;
  }

  // Of a known length, or in chunks. Cut off when it ends early: the other end sees that something is
  // missing. The time for all of it grows with what was sent, so a reader that sips loses its place.
  net::awaitable<bool> send_stream(ContentStream const& stream, std::optional<std::int64_t> length) {
    using std::chrono::steady_clock;
    std::string piece;
    std::int64_t sent = 0;
    auto waited = steady_clock::duration::zero();  // for the other end, not for the next piece
    while (true) {
      bool more = false;
      try {
        Work const work(shared_, "a piece of a stream");
        more = co_await net::co_spawn(shared_.workers.get_executor(),
                                      next_piece(shared_, stream, piece, work), net::use_awaitable);
      } catch (std::exception const& broken) {
        shared_.report_broken(broken.what());
        co_return false;
      }
      if (!more) break;
      if (piece.empty()) continue;
      sent += static_cast<std::int64_t>(piece.size());
      if (!length) piece = chunk_of(piece);
      auto const granted = std::chrono::seconds(limits::http_write_timeout_seconds +
                                                sent / limits::http_stream_bytes_per_second);
      if (waited >= granted) co_return false;
      lowest().expires_after(granted - waited);
      auto const before = steady_clock::now();
      if (!co_await write(piece)) co_return false;
      waited += steady_clock::now() - before;
    }
    if (!length) co_return co_await write("0\r\n\r\n");
    co_return sent == *length;
  }

  // The end of the conversation: what follows a refused head cannot be told from an attack.
  net::awaitable<bool> refuse(int status) {
    ++shared_.refused;
    Request unread;
    unread.id = shared_.next_id();
    auto const response = shared_.problem(status, unread.id);
    co_await send_and_tell(unread, response, false);
    co_return false;
  }

  // Closing at once while input is on its way would make the other end lose our answer.
  net::awaitable<void> say_goodbye() {
    beast::error_code error;
    lowest().socket().shutdown(net::socket_base::shutdown_send, error);
    if (error) co_return;
    allow(std::chrono::seconds(2));
    for (std::size_t read = 0; read < limits::http_goodbye_bytes; read += input_.size()) {
      input_.clear();
      if (!co_await read_some()) co_return;
    }
  }

  Stream& stream_;
  Shared& shared_;
  std::string peer_;
  bool is_secure_;
  std::string input_;  // read and not yet used
  Idle* idle_ = nullptr;
  std::chrono::steady_clock::time_point begun_;  // of the request being answered
  std::int64_t sent_ = 0;                        // bytes of its answer
};

}  // namespace plumbline::http
