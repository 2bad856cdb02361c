// Strangers who get an account by what they hold (an invitation) or by what is open to all (citizens).
#pragma once
#include <string>

#include "context.hpp"
#include "kernel/command.hpp"

namespace plumbline::http {

struct Newcomer {
  std::string login;
  std::string password;
  std::string name;
};
// Refused "required", "too_long".
Result<Newcomer> newcomer_of(Json const& body);

// Takes the step as the product, with the members "account", "login" and "name" added to `payload`. The
// password is there before the account is, so that nobody is left with an account and no way in; it goes
// again where the step is refused.
Result<kernel::Receipt> admit(Context const& context, Newcomer const& newcomer, kernel::Command command,
                              Json payload);

// Notes one in the throttle, but for whoever asks from this machine. Refused "too_many_attempts".
Result<void> take_turn(Context const& context, Throttle& throttle);

}  // namespace plumbline::http
