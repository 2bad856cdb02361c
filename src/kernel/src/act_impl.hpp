// The Act a handler sees: stages every change until the handler has agreed.
#pragma once
#include <map>
#include <set>

#include "batch.hpp"

namespace plumbline::kernel {

class ActImpl final : public Act {
 public:
  ActImpl(BatchRun& run, Prepared const& prepared, RecordKey main, KnownAccount const* account);

  Instant now() const override { return run_.context_.at; }
  Date today() const override { return run_.context_.today; }
  Uuid account() const override { return prepared_.command.account; }
  std::string_view action() const override { return prepared_.command.action; }
  std::string_view jurisdiction() const override { return run_.context_.jurisdiction; }
  WorkdayCalendar const& calendar() const override { return *run_.context_.directory.calendar; }
  RegionTree const& regions() const override { return *run_.context_.directory.regions; }
  RuleBook const& rules() const override { return run_.context_.rules; }

  Uuid id() const override { return main_.id; }
  Envelope const& envelope() const override { return staged_.at(0).working.envelope; }
  Envelope const* envelope_of(std::string_view register_name, Uuid id) override;
  bool sees(std::string_view register_name, Uuid id) override;
  std::vector<Grant> const& grants_of(Uuid account) const override;
  std::optional<Uuid> find(std::string_view register_name, std::string_view field,
                           std::string_view value) override;
  Uuid new_id() override;
  std::int64_t next_number(std::string_view series) override;
  void start_clock(std::string_view rule, Date triggered_on) override;
  void stop_clock(std::string_view rule) override;
  Position log(std::string_view type, std::string_view subject, Hash const& digest, Repeats repeats) override;
  std::vector<AdoptedLeaf> adopted(std::string_view chain) override;
  std::optional<Position> latest(std::string_view chain) override;

  // The step of the main record: clocks of the table, state, actor; then the handler.
  Result<void> run(StepRow const& step);
  // Scopes and parties of every staged record, from its register's place().
  Result<void> place_all();
  // Whether the main record is as it was but for who acted, and nothing else was touched.
  bool changed_nothing() const;
  // Checks every staged record (fields, unique values) and hands it to the batch.
  Result<Receipt> settle(std::string_view actor);

 protected:
  void* record_object(reflect::Type const& type) override;
  void const* payload_object(reflect::Type const& type) const override;
  void const* load_object(std::string_view register_name, Uuid id) override;
  void* step_object(std::string_view register_name, Uuid id, std::string_view action) override;
  void* create_object(std::string_view register_name, std::string_view action, Uuid id) override;

 private:
  struct Staged {
    RecordKey key;
    Working working;
    std::string action;
  };
  struct LogEntry {
    std::string chain;
    ChainHead head;
    std::string leaf;
  };
  RegisterPlan const& plan(std::string_view register_name) const;
  Staged* staged(RecordKey const& key);
  Working const& see(RecordKey const& key);
  Staged& stage(RecordKey const& key, std::string_view action);
  void take_step(Staged& target, StepRow const& step);
  void start(Working& working, std::string_view rule, Date triggered_on) const;
  bool stop(Working& working, std::string_view rule, ClockStatus status) const;
  Result<void> place(Staged& target);
  Result<void> check_unique(Staged const& target);

  BatchRun& run_;
  Prepared const& prepared_;
  RecordKey main_;
  KnownAccount const* account_;
  std::deque<Staged> staged_;
  std::map<std::string, std::int64_t> numbers_;
  std::vector<LogEntry> logs_;
  std::set<Uuid> fresh_;  // ids made by this act: nothing has them yet
};

}  // namespace plumbline::kernel
