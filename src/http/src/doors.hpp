// The ways in: a browser's session, a program's token, and the second factor of people.
#pragma once
#include <atomic>

#include "identities.hpp"
#include "second_factors.hpp"
#include "sessions.hpp"
#include "tokens.hpp"

namespace plumbline::http {

struct Doors {
  explicit Doors(kernel::System& system)
      : sessions(system), tokens(system), factors(system), identities(system) {}
  Sessions sessions;
  Tokens tokens;
  SecondFactors factors;
  Identities identities;
  std::atomic<int> asking{0};   // an OpenID provider, now
  std::atomic<int> hashing{0};  // passwords of newcomers, now
  // Each by address: codes of invitations that are tried, citizens who sign up, sign-ins begun at a provider.
  Throttle codes{limits::code_failures, limits::code_failure_seconds, limits::addresses_watched};
  Throttle sign_ups{limits::sign_ups_per_address, limits::sign_up_seconds, limits::addresses_watched};
  Throttle oidc_starts{limits::oidc_starts, limits::oidc_start_seconds, limits::addresses_watched};

  // Of "Authorization: Bearer …"; nothing for anything else.
  std::optional<Session> program(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    if (!authorization.starts_with(scheme)) return {};
    auto const bearer = tokens.find(authorization.substr(scheme.size()));
    if (!bearer || !sessions.is_active(bearer->account)) return {};
    return Session{bearer->account, "", bearer->rights};
  }

  bool is_factor_missing(Session const& session) {
    return !session.is_strong && factors.is_missing(session.account);
  }
};

}  // namespace plumbline::http
