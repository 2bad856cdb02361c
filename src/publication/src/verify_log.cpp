#include "publication/verify_log.hpp"

#include "ledger/checkpoint.hpp"
#include "ledger/policy.hpp"
#include "ledger/proof_file.hpp"
#include "log_scan.hpp"
#include "scan_lane.hpp"
#include "tree_scan.hpp"

namespace plumbline::publication {
namespace {

constexpr std::uint64_t progress_step = 1U << 14;

class LogCheck {
 public:
  LogCheck(ledger::TileSource const& source, LogVerifyOptions const& options)
      : source_(source), options_(options) {}

  Verdict<LogReport> run() {
    if (auto bad = open()) return *std::move(bad);
    TreeScan tree(source_, size());
    if (auto bad = read_tree(tree)) return *std::move(bad);
    if (auto bad = compare_roots(tree)) return *std::move(bad);
    if (auto bad = compare_since()) return *std::move(bad);
    if (auto bad = finish_scan()) return *std::move(bad);
    return report();
  }

 private:
  using Outcome = std::optional<Failure>;
  std::uint64_t size() const { return checkpoint_->checkpoint.size; }

  Outcome open() {
    key_ = ledger::parse_vkey(options_.vkey);
    if (!key_ || key_->type != ledger::KeyType::ed25519)
      return Failure{"KEY_FORMAT", "", "not a verifier key of an Ed25519 log: name+id+base64"};
    auto const note = source_.read("checkpoint");
    if (!note) return Failure{"FILE_MISSING", "checkpoint", "needed and not there"};
    auto opened = ledger::open_checkpoint(text_of(*note), *key_);
    if (!opened) return Failure{opened.refusal().code, "checkpoint", opened.refusal().detail};
    checkpoint_ = *std::move(opened);
    return check_witnesses();
  }

  Outcome check_witnesses() {
    std::optional<ledger::Policy> policy;
    if (options_.policy) {
      policy = ledger::Policy::parse(*options_.policy);
      if (!policy) return Failure{"POLICY_FORMAT", "", "not a C2SP tlog-policy"};
    } else if (auto const published = source_.read("policy")) {
      policy = ledger::Policy::parse(text_of(*published));  // for the grade only
    }
    if (!policy) return {};
    auto const times = policy->cosignatures(checkpoint_->note);
    bool const given = options_.policy.has_value();
    if (!times)
      return given ? Outcome{{"COSIGNATURE_INVALID", "checkpoint", times.refusal().detail}} : Outcome{};
    bool const is_quorum = policy->quorum_time(*times).has_value();
    if (given && !is_quorum)
      return Failure{"WITNESS_QUORUM", "checkpoint",
                     "the witnesses that cosigned are no quorum of the policy"};
    bool cosigned = false;
    for (auto const& time : *times) cosigned = cosigned || time.has_value();
    grade_ = is_quorum && policy->fewest_witnesses() >= 2 ? Grade::jia : cosigned ? Grade::yi : Grade::bing;
    return {};
  }

  Outcome read_tree(TreeScan& tree) {
    auto const since = since_checkpoint();
    std::uint64_t const since_size = since ? since->checkpoint.size : 0;
    if (since_size == 0) root_at_since_ = ledger::empty_root();
    ScanLane lane(scan_);
    for (std::uint64_t done = 0; done < size();) {
      auto const index = done / ledger::tile_width;
      auto& part = lane.next();
      auto const read =
          ledger::read_bundle(source_, index, ledger::tile_width_at(0, index, size()), part.bundle);
      if (!read)
        return Failure{read.refusal().code, read.refusal().detail, "needed for this size, in this form"};
      hash_entries(part.bundle.entries, part.hashes);
      if (auto bad = tree.take(part.hashes)) return bad;
      part.first = done;
      done += part.hashes.size();
      if (part.first == 0) is_scanned_ = is_to_be_scanned(part.bundle.entries[0]);
      if (since_size > part.first && since_size <= done) root_at_since_ = tree.root_at(since_size);
      if (done == size()) root_ = tree.root_at(done);
      if (is_scanned_) lane.hand_over();
      if (options_.progress && (done % progress_step == 0 || done == size())) options_.progress(done, size());
    }
    if (size() == 0) root_ = ledger::empty_root();
    if (auto bad = tree.finish()) return bad;
    lane.finish();
    return {};
  }

  bool is_to_be_scanned(ByteView first_entry) const {
    return options_.entries == EntryReading::automatic && LogScan::is_readable(first_entry);
  }

  static void hash_entries(std::vector<ByteView> const& entries, std::vector<Hash>& hashes) {
    hashes.clear();
    for (auto const entry : entries) hashes.push_back(ledger::leaf_hash(entry));
  }

  Outcome compare_roots(TreeScan const& tree) const {
    auto const& entry = tree.entry_unlike();
    auto const tile_of = [](std::uint64_t i) {
      return ledger::tile_path({ledger::TileKind::hashes, 0, i / ledger::tile_width});
    };
    if (root_ == checkpoint_->checkpoint.root) {
      if (entry) return Failure{"TILE_MISMATCH", tile_of(*entry), "hash of entry " + std::to_string(*entry)};
      if (!tree.tile_unlike().empty())
        return Failure{"TILE_MISMATCH", tree.tile_unlike(), "not what its entries give"};
      return {};
    }
    if (entry)
      return Failure{"ENTRY_HASH",
                     ledger::tile_path({ledger::TileKind::entries, 0, *entry / ledger::tile_width}),
                     "entry " + std::to_string(*entry) + " is not the one in the tree"};
    if (!tree.tile_unlike().empty())
      return Failure{"TILE_MISMATCH", tree.tile_unlike(), "not what its entries give"};
    return Failure{"ROOT_MISMATCH", "checkpoint", "the entries give another root"};
  }

  std::optional<ledger::SignedCheckpoint> since_checkpoint() const {
    if (!options_.since) return {};
    auto opened = ledger::open_checkpoint(ledger::checkpoint_part(*options_.since), *key_);
    if (!opened) return {};
    return *std::move(opened);
  }

  Outcome compare_since() const {
    if (!options_.since) return {};
    auto const since = ledger::open_checkpoint(ledger::checkpoint_part(*options_.since), *key_);
    if (!since) return Failure{since.refusal().code, "", "the older checkpoint: " + since.refusal().detail};
    auto const& older = since->checkpoint;
    if (older.size > size())
      return Failure{"LOG_SHRUNK", "checkpoint", "it had " + std::to_string(older.size) + " entries"};
    if (older.root != root_at_since_)
      return Failure{"LOG_FORKED", "checkpoint", "another root at size " + std::to_string(older.size)};
    return {};
  }

  Outcome finish_scan() const {
    if (!is_scanned_) return {};
    if (scan_.failure()) return scan_.failure();
    if (!scan_.policy_digest()) return {};
    auto const policy = source_.read("policy");
    if (!policy) return Failure{"FILE_MISSING", "policy", "needed and not there"};
    if (sha256(*policy) != *scan_.policy_digest())
      return Failure{"POLICY_MISMATCH", "policy", "not the policy last logged"};
    return {};
  }

  LogReport report() const {
    LogReport report;
    report.origin = checkpoint_->checkpoint.origin;
    report.size = size();
    report.root = root_;
    report.entries_checked = is_scanned_;
    if (is_scanned_) report.series = scan_.series();
    report.grade = grade_;
    return report;
  }

  ledger::TileSource const& source_;
  LogVerifyOptions const& options_;
  std::optional<ledger::VerifierKey> key_;
  std::optional<ledger::SignedCheckpoint> checkpoint_;
  Grade grade_ = Grade::bing;
  Hash root_{};
  std::optional<Hash> root_at_since_;
  bool is_scanned_ = false;
  LogScan scan_;
};

}  // namespace

Verdict<LogReport> verify_log(ledger::TileSource const& source, LogVerifyOptions const& options) {
  return LogCheck(source, options).run();
}

Json to_json(LogReport const& report) {
  Json series{Json::Array{}};
  for (auto const& [authority, year, last] : report.series) {
    Json item{Json::Object{}};
    item.set("authority", authority);
    item.set("year", static_cast<std::int64_t>(year));
    item.set("last", static_cast<std::int64_t>(last));
    series.push(std::move(item));
  }
  Json json{Json::Object{}};
  json.set("ok", 1);
  json.set("origin", report.origin);
  json.set("size", static_cast<std::int64_t>(report.size));
  json.set("root", to_hex(report.root));
  json.set("entries", report.entries_checked ? "checked" : "opaque");
  json.set("grade", to_string(report.grade));
  json.set("series", std::move(series));
  return json;
}

}  // namespace plumbline::publication
