// Steps 1 and 2: the key, the policy, and every log entry with its proof.
#include <algorithm>

#include "draw_check.hpp"
#include "inclusion.hpp"

namespace plumbline::publication {
namespace {

// A cosignature may be this much older than the entry it covers claims to be: clocks differ.
constexpr std::int64_t clock_slack_s = 300;

}  // namespace

Outcome DrawCheck::read_key_and_policy() {
  key_ = ledger::parse_vkey(options_.vkey);
  if (!key_ || key_->type != ledger::KeyType::ed25519)
    return fail("KEY_FORMAT", "", "not a verifier key of an Ed25519 log: name+id+base64");
  if (options_.policy) {
    policy_ = ledger::Policy::parse(*options_.policy);
  } else {
    auto const text = source_.read("policy");
    if (!text) return missing("policy");
    policy_ = ledger::Policy::parse(text_of(*text));
  }
  if (!policy_) return fail("POLICY_FORMAT", options_.policy ? "" : "policy", "not a C2SP tlog-policy");
  return {};
}

bool DrawCheck::is_here(std::string const& name) const {
  if (source_.has(name + ".entry") || source_.has(name + ".tlog-proof")) return true;
  // A draw voided before RESULT has result.json alone.
  return name != "result" && source_.has(name + ".json");
}

bool DrawCheck::may_lack_body(std::string const& name) const {
  if (name == "open") return is_here("erase");
  return is_sealed_ && (name == "result" || name == "assign" || name.starts_with("recusal-"));
}

Outcome DrawCheck::read_entries() {
  is_sealed_ = !source_.has("frame.csv") && !source_.has("result.json") && !source_.has("open.json");
  if (auto bad = read("frame", frame_, frame_entry_)) return bad;
  if (auto bad = read("roster", roster_, roster_entry_)) return bad;
  if (auto bad = read("plan", plan_, plan_entry_)) return bad;
  if (is_here("reveal"))
    if (auto bad = read("reveal", reveal_, reveal_entry_)) return bad;
  if (is_here("seed"))
    if (auto bad = read("seed", seed_, seed_entry_)) return bad;
  if (is_here("result"))
    if (auto bad = read("result", result_, result_entry_)) return bad;
  if (is_here("void"))
    if (auto bad = read("void", void_, void_entry_)) return bad;
  if (is_here("assign"))
    if (auto bad = read("assign", assign_, assign_entry_)) return bad;
  if (auto bad = read_recusals()) return bad;
  if (is_here("open"))
    if (auto bad = read("open", open_, open_entry_)) return bad;
  if (is_here("erase"))
    if (auto bad = read("erase", erase_, erase_entry_)) return bad;
  return {};
}

Outcome DrawCheck::read_recusals() {
  std::uint64_t last = 0;  // a gap in the numbers is a missing file
  for (auto const& name : source_.list()) {
    if (!name.starts_with("recusal-")) continue;
    auto const number = parse_number(std::string_view(name).substr(8, name.find('.') - 8));
    if (number && *number < 1'000'000) last = std::max(last, *number);
  }
  for (std::uint64_t i = 1; i <= last || is_here("recusal-" + std::to_string(i)); ++i) {
    auto& body = recusals_.emplace_back();
    auto& entry = recusal_entries_.emplace_back();
    if (auto bad = read("recusal-" + std::to_string(i), body, entry)) return bad;
  }
  return {};
}

template <class Body>
Outcome DrawCheck::read(std::string const& name, std::optional<Body>& body, Entry const*& entry_out) {
  auto& entry = entries_.emplace_back();
  entry.name = name;
  auto const type = "draw." + name.substr(0, name.find('-'));
  if (auto bad = read_leaf(entry, type)) return bad;

  entry.body = source_.read(name + ".json");
  if (!entry.body && !may_lack_body(name)) return missing(name + ".json");
  if (entry.body) {
    if (sha256(*entry.body) != entry.leaf.digest)
      return fail("DIGEST_MISMATCH", name + ".json", "its SHA-256 is not the digest in " + name + ".entry");
    auto parsed = parse_body<Body>(text_of(*entry.body));
    if (!parsed) return fail(parsed.refusal().code.c_str(), name + ".json", parsed.refusal().detail);
    body = *std::move(parsed);
  }
  if (auto bad = read_proof(entry)) return bad;
  entry_out = &entry;
  return {};
}

Outcome DrawCheck::read_leaf(Entry& entry, std::string_view type) {
  auto const file = entry.name + ".entry";
  auto bytes = source_.read(file);
  if (!bytes) return missing(file);
  entry.leaf_bytes = *std::move(bytes);
  auto const leaf = ledger::parse_leaf(text_of(entry.leaf_bytes));
  if (!leaf) return fail(leaf.refusal().code.c_str(), file, leaf.refusal().detail);
  entry.leaf = *leaf;
  entry.leaf_hash = ledger::leaf_hash(entry.leaf_bytes);
  if (entry.leaf.type != type) return fail("SCHEMA", file, "its type is not " + std::string(type));
  return {};
}

Outcome DrawCheck::read_proof(Entry& entry) {
  auto const file = entry.name + ".tlog-proof";
  auto const bytes = source_.read(file);
  if (!bytes) return missing(file);
  auto const opened = verify_inclusion_file(text_of(*bytes), *key_, entry.leaf.seq, entry.leaf_hash, file);
  if (!opened) return opened.failure();
  entry.checkpoint = opened.report().checkpoint;
  return read_witnesses(entry, opened.report().note);
}

Outcome DrawCheck::read_witnesses(Entry& entry, ledger::Note const& note) {
  auto const file = entry.name + ".tlog-proof";
  auto const times = policy_->cosignatures(note);
  if (!times) return fail("COSIGNATURE_INVALID", file, times.refusal().detail);
  std::optional<std::int64_t> earliest;
  for (auto const& time : *times)
    if (time && (!earliest || *time < *earliest)) earliest = time;

  auto const quorum_time = policy_->quorum_time(*times);
  std::size_t const fewest = policy_->fewest_witnesses();
  Grade const grade = quorum_time && fewest >= 2 ? Grade::jia : earliest ? Grade::yi : Grade::bing;
  grade_ = std::max(grade_, grade);
  if (!quorum_time && options_.require == Grade::jia)
    return fail("WITNESS_QUORUM", file, "the witnesses that cosigned are no quorum of the policy");
  if (options_.require == Grade::yi && grade == Grade::bing)
    return fail("WITNESS_QUORUM", file, "no witness cosigned");
  if (!quorum_time) warn("WITNESS_QUORUM");

  if (earliest && *earliest < entry.leaf.time_s - clock_slack_s)
    return fail("TIME_ORDER", file, "cosigned before the entry's own time");
  bool const by_quorum = quorum_time && fewest >= 1;
  entry.witnessed_s = by_quorum ? *quorum_time : earliest.value_or(entry.leaf.time_s);
  return {};
}

Outcome DrawCheck::check_one_history() {
  for (auto const& entry : entries_) {
    auto const [known, is_new] = roots_.emplace(entry.checkpoint.size, entry.checkpoint.root);
    if (!is_new && known->second != entry.checkpoint.root)
      return fail("LOG_FORKED", entry.name + ".tlog-proof", "another root for the same size of the log");
  }
  for (auto later = std::next(roots_.begin()); later != roots_.end(); ++later) {
    auto const earlier = std::prev(later);
    auto const file = "consistency/" + std::to_string(earlier->first) + '-' + std::to_string(later->first);
    auto const bytes = source_.read(file);
    if (!bytes) return missing(file);
    auto const path = ledger::parse_hash_lines(text_of(*bytes));
    if (!path) return fail("CONSISTENCY", file, "not lines of base64 hashes");
    if (!ledger::verify_consistency(earlier->first, later->first, earlier->second, later->second, *path))
      return fail("CONSISTENCY", file, "the later log does not begin with the earlier one");
  }
  return {};
}

void DrawCheck::warn(std::string const& warning) {
  if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) warnings_.push_back(warning);
}

}  // namespace plumbline::publication
