#include "office.hpp"

#include <algorithm>

#include "ledger/cosignature.hpp"
#include "ledger/leaf.hpp"
#include "ledger/proof_file.hpp"
#include "ledger/tile.hpp"
#include "memory_source.hpp"
#include "stats/draw.hpp"

namespace plumbline::publication::test {
namespace {

std::string const draw_id = "DR-2025-371500-0001";
std::string const ceremony_id = "CE-2025-371500-0001";
std::string const origin = "office.example/log";
std::string const witness_names[] = {"w1.example/w", "w2.example/w"};

ledger::SecretKey key_of(std::string const& name, ledger::KeyType type) {
  return ledger::SecretKey::from_bytes(name, type, sha256("secret of " + name)).value();
}
Instant at(char const* time) { return parse_time(time).value(); }
std::string actor(std::string const& who) { return "u-" + to_hex(sha256(who)).substr(0, 32); }

// The checkpoint of the first `size` entries; the witnesses' times are a second apart.
std::string note_of(Published const& made, std::uint64_t size, unsigned cosigners, std::int64_t cosigned_s) {
  ledger::Checkpoint const checkpoint{origin, size,
                                      ledger::root_of(std::span(*made.leaf_hashes).first(size))};
  auto const log_key = key_of(origin, ledger::KeyType::ed25519);
  auto const signer = log_key.signer();
  ledger::Signer const* const signers[] = {signer.get()};
  auto note = ledger::sign_checkpoint(checkpoint, signers).note;
  for (unsigned i = 0; i < cosigners; ++i) {
    auto const key = key_of(witness_names[i], ledger::KeyType::cosignature_v1);
    note.signatures.push_back(ledger::cosign(note.text, *key.signer(), cosigned_s + i));
  }
  return ledger::format_note(note);
}

class Office {
 public:
  explicit Office(Script const& script)
      : script_(script), log_key_(key_of(origin, ledger::KeyType::ed25519)) {
    auto const witness = [](int i) {
      return format_vkey(key_of(witness_names[i], ledger::KeyType::cosignature_v1).key());
    };
    policy_ = "log " + format_vkey(log_key_.key()) + "\nwitness one " + witness(0) + "\nwitness two " +
              witness(1) + "\ngroup both all one two\nquorum " + script.quorum + "\n";
    made_.leaf_hashes = std::make_shared<std::vector<Hash>>();
  }

  Published run() {
    append("ledger.genesis", "ledger", "{}", at("2025-03-03T00:00:00Z"));
    append("ledger.policy", "ledger", policy_, at("2025-03-03T00:00:01Z"));
    auto& draw = made_.draw;
    draw.draw = draw_id;
    draw.policy = policy_;
    make_lists();
    make_plan();
    if (script_.until >= Until::seed) make_seed();
    if (script_.until >= Until::result) make_result();
    if (script_.until >= Until::recusal && !script_.is_void) make_recusal();
    if (script_.until >= Until::open && !script_.is_void) make_open();
    if (script_.until >= Until::erase && !script_.is_void) make_erase();
    for (std::uint64_t i = 0; i < script_.records_after; ++i)
      append("archive.firm.put",
             "archive.firm/" + to_hex(sha256("firm " + std::to_string(i / 2))).substr(0, 32), "{}", latest_);
    if (script_.on_series) script_.on_series(draw.series);
    made_.vkey = format_vkey(log_key_.key());
    made_.checkpoint = signed_note(at("2025-04-21T00:00:00Z"));
    return made_;
  }

 private:
  // Appends an entry; its proof is made by prove(), when the checkpoint that covers it is witnessed.
  EntryFiles append(std::string const& type, std::string const& subject, std::string const& body,
                    Instant time) {
    auto const chain = subject.substr(0, subject.find('#'));
    auto const who = actor("officer");
    ledger::LeafView leaf;
    leaf.actor = who;
    leaf.digest = sha256(body);
    if (heads_.contains(chain)) leaf.prev = heads_.at(chain);
    leaf.seq = made_.leaves.size();
    leaf.subject = subject;
    leaf.time_s = time.seconds();
    leaf.type = type;
    made_.leaves.push_back(ledger::format_leaf(leaf));
    if (script_.on_leaf) script_.on_leaf(leaf.seq, made_.leaves.back());
    made_.leaf_hashes->push_back(ledger::leaf_hash(bytes_of(made_.leaves.back())));
    heads_[chain] = made_.leaf_hashes->back();
    latest_ = time;
    return {body, made_.leaves.back(), ""};
  }
  EntryFiles log(std::string const& type, std::string const& subject, std::string const& body, Instant time) {
    auto files = append(type, subject, body, time);
    prove(files, made_.leaves.size() - 1);
    if (chain_of_series(subject)) made_.draw.series.push_back(files.leaf);
    return files;
  }
  static bool chain_of_series(std::string const& subject) { return subject.starts_with("draws/"); }

  std::string signed_note(Instant time) const {
    return note_of(made_, made_.leaves.size(), script_.cosigners, time.seconds() + script_.cosign_delay_s);
  }
  void prove(EntryFiles& files, std::uint64_t index) const {
    ledger::ProofFile proof;
    proof.index = index;
    proof.path = ledger::inclusion_proof(made_.tree(), index, made_.leaves.size()).value();
    proof.checkpoint = signed_note(latest_);
    files.proof = ledger::format_proof_file(proof);
  }

  void make_lists() {
    std::vector<FrameRow> frame;
    std::vector<ExcludedRow> excluded;
    std::vector<RosterRow> roster;
    for (int i = 0; i < 14; ++i) {
      salts_.push_back(sha256("unit salt " + std::to_string(i)));
      pids_.push_back(to_hex(stats::unit_pid(script_.suite, identifier(i), salts_.back())));
    }
    for (std::uint64_t i = 0; i < script_.inspectors; ++i) {
      inspector_salts_.push_back(sha256("inspector salt " + std::to_string(i)));
      ipids_.push_back(to_hex(stats::inspector_pid(script_.suite, certificate(i), inspector_salts_.back())));
      roster.push_back({ipids_.back(), 9, {"A", "B"}});
    }
    for (std::uint64_t i = 0; i < 12; ++i) frame.push_back({pids_[i], i < 6 ? "A" : "B", 1 + i % 2});
    for (std::uint64_t i = 12; i < 14; ++i) excluded.push_back({pids_[i], "deregistered"});
    auto& draw = made_.draw;
    draw.frame_csv = format_csv<FrameRow>(frame);
    draw.excluded_csv = format_csv<ExcludedRow>(excluded);
    draw.roster_csv = format_csv<RosterRow>(roster);
    draw.recusals_csv = format_csv<RecusalRow>(std::vector<RecusalRow>{{ipids_[0], pids_[0]}});
    if (script_.on_lists) script_.on_lists(draw.frame_csv, draw.roster_csv, draw.recusals_csv);
    auto const hash = [&](std::string const& text) { return hash_of(script_.suite, bytes_of(text)); };
    frame_ = Frame{script_.suite,
                   "食品生产企业",
                   12,
                   hash(draw.frame_csv),
                   2,
                   hash(draw.excluded_csv),
                   14,
                   {{"normal", 13}, {"deregistered", 1}},
                   "WR-2025-1",
                   sha256("rule"),
                   20};
    roster_ =
        Roster{script_.suite, script_.inspectors, hash(draw.roster_csv), 1, hash(draw.recusals_csv), {}};
    if (script_.on_frame) script_.on_frame(frame_);
    if (script_.on_roster) script_.on_roster(roster_);
    auto const sid = [](char const* what) { return '/' + to_hex(sha256(what)).substr(0, 32); };
    draw.frame = log("draw.frame", "frame" + sid("frame"), format_body(frame_), at("2025-03-04T00:30:00Z"));
    draw.roster =
        log("draw.roster", "roster" + sid("roster"), format_body(roster_), at("2025-03-04T00:30:05Z"));
  }

  void make_plan() {
    Plan plan;
    plan.v = script_.reserves ? 2 : 1;
    plan.draw = draw_id;
    plan.authority = "371500";
    plan.year = 2025;
    plan.number = 1;
    plan.item = "食品标签 | <b>";
    plan.suite = script_.suite;
    plan.frame_entry = ledger::leaf_hash(bytes_of(made_.draw.frame.leaf));
    plan.frame_hash = frame_.rows_hash;
    plan.roster_entry = ledger::leaf_hash(bytes_of(made_.draw.roster.leaf));
    plan.roster_hash = roster_.rows_hash;
    plan.strata = {{"A", 2, script_.inspectors_per_unit, script_.reserves},
                   {"B", 2, script_.inspectors_per_unit, script_.reserves}};
    plan.ceremony = ceremony_id;
    if (script_.has_commitments) {
      Source commitment;
      commitment.id = "commit:纪检组";
      commitment.kind = SourceKind::commit;
      commitment.org = "驻局纪检组";
      commitment.commitment = stats::source_commitment(ceremony_id, commitment.id, secret_);
      plan.sources.push_back(commitment);
    }
    Source dice;
    dice.id = "dice";
    dice.time = at("2025-03-04T02:00:00Z");
    dice.place = "市政务大厅三楼 302";
    dice.pick = {{20, 1, 0, 9}};
    plan.sources.push_back(dice);
    plan.margin_s = 600;
    plan.deadline = at("2025-03-04T12:00:00Z");
    plan.policy = sha256(policy_);
    if (script_.on_plan) script_.on_plan(plan);
    plan_ = plan;
    made_.draw.plan = log("draw.plan", "draws/371500/2025#1", format_body(plan), at("2025-03-04T00:40:00Z"));
    plan_hash_ = made_.leaf_hashes->back();
  }

  void make_seed() {
    if (script_.has_commitments) {
      Reveal reveal{ceremony_id, {{draw_id, plan_hash_}}, {{"commit:纪检组", secret_}}};
      if (script_.on_reveal) script_.on_reveal(reveal);
      made_.draw.reveal =
          log("draw.reveal", "ceremony/" + ceremony_id, format_body(reveal), at("2025-03-04T01:00:00Z"));
    }
    Seed seed;
    seed.ceremony = ceremony_id;
    seed.sources_hash = sources_hash(plan_.sources);
    seed.plans = {{draw_id, plan_hash_}};
    seed.recorders = {actor("first"), actor("second")};
    for (auto const& source : plan_.sources) {
      Seed::Value value;
      value.id = source.id;
      if (source.kind == SourceKind::commit) {
        value.value.assign(secret_.begin(), secret_.end());
      } else {
        std::string const thrown = "31415926535897932384";
        value.value.assign(thrown.begin(), thrown.end());
        value.evidence = {{EvidenceKind::video, sha256("video"), 5}};
      }
      seed.values.push_back(value);
    }
    if (script_.on_seed) script_.on_seed(seed);
    seed_ = seed;
    made_.draw.seed =
        log("draw.seed", "ceremony/" + ceremony_id, format_body(seed), at("2025-03-04T02:06:00Z"));
    seed_entry_ = made_.leaf_hashes->back();
  }

  DrawInputs inputs() {
    frame_rows_ = parse_csv<FrameRow>(made_.draw.frame_csv).value();
    roster_rows_ = parse_csv<RosterRow>(made_.draw.roster_csv).value();
    recusal_rows_ = parse_csv<RecusalRow>(made_.draw.recusals_csv).value();
    return {plan_, plan_hash_, seed_entry_, seed_, frame_rows_, roster_rows_, recusal_rows_, {}};
  }

  void make_result() {
    result_ = compute_result(inputs()).value();
    if (script_.is_unmatched) result_.hall.clear();
    if (script_.on_result) script_.on_result(result_);
    auto const body = format_body(result_);
    if (script_.is_void) {
      made_.draw.unlogged_result = body;
      Void const voided{draw_id, plan_hash_, VoidStage::after_seed, "frame_error", "名录有误", sha256(body)};
      made_.draw.voided =
          log("draw.void", "draws/371500/2025#1", format_body(voided), at("2025-03-04T03:00:00Z"));
      return;
    }
    made_.draw.result = log("draw.result", "draws/371500/2025#1", body, at("2025-03-04T02:10:00Z"));
    if (script_.is_unmatched) make_assign();
  }

  void make_assign() {
    Assign assign{draw_id, plan_hash_, "few_inspectors", {}};
    for (auto const& stratum : result_.strata)
      for (auto const* list : {&stratum.certain, &stratum.selected})
        for (auto const& unit : *list)
          assign.assignment.push_back({unit.pid, {to_hex(sha256("one")), to_hex(sha256("two"))}});
    std::sort(assign.assignment.begin(), assign.assignment.end(),
              [](auto const& a, auto const& b) { return a.target < b.target; });
    if (script_.on_assign) script_.on_assign(assign);
    made_.draw.assign =
        log("draw.assign", "draw/" + draw_id, format_body(assign), at("2025-03-04T02:20:00Z"));
  }

  void make_recusal() {
    if (script_.is_unmatched || script_.inspectors_per_unit == 0) return;
    RecusalReplay replay(inputs(), result_, result_.assignment);
    RecusalBody body{draw_id,
                     plan_hash_,
                     result_.assignment[0].target,
                     result_.assignment[0].inspectors[0],
                     "kinship",
                     reason_commitment("亲属", sha256("salt")),
                     {},
                     0};
    auto const outcome = replay.recuse(body.target, body.inspector).value();
    body.replacement = outcome.replacement;
    body.limit = outcome.limit;
    if (script_.on_recusal) script_.on_recusal(body);
    made_.draw.recusals = {
        log("draw.recusal", "draw/" + draw_id, format_body(body), at("2025-03-05T01:00:00Z"))};
  }

  void make_open() {
    Open open{draw_id, plan_hash_, {}, {}};
    for (std::size_t i = 0; i < pids_.size(); ++i)
      if (is_drawn(pids_[i])) open.units.push_back({pids_[i], identifier(static_cast<int>(i)), salts_[i]});
    std::sort(open.units.begin(), open.units.end(),
              [](auto const& a, auto const& b) { return a.pid < b.pid; });
    for (std::size_t i = 0; i < ipids_.size(); ++i)
      open.inspectors.push_back({ipids_[i], certificate(i), inspector_salts_[i]});
    if (script_.on_open) script_.on_open(open);
    made_.draw.open = log("draw.open", "draw/" + draw_id, format_body(open), at("2025-04-01T01:00:00Z"));
  }

  void make_erase() {
    EraseBody const body{draw_id, plan_hash_, {"open.json"}, "retention_over"};
    made_.draw.erase = log("draw.erase", "draw/" + draw_id, format_body(body), at("2025-04-20T01:00:00Z"));
  }

  bool is_drawn(Pid const& pid) const {
    for (auto const& stratum : result_.strata) {
      for (auto const* list : {&stratum.certain, &stratum.selected})
        for (auto const& unit : *list)
          if (unit.pid == pid) return true;
      // The first reserve entered for a firm that had moved.
      if (stratum.reserves && !stratum.reserves->empty() && stratum.reserves->front().pid == pid) return true;
    }
    return false;
  }
  static std::string identifier(int i) { return "site:unit/" + std::to_string(i); }
  static std::string certificate(std::size_t i) { return "鲁P-" + std::to_string(i); }

  Script const& script_;
  ledger::SecretKey log_key_;
  std::string policy_;
  Published made_;
  std::map<std::string, Hash> heads_;
  Instant latest_;
  std::vector<Hash> salts_, inspector_salts_;
  std::vector<Pid> pids_, ipids_;
  Frame frame_;
  Roster roster_;
  Plan plan_;
  Hash plan_hash_{}, seed_entry_{};
  Hash const secret_ = sha256("thirty-two random bytes");
  Seed seed_;
  DrawResult result_;
  std::vector<FrameRow> frame_rows_;
  std::vector<RosterRow> roster_rows_;
  std::vector<RecusalRow> recusal_rows_;
};

// Tiles into a map.
class MapSink final : public ledger::TileSink {
 public:
  explicit MapSink(std::map<std::string, std::string>& files) : files_(files) {}
  Result<void> put(ledger::TileName const& name, ByteView bytes) override {
    files_[ledger::tile_path(name)] = std::string(text_of(bytes));
    return {};
  }
  void commit() override {}
  void drop_partials(ledger::TileName const&) override {}

 private:
  std::map<std::string, std::string>& files_;
};

}  // namespace

ledger::HashSource Published::tree() const {
  return [hashes = leaf_hashes](unsigned level, std::uint64_t index) -> std::optional<Hash> {
    if (level >= 32 || (index + 1) << level > hashes->size()) return {};
    return ledger::root_of(std::span(*hashes).subspan(index << level, std::size_t{1} << level));
  };
}

std::string proof_at(Published const& published, std::uint64_t index, std::uint64_t size, Instant time) {
  ledger::ProofFile proof;
  proof.index = index;
  proof.path = ledger::inclusion_proof(published.tree(), index, size).value();
  proof.checkpoint = note_of(published, size, 2, time.seconds());
  return ledger::format_proof_file(proof);
}

Published publish(Script const& script) { return Office(script).run(); }

std::map<std::string, std::string> files_of(Published const& published) {
  return draw_files(published.draw, published.tree(), {published.vkey, Grade::jia, {}}).value();
}

std::map<std::string, std::string> log_files_of(Published const& published) {
  Files files;
  MapSink sink(files);
  ledger::TileBuilder builder;
  for (auto const& leaf : published.leaves) (void)builder.append(bytes_of(leaf), sink);
  (void)builder.flush(sink);
  files["checkpoint"] = published.checkpoint;
  files["policy"] = published.draw.policy;
  return files;
}

}  // namespace plumbline::publication::test
