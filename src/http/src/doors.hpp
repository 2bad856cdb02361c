// The ways in: a browser's session, a program's token, and the second factor of people.
#pragma once
#include "second_factors.hpp"
#include "sessions.hpp"
#include "tokens.hpp"

namespace plumbline::http {

struct Doors {
  explicit Doors(kernel::System& system) : sessions(system), tokens(system), factors(system) {}
  Sessions sessions;
  Tokens tokens;
  SecondFactors factors;

  bool is_factor_missing(Session const& session) {
    return !session.is_strong && factors.is_missing(session.account);
  }
};

}  // namespace plumbline::http
