// The office that carries the round out: who acts, and the acts themselves.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kernel/act.hpp"
#include "kernel/system.hpp"
#include "reflect/json.hpp"

namespace plumbline::replay {

class Office {
 public:
  explicit Office(kernel::System& system) : system_(system) {}

  // The account that holds this role in the whole jurisdiction; made on first use.
  Uuid person(kernel::Role role);
  Uuid person(kernel::Role role, std::string const& login);

  // One act. Throws kernel::Refused with the act's name before the refusal's detail.
  kernel::Receipt act(Uuid who, std::string const& register_name, std::string const& action, Uuid record,
                      Json const& payload);
  static kernel::Command command(Uuid who, std::string const& register_name, std::string const& action,
                                 Uuid record, Json const& payload);
  // Independent acts, many under way at once so that the desk can commit them together.
  std::vector<kernel::Receipt> act_all(std::vector<kernel::Command> commands);

 private:
  kernel::System& system_;
  std::map<std::string, Uuid> people_;
};

// The value, or the refusal thrown with `what` before its detail.
kernel::Refused failed(std::string const& what, Refusal const& refusal);
template <class T>
T must(Result<T> result, std::string const& what) {
  if (!result) throw failed(what, result.refusal());
  return std::move(*result);
}

}  // namespace plumbline::replay
