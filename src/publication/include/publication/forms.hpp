// The small forms of draw-publication.md sections 1, 2 and 6: names, ids, times, what a public source may
// show and how much chance it carries. Nothing here allocates more than its answer.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace plumbline::publication {

// 1–64 bytes of UTF-8 without controls, '"', ',' and '|': strata, source ids, groups, identifiers.
bool is_ident(std::string_view text);
bool is_code(std::string_view text);       // [a-z][a-z0-9_]{0,31}
bool is_hash_text(std::string_view text);  // 64 lower-case hex digits: pids, salts
bool is_actor(std::string_view text);      // u-<32 hex>
bool is_authority(std::string_view text);  // [0-9A-Z]{4,18}
bool is_ceremony_id(std::string_view text);
// "0" or digits without a leading zero; at most 2^63-1.
std::optional<std::uint64_t> parse_number(std::string_view text);

// YYYY-MM-DDTHH:MM:SSZ, an existing second of 2000–2199.
std::optional<Instant> parse_time(std::string_view text);

// DR-<year>-<authority>-<number, padded to 4>
struct DrawId {
  std::uint64_t year = 0;
  std::string authority;
  std::uint64_t number = 0;
  friend bool operator==(DrawId const&, DrawId const&) = default;
};
std::optional<DrawId> parse_draw_id(std::string_view text);
std::string to_string(DrawId const& id);
bool is_draw_id(std::string_view text);
// Subjects of log entries (section 3).
std::string series_chain(std::string_view authority, std::uint64_t year);  // draws/371500/2025
std::string series_subject(DrawId const& id);                              // draws/371500/2025#2
std::string draw_subject(std::string_view draw_id);                        // draw/DR-2025-…
std::string ceremony_subject(std::string_view ceremony_id);                // ceremony/CE-2025-…

// `times` groups of `k` different numbers out of lo…hi, shown ascending: dice k = 1, a lottery k > 1.
struct Pick {
  std::uint64_t times = 0;
  std::uint64_t k = 0;
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;
  friend bool operator==(Pick const&, Pick const&) = default;
};
constexpr std::uint64_t pick_hi_most = 999'999'999;
constexpr std::uint64_t pick_numbers_most = 10'000;  // of one source
bool picks_are_possible(std::span<Pick const> picks);
// Each number as wide as its `hi` in decimal, strictly ascending within the k.
bool pick_value_fits(std::span<Pick const> picks, std::string_view value);
// floor(log2 of the product of C(hi-lo+1, k)^times), exactly.
std::uint64_t pick_bits(std::span<Pick const> picks);

enum class DrandChain : std::uint8_t { quicknet, mainnet };
// genesis + (round - 1) · period, of the two public chains (their published chain information).
Instant drand_time(DrandChain chain, std::uint64_t round);

}  // namespace plumbline::publication
