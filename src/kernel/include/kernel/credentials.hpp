// Passwords, unlogged: Argon2id through libsodium, behind a two-slot semaphore (64 MiB each).
#pragma once
#include <string>
#include <string_view>

#include "base/uuid.hpp"
#include "kernel/system.hpp"

namespace plumbline::kernel {

// Ends every session of the account. Refused "password_too_short", "too_long", "password_weak" (too few
// different characters, a run, a common word, or the login in it), "password_breached" (its SHA-1 stands in
// DIR/breached-passwords.txt, sorted upper-case lines HASH:COUNT as haveibeenpwned.com gives them out).
Result<void> set_password(System& system, Uuid account, std::string_view password);
bool check_password(System& system, Uuid account, std::string_view password);
// 20 characters without those that look alike: for the first administrator, printed once.
std::string make_password();

}  // namespace plumbline::kernel
