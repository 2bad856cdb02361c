#include "address.hpp"

#include <arpa/inet.h>

#include <array>

#include "base/bytes.hpp"

namespace plumbline::http {

std::optional<std::string> plain_address(std::string const& text) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1)
    return ::inet_ntop(AF_INET, &four, out.data(), out.size());
  // A zone ("fe80::1%eth0") names a card of ours, not somebody else.
  auto const without_zone = text.substr(0, text.find('%'));
  in6_addr six{};
  if (::inet_pton(AF_INET6, without_zone.c_str(), &six) != 1) return {};
  if (IN6_IS_ADDR_V4MAPPED(&six)) return ::inet_ntop(AF_INET, six.s6_addr + 12, out.data(), out.size());
  return ::inet_ntop(AF_INET6, &six, out.data(), out.size());
}

bool is_near(std::string const& address) {
  return address.empty() || address.starts_with("127.") || address == "::1";
}

std::string neighbourhood(std::string const& address) {
  in6_addr six{};
  if (::inet_pton(AF_INET6, address.c_str(), &six) != 1) return plain_address(address).value_or(address);
  if (IN6_IS_ADDR_V4MAPPED(&six)) return *plain_address(address);
  return hex_encode(ByteView(six.s6_addr, 8));
}

}  // namespace plumbline::http
