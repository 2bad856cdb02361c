// Where the server may send: any public address by https; anything else only where a security administrator
// has allowed the host or its network. Judged on the address that is really connected to, so that a name
// which suddenly means 127.0.0.1 gains nothing (CWE-918, RFC 6890).
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/system.hpp"

struct sockaddr;

namespace plumbline::notices {

// IPv4 as ::ffff:a.b.c.d, so that both families are compared alike.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4() const;
  friend bool operator==(Address const&, Address const&) = default;
};
std::optional<Address> address_of(::sockaddr const* from);
// "192.0.2.1", "2001:db8::1", without brackets; as inet_pton reads them.
std::optional<Address> parse_address(std::string const& text);
// Globally reachable: not private, loopback, link-local, shared (RFC 6598), multicast, documentation,
// reserved; of IPv6 only 2000::/3 without what carries other addresses in it (6to4, Teredo).
bool is_public(Address const& address);

// An allowed host name, or network.
struct Target {
  std::string text;  // "erp.example.cn", "10.1.2.0/24", "fd00::/8"
  Uuid account;      // who allowed it; nil: the office's own machine
  std::string reason;
  Instant made_at;
};

class Targets {
 public:
  explicit Targets(kernel::System& system) : system_(system) {}
  // Refused "invalid_value", "required", "too_long", "too_many_targets".
  Result<void> allow(std::string const& target, std::string const& reason, Uuid account);
  // False where it was not allowed.
  bool forbid(std::string const& target);
  std::vector<Target> all() const;

 private:
  kernel::System& system_;
};

// The allow list of one moment, for many judgements.
class Guard {
 public:
  explicit Guard(std::vector<Target> const& allowed);
  bool allows_host(std::string_view host) const;  // by name
  bool allows(Address const& address) const;      // by network
  bool has_networks() const { return !networks_.empty(); }
  // May somebody connect there for a URL of this host?
  bool may_connect(std::string_view host, bool is_encrypted, Address const& address) const;

 private:
  struct Network {
    Address address;
    int bits = 128;
  };
  static std::optional<Network> parse_network(std::string const& text);
  friend class Targets;
  std::vector<std::string> hosts_;
  std::vector<Network> networks_;
};

// A URL to deliver to, in one spelling. Refused "invalid_value": not http or https, no host, a user's name or
// a fragment in it, too long.
struct Url {
  std::string text;
  std::string host;  // lower case, without brackets
  bool is_encrypted = false;
};
Result<Url> parse_url(std::string const& text);
// What can be said before anything is sent. Refused "target_not_allowed".
Result<void> check_target(Guard const& guard, Url const& url);

}  // namespace plumbline::notices
