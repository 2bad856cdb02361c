// Passwords, unlogged: Argon2id through libsodium, behind a two-slot semaphore (64 MiB each).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/system.hpp"

namespace plumbline::kernel {

// Ends every session of the account, whichever process opened it. Refused as judge_password() does
// (password_policy.hpp), "unknown_account", "adopt_first".
Result<void> set_password(System& system, Uuid account, std::string_view password);
// A password for one day (limits::one_time_password_hours), good for nothing but to set another one. Told
// once.
// Refused "unknown_account", "adopt_first".
struct OneTimePassword {
  std::string password;
  Instant expires_at;
};
Result<OneTimePassword> set_one_time_password(System& system, Uuid account);
// Until when the account's password is good, where it is one for one day; else nothing.
std::optional<Instant> one_time_until(System& system, Uuid account);
// The password of an account that an act is about to make under this id; forget_password() where the act was
// refused. Refused as judge_password() does.
Result<void> prepare_password(System& system, Uuid account, std::string_view login,
                              std::string_view password);
void forget_password(System& system, Uuid account);
// Every one, whichever process opened it.
Result<void> end_sessions(System& system, Uuid account);
// Its time-based codes and recovery codes; sessions go on.
Result<void> remove_second_factor(System& system, Uuid account);
bool check_password(System& system, Uuid account, std::string_view password);
// Changes with the password. Inside write_together() for what must not outlive it; "" without a password.
std::string password_mark(System const& system, store::Writer& writer, Uuid account);
std::string password_mark(System& system, Uuid account);
// 20 characters without those that look alike: for the first administrator, printed once.
std::string make_password();

}  // namespace plumbline::kernel
