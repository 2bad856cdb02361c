// Tokens of programs: "Authorization: Bearer …". Shown once, hashed at rest, expiring, and never worth more
// than the account they stand for. Unlogged.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/system.hpp"

namespace plumbline::http {

// What a token may do of what its account may.
struct TokenRights {
  std::vector<std::string> registers;  // empty: all
  bool reads_only = true;
  std::vector<std::string> actions;  // "register.action"; empty: all
  bool allows(std::string_view register_name, std::string_view action) const;
  bool covers(std::string_view register_name) const;
};

class Tokens {
 public:
  explicit Tokens(kernel::System& system) : system_(system) {}

  struct Wish {
    std::string name;
    TokenRights rights;
    int days = 0;
  };
  struct Made {
    std::string token;  // told once
    std::string id;
    Instant expires_at;
  };
  // Refused "too_long", "required", "out_of_range", "unknown_register", "unknown_action", "invalid_value",
  // "too_many_tokens".
  Result<Made> make(Uuid account, Wish const& wish);

  struct Known {
    std::string id;
    std::string name;
    TokenRights rights;
    Instant made_at;
    Instant expires_at;
    Instant used_at;  // 0: never
  };
  std::vector<Known> of(Uuid account);
  // False where the account has no such token.
  bool revoke(Uuid account, std::string_view id);

  struct Bearer {
    Uuid account;
    TokenRights rights;
  };
  std::optional<Bearer> find(std::string_view token);

 private:
  kernel::System& system_;
};

}  // namespace plumbline::http
