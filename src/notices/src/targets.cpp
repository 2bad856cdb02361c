#include "notices/targets.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "rows.hpp"

namespace plumbline::notices {
namespace {

using kernel::refuse;
using store::Sql;

Sql const keep_target{"webhook_target.keep",
                      "insert into webhook_target (jurisdiction, target, account, reason, made_at) values "
                      "($1, $2, $3, $4, $5) on conflict (jurisdiction, target) do update set account = "
                      "excluded.account, reason = excluded.reason, made_at = excluded.made_at"};
Sql const delete_target{"webhook_target.delete",
                        "delete from webhook_target where jurisdiction = $1 and target = $2"};
Sql const select_targets{
    "webhook_target.all",
    "select target, account, reason, made_at from webhook_target where jurisdiction = $1 "
    "order by target"};

struct Block {
  std::array<std::uint8_t, 16> start;
  int bits;
};
constexpr Block v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, int bits) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, 0}, 96 + bits};
}
constexpr Block v6(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, int bits) {
  return {{a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, bits};
}
// IANA's special-purpose registries, as far as they lie in what is public otherwise.
constexpr Block special[] = {
    v4(0, 0, 0, 8),
    v4(10, 0, 0, 8),
    v4(100, 64, 0, 10),
    v4(127, 0, 0, 8),
    v4(169, 254, 0, 16),
    v4(172, 16, 0, 12),
    v4(192, 0, 0, 24),
    v4(192, 0, 2, 24),
    v4(192, 88, 99, 24),
    v4(192, 168, 0, 16),
    v4(198, 18, 0, 15),
    v4(198, 51, 100, 24),
    v4(203, 0, 113, 24),
    v4(224, 0, 0, 3),                // multicast, reserved, broadcast
    v6(0x20, 0x01, 0x00, 0x00, 23),  // protocols, Teredo
    v6(0x20, 0x01, 0x0d, 0xb8, 32),  // documentation
    v6(0x20, 0x02, 0x00, 0x00, 16),  // 6to4
    v6(0x3f, 0xff, 0x00, 0x00, 20),  // documentation
};

bool lies_in(Address const& address, std::array<std::uint8_t, 16> const& start, int bits) {
  for (int i = 0; i < 16 && bits > 0; ++i, bits -= 8) {
    auto const mask = static_cast<std::uint8_t>(bits >= 8 ? 0xff : 0xff << (8 - bits));
    if ((address.bytes[static_cast<std::size_t>(i)] & mask) != (start[static_cast<std::size_t>(i)] & mask))
      return false;
  }
  return true;
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.back() == '.') return false;
  return std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
std::optional<std::string> part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

}  // namespace

bool Address::is_v4() const { return lies_in(*this, v4(0, 0, 0, 0).start, 96); }

std::optional<Address> address_of(::sockaddr const* from) {
  Address out;
  if (from->sa_family == AF_INET) {
    ::sockaddr_in in{};
    std::memcpy(&in, from, sizeof in);
    out.bytes[10] = out.bytes[11] = 0xff;
    std::memcpy(out.bytes.data() + 12, &in.sin_addr, 4);
    return out;
  }
  if (from->sa_family != AF_INET6) return {};
  ::sockaddr_in6 in{};
  std::memcpy(&in, from, sizeof in);
  std::memcpy(out.bytes.data(), &in.sin6_addr, 16);
  return out;
}

std::optional<Address> parse_address(std::string const& text) {
  Address out;
  if (::inet_pton(AF_INET6, text.c_str(), out.bytes.data()) == 1) return out;
  if (::inet_pton(AF_INET, text.c_str(), out.bytes.data() + 12) != 1) return {};
  std::fill_n(out.bytes.begin(), 10, std::uint8_t{0});
  out.bytes[10] = out.bytes[11] = 0xff;
  return out;
}

bool is_public(Address const& address) {
  if (!address.is_v4() && !lies_in(address, v6(0x20, 0, 0, 0, 3).start, 3)) return false;
  return std::ranges::none_of(special,
                              [&](Block const& block) { return lies_in(address, block.start, block.bits); });
}

std::optional<Guard::Network> Guard::parse_network(std::string const& text) {
  auto const slash = text.find('/');
  auto const address = parse_address(text.substr(0, slash));
  if (!address) return {};
  Network network{*address, 128};
  if (slash == std::string::npos) return network;
  int bits = -1;
  auto const* end = text.data() + text.size();
  auto const read = std::from_chars(text.data() + slash + 1, end, bits);
  bool const is_v4 = text.find(':') == std::string::npos;
  if (read.ec != std::errc{} || read.ptr != end || bits < 0 || bits > (is_v4 ? 32 : 128)) return {};
  network.bits = is_v4 ? 96 + bits : bits;
  return network;
}

Guard::Guard(std::vector<Target> const& allowed) {
  for (auto const& target : allowed) {
    if (auto const network = parse_network(target.text))
      networks_.push_back(*network);
    else
      hosts_.push_back(target.text);
  }
}

bool Guard::allows_host(std::string_view host) const {
  return std::ranges::find(hosts_, host) != hosts_.end();
}

bool Guard::allows(Address const& address) const {
  return std::ranges::any_of(networks_, [&](Network const& network) {
    return lies_in(address, network.address.bytes, network.bits);
  });
}

bool Guard::may_connect(std::string_view host, bool is_encrypted, Address const& address) const {
  return allows_host(host) || allows(address) || (is_encrypted && is_public(address));
}

Result<void> Targets::allow(std::string const& target, std::string const& reason, Uuid account) {
  std::string const text = lower(target);
  if (!Guard::parse_network(text) && !is_host_name(text)) return refuse("invalid_value", "/target", target);
  if (reason.empty()) return refuse("required", "/reason");
  if (utf8_length(reason) > limits::long_text)
    return refuse("too_long", "/reason", std::to_string(limits::long_text));
  if (all().size() >= limits::webhook_targets)
    return refuse("too_many_targets", "", std::to_string(limits::webhook_targets));
  return system_.write_unlogged(keep_target, {system_.settings().jurisdiction, text, id_bytes(account),
                                              reason, system_.clock().now().micros_utc});
}

bool Targets::forbid(std::string const& target) {
  auto const known = all();
  if (std::ranges::find(known, target, &Target::text) == known.end()) return false;
  return system_.write_unlogged(delete_target, {system_.settings().jurisdiction, target}).ok();
}

std::vector<Target> Targets::all() const {
  std::vector<Target> out;
  for (auto const& row :
       system_.database().reader()->query(select_targets, {system_.settings().jurisdiction}))
    out.push_back(
        {store::text(row[0]), uuid_from(row[1]), store::text(row[2]), Instant{store::integer(row[3])}});
  return out;
}

Result<Url> parse_url(std::string const& text) {
  auto const wrong = refuse("invalid_value", "/url", "https://…");
  bool const is_plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (text.empty() || text.size() > limits::webhook_url_bytes || !is_plain) return wrong;
  std::unique_ptr<CURLU, FreeUrl> const url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return wrong;
  auto const scheme = part_of(url.get(), CURLUPART_SCHEME);
  auto const host = part_of(url.get(), CURLUPART_HOST);
  auto const whole = part_of(url.get(), CURLUPART_URL);
  if (!scheme || !host || !whole || (*scheme != "https" && *scheme != "http")) return wrong;
  for (auto const part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT, CURLUPART_ZONEID})
    if (part_of(url.get(), part)) return wrong;
  Url out{*whole, lower(*host), *scheme == "https"};
  if (out.host.starts_with('[') && out.host.ends_with(']'))
    out.host = out.host.substr(1, out.host.size() - 2);
  if (!parse_address(out.host) && !is_host_name(out.host)) return wrong;
  return out;
}

Result<void> check_target(Guard const& guard, Url const& url) {
  auto const address = parse_address(url.host);
  // What a name means is seen when it is connected to.
  bool const may = address ? guard.may_connect(url.host, url.is_encrypted, *address)
                           : guard.allows_host(url.host) || guard.has_networks() || url.is_encrypted;
  if (!may) return refuse("target_not_allowed", "/url", url.host);
  return {};
}

}  // namespace plumbline::notices
