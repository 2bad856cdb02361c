#include "http/server.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "address.hpp"
#include "connection.hpp"
#include "connection_tls.hpp"

namespace plumbline::http {
namespace {

namespace fs = std::filesystem;
using tcp = net::ip::tcp;
using local = net::local::stream_protocol;

net::awaitable<void> converse(PlainStream stream, Shared& shared, std::string peer,
                              std::shared_ptr<Idle> idle) {
  idle->cancel = [&stream] { stream.cancel(); };
  // Over a Unix socket speaks a proxy of this machine, which has done the TLS.
  bool const is_local = peer.empty();
  Connection<PlainStream> connection(stream, shared, std::move(peer), is_local);
  co_await connection.run(*idle);
  idle->cancel = nullptr;
}

class ServerImpl final : public Server {
 public:
  ServerImpl(ServerOptions options, Handler handler, std::function<BodyRule(Request const&)> body_rule)
      : parts_(new Parts(std::move(options), std::move(handler), std::move(body_rule))) {
    if (!shared_.options.certificate.empty()) load_certificate();
    if (!shared_.options.address.empty()) listen_tcp();
    if (!shared_.options.unix_socket.empty()) listen_local();
    for (int i = 0; i < shared_.options.io_threads; ++i) threads_.emplace_back([this] { io_.run(); });
  }

  ~ServerImpl() override { stop(); }
  ServerImpl(ServerImpl const&) = delete;
  ServerImpl& operator=(ServerImpl const&) = delete;

  std::uint16_t port() const override { return port_; }

  ServerCounts counts() const override {
    return {shared_.connections, shared_.waiting, shared_.requests, shared_.refused};
  }

  std::vector<std::string> stop() override {
    if (shared_.stopping.exchange(true)) return {};
    close_on_its_strand(tcp_);
    close_on_its_strand(local_);
    using std::chrono::steady_clock;
    auto const end = steady_clock::now() + std::chrono::seconds(shared_.options.stop_seconds);
    std::unique_lock lock(ended_mutex_);
    // A connection may become idle after the first look; nothing may wait for it longer than that.
    while (shared_.connections > 0 && steady_clock::now() < end) {
      shared_.idle.close_all();
      ended_.wait_for(lock, std::chrono::milliseconds(20));
    }
    lock.unlock();
    io_.stop();
    for (auto& thread : threads_) thread.join();
    std::error_code ignored;
    if (local_) fs::remove(shared_.options.unix_socket, ignored);
    return end_workers();
  }

 private:
  struct Parts {
    Parts(ServerOptions options, Handler handler, std::function<BodyRule(Request const&)> body_rule)
        : shared(std::move(options), std::move(handler), std::move(body_rule)),
          io(shared.options.io_threads) {}
    Shared shared;
    net::io_context io;
  };

  // A thread cannot be ended from outside. What hangs keeps what it may still touch, for good.
  std::vector<std::string> end_workers() {
    shared_.gave_up = true;
    std::vector<std::string> abandoned;
    {
      std::unique_lock lock(shared_.mutex);
      shared_.work_ended.wait_for(lock, std::chrono::seconds(Server::last_seconds),
                                  [this] { return shared_.works.empty(); });
      abandoned.assign(shared_.works.begin(), shared_.works.end());
    }
    if (abandoned.empty()) {
      shared_.workers.join();
    } else {
      static auto* const kept = new std::vector<std::unique_ptr<Parts>>;  // never destroyed
      kept->push_back(std::move(parts_));
    }
    return abandoned;
  }

  template <class Acceptor>
  static void close_on_its_strand(std::optional<Acceptor>& acceptor) {
    if (!acceptor) return;
    net::post(acceptor->get_executor(), [&acceptor] {
      beast::error_code ignored;
      (void)acceptor->close(ignored);
    });
  }

  void load_certificate() {
    tls_.emplace(net::ssl::context::tls_server);
    ::SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
    try {
      tls_->use_certificate_chain_file(shared_.options.certificate.string());
      tls_->use_private_key_file(shared_.options.private_key.string(), net::ssl::context::pem);
    } catch (boost::system::system_error const& error) {
      throw std::runtime_error("the certificate " + shared_.options.certificate.string() +
                               " cannot be used: " + error.what());
    }
  }

  void listen_tcp() {
    auto const& options = shared_.options;
    tcp_.emplace(net::make_strand(io_));
    try {
      tcp::endpoint const endpoint(net::ip::make_address(options.address), options.port);
      tcp_->open(endpoint.protocol());
      tcp_->set_option(net::socket_base::reuse_address(true));
      tcp_->bind(endpoint);
      tcp_->listen(net::socket_base::max_listen_connections);
    } catch (boost::system::system_error const& error) {
      throw std::runtime_error("cannot listen at " + options.address + ":" + std::to_string(options.port) +
                               ": " + error.what());
    }
    port_ = tcp_->local_endpoint().port();
    net::co_spawn(tcp_->get_executor(), accept(*tcp_), net::detached);
  }

  void listen_local() {
    auto const& path = shared_.options.unix_socket;
    std::error_code ignored;
    if (fs::is_socket(path, ignored)) fs::remove(path, ignored);  // left by a process that was killed
    local_.emplace(net::make_strand(io_));
    try {
      local::endpoint const endpoint(path.string());
      local_->open(endpoint.protocol());
      local_->bind(endpoint);
      local_->listen(net::socket_base::max_listen_connections);
    } catch (boost::system::system_error const& error) {
      throw std::runtime_error("cannot listen at " + path.string() + ": " + error.what());
    }
    net::co_spawn(local_->get_executor(), accept(*local_), net::detached);
  }

  static std::string peer_of(tcp::socket const& socket) {
    beast::error_code error;
    auto const endpoint = socket.remote_endpoint(error);
    return error ? "unknown" : plain_address(endpoint.address().to_string()).value_or("unknown");
  }
  static std::string peer_of(local::socket const&) { return {}; }
  static void prepare(tcp::socket& socket) {
    beast::error_code ignored;
    (void)socket.set_option(tcp::no_delay(true), ignored);
  }
  static void prepare(local::socket&) {}

  template <class Acceptor>
  net::awaitable<void> accept(Acceptor& acceptor) {
    net::steady_timer timer(acceptor.get_executor());
    while (acceptor.is_open()) {
      net::any_io_executor const strand = net::make_strand(io_);
      beast::error_code error;
      auto token = net::redirect_error(net::use_awaitable, error);
      auto socket = co_await acceptor.async_accept(strand, token);
      if (error) {
        // Out of file descriptors: it passes when connections end.
        timer.expires_after(std::chrono::milliseconds(50));
        auto wait = net::redirect_error(net::use_awaitable, error);
        co_await timer.async_wait(wait);
        continue;
      }
      prepare(socket);
      std::string peer = peer_of(socket);
      bool const is_full = shared_.connections >= static_cast<std::int64_t>(limits::http_connections);
      bool const is_admitted = shared_.admit(peer);
      if (!is_admitted || (is_full && !shared_.idle.close_longest())) {
        if (is_admitted) shared_.leave(peer);
        ++shared_.refused;
        continue;
      }
      bool constexpr is_tcp = std::is_same_v<Acceptor, tcp::acceptor>;
      net::generic::stream_protocol::socket generic(std::move(socket));
      net::co_spawn(strand, hold(PlainStream(std::move(generic)), std::move(peer), is_tcp && tls_),
                    net::detached);
    }
  }

  // From the first byte to the last; never lets an exception out.
  net::awaitable<void> hold(PlainStream stream, std::string peer, bool over_tls) {
    ++shared_.connections;
    auto const idle = std::make_shared<Idle>();
    auto const executor = stream.get_executor();
    idle->close = [weak = std::weak_ptr<Idle>(idle), executor] {
      net::post(executor, [weak] {
        if (auto const held = weak.lock(); held && held->is_waiting && held->cancel) held->cancel();
      });
    };
    try {
      if (over_tls)
        co_await converse_over_tls(std::move(stream), *tls_, shared_, peer, idle);
      else
        co_await converse(std::move(stream), shared_, peer, idle);
    } catch (std::exception const& broken) {
      shared_.report_broken(broken.what());
    } catch (...) {
      shared_.report_broken("what is no std::exception");
    }
    shared_.idle.remove(*idle);
    shared_.leave(peer);
    --shared_.connections;
    ended_.notify_all();
  }

  std::unique_ptr<Parts> parts_;
  Shared& shared_ = parts_->shared;
  net::io_context& io_ = parts_->io;
  std::optional<net::ssl::context> tls_;
  std::optional<tcp::acceptor> tcp_;
  std::optional<local::acceptor> local_;
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::mutex ended_mutex_;
  std::condition_variable ended_;
};

}  // namespace

std::unique_ptr<Server> Server::start(ServerOptions options, Handler handler,
                                      std::function<BodyRule(Request const&)> body_rule) {
  return std::make_unique<ServerImpl>(std::move(options), std::move(handler), std::move(body_rule));
}

}  // namespace plumbline::http
