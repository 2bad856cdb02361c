// A register is all records of one type; a module declares its registers, and the kernel does the rest.
#pragma once
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "kernel/act.hpp"
#include "kernel/record.hpp"
#include "kernel/workflow.hpp"
#include "reflect/type.hpp"

namespace plumbline::kernel {

// Where a record belongs: computed from the record after every act.
struct Placement {
  std::vector<std::string> scopes;
  std::vector<Party> parties;
};

// An action's payload and handler; its steps stand in the workflow table.
struct Action {
  std::string_view name;
  reflect::Type const* payload = nullptr;      // null: the action takes no payload
  Result<void> (*handle)(Act& act) = nullptr;  // null: the step alone is the whole act
};

template <class P>
Action action(std::string_view name, Result<void> (*handle)(Act&)) {
  return {name, &reflect::type_of<P>(), handle};
}
inline Action action(std::string_view name, Result<void> (*handle)(Act&) = nullptr) {
  return {name, nullptr, handle};
}

// A record that is called after another: the field with the other's id, and its register.
struct NamedAfter {
  std::string_view field;
  std::string_view register_name;
};

struct Register {
  std::string_view name;                 // "firm": table r_firm, address /api/v1/firm
  reflect::Type const* type = nullptr;   // the record struct
  std::vector<std::string_view> states;  // index = value of the state enum; [0] is "none"
  std::span<StepRow const> steps;        // the workflow table
  std::vector<Action> actions;           // one for every action name of the table
  Placement (*place)(Uuid id, void const* record) = nullptr;  // null: the jurisdiction itself
  bool placed_with = false;            // an attachment: scopes and parties of the record it belongs to
  RoleSet readers = staff;             // who reads within their scope
  RoleSet party_readers = Role::firm;  // who reads records they are a party of
  bool importable = false;             // has an action "import" from none (payload: the record type)
  std::string_view import_key{};       // unique field by which an imported row finds its record
  std::string_view title_field{};      // shown as the record's name
  NamedAfter named_after{};            // shown instead, to whoever sees that record too

  Action const* find_action(std::string_view action_name) const;
  std::string_view state_name(std::uint8_t state) const { return states[state]; }
  std::optional<std::uint8_t> state_value(std::string_view state_name) const;
  StepRow const* find_step(std::uint8_t from, std::string_view action_name) const;
};

// A named figure. Its value and the list of records behind it come from the same filter.
struct Indicator {
  std::string_view name;  // "inspection.overdue_publication"
  std::string_view register_name;
  std::string_view filter;  // JSON object field → value(s), as in ?filter[field]=
};

struct Module {
  std::string_view name;
  std::vector<Register> registers;
  std::vector<Indicator> indicators;
};

// Everything the running product consists of. add() checks what tables cannot: every action of a table
// has its Action, member names do not collide with the envelope, states are covered, lifted names fit.
// Throws std::logic_error: a defect of the module, found at start.
class Catalogue {
 public:
  void add(Module module);
  Register const* find(std::string_view register_name) const;
  std::deque<Register> const& registers() const { return registers_; }
  std::vector<Indicator> const& indicators() const { return indicators_; }

 private:
  std::deque<Register> registers_;
  std::vector<Indicator> indicators_;
};

}  // namespace plumbline::kernel
