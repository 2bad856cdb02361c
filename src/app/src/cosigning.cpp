#include "cosigning.hpp"

#include "ledger/note.hpp"

namespace plumbline::app {

Lack lack_of(ledger::Policy const& policy, std::string const& checkpoint) {
  Lack lack{policy.fewest_witnesses(), {}};
  auto const note = ledger::parse_note(checkpoint);
  if (!note) return lack;
  auto const times = policy.cosignatures(*note);
  if (times && policy.quorum_time(*times)) return lack;
  for (std::size_t i = 0; i < policy.witnesses().size(); ++i)
    if (!times || !times->at(i)) lack.missing.push_back(policy.witnesses()[i].key.name);
  return lack;
}

}  // namespace plumbline::app
