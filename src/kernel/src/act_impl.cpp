#include "act_impl.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/deadline.hpp"
#include "derive.hpp"

namespace plumbline::kernel {
namespace {

void remember_actor(Envelope& envelope, std::string_view action, Uuid account) {
  for (auto& actor : envelope.actors)
    if (actor.action == action) {
      actor.account = account;
      return;
    }
  envelope.actors.push_back({std::string(action), account});
}

RunningClock* running(Working& working, std::string_view rule) {
  for (auto& clock : working.envelope.clocks)
    if (clock.rule == rule && (clock.status == ClockStatus::running || clock.status == ClockStatus::paused))
      return &clock;
  return nullptr;
}

}  // namespace

ActImpl::ActImpl(BatchRun& run, Prepared const& prepared, RecordKey main, KnownAccount const* account)
    : run_(run), prepared_(prepared), main_(main), account_(account) {
  stage(main, prepared.command.action);
}

RegisterPlan const& ActImpl::plan(std::string_view register_name) const {
  auto const found = run_.context_.plans.find(std::string(register_name));
  if (found == run_.context_.plans.end())
    throw std::logic_error("a handler names the unknown register '" + std::string(register_name) + "'");
  return *found->second;
}

ActImpl::Staged* ActImpl::staged(RecordKey const& key) {
  for (auto& candidate : staged_)
    if (candidate.key == key) return &candidate;
  return nullptr;
}

Working const& ActImpl::see(RecordKey const& key) {
  if (Staged const* own = staged(key)) return own->working;
  return run_.overlay_.get(key);
}

ActImpl::Staged& ActImpl::stage(RecordKey const& key, std::string_view action) {
  if (Staged* own = staged(key)) {
    own->action = action;
    return *own;
  }
  if (staged_.size() >= limits::touched_records_per_command) throw Refused("too_many_records");
  staged_.push_back({key, run_.overlay_.get(key), std::string(action)});
  auto& working = staged_.back().working;
  if (!working.record) working.record.emplace(*key.plan->reg->type);
  return staged_.back();
}

void* ActImpl::record_object(reflect::Type const& type) {
  auto& object = *staged_.front().working.record;
  if (&object.type() != &type) throw std::logic_error("record<T>() of another type than the register's");
  return object.data();
}

void const* ActImpl::payload_object(reflect::Type const& type) const {
  if (!prepared_.payload || &prepared_.payload->type() != &type)
    throw std::logic_error("payload<P>() of another type than the action's");
  return prepared_.payload->data();
}

void const* ActImpl::load_object(std::string_view register_name, Uuid id) {
  Working const& working = see({&plan(register_name), id});
  return working.exists ? working.record->data() : nullptr;
}

// The register's name may come from a payload: an unknown one holds no records.
Envelope const* ActImpl::envelope_of(std::string_view register_name, Uuid id) {
  auto const found = run_.context_.plans.find(std::string(register_name));
  if (found == run_.context_.plans.end()) return nullptr;
  Working const& working = see({found->second, id});
  return working.exists ? &working.envelope : nullptr;
}

bool ActImpl::sees(std::string_view register_name, Uuid id) {
  Envelope const* placed = envelope_of(register_name, id);
  if (placed == nullptr) return false;
  return account().is_nil() || run_.viewer(account()).sees(*plan(register_name).reg, *placed);
}

std::vector<Grant> const& ActImpl::grants_of(Uuid account) const {
  return run_.context_.directory.grants_of(account);
}

std::optional<Uuid> ActImpl::find(std::string_view register_name, std::string_view field,
                                  std::string_view value) {
  auto const& target = plan(register_name);
  for (std::size_t i = 0; i < target.columns.size(); ++i) {
    auto const& column = target.columns[i];
    if (column.field->name != field || target.select_unique[i].text.empty()) continue;
    auto const wanted = cell_value(*target.reg, column, value);
    if (!wanted || store::is_null(*wanted)) return {};
    for (auto const& own : staged_)
      if (own.key.plan == &target && own.working.exists &&
          column_value(column, own.working.record->data()) == *wanted)
        return own.key.id;
    return run_.overlay_.find_unique(target, i, *wanted);
  }
  throw std::logic_error("find() needs a unique field; '" + std::string(field) + "' is none");
}

Uuid ActImpl::new_id() { return *fresh_.insert(make_uuid7(now())).first; }

std::int64_t ActImpl::next_number(std::string_view series) {
  auto const [position, fresh] = numbers_.try_emplace(std::string(series), 0);
  if (fresh) position->second = run_.overlay_.last_number(position->first);
  ++position->second;
  staged_.front().working.envelope.numbers.push_back({position->first, position->second});
  return position->second;
}

void ActImpl::start(Working& working, std::string_view rule, Date triggered_on) const {
  RuleEdition const* edition = rules().find(rule, triggered_on);
  if (edition == nullptr) throw Refused("no_rule_in_force", "", std::string(rule));
  if (running(working, rule) != nullptr) throw Refused("clock_runs_already", "", std::string(rule));
  RunningClock clock;
  clock.rule = rule;
  clock.edition = to_string(edition->effective_from);
  clock.triggered_on = triggered_on;
  Due const due = due_of(clock, *edition, calendar());
  clock.due_on = due.on;
  clock.provisional = due.provisional ? 1 : 0;
  working.envelope.clocks.push_back(std::move(clock));
}

bool ActImpl::stop(Working& working, std::string_view rule, ClockStatus status) const {
  RunningClock* clock = running(working, rule);
  if (clock == nullptr) return false;
  clock->status = status;
  clock->ended_on = today();
  return true;
}

void ActImpl::start_clock(std::string_view rule, Date triggered_on) {
  auto& working = staged_.front().working;
  // Started by the row of this very step: only its trigger day is another one.
  auto& clocks = working.envelope.clocks;
  for (std::size_t i = working.row_clocks.size(); i < clocks.size(); ++i)
    if (clocks[i].rule == rule && clocks[i].status == ClockStatus::running) {
      clocks.erase(clocks.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  start(working, rule, triggered_on);
}

void ActImpl::stop_clock(std::string_view rule) {
  if (!stop(staged_.front().working, rule, ClockStatus::stopped))
    throw Refused("clock_not_running", "", std::string(rule));
}

std::vector<Act::AdoptedLeaf> ActImpl::adopted(std::string_view chain) {
  store::Statement const ask{&derived_sql::select_adopted, {run_.context_.jurisdiction, std::string(chain)}};
  auto const rows = std::move(run_.writer_.fetch({&ask, 1}).front());
  std::vector<AdoptedLeaf> leaves;
  for (auto const& row : rows)
    if (auto const leaf = ledger::parse_leaf(store::text(row[2])))
      leaves.push_back(
          {std::string(leaf->type),
           std::string(leaf->subject),
           leaf->number(),
           leaf->digest,
           {store::integer(row[0]), hash_from(row[1]), Instant::from_seconds(leaf->time_s), true}});
  return leaves;
}

Act::Position ActImpl::log(std::string_view type, std::string_view subject, Hash const& digest,
                           Repeats repeats) {
  auto const chain = subject.substr(0, subject.find('#'));
  for (auto const& known : adopted(chain)) {
    if (known.type != type || known.subject != subject) continue;
    if (known.digest == digest) return known.position;
    if (repeats == Repeats::once)
      throw Refused("published_otherwise", "", std::to_string(known.position.seq));
  }
  auto const before = latest(chain);
  ledger::LeafView leaf;
  leaf.actor = account_ == nullptr ? std::string_view("system") : std::string_view(account_->log_id);
  leaf.digest = digest;
  if (before) leaf.prev = before->leaf_hash;
  leaf.seq = run_.range_.size() + logs_.size();
  leaf.subject = subject;
  leaf.time_s = now().seconds();
  leaf.type = type;
  std::string text = ledger::format_leaf(leaf);
  Hash const hash = ledger::leaf_hash(bytes_of(text));
  auto const seq = static_cast<std::int64_t>(leaf.seq);
  logs_.push_back({std::string(leaf.chain()), {seq, hash, leaf.time_s * 1'000'000}, std::move(text)});
  return {seq, hash, Instant::from_seconds(leaf.time_s)};
}

std::optional<Act::Position> ActImpl::latest(std::string_view chain) {
  for (auto it = logs_.rbegin(); it != logs_.rend(); ++it)
    if (it->chain == chain) return Position{it->head.seq, it->head.leaf_hash, Instant{it->head.time_micros}};
  auto const head = run_.overlay_.chain(std::string(chain));
  if (!head) return {};
  return Position{head->seq, head->leaf_hash, Instant{head->time_micros}};
}

void ActImpl::take_step(Staged& target, StepRow const& step) {
  auto& working = target.working;
  ClockStatus const ended =
      account().is_nil() && prepared_.command.as == Role::clock ? ClockStatus::lapsed : ClockStatus::stopped;
  for (auto const& op : step.clocks.ops) {
    if (op.tick == Tick::stop || op.tick == Tick::stop_if) stop(working, op.rule, ended);
  }
  for (auto const& op : step.clocks.ops)
    if (op.tick == Tick::start) start(working, op.rule, today());
  working.exists = true;
  working.envelope.state = target.key.plan->reg->state_name(step.to);
  remember_actor(working.envelope, step.action, account());
}

void* ActImpl::step_object(std::string_view register_name, Uuid id, std::string_view action) {
  RecordKey const key{&plan(register_name), id};
  if (!see(key).exists) throw Refused("unknown_record", "", std::string(register_name));
  auto& target = stage(key, action);
  StepRow const* step = key.plan->reg->find_step(target.working.state(), action);
  if (step == nullptr || !(step->by.contains(Role::system) || step->by.contains(Role::clock)))
    throw Refused("illegal_in_state", "", std::string(register_name) + "." + std::string(action));
  take_step(target, *step);
  return target.working.record->data();
}

void* ActImpl::create_object(std::string_view register_name, std::string_view action, Uuid id) {
  RecordKey const key{&plan(register_name), id};
  if (see(key).exists || (!fresh_.contains(id) && run_.overlay_.is_used(key)))
    throw Refused("already_exists", "", std::string(register_name));
  StepRow const* step = key.plan->reg->find_step(0, action);
  if (step == nullptr || !step->by.contains(Role::system))
    throw Refused("illegal_in_state", "", std::string(register_name) + "." + std::string(action));
  auto& target = stage(key, action);
  take_step(target, *step);
  return target.working.record->data();
}

Result<void> ActImpl::run(StepRow const& step) {
  take_step(staged_.front(), step);
  if (prepared_.action == nullptr || prepared_.action->handle == nullptr) return {};
  return prepared_.action->handle(*this);
}

Result<void> ActImpl::place(Staged& target) {
  auto& working = target.working;
  auto const& reg = *target.key.plan->reg;
  Placement placement;
  if (reg.placed_with) {
    auto const& file = *static_cast<Attachment const*>(working.record->data());
    Envelope const* owner = envelope_of(file.register_name, file.record);
    if (owner == nullptr) return refuse("unknown_record", "/record");
    placement = {owner->scopes, owner->parties};
  } else if (reg.place != nullptr) {
    placement = reg.place(working.id, working.record->data());
  }
  if (placement.scopes.empty()) placement.scopes.emplace_back(jurisdiction());
  std::ranges::sort(placement.scopes);
  placement.scopes.erase(std::ranges::unique(placement.scopes).begin(), placement.scopes.end());
  if (placement.scopes.size() > limits::scopes_per_record) return refuse("too_many_scopes");
  if (placement.parties.size() > limits::parties_per_record) return refuse("too_many_parties");
  working.envelope.scopes = std::move(placement.scopes);
  working.envelope.parties = std::move(placement.parties);
  return {};
}

Result<void> ActImpl::check_unique(Staged const& target) {
  auto const& plan = *target.key.plan;
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    if (plan.select_unique[i].text.empty()) continue;
    auto const value = column_value(plan.columns[i], target.working.record->data());
    if (store::is_null(value) || !run_.overlay_.knows_unique(plan, i, value)) continue;
    auto const owner = run_.overlay_.find_unique(plan, i, value);
    if (owner && *owner != target.key.id)
      return refuse("duplicate", "/" + std::string(plan.columns[i].field->name));
  }
  return {};
}

Result<void> ActImpl::place_all() {
  for (auto& target : staged_)
    if (auto placed = place(target); !placed) return placed.refusal();
  return {};
}

bool ActImpl::changed_nothing() const {
  if (staged_.size() != 1 || !logs_.empty() || !numbers_.empty()) return false;
  auto const& now = staged_.front().working;
  auto const& before = run_.overlay_.get(main_);
  Envelope placed = now.envelope;
  placed.actors = before.envelope.actors;
  if (!before.exists || !(placed == before.envelope)) return false;
  auto const same = [&](reflect::Field const& field) {
    return reflect::canonical_member(field, now.record->data()) ==
           reflect::canonical_member(field, before.record->data());
  };
  return std::ranges::all_of(now.record->type().fields, same);
}

Result<Receipt> ActImpl::settle(std::string_view actor) {
  for (auto& target : staged_) {
    auto problems = reflect::validate(target.working.record->type(), target.working.record->data());
    run_.forgive_erased(target.key, target.working.record->data(), problems);
    if (!problems.empty()) return Refusal{"invalid", "", std::move(problems)};
    if (auto unique = check_unique(target); !unique) return unique.refusal();
  }
  for (auto const& [series, number] : numbers_) run_.overlay_.set_number(series, number);
  for (auto& entry : logs_) {
    run_.append_leaf(entry.head.leaf_hash, std::move(entry.leaf));
    run_.overlay_.set_chain(entry.chain, entry.head);
  }
  Receipt receipt;
  bool first = true;
  for (auto& target : staged_) {
    Receipt const written = run_.commit_version(actor, account(), std::move(target.working), target.action,
                                                prepared_.command.batch);
    if (first) receipt = written;
    first = false;
  }
  return receipt;
}

}  // namespace plumbline::kernel
