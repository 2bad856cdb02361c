// The second factor of people: time-based codes of six digits (RFC 6238 over RFC 4226, SHA-1, 30 seconds) and
// recovery codes, each good once. Unlogged.
#pragma once
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/uuid.hpp"
#include "kernel/roles.hpp"
#include "kernel/system.hpp"

namespace plumbline::http {

// The code of one time step.
std::string totp_code(ByteView secret, std::int64_t step);
std::string base32_encode(ByteView bytes);  // RFC 4648, without padding

class SecondFactors {
 public:
  // Reads DIR/accounts.json, {"second_factor_roles": [ROLE, …]}; without the file nobody must have one.
  // Throws std::runtime_error when it cannot be read.
  explicit SecondFactors(kernel::System& system);

  bool is_confirmed(Uuid account);
  // May this account do nothing before it has a second factor?
  bool is_missing(Uuid account);

  // A new secret, not in force before confirm(). Refused "second_factor_exists".
  Result<Bytes> begin(Uuid account);
  // With a code of that secret: in force from now on. Answers the recovery codes, told once. Refused
  // "not_found", "second_factor_wrong".
  Result<std::vector<std::string>> confirm(Uuid account, std::string_view code);
  // A code of now, not taken before, or a recovery code that is left.
  bool accept(Uuid account, std::string_view code);
  Result<void> remove(Uuid account);

 private:
  bool accept_step(Uuid account, Bytes const& secret, std::int64_t last_step, std::string_view code);
  bool accept_recovery(Uuid account, std::string_view code);

  kernel::System& system_;
  kernel::RoleSet required_of_;
  std::mutex mutex_;  // a code is looked up and used up in one go
};

}  // namespace plumbline::http
