// Every (state, action, role) of every register: what the workflow table does not hold is refused, whoever
// asks; what it holds gets past the table (a guard may still refuse the blank record, or find that it breaks
// what a handler may rely on).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/calendar.hpp"
#include "batch.hpp"
#include "kernel/embedded.hpp"
#include "kernel/system.hpp"
#include "product/catalogue.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;

class Walk : public ::testing::Test {
 protected:
  Walk() : rules_(RuleBook::parse(embedded("rules/deadlines.json"))) {
    folder_ = fs::temp_directory_path() / ("plumbline-walk-" + hex_encode(random_bytes(8)));
    EXPECT_TRUE(System::init(folder_, {"3715", "walk.example/log", ""}, catalogue_, clock_));
    system_ = System::open(folder_, catalogue_, clock_);
    // The tables alone: no handler and no placement ever meets a blank record.
    for (auto const& reg : catalogue_.registers()) {
      auto& table = tables_.emplace_back(reg);
      for (auto& action : table.actions) action.handle = nullptr;
      table.place = nullptr;
      table.placed_with = false;
      plans_.emplace_back(table);
      by_name_.emplace(std::string(reg.name), &plans_.back());
    }
    directory_ = *load_directory(*system_->database().reader(), catalogue_, "3715");
    for (int role = 0; role < role_count; ++role) {
      Uuid const id = make_uuid7(clock_.now());
      people_.push_back(id);
      directory_.accounts.put(id, {"u-" + hex_encode(random_bytes(16)), AccountStatus::active});
      Grant grant;
      grant.account = id;
      grant.role = static_cast<Role>(role);
      grant.scope = "3715";
      grant.valid_from = make_date(2000, 1, 1);
      directory_.grants.put(id, {{make_uuid7(clock_.now())}, {grant}});
    }
  }
  void TearDown() override {
    system_.reset();
    fs::remove_all(folder_);
  }

  // What the desk answers to a blank payload on a blank record in that state.
  std::string answer(store::Writer& writer, RegisterPlan const& plan, std::uint8_t state,
                     std::string_view action, Uuid account) {
    writer.begin();
    BatchContext const context{jurisdiction_, clock_.now(), legal_date(clock_.now()),
                               directory_,    rules_,       by_name_};
    BatchRun run(context, writer, ledger::CompactRange{}, 0);
    Prepared prepared;
    prepared.plan = &plan;
    prepared.command.register_name = plan.reg->name;
    prepared.command.action = action;
    prepared.command.record = make_uuid7(clock_.now());
    prepared.command.account = account;
    prepared.action = plan.reg->find_action(action);
    if (prepared.action->payload != nullptr) prepared.payload.emplace(*prepared.action->payload);
    Working working;
    working.plan = &plan;
    working.id = prepared.command.record;
    if (state != 0) {
      working.exists = true;
      working.version = 1;
      working.sid = random_bytes(16);
      working.record.emplace(*plan.reg->type);
      working.envelope.state = plan.reg->state_name(state);
      working.envelope.scopes = {"3715"};
      start_clocks(working);
    }
    run.overlay().put({&plan, prepared.command.record}, std::move(working));
    auto const decided = run.decide(prepared);
    writer.rollback();
    return decided ? "done" : decided.refusal().code;
  }

  // Every clock of the table, so that no step fails for want of one.
  void start_clocks(Working& working) const {
    for (auto const& step : working.plan->reg->steps)
      for (auto const& op : step.clocks.ops)
        if (op.tick == Tick::stop && working.envelope.clock(op.rule) == nullptr) {
          RunningClock clock;
          clock.rule = op.rule;
          clock.triggered_on = clock.due_on = make_date(2026, 3, 2);
          working.envelope.clocks.push_back(clock);
        }
  }

  FixedClock clock_{*parse_instant("2026-03-02T01:00:00Z")};
  std::string jurisdiction_ = "3715";
  RuleBook rules_;
  Catalogue const& catalogue_ = product::catalogue();
  fs::path folder_;
  std::unique_ptr<System> system_;
  std::deque<Register> tables_;
  std::deque<RegisterPlan> plans_;
  std::unordered_map<std::string, RegisterPlan const*> by_name_;
  Directory directory_;
  std::vector<Uuid> people_;
};

bool stopped_by_the_table(std::string const& code) {
  return code == "forbidden" || code == "illegal_in_state" || code == "not_found";
}

TEST_F(Walk, WhatTheTableDoesNotHoldIsRefused) {
  int triples = 0;
  int held = 0;
  system_->exclusive([&](store::Writer& writer) {
    for (auto const& plan : plans_) {
      auto const states = static_cast<std::uint8_t>(plan.reg->states.size());
      for (std::uint8_t state = 0; state < states; ++state)
        for (auto const& action : plan.reg->actions)
          for (int role = 0; role < role_count; ++role) {
            StepRow const* step = plan.reg->find_step(state, action.name);
            bool const in_table = step != nullptr && step->by.contains(static_cast<Role>(role));
            std::string const code =
                answer(writer, plan, state, action.name, people_[static_cast<std::size_t>(role)]);
            ++triples;
            held += in_table ? 1 : 0;
            std::string const what =
                std::string(plan.reg->name) + ": " + std::string(plan.reg->state_name(state)) + " " +
                std::string(action.name) + " by " + std::string(to_string(static_cast<Role>(role)));
            if (!in_table) {
              EXPECT_TRUE(stopped_by_the_table(code)) << what << " → " << code;
            } else {
              EXPECT_FALSE(stopped_by_the_table(code)) << what << " → " << code;
            }
          }
    }
  });
  std::cout << triples << " triples walked, " << held << " in the tables\n";
  EXPECT_GT(held, 100);
}

}  // namespace
}  // namespace plumbline::kernel
