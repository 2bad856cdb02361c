#include "demo/city.hpp"
#include "hand.hpp"
#include "kernel/publisher.hpp"

namespace plumbline::demo {

void use_demo_witnesses(kernel::System& system, Clock const& clock) {
  std::string const vkey = system.log().vkey();
  std::string policy = "log " + vkey + "\n";
  std::vector<std::unique_ptr<kernel::WitnessClient>> witnesses;
  for (std::string const letter : {"a", "b"}) {
    auto const folder = system.folder() / ("witness-" + letter);
    std::string const name = "demo.example/witness-" + letter;
    auto witness = kernel::open_local_witness(folder, name, vkey, clock);
    policy += "witness " + letter + " " + must(kernel::local_witness_vkey(folder, name), name) + "\n";
    witnesses.push_back(std::move(witness));
  }
  policy += "group both all a b\nquorum both\n";
  system.log().use_witnesses(std::move(witnesses));
  if (system.log().policy() == policy) return;
  auto const set = kernel::set_policy(system, Uuid{}, policy);
  if (!set) fail("ledger.policy", set.refusal());
}

}  // namespace plumbline::demo
