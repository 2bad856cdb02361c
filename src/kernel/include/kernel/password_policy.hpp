// Whether a password may be set (NIST SP 800-63B, 5.1.1.2: length, blocklist and context; no rules about
// kinds of characters, no change by calendar).
#pragma once
#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace plumbline::kernel {

// In pieces: every byte is one, and so is all that a guesser has ready: a common word or the login, a
// sequence, a walk on the keyboard, a repetition, a year or date.
std::size_t pieces_of_password(std::string_view password, std::string_view login);

// DIR/breached-passwords.txt: upper-case SHA-1 digests in ascending order, "DIGEST:COUNT" a line, as
// haveibeenpwned.com hands them out; searched on disk. Without that file nothing is known as breached.
// Throws std::runtime_error where a line is something else.
bool is_breached(std::filesystem::path const& file, std::string_view password);

// Refused at /password: "password_too_short", "too_long", "password_weak", "password_breached".
Result<void> judge_password(std::filesystem::path const& folder, std::string_view password,
                            std::string_view login);

}  // namespace plumbline::kernel
