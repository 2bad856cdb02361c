// A command asks for one act; a receipt says it was done.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/uuid.hpp"
#include "kernel/roles.hpp"

namespace plumbline::kernel {

struct Command {
  std::string register_name;
  std::string action;
  Uuid record;  // nil with a step from `none`: the desk makes an id
  std::optional<std::int64_t>
      version_seen;             // If-Match: refused "version_conflict" when the record has moved on
  std::string payload;          // JSON; "" counts as {}
  std::string idempotency_key;  // "" = none. Another payload under the same key: "idempotency_mismatch"
  Uuid account;                 // who; nil: the system or a clock, whose role `as` says
  Role as = Role::system;       // only read when account is nil
  std::string batch;            // import batch, "" = none
};

struct Receipt {
  Uuid record;
  std::int64_t version = 0;
  std::int64_t entry = 0;  // index in the log
  std::string state;
  bool repeated = false;  // answered from the idempotency table
};

}  // namespace plumbline::kernel
