#include "kernel/act.hpp"
#include "kernel/identity.hpp"
#include "kernel/system.hpp"
#include "reflect/codec.hpp"

namespace plumbline::kernel {

Result<void> take_measure(System& system, Uuid by, AccessMeasure const& measure) {
  Command command;
  command.register_name = "access_measure";
  command.action = "take";
  command.payload = reflect::to_text(measure);
  command.account = by;
  auto const taken = system.act(std::move(command));
  if (!taken) return taken.refusal();
  return {};
}

}  // namespace plumbline::kernel
