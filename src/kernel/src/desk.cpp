#include "desk.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>

#include "batch.hpp"

namespace plumbline::kernel {
namespace {

using store::Sql;
using store::Value;

Sql const select_repeat{
    "idempotency.select",
    "select payload_hash, record, version, entry, state from idempotency where jurisdiction = $1 "
    "and account = $2 and key = $3"};

Hash hash_payload(Command const& command) {
  Bytes all;
  append_tlv(all, command.register_name);
  append_tlv(all, command.action);
  append_tlv(all, command.record.is_nil() ? std::string() : to_string(command.record));
  append_tlv(all, command.payload);
  return sha256(all);
}

// An act takes a fifth of a millisecond: people wait some ten milliseconds behind a bite (architecture: 50).
constexpr std::size_t import_bite = 48;
constexpr int people_about_batches = 20;
constexpr int people_batches_per_import = 4;

// Alone in its batch: what it changes decides about the commands after it.
bool alone(Prepared const& prepared) {
  if (prepared.exclusive) return true;
  return !prepared.raw && !prepared.unlogged &&
         (in_directory(prepared.plan->reg->name) ||
          (prepared.builtin != nullptr && prepared.builtin->action == "erase"));
}

// Does the database's message name this column or its index? ("r_firm.uscc", "r_firm_uscc")
bool names(std::string const& message, RegisterPlan const& plan, Column const& column) {
  for (char const separator : {'.', '_'}) {
    std::string const name = table_name(*plan.reg) + separator + std::string(column.field->name);
    auto const found = message.find(name);
    if (found == std::string::npos) continue;
    auto const after = found + name.size();
    if (after == message.size() ||
        !(std::isalnum(static_cast<unsigned char>(message[after])) || message[after] == '_'))
      return true;
  }
  return false;
}

// A commit may have happened and nobody can say: it must not be tried again.
struct OutcomeUnknown {};

LogHead must_read(store::Rows const& rows) {
  if (rows.empty())
    throw store::Error(store::Errc::corrupt, "head.lock", "this database holds no such jurisdiction");
  auto head = log_head(rows[0]);
  if (!head)
    throw store::Error(store::Errc::corrupt, "head.lock",
                       "the stored Merkle frontier does not fit the log's size");
  return *head;
}

template <class Answers>
void answer_all(std::span<std::unique_ptr<Prepared>> batch, Answers& answers) {
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i]->answer.set_value(std::move(answers[i]));
}

}  // namespace

Desk::Desk(store::Database& database, Catalogue const& catalogue, RuleBook const& rules, Clock const& clock,
           std::string jurisdiction)
    : database_(database),
      catalogue_(catalogue),
      rules_(rules),
      clock_(clock),
      jurisdiction_(std::move(jurisdiction)),
      select_head_(head_lock(database.engine())),
      writer_(database.writer()) {
  for (auto const& reg : catalogue.registers()) {
    plans_.emplace_back(reg);
    plan_by_name_.emplace(std::string(reg.name), &plans_.back());
  }
  reload_directory();
  thread_ = std::thread([this] { run(); });
}

Desk::~Desk() {
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_all();
  thread_.join();
}

std::shared_ptr<Directory const> Desk::directory() const {
  std::lock_guard const lock(directory_mutex_);
  return directory_;
}

std::shared_ptr<Directory const> Desk::current_directory() {
  auto known = directory();
  if (directory_seq(*database_.reader(), jurisdiction_) == known->seq) return known;
  return follow_directory(*known, known->seq + 1);
}

// Another thread may have read a later one meanwhile.
std::shared_ptr<Directory const> Desk::keep(std::shared_ptr<Directory const> fresh) {
  std::lock_guard const lock(directory_mutex_);
  if (directory_ == nullptr || directory_->seq <= fresh->seq) directory_ = std::move(fresh);
  return directory_;
}

std::shared_ptr<Directory const> Desk::reload_directory() {
  return keep(load_directory(*database_.reader(), catalogue_, jurisdiction_));
}

std::shared_ptr<Directory const> Desk::follow_directory(Directory const& known, std::int64_t since) {
  return keep(kernel::follow_directory(*database_.reader(), catalogue_, jurisdiction_, known, since));
}

Result<std::unique_ptr<Prepared>> Desk::prepare(Command command) const {
  auto prepared = std::make_unique<Prepared>();
  auto const plan = plan_by_name_.find(command.register_name);
  if (plan == plan_by_name_.end()) return refuse("unknown_register", "", command.register_name);
  prepared->plan = plan->second;
  prepared->action = plan->second->reg->find_action(command.action);
  prepared->builtin = find_builtin(command.action);
  if (prepared->action == nullptr && prepared->builtin == nullptr)
    return refuse("unknown_action", "", command.action);
  if (command.idempotency_key.size() > limits::idempotency_key_bytes)
    return refuse("too_long", "/idempotency_key");
  if (command.payload.size() > limits::record_bytes) return refuse("too_large");

  auto const* type = prepared->action != nullptr ? prepared->action->payload : prepared->builtin->payload;
  if (type != nullptr) {
    prepared->payload.emplace(*type);
    auto problems =
        reflect::read(command.payload.empty() ? "{}" : command.payload, *type, prepared->payload->data(),
                      command.account.is_nil() ? reflect::Source::stored : reflect::Source::caller);
    // The new body of a record that is there may lack what was erased in it: the batch knows.
    bool const whole_record = type == plan->second->reg->type && !command.record.is_nil();
    bool const only_missing =
        std::ranges::all_of(problems, [](Problem const& problem) { return problem.code == "required"; });
    if (!problems.empty() && !(whole_record && only_missing))
      return Refusal{"invalid", "", std::move(problems)};
    prepared->missing = std::move(problems);
  } else if (!command.payload.empty() && command.payload != "{}") {
    return refuse("no_payload_expected");
  }
  prepared->payload_hash = hash_payload(command);
  prepared->new_id = command.record.is_nil();
  if (prepared->new_id) command.record = make_uuid7(clock_.now());
  prepared->command = std::move(command);
  return prepared;
}

std::future<Result<Receipt>> Desk::enqueue(std::unique_ptr<Prepared> prepared) {
  auto future = prepared->answer.get_future();
  {
    std::lock_guard const lock(mutex_);
    if (stopping_ || people_.size() >= limits::desk_queue) {
      prepared->answer.set_value(refuse(stopping_ ? "stopping" : "busy"));
      return future;
    }
    people_.push_back(std::move(prepared));
  }
  waiting_.notify_one();
  return future;
}

std::future<Result<Receipt>> Desk::submit(Command command) {
  auto prepared = prepare(std::move(command));
  if (!prepared) {
    std::promise<Result<Receipt>> refused;
    refused.set_value(prepared.refusal());
    return refused.get_future();
  }
  return enqueue(std::move(*prepared));
}

std::future<Result<Receipt>> Desk::submit_raw(Uuid account, Prepared::Raw raw) {
  auto prepared = std::make_unique<Prepared>();
  prepared->command.account = account;
  prepared->raw = std::move(raw);
  return enqueue(std::move(prepared));
}

std::future<Result<Receipt>> Desk::submit_unlogged(store::Statement statement) {
  auto prepared = std::make_unique<Prepared>();
  prepared->unlogged = std::move(statement);
  return enqueue(std::move(prepared));
}

std::future<Result<Receipt>> Desk::submit_exclusive(std::function<void(store::Writer&)> work) {
  auto prepared = std::make_unique<Prepared>();
  prepared->exclusive = std::move(work);
  return enqueue(std::move(prepared));
}

Result<void> Desk::write_together(std::function<Result<void>(store::Writer&)> work) {
  Result<void> outcome;
  auto prepared = std::make_unique<Prepared>();
  prepared->keeps_directory = true;
  prepared->exclusive = [&](store::Writer& writer) {
    writer.begin();
    store::Statement const lock[] = {{&select_head_, {jurisdiction_}}};
    writer.fetch(lock);
    outcome = work(writer);
    if (outcome) return writer.commit();
    writer.rollback();
  };
  try {
    auto const done = Crew::wait_for(enqueue(std::move(prepared)));
    return done ? outcome : done.refusal();
  } catch (store::Error const& error) {
    return kernel::refusal_of(error);
  }
}

void Desk::process_exclusive(Prepared& prepared) {
  try {
    prepared.exclusive(*writer_);
    if (!prepared.keeps_directory) reload_directory();
    prepared.answer.set_value(Receipt{});
  } catch (...) {
    writer_->rollback();
    prepared.answer.set_exception(std::current_exception());
  }
}

// All of a chunk enters the lane at once: one by one, the writer would commit the first few on their own.
std::vector<Result<Receipt>> Desk::submit_chunk(std::vector<Command> commands, Purpose purpose) {
  std::vector<std::future<Result<Receipt>>> waiting;
  waiting.reserve(commands.size());
  Batch accepted;
  for (auto& command : commands) {
    auto prepared = prepare(std::move(command));
    if (prepared) {
      (*prepared)->purpose = purpose;
      waiting.push_back((*prepared)->answer.get_future());
      accepted.push_back(std::move(*prepared));
    } else {
      std::promise<Result<Receipt>> refused;
      refused.set_value(prepared.refusal());
      waiting.push_back(refused.get_future());
    }
  }
  {
    std::lock_guard const lock(mutex_);
    bool const full = imports_.size() + accepted.size() > limits::import_rows;
    for (auto& prepared : accepted) {
      if (stopping_ || full)
        prepared->answer.set_value(refuse(stopping_ ? "stopping" : "busy"));
      else
        imports_.push_back(std::move(prepared));
    }
  }
  waiting_.notify_one();
  std::vector<Result<Receipt>> answers;
  answers.reserve(waiting.size());
  for (auto& future : waiting) answers.push_back(future.get());
  return answers;
}

Desk::Batch Desk::take_batch() {
  std::unique_lock lock(mutex_);
  waiting_.wait(lock, [&] { return stopping_ || !people_.empty() || !imports_.empty(); });
  // However many people there are, an import goes on.
  bool const is_turn_of_import = people_batches_ >= people_batches_per_import && !imports_.empty();
  bool const for_people = !people_.empty() && !is_turn_of_import;
  people_batches_ = for_people ? people_batches_ + 1 : 0;
  auto& lane = for_people ? people_ : imports_;
  // While people are at work an import takes small bites, so that nobody waits long behind one.
  batches_since_people_ = for_people ? 0 : std::min(batches_since_people_ + 1, people_about_batches);
  bool const people_about = !for_people && batches_since_people_ < people_about_batches;
  // A trial's rows must know of each other, whoever else is at work; it writes nothing.
  bool const is_trial = !lane.empty() && lane.front()->purpose == Purpose::trial;
  std::size_t const most = people_about && !is_trial ? import_bite : limits::desk_batch;
  Batch batch;
  while (!lane.empty() && batch.size() < most) {
    if (!batch.empty() && (alone(*lane.front()) || lane.front()->purpose != batch.front()->purpose)) break;
    batch.push_back(std::move(lane.front()));
    lane.pop_front();
    if (alone(*batch.back())) break;
  }
  return batch;
}

void Desk::run() {
  while (true) {
    Batch batch = take_batch();
    if (batch.empty()) return;  // stopping, and everything accepted is answered
    process(batch);
  }
}

void Desk::process(Batch& batch) {
  if (batch.front()->exclusive) return process_exclusive(*batch.front());
  try {
    process_once(batch);
  } catch (OutcomeUnknown const&) {
    for (auto& prepared : batch) prepared->answer.set_value(refuse("outcome_unknown"));
  } catch (store::Error const& error) {
    writer_->rollback();
    process_singly(batch, error);
  } catch (std::exception const& defect) {
    writer_->rollback();
    process_singly(batch, store::Error(store::Errc::other, "", defect.what()));
  }
}

// A database error spoils the whole transaction: the innocent are tried again one by one.
void Desk::process_singly(Batch& batch, store::Error const& first) {
  if (batch.size() == 1) {
    batch.front()->answer.set_value(refusal_of(first, *batch.front()));
    return;
  }
  for (auto& prepared : batch) {
    try {
      process_once({&prepared, 1});
    } catch (OutcomeUnknown const&) {
      prepared->answer.set_value(refuse("outcome_unknown"));
    } catch (store::Error const& error) {
      writer_->rollback();
      prepared->answer.set_value(refusal_of(error, *prepared));
    } catch (std::exception const& defect) {
      writer_->rollback();
      prepared->answer.set_value(Refusal{"internal", defect.what(), {}});
    }
  }
}

// One round trip: the lock on the head, then every record, key and unique value the batch names.
Desk::Prefetch Desk::prefetch(std::span<std::unique_ptr<Prepared>> batch) const {
  Prefetch wanted;
  auto& [asks, uses] = wanted;
  asks.push_back({&select_head_, {jurisdiction_}});
  for (auto const& prepared : batch) {
    if (prepared->raw || prepared->unlogged) continue;
    auto const& command = prepared->command;
    auto const* plan = prepared->plan;
    if (!command.idempotency_key.empty()) {
      asks.push_back({&select_repeat, {jurisdiction_, id_bytes(command.account), command.idempotency_key}});
      uses.emplace_back([&command](BatchRun& run, store::Rows& rows) {
        if (!rows.empty())
          run.note_repeat(to_string(command.account) + command.idempotency_key, rows.front());
      });
    }
    if (!prepared->new_id) {
      asks.push_back({&plan->select, {jurisdiction_, id_bytes(command.record)}});
      uses.emplace_back([plan, id = command.record](BatchRun& run, store::Rows& rows) {
        Working working;
        working.plan = plan;
        working.id = id;
        if (!rows.empty()) fill(working, rows.front());
        run.overlay().put({plan, id}, std::move(working));
      });
      if (plan->reg->find_step(0, command.action) != nullptr) {
        asks.push_back(store::Statement{
            &select_used, {jurisdiction_, std::string(plan->reg->name), id_bytes(command.record)}});
        uses.emplace_back([plan, id = command.record](BatchRun& run, store::Rows& rows) {
          run.overlay().note_used({plan, id}, !rows.empty());
        });
      }
    }
    if (!prepared->payload) continue;
    // Unique values that the payload names under the record's own member name.
    for (std::size_t i = 0; i < plan->columns.size(); ++i) {
      if (plan->select_unique[i].text.empty()) continue;
      auto const* named = prepared->payload->type().find(plan->columns[i].field->name);
      if (named == nullptr ||
          reflect::bare(*named->type).kind != reflect::bare(*plan->columns[i].field->type).kind)
        continue;
      Column column = plan->columns[i];
      column.field = named;
      // The payload's field is not flagged unique: an empty text there is an absent value too.
      auto value = column_value(column, prepared->payload->data());
      if (auto const* text = std::get_if<std::string>(&value); text != nullptr && text->empty()) continue;
      if (store::is_null(value)) continue;
      asks.push_back({&plan->select_unique[i], {jurisdiction_, value}});
      uses.emplace_back([plan, i, value](BatchRun& run, store::Rows& rows) {
        run.overlay().note_unique(*plan, i, value,
                                  rows.empty() ? std::nullopt : std::optional(uuid_from(rows.front()[0])));
      });
    }
  }
  return wanted;
}

void Desk::process_once(std::span<std::unique_ptr<Prepared>> batch) {
  writer_->begin();
  Prefetch wanted = prefetch(batch);
  auto rows = writer_->fetch(wanted.asks);
  LogHead const head = must_read(rows.front());
  auto directory = this->directory();
  if (directory->seq != head.schema_seq) directory = follow_directory(*directory, directory->seq + 1);

  Instant const at{std::max(clock_.now().micros_utc, head.last_time)};
  BatchContext const context{jurisdiction_, at, legal_date(at), *directory, rules_, plan_by_name_};
  BatchRun run(context, *writer_, head.range, head.schema_seq);
  for (auto const& prepared : batch)
    if (prepared->new_id) run.overlay().put_new({prepared->plan, prepared->command.record});
  for (std::size_t i = 0; i < wanted.uses.size(); ++i) wanted.uses[i](run, rows[i + 1]);

  std::vector<Result<Receipt>> answers;
  answers.reserve(batch.size());
  for (auto const& prepared : batch) answers.push_back(run.decide(*prepared));

  if (batch.front()->purpose == Purpose::trial) {
    writer_->rollback();
    return answer_all(batch, answers);
  }
  if (run.wrote_anything()) {
    run.write();
    try {
      writer_->commit();
    } catch (store::Error const& error) {
      // Without a leaf there are only rows that may be written again.
      if (error.code() != store::Errc::connection || run.last_entry() == nullptr) throw;
      if (!was_committed(*run.last_entry())) throw;
    }
  } else {
    writer_->rollback();
  }
  // Who asks right after the answer must find the new grant; if it cannot be read, whoever asks next tries.
  try {
    if (run.touched_directory()) follow_directory(*directory, static_cast<std::int64_t>(head.range.size()));
  } catch (store::Error const&) {
  }
  answer_all(batch, answers);
}

// The connection broke while the commit was under way. Whoever holds the head's lock sees the end of it: a
// commit still running on the server holds that lock itself, so it has happened or never will. It may have
// happened on this server alone: a commit of our own after it waits until the replicas have both.
bool Desk::was_committed(NewEntry const& last) {
  static Sql const entry_hash{"entry.hash",
                              "select leaf_hash from entry where jurisdiction = $1 and seq = $2"};
  static Sql const touch_head{"head.touch", "update ledger_head set size = size where jurisdiction = $1"};
  // A server may come back; a disk that was lost does not within seconds.
  int const attempts = database_.engine() == store::Engine::postgres ? limits::transaction_retries : 1;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(100 << attempt));
    try {
      writer_->begin();
      store::Statement const asks[] = {{&select_head_, {jurisdiction_}},
                                       {&entry_hash, {jurisdiction_, last.seq}}};
      auto const answers = writer_->fetch(asks);
      bool const is_there = !answers[1].empty() && hash_from(answers[1][0][0]) == last.leaf_hash;
      if (is_there) writer_->write(touch_head, {jurisdiction_});
      if (is_there) writer_->commit();
      writer_->rollback();
      return is_there;
    } catch (store::Error const&) {
      writer_->rollback();
    }
  }
  throw OutcomeUnknown();
}

Refusal Desk::refusal_of(store::Error const& error, Prepared const& prepared) const {
  if (error.code() == store::Errc::unique && prepared.plan != nullptr)
    for (auto const& column : prepared.plan->columns)
      if (has(column.field->flags, reflect::Flag::unique) && names(error.what(), *prepared.plan, column))
        return refuse("duplicate", "/" + std::string(column.field->name));
  return kernel::refusal_of(error);
}

Refusal refusal_of(store::Error const& error) {
  switch (error.code()) {
    case store::Errc::unique: return refuse("duplicate");
    case store::Errc::busy:
    case store::Errc::serialization: return refuse("busy");
    case store::Errc::full: return refuse("storage_full");
    case store::Errc::read_only: return refuse("read_only");
    case store::Errc::connection: return refuse("unavailable");
    default: return Refusal{"internal", error.what(), {}};
  }
}

}  // namespace plumbline::kernel
