// Limits of who may come in, apart from limits.hpp so that few files are built again when one of them moves.
#pragma once
#include <cstddef>
#include <cstdint>

namespace plumbline::limits {

// Failed sign-ins from one address: a crowd behind one router may err, a guesser may not go on.
inline constexpr int address_failures = 20;         // at once
inline constexpr int address_failure_seconds = 20;  // until one more
inline constexpr std::size_t addresses_watched = 50'000;

inline constexpr std::size_t token_actions = 200;
inline constexpr int one_time_password_hours = 24;

// Codes of invitations, guessed from one address.
inline constexpr int code_failures = 10;
inline constexpr int code_failure_seconds = 300;

// Citizens who sign themselves up.
inline constexpr int sign_ups_per_address = 5;
inline constexpr int sign_up_seconds = 3'600;  // until one more from the same address
inline constexpr int sign_ups_per_day_max = 100'000;

// OpenID providers.
inline constexpr std::size_t oidc_providers = 16;
inline constexpr std::size_t oidc_answer_bytes = 256 * 1024;  // of a discovery document, of keys, of tokens
inline constexpr std::size_t oidc_token_bytes = 32 * 1024;
inline constexpr std::size_t oidc_keys = 64;
inline constexpr int oidc_timeout_seconds = 5;
inline constexpr int oidc_skew_seconds = 60;
inline constexpr int oidc_token_minutes = 10;     // an ID token older than this is not of this sign-in
inline constexpr int oidc_document_minutes = 60;  // until discovery and keys are read again
inline constexpr int oidc_key_seconds_min = 3;    // between two looks for a key that is not known
inline constexpr int oidc_starts = 30;            // sign-ins begun from one address at once
inline constexpr int oidc_start_seconds = 10;     // until one more
inline constexpr int oidc_asked_at_once = 2;
inline constexpr std::size_t identities_per_account = 10;
inline constexpr std::size_t return_path_bytes = 512;

}  // namespace plumbline::limits
