#include "connection_tls.hpp"

#include <boost/beast/ssl/ssl_stream.hpp>

namespace plumbline::http {

net::awaitable<void> converse_over_tls(PlainStream stream, net::ssl::context& context, Shared& shared,
                                       std::string peer, std::shared_ptr<Idle> idle) {
  beast::ssl_stream<PlainStream> secure(std::move(stream), context);
  auto& lowest = beast::get_lowest_layer(secure);
  idle->cancel = [&lowest] { lowest.cancel(); };
  lowest.expires_after(std::chrono::seconds(limits::http_read_timeout_seconds));
  beast::error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  co_await secure.async_handshake(net::ssl::stream_base::server, token);
  if (error) co_return;
  Connection<beast::ssl_stream<PlainStream>> connection(secure, shared, std::move(peer), true);
  co_await connection.run(*idle);
  idle->cancel = nullptr;
}

}  // namespace plumbline::http
