// What outsiders ask of a checkpoint, and which of it is not there yet.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "ledger/policy.hpp"

namespace plumbline::app {

// What the policy in force wants of a checkpoint and this one lacks.
struct Lack {
  std::size_t wanted = 0;            // witnesses in the smallest quorum
  std::vector<std::string> missing;  // those that have not cosigned; empty once a quorum has
};
Lack lack_of(ledger::Policy const& policy, std::string const& checkpoint);

}  // namespace plumbline::app
