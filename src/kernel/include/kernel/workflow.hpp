// The constexpr table of a register's actions. It reads like the regulation it implements; the article
// stands beside the row. Enforcement, buttons, OpenAPI, the diagram and the generated tests read it.
//
//     constexpr auto flow = workflow<State>({
//         // from            action      to                by              clocks
//         {State::none,      "sample",   State::sampled,   Role::sampler},
//         {State::notified,  "object",   State::objected,  Role::firm,     {stop(objection)}},  // art. 15
//     });
//     static_assert(flow.sound());
//
// State::none (value 0) is "no record yet": a step from it creates one. A step whose `to` equals its
// `from` is an edit.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernel/roles.hpp"

namespace plumbline::kernel {

// A statutory deadline by its id in rules/deadlines.json.
struct ClockRule {
  std::string_view id;
};

enum class Tick : std::uint8_t {
  none,
  start,
  stop,     // must be running on every path
  stop_if,  // may be running
};
struct ClockOp {
  Tick tick = Tick::none;
  std::string_view rule{};
};
constexpr ClockOp start(ClockRule rule) { return {Tick::start, rule.id}; }
constexpr ClockOp stop(ClockRule rule) { return {Tick::stop, rule.id}; }
constexpr ClockOp stop_if(ClockRule rule) { return {Tick::stop_if, rule.id}; }

struct Clocks {
  std::array<ClockOp, 4> ops{};
  constexpr Clocks() = default;
  constexpr Clocks(ClockOp a, ClockOp b = {}, ClockOp c = {}, ClockOp d = {}) : ops{a, b, c, d} {}
};

// Four eyes: earlier actions of this record whose latest actor may not take this step.
struct NotBy {
  std::array<std::string_view, 3> actions{};
  constexpr NotBy() : NotBy(std::string_view{}) {}  // not defaulted: g++ 12 then finds tables not constant
  constexpr NotBy(std::string_view a, std::string_view b = {}, std::string_view c = {}) : actions{a, b, c} {}
};

template <class State>
struct Step {
  State from;
  std::string_view action;
  State to;
  RoleSet by;
  Clocks clocks{};
  NotBy not_by{};
};

// The same row with the states as numbers, for functions that serve every register.
struct StepRow {
  std::uint8_t from;
  std::string_view action;
  std::uint8_t to;
  RoleSet by;
  Clocks clocks;
  NotBy not_by;
};

namespace detail {
inline constexpr std::size_t rules_max = 32;
inline constexpr std::size_t states_max = 64;

template <std::size_t N>
struct Soundness {
  std::array<StepRow, N> const& rows;
  std::array<std::string_view, rules_max> rules{};
  std::size_t rule_count = 0;

  constexpr std::uint32_t bit(std::string_view rule) {
    for (std::size_t i = 0; i < rule_count; ++i)
      if (rules[i] == rule) return std::uint32_t{1} << i;
    if (rule_count == rules_max) throw "more clock rules in one table than rules_max";
    rules[rule_count] = rule;
    return std::uint32_t{1} << rule_count++;
  }

  constexpr void no_duplicates() const {
    for (std::size_t i = 0; i < N; ++i)
      for (std::size_t k = i + 1; k < N; ++k)
        if (rows[i].from == rows[k].from && rows[i].action == rows[k].action)
          throw "duplicate (state, action)";
  }
  constexpr void somebody_may() const {
    for (auto const& row : rows)
      if (row.by.empty()) throw "a step that nobody may take";
  }
  constexpr std::uint8_t last_state() const {
    std::uint8_t last = 0;
    for (auto const& row : rows) {
      last = row.from > last ? row.from : last;
      last = row.to > last ? row.to : last;
    }
    if (last >= states_max) throw "more states in one table than states_max";
    return last;
  }
  constexpr void all_reachable() const {
    std::array<bool, states_max> seen{};
    seen[0] = true;
    for (std::size_t round = 0; round < states_max; ++round)
      for (auto const& row : rows)
        if (seen[row.from]) seen[row.to] = true;
    for (std::size_t state = 0; state <= last_state(); ++state)
      if (!seen[state]) throw "unreachable state";
  }
  constexpr void four_eyes_named() const {
    for (auto const& row : rows)
      for (auto action : row.not_by.actions) {
        bool found = action.empty();
        for (auto const& other : rows) found = found || other.action == action;
        if (!found) throw "four eyes names an action that is not in the table";
      }
  }

  // Clocks that may and that must be running in each state, by data flow until nothing changes.
  constexpr void clocks_balanced() {
    std::array<std::uint32_t, states_max> may{};
    std::array<std::uint32_t, states_max> must{};
    for (auto& m : must) m = ~std::uint32_t{0};
    must[0] = 0;
    for (std::size_t round = 0; round < states_max + 2; ++round)
      for (auto const& row : rows) {
        std::uint32_t may_after = may[row.from];
        std::uint32_t must_after = must[row.from];
        for (auto const& op : row.clocks.ops) {
          if (op.tick == Tick::none) continue;
          if (op.tick == Tick::start) {
            may_after |= bit(op.rule);
            must_after |= bit(op.rule);
          } else {
            may_after &= ~bit(op.rule);
            must_after &= ~bit(op.rule);
          }
        }
        may[row.to] |= may_after;
        must[row.to] &= must_after;
      }
    for (auto const& row : rows) {
      std::uint32_t may_now = may[row.from];
      std::uint32_t must_now = must[row.from];
      for (auto const& op : row.clocks.ops) {
        if (op.tick == Tick::stop && (must_now & bit(op.rule)) == 0)
          throw "a path stops a clock that is not running";
        if (op.tick == Tick::stop_if && (may_now & bit(op.rule)) == 0)
          throw "stops a clock that never runs here";
        if (op.tick == Tick::start && (may_now & bit(op.rule)) != 0)
          throw "a path starts a clock that runs already";
        if (op.tick == Tick::stop || op.tick == Tick::stop_if) {
          may_now &= ~bit(op.rule);
          must_now &= ~bit(op.rule);
        }
      }
    }
    for (std::uint8_t state = 1; state <= last_state(); ++state)
      if (is_final(state) && may[state] != 0) throw "a path leaves a clock running in a final state";
  }
  constexpr bool is_final(std::uint8_t state) const {
    for (auto const& row : rows)
      if (row.from == state && row.to != state) return false;
    return true;
  }
};
}  // namespace detail

template <class State, std::size_t N>
struct Workflow {
  std::array<StepRow, N> rows{};

  // Throws at compile time what is wrong: duplicates, unreachable states, steps nobody may take, and by
  // data flow per state any path that leaves a clock running at the end or stops one not started.
  constexpr bool sound() const {
    detail::Soundness<N> check{rows};
    check.no_duplicates();
    check.somebody_may();
    check.all_reachable();
    check.four_eyes_named();
    check.clocks_balanced();
    return true;
  }
};

template <class State, std::size_t N>
constexpr Workflow<State, N> workflow(Step<State> const (&steps)[N]) {
  Workflow<State, N> table;
  for (std::size_t i = 0; i < N; ++i)
    table.rows[i] = {static_cast<std::uint8_t>(steps[i].from),
                     steps[i].action,
                     static_cast<std::uint8_t>(steps[i].to),
                     steps[i].by,
                     steps[i].clocks,
                     steps[i].not_by};
  return table;
}

}  // namespace plumbline::kernel
