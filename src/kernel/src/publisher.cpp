#include "kernel/publisher.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "kernel/act.hpp"
#include "kernel/system.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/cosignature.hpp"
#include "ledger/files.hpp"
#include "ledger/keys.hpp"
#include "ledger/leaf.hpp"
#include "ledger/policy.hpp"
#include "ledger/proof_file.hpp"
#include "ledger/signer.hpp"
#include "ledger/witness.hpp"
#include "log_keys.hpp"
#include "overlay.hpp"
#include "publisher_make.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;
using store::Sql;
using store::Value;

Sql const select_entries{
    "entry.from",
    "select seq, leaf, leaf_hash from entry where jurisdiction = $1 and seq >= $2 order by seq"};
Sql const select_leaf{"entry.leaf", "select leaf from entry where jurisdiction = $1 and seq = $2"};
Sql const select_head{"head.read", "select size, frontier from ledger_head where jurisdiction = $1"};
Sql const keep_checkpoint{"checkpoint.keep",
                          "insert into checkpoint (jurisdiction, size, note) values ($1, $2, $3) on conflict "
                          "(jurisdiction, size) do update set note = excluded.note"};
Sql const select_checkpoints{
    "checkpoint.after",
    "select size, note from checkpoint where jurisdiction = $1 and size > $2 order by size limit 100"};
Sql const newest_checkpoints{
    "checkpoint.newest",
    "select size, note from checkpoint where jurisdiction = $1 and size > $2 order by size desc limit 100"};
Sql const select_follower{"follower.read",
                          "select position from follower where jurisdiction = $1 and name = $2"};
Sql const keep_follower{"follower.keep",
                        "insert into follower (jurisdiction, name, position) values ($1, $2, $3) on conflict "
                        "(jurisdiction, name) do update set position = excluded.position"};

template <class T>
T must(Result<T> result, std::string const& what) {
  if (!result) throw std::runtime_error(what + ": " + result.refusal().code + " " + result.refusal().detail);
  return std::move(*result);
}

class PublisherImpl final : public LogPublisher {
 public:
  PublisherImpl(store::Database& database, fs::path folder, Settings const& settings, KeepRow keep)
      : database_(database),
        folder_(std::move(folder)),
        jurisdiction_(settings.jurisdiction),
        keep_(std::move(keep)),
        keys_(folder_ / "keys", folder_ / "public" / "log"),
        signers_(keys_.signers()),
        tiles_(folder_ / "public" / "log") {}

  std::string vkey() const override {
    std::lock_guard const lock(keys_mutex_);
    return ledger::format_vkey(keys_.ed25519());
  }
  std::string sm2_vkey() const override {
    std::lock_guard const lock(keys_mutex_);
    return ledger::format_vkey(keys_.sm2());
  }
  std::string vkey_at(std::int64_t size) const override {
    auto const keys =
        ledger::KeyHistory::of(folder_ / "public" / "log").keys_at(static_cast<std::uint64_t>(size));
    return keys.empty() ? vkey() : ledger::format_vkey(keys.front());
  }
  fs::path folder() const override { return folder_ / "public"; }
  void use_witnesses(std::vector<std::unique_ptr<WitnessClient>> witnesses) override {
    witnesses_ = std::move(witnesses);
  }
  std::string policy() const override {
    return ledger::read_text_file(folder_ / "public" / "log" / "policy").value_or("");
  }

  Result<Published> publish() override;
  Result<std::vector<std::string>> prepare_rotation() override;
  Result<void> rotate() override;
  Result<Published> add_cosignatures(std::string_view cosigned_note) override;
  std::optional<Proof> proof(std::int64_t seq) override;
  std::string consistency(std::int64_t from_size, std::int64_t to_size) override;
  std::string leaf(std::int64_t seq) override;

 private:
  Result<void> open_signer();
  Result<void> check_history(std::int64_t size, ledger::CompactRange const& head);
  Result<void> append_entries(std::int64_t up_to);
  void ask(WitnessClient& witness, Published& published);
  Result<std::string> ask_from(WitnessClient& witness, std::int64_t old_size, std::string const& checkpoint,
                               std::int64_t size);
  Result<Published> keep_and_tell(Published published);

  store::Database& database_;
  fs::path folder_;
  std::string jurisdiction_;
  KeepRow keep_;
  LogKeys keys_;
  std::vector<std::unique_ptr<ledger::Signer>> signers_;
  ledger::TileFolder tiles_;
  std::optional<ledger::CheckpointSigner> signer_;
  std::vector<std::unique_ptr<WitnessClient>> witnesses_;
  std::mutex mutex_;
  mutable std::mutex keys_mutex_;  // of keys_ alone: mutex_ is held while witnesses are asked
};

Result<void> PublisherImpl::open_signer() {
  if (signer_) return {};
  // Another process may have rotated since.
  LogKeys present(folder_ / "keys", folder_ / "public" / "log");
  {
    std::lock_guard const keys_lock(keys_mutex_);
    keys_ = std::move(present);
  }
  signers_ = keys_.signers();
  std::vector<ledger::Signer const*> signers;
  for (auto const& signer : signers_) signers.push_back(signer.get());
  auto opened =
      ledger::CheckpointSigner::open({folder_ / "public" / "log", folder_ / "keys" / "last-checkpoint"},
                                     std::move(signers), keys_.history());
  if (!opened) return opened.refusal();
  signer_.emplace(std::move(*opened));
  return {};
}

// The database's own Merkle frontier must be what the published tiles plus the new entries give; before
// anything is written. Costs as much as the new entries, however long the log is.
Result<void> PublisherImpl::check_history(std::int64_t size, ledger::CompactRange const& head) {
  auto const published = static_cast<std::int64_t>(signer_->size());
  if (size < published) return refuse("checkpoint_ahead", "", std::to_string(published));
  auto range = ledger::range_from(ledger::tile_hashes(tiles_, signer_->size()), signer_->size());
  if (!range) return range.refusal();
  std::vector<Value> const values{jurisdiction_, published};
  database_.reader()->stream(select_entries, values, [&](store::Row const& row) {
    if (store::integer(row[0]) >= size) return false;
    range->append(ledger::leaf_hash(bytes_of(store::text(row[1]))));
    return true;
  });
  if (!(*range == head)) return refuse("checkpoint_differs", "", std::to_string(published));
  return {};
}

Result<void> PublisherImpl::append_entries(std::int64_t up_to) {
  std::vector<Value> const values{jurisdiction_, static_cast<std::int64_t>(signer_->size())};
  Result<void> outcome;
  database_.reader()->stream(select_entries, values, [&](store::Row const& row) {
    if (store::integer(row[0]) >= up_to) return false;
    outcome = signer_->append(bytes_of(store::text(row[1])));
    return outcome.ok();
  });
  return outcome;
}

Result<LogPublisher::Published> PublisherImpl::publish() {
  std::lock_guard const lock(mutex_);
  if (fs::exists(folder_ / adoption_mark)) return refuse("adopt_first");
  if (auto opened = open_signer(); !opened) return opened.refusal();
  auto const rows = database_.reader()->query(select_head, {jurisdiction_});
  if (rows.empty()) return refuse("unknown_jurisdiction", "", jurisdiction_);
  auto const head = ledger::CompactRange::deserialise(store::blob(rows[0][1]));
  std::int64_t const size = store::integer(rows[0][0]);
  if (!head) return refuse("checkpoint_differs", "", "the stored frontier is damaged");
  if (auto checked = check_history(size, *head); !checked) return checked.refusal();
  if (auto appended = append_entries(size); !appended) {
    signer_.reset();
    return appended.refusal();
  }
  // What is read may be on this server alone, and lost with it: the commit of this row waits until the
  // replicas have everything before it too. Only that is signed, or a fail-over would fork the log.
  if (database_.engine() == store::Engine::postgres)
    if (auto kept = keep_(keep_follower, {jurisdiction_, std::string("signer"), size}); !kept)
      return kept.refusal();
  auto const signed_now = signer_->publish();
  if (!signed_now) {
    signer_.reset();
    return signed_now.refusal();
  }
  Published published{
      static_cast<std::int64_t>(signed_now->checkpoint.size), ledger::format_note(signed_now->note), 0, {}};
  for (auto const& witness : witnesses_) ask(*witness, published);
  return keep_and_tell(std::move(published));
}

Result<LogPublisher::Published> PublisherImpl::keep_and_tell(Published published) {
  if (auto kept = keep_(keep_checkpoint, {jurisdiction_, published.size, published.note}); !kept)
    return kept.refusal();
  auto const note = ledger::parse_note(published.note);
  if (note)
    published.cosignatures = static_cast<int>(std::ranges::count_if(
        note->signatures, [&](ledger::SignatureLine const& line) { return !keys_.is_own(line); }));
  return published;
}

Result<std::string> PublisherImpl::ask_from(WitnessClient& witness, std::int64_t old_size,
                                            std::string const& checkpoint, std::int64_t size) {
  ledger::Proof proof;
  if (old_size > 0 && old_size < size) {
    auto made =
        ledger::consistency_proof(ledger::tile_hashes(tiles_, static_cast<std::uint64_t>(size)),
                                  static_cast<std::uint64_t>(old_size), static_cast<std::uint64_t>(size));
    if (!made) return made.refusal();
    proof = std::move(*made);
  }
  return witness.add_checkpoint(old_size, proof, checkpoint);
}

// A witness that knows another size than we remember says so once; then it is asked from there.
void PublisherImpl::ask(WitnessClient& witness, Published& published) {
  std::string const name = "witness/" + witness.name();
  auto const rows = database_.reader()->query(select_follower, {jurisdiction_, name});
  std::int64_t const known = rows.empty() ? 0 : store::integer(rows[0][0]);
  auto answer = ask_from(witness, known, published.note, published.size);
  if (!answer && answer.refusal().code == "witness_conflict") {
    std::int64_t other = 0;
    for (char c : answer.refusal().detail)
      if (c >= '0' && c <= '9') other = other * 10 + (c - '0');
    answer = other <= published.size
                 ? ask_from(witness, other, published.note, published.size)
                 : Result<std::string>(refuse("witness_ahead", "", std::to_string(other)));
  }
  if (!answer) {
    published.missing.push_back(witness.name() + ": " + answer.refusal().code + " " +
                                answer.refusal().detail);
    return;
  }
  auto const lines = ledger::parse_signature_lines(*answer);
  auto const note = ledger::parse_note(published.note);
  if (!lines || !note) {
    published.missing.push_back(witness.name() + ": answered something that is no signature line");
    return;
  }
  auto const with = signer_->add_cosignatures(note->text, *lines);
  if (!with) {
    published.missing.push_back(witness.name() + ": " + with.refusal().code);
    return;
  }
  published.note = ledger::format_note(with->note);
  (void)keep_(keep_follower, {jurisdiction_, name, published.size});
}

Result<LogPublisher::Published> PublisherImpl::add_cosignatures(std::string_view cosigned_note) {
  std::lock_guard const lock(mutex_);
  if (auto opened = open_signer(); !opened) return opened.refusal();
  auto const note = ledger::parse_note(cosigned_note);
  auto const theirs = ledger::parse_checkpoint(note ? note->text : "");
  if (!theirs) return refuse("CHECKPOINT_FORMAT");
  if (theirs->origin != keys_.ed25519().name) return refuse("note_of_other_log", "", theirs->origin);
  if (theirs->size != signer_->signed_size())
    return refuse("note_of_other_size", "", std::to_string(signer_->signed_size()));
  std::vector<ledger::SignatureLine> lines;
  for (auto const& line : note->signatures)
    if (!keys_.is_own(line)) lines.push_back(line);
  auto const with = signer_->add_cosignatures(note->text, lines);
  if (!with) return with.refusal();
  return keep_and_tell(
      {static_cast<std::int64_t>(with->checkpoint.size), ledger::format_note(with->note), 0, {}});
}

Result<std::vector<std::string>> PublisherImpl::prepare_rotation() {
  std::lock_guard const lock(mutex_);
  if (auto opened = open_signer(); !opened) return opened.refusal();
  if (signer_->signed_size() == 0) return refuse("nothing_published");
  auto made = keys_.prepare_successors();
  if (!made) return made.refusal();
  std::vector<std::string> vkeys;
  for (auto const& key : *made) vkeys.push_back(ledger::format_vkey(key));
  return vkeys;
}

Result<void> PublisherImpl::rotate() {
  std::lock_guard const lock(mutex_);
  if (auto opened = open_signer(); !opened) return opened.refusal();
  auto const size = signer_->signed_size();
  signer_.reset();
  {
    std::lock_guard const keys_lock(keys_mutex_);
    if (auto done = keys_.succeed(size + 1); !done) return done;
  }
  signers_ = keys_.signers();
  return open_signer();
}

// Among the hundred checkpoints after the entry; where a witness was away for longer, among the latest ones.
std::optional<LogPublisher::Proof> PublisherImpl::proof(std::int64_t seq) {
  auto const rules = ledger::Policy::parse(policy());
  auto const reader = database_.reader();
  for (auto const* among : {&select_checkpoints, &newest_checkpoints}) {
    for (auto const& row : reader->query(*among, {jurisdiction_, seq})) {
      auto const note = ledger::parse_note(store::text(row[1]));
      if (!note) continue;
      Proof found;
      if (rules && rules->fewest_witnesses() > 0) {
        auto const times = rules->cosignatures(*note);
        if (!times || !rules->quorum_time(*times)) continue;
        for (auto const& time : *times)
          if (time) found.cosigned_at.push_back(*time);
      }
      auto const size = static_cast<std::uint64_t>(store::integer(row[0]));
      auto path =
          ledger::inclusion_proof(ledger::tile_hashes(tiles_, size), static_cast<std::uint64_t>(seq), size);
      if (!path) return {};
      found.checkpoint_size = static_cast<std::int64_t>(size);
      found.file = ledger::format_proof_file(
          {{}, static_cast<std::uint64_t>(seq), std::move(*path), store::text(row[1])});
      return found;
    }
  }
  return {};
}

std::string PublisherImpl::consistency(std::int64_t from_size, std::int64_t to_size) {
  auto const size = static_cast<std::uint64_t>(to_size);
  auto const proof = ledger::consistency_proof(ledger::tile_hashes(tiles_, size),
                                               static_cast<std::uint64_t>(from_size), size);
  if (!proof) throw std::runtime_error("no consistency proof: " + proof.refusal().code);
  return ledger::format_hash_lines(*proof);
}

std::string PublisherImpl::leaf(std::int64_t seq) {
  auto const rows = database_.reader()->query(select_leaf, {jurisdiction_, seq});
  if (rows.empty()) throw std::out_of_range("no such log entry");
  return store::text(rows[0][0]);
}

// ---- a witness in this process ------------------------------------------------------------------------

Result<ledger::SecretKey> witness_key(fs::path const& folder, std::string const& name) {
  if (!fs::exists(folder / "witness.key")) {
    auto const made = ledger::SecretKey::generate(name, ledger::KeyType::cosignature_v1);
    if (auto saved = ledger::save_key(folder, "witness", made); !saved) return saved.refusal();
  }
  return ledger::load_key(folder, "witness");
}

class LocalWitness final : public WitnessClient {
 public:
  LocalWitness(fs::path const& folder, std::string name, ledger::SecretKey key, ledger::VerifierKey log,
               Clock const& clock)
      : name_(std::move(name)),
        key_(std::move(key)),
        signer_(key_.signer()),
        witness_(folder, *signer_, {std::move(log)}),
        clock_(clock) {}

  std::string name() const override { return name_; }
  Result<std::string> add_checkpoint(std::int64_t old_size, std::vector<Hash> const& proof,
                                     std::string const& checkpoint) override {
    auto const reply = witness_.add_checkpoint(
        ledger::format_add_checkpoint({static_cast<std::uint64_t>(old_size), proof, checkpoint}),
        clock_.now());
    if (reply.status == ledger::WitnessStatus::cosigned) return reply.body;
    if (reply.status == ledger::WitnessStatus::conflict) return refuse("witness_conflict", "", reply.body);
    return refuse("witness_refused", "", reply.body);
  }

 private:
  std::string name_;
  ledger::SecretKey key_;
  std::unique_ptr<ledger::Signer> signer_;
  ledger::Witness witness_;
  Clock const& clock_;
};

}  // namespace

std::unique_ptr<WitnessClient> open_local_witness(fs::path const& folder, std::string const& name,
                                                  std::string const& log_vkey, Clock const& clock) {
  auto log = ledger::parse_vkey(log_vkey);
  if (!log) throw std::invalid_argument("not a vkey: " + log_vkey);
  return std::make_unique<LocalWitness>(folder, name, must(witness_key(folder, name), "the witness's key"),
                                        std::move(*log), clock);
}

Result<std::string> local_witness_vkey(fs::path const& folder, std::string const& name) {
  auto const key = witness_key(folder, name);
  if (!key) return key.refusal();
  return ledger::format_vkey(key->key());
}

namespace {

// The text while it is being logged, beside what the world may read.
constexpr std::string_view waiting_policy = "policy.next";
Sql const select_policies{"entry.policies",
                          "select leaf from entry where jurisdiction = $1 and leaf like "
                          "'%\"type\":\"ledger.policy\"%' order by seq desc"};

void put_policy(System const& system, std::string_view policy) {
  ledger::write_file_durably(system.folder() / "public" / "log" / "policy", policy);
  fs::remove(system.folder() / waiting_policy);
}

}  // namespace

Result<void> set_policy(System& system, Uuid account, std::string_view policy) {
  auto const parsed = ledger::Policy::parse(policy);
  if (!parsed) return refuse("policy_format");
  auto const own = ledger::parse_vkey(system.log().vkey());
  if (!parsed->logs().empty() && !parsed->knows_log(*own)) return refuse("policy_log");
  auto const waiting = system.folder() / waiting_policy;
  ledger::write_file_durably(waiting, policy);
  auto const logged = system.log_entry(account, "ledger.policy", "ledger", sha256(policy));
  if (!logged) {
    // Where nobody knows whether it was logged, the next start finds out.
    if (logged.refusal().code != "outcome_unknown") fs::remove(waiting);
    return logged.refusal();
  }
  put_policy(system, policy);
  return {};
}

void finish_policy(System& system) {
  auto const waiting = system.folder() / waiting_policy;
  auto const policy = ledger::read_text_file(waiting);
  if (!policy) return;
  std::optional<Hash> last;
  std::vector<Value> const values{system.settings().jurisdiction};
  system.database().reader()->stream(select_policies, values, [&](store::Row const& row) {
    auto const leaf = ledger::parse_leaf(store::text(row[0]));
    if (!leaf || leaf->type != "ledger.policy") return true;
    last = leaf->digest;
    return false;
  });
  if (last == sha256(*policy)) {
    put_policy(system, *policy);
  } else {
    fs::remove(waiting);
  }
}

namespace {

std::vector<std::string> words_of(std::string const& line) {
  std::istringstream words(line);
  return {std::istream_iterator<std::string>(words), {}};
}

// A policy that names the log's keys must name the new ones too, or nobody who follows it takes the next
// checkpoint: on lines behind the old keys' with the same URL. What a rotation that broke off had named, and
// never signed, goes.
std::string with_successors(std::string const& policy, std::vector<std::string> const& keys,
                            std::vector<std::string> const& successors, ledger::KeyHistory const& history) {
  std::string wider;
  std::istringstream lines(policy);
  for (std::string line; std::getline(lines, line);) {
    auto const words = words_of(line);
    bool const is_log = words.size() >= 2 && words[0] == "log";
    auto const key = is_log ? ledger::parse_vkey(words[1]) : std::nullopt;
    auto const own = is_log ? std::ranges::find(keys, words[1]) : keys.end();
    bool const is_ours = key && key->name == ledger::parse_vkey(keys.front())->name;
    bool const has_signed =
        own != keys.end() || std::ranges::count(history.periods(), key, &ledger::KeyPeriod::key) > 0;
    if (is_ours && !has_signed) continue;
    wider += line + '\n';
    if (own == keys.end()) continue;
    wider += "log " + successors[static_cast<std::size_t>(own - keys.begin())];
    if (words.size() > 2) wider += ' ' + words[2];
    wider += '\n';
  }
  return wider;
}

}  // namespace

Result<LogPublisher::Published> rotate_log_keys(System& system, Uuid account) {
  auto& log = system.log();
  if (auto before = log.publish(); !before) return before;
  Json body;
  Json::Array replaced;
  for (auto const& vkey : {log.vkey(), log.sm2_vkey()}) replaced.emplace_back(vkey);
  auto const successors = log.prepare_rotation();
  if (!successors) return successors.refusal();
  // While nothing is announced: where the policy cannot be widened the old keys stay.
  auto const policy = ledger::Policy::parse(log.policy());
  if (policy && !policy->logs().empty()) {
    auto const history = ledger::KeyHistory::of(system.folder() / "public" / "log");
    auto const wider = with_successors(log.policy(), {log.vkey(), log.sm2_vkey()}, *successors, history);
    if (auto named = set_policy(system, account, wider); !named) return named.refusal();
  }
  Json::Array keys;
  for (auto const& vkey : *successors) keys.emplace_back(vkey);
  body.set("keys", std::move(keys));
  body.set("replaces", std::move(replaced));
  body.set("v", 1);
  std::string const text = write_canonical(body);
  auto const file = system.folder() / "public" / "log" / ("rotate-" + to_hex(sha256(text)) + ".json");
  ledger::write_file_durably(file, text);
  if (auto announced = system.log_entry(account, "ledger.rotate", "ledger", sha256(text)); !announced) {
    if (announced.refusal().code != "outcome_unknown") fs::remove(file);
    return announced.refusal();
  }
  // The old keys sign the announcement, the witnesses see it; only then the new ones come into force.
  if (auto told = log.publish(); !told) return told;
  if (auto turned = log.rotate(); !turned) return turned.refusal();
  auto const done = system.log_entry(account, "ledger.rotated", "ledger", sha256(text));
  if (!done) return done.refusal();
  return log.publish();
}

Result<void> make_log_keys(fs::path const& folder, std::string const& origin) {
  return LogKeys::make(folder / "keys", origin);
}

std::unique_ptr<LogPublisher> make_publisher(store::Database& database, fs::path const& folder,
                                             Settings const& settings, KeepRow keep) {
  return std::make_unique<PublisherImpl>(database, folder, settings, std::move(keep));
}

}  // namespace plumbline::kernel
