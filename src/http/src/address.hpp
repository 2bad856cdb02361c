// Addresses of the network as text, each written in one way only.
#pragma once
#include <optional>
#include <string>

namespace plumbline::http {

// An IPv4 or IPv6 address as inet_ntop writes it; one of IPv4 inside IPv6 (::ffff:192.0.2.1) as IPv4. Nothing
// for what is no address.
std::optional<std::string> plain_address(std::string const& text);
// This machine, or the Unix socket of a proxy that names nobody (""). Of plain addresses.
bool is_near(std::string const& address);
// An IPv4 address, or the /64 of an IPv6 one: whoever has one of those has all 2^64.
std::string neighbourhood(std::string const& address);

}  // namespace plumbline::http
