#include <algorithm>
#include <stdexcept>

#include "kernel/record.hpp"
#include "kernel/register.hpp"
#include "kernel/registers.hpp"
#include "personal.hpp"

namespace plumbline::kernel {
namespace {

[[noreturn]] void defect(Register const& reg, std::string const& what) {
  throw std::logic_error("register " + std::string(reg.name) + ": " + what);
}

void check_members(Register const& reg) {
  if (reg.type == nullptr || reg.type->kind != reflect::Kind::record)
    defect(reg, "has no described record type");
  if (reg.type->find("id") != nullptr) defect(reg, "member 'id' belongs to the kernel");
  for (auto const& field : reflect::type_of<Envelope>().fields)
    if (reg.type->find(field.name) != nullptr)
      defect(reg, "member '" + std::string(field.name) + "' belongs to the envelope");
}

void check_steps(Register const& reg) {
  if (reg.states.empty() || reg.states[0] != "none") defect(reg, "states must begin with 'none'");
  for (auto const& step : reg.steps) {
    if (step.from >= reg.states.size() || step.to >= reg.states.size())
      defect(reg, "a step names an unknown state");
    if (reg.find_action(step.action) == nullptr)
      defect(reg, "no Action for step '" + std::string(step.action) + "'");
    if (find_builtin(step.action) != nullptr) defect(reg, "'" + std::string(step.action) + "' is a builtin");
  }
  for (auto const& act : reg.actions)
    if (std::ranges::none_of(reg.steps, [&](StepRow const& step) { return step.action == act.name; }))
      defect(reg, "Action '" + std::string(act.name) + "' stands in no step");
  for (std::size_t state = 1; state < reg.states.size(); ++state)
    if (std::ranges::none_of(reg.steps, [&](StepRow const& step) { return step.to == state; }))
      defect(reg, "no step leads to state '" + std::string(reg.states[state]) + "'");
}

void check_import(Register const& reg) {
  if (!reg.importable) return;
  Action const* import = reg.find_action("import");
  if (import == nullptr || import->payload != reg.type)
    defect(reg, "is importable but has no import of its record type");
  if (!reg.import_key.empty()) {
    auto const* field = reg.type->find(reg.import_key);
    if (field == nullptr || !has(field->flags, reflect::Flag::unique))
      defect(reg, "import_key must be a unique field");
  }
}

// One search must not mix names that everybody may look for with those of persons.
void check_search(Register const& reg) {
  bool personal = false;
  bool open = false;
  for (auto const& field : reg.type->fields)
    if (has(field.flags, reflect::Flag::searched)) (holds_personal(field) ? personal : open) = true;
  if (personal && open) defect(reg, "searches personal and other fields");
}

}  // namespace

Action const* Register::find_action(std::string_view action_name) const {
  for (auto const& candidate : actions)
    if (candidate.name == action_name) return &candidate;
  return nullptr;
}

std::optional<std::uint8_t> Register::state_value(std::string_view state) const {
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i] == state) return static_cast<std::uint8_t>(i);
  return {};
}

StepRow const* Register::find_step(std::uint8_t from, std::string_view action_name) const {
  for (auto const& step : steps)
    if (step.from == from && step.action == action_name) return &step;
  return nullptr;
}

void Catalogue::add(Module module) {
  for (auto& reg : module.registers) {
    if (find(reg.name) != nullptr) defect(reg, "declared twice");
    check_members(reg);
    check_steps(reg);
    check_import(reg);
    check_search(reg);
    registers_.push_back(std::move(reg));
  }
  for (auto const& indicator : module.indicators) {
    if (find(indicator.register_name) == nullptr)
      throw std::logic_error("indicator " + std::string(indicator.name) + ": unknown register");
    indicators_.push_back(indicator);
  }
}

Register const* Catalogue::find(std::string_view register_name) const {
  for (auto const& reg : registers_)
    if (reg.name == register_name) return &reg;
  return nullptr;
}

}  // namespace plumbline::kernel
