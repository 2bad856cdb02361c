// Passwords, unlogged: Argon2id through libsodium, behind a two-slot semaphore (64 MiB each).
#pragma once
#include <string>
#include <string_view>

#include "base/uuid.hpp"
#include "kernel/system.hpp"

namespace plumbline::kernel {

// Ends every session of the account, whichever process opened it. Refused as judge_password() does
// (password_policy.hpp), "unknown_account", "adopt_first".
Result<void> set_password(System& system, Uuid account, std::string_view password);
bool check_password(System& system, Uuid account, std::string_view password);
// Changes with the password. Inside write_together() for what must not outlive it; "" without a password.
std::string password_mark(System const& system, store::Writer& writer, Uuid account);
std::string password_mark(System& system, Uuid account);
// 20 characters without those that look alike: for the first administrator, printed once.
std::string make_password();

}  // namespace plumbline::kernel
