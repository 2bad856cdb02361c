// Bounds of this library alone; base/limits.hpp has those of deliveries that others know of too.
#pragma once
#include <cstddef>
#include <cstdint>

namespace plumbline::limits {

inline constexpr std::size_t webhooks_per_account = 20;
inline constexpr std::size_t webhook_url_bytes = 2'048;
inline constexpr std::size_t webhook_registers = 100;  // named by one webhook
inline constexpr std::size_t webhook_targets = 1'000;  // allowed by administrators
inline constexpr std::size_t webhook_waiting = 1'000;  // deliveries of one; then it reads no further
inline constexpr std::size_t webhook_tests_waiting = 5;
inline constexpr std::size_t webhook_entries = 500;         // of the log, read at once
inline constexpr int webhook_old_secret_hours = 24;         // signs beside a new one
inline constexpr int delivery_wait_factor = 4;              // from one attempt to the next
inline constexpr std::size_t deliveries_per_round = 4;      // to one place, of limits::deliveries_at_once
inline constexpr std::size_t deliveries_looked_at = 1'000;  // for those
inline constexpr int delivery_rounds = 64;                  // of one turn
inline constexpr std::size_t delivery_error_bytes = 200;
inline constexpr std::size_t mail_address_bytes = 254;  // RFC 5321
inline constexpr std::size_t telephone_digits = 15;     // E.164
inline constexpr std::size_t notices_marked = 200;      // in one request
inline constexpr std::size_t reminder_clocks = 50;      // of one page of the watch
inline constexpr int reminder_pages = 64;               // of one turn
inline constexpr std::size_t reminded_per_clock = 50;
inline constexpr std::size_t digests_per_page = 100;
inline constexpr int notice_kept_days = 180;
inline constexpr std::int64_t notice_rows_per_bite = 1'000;  // forgotten at once

}  // namespace plumbline::limits
