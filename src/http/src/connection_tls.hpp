// Over TLS, compiled apart.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include "connection.hpp"

namespace plumbline::http {

net::awaitable<void> converse_over_tls(PlainStream stream, net::ssl::context& context, Shared& shared,
                                       std::string peer, std::shared_ptr<Idle> idle);

}  // namespace plumbline::http
