#include "ledger/policy.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "ledger/cosignature.hpp"
#include "text.hpp"

namespace plumbline::ledger {
namespace {

constexpr std::size_t policy_limit_bytes = 65'536;
constexpr std::size_t policy_limit_nodes = 1'024;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    auto const begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    words.push_back(line.substr(0, line.find_first_of(" \t")));
    line.remove_prefix(words.back().size());
  }
}

bool is_allowed(char c) {
  auto const octet = static_cast<unsigned char>(c);
  return octet == 0x09 || octet == 0x0a || (octet >= 0x20 && octet != 0x7f);
}

}  // namespace

class Policy::Reader {
 public:
  std::optional<Policy> read(std::string_view text) {
    // A last line without its newline may have been cut: "quorum w12" to "quorum w1".
    while (!text.empty()) {
      auto const line = take_line(text);
      if (!line) return {};
      auto const words = words_of(*line);
      if (words.empty() || words[0].starts_with('#')) continue;
      if (!read_line(words)) return {};
    }
    if (!has_quorum_) return {};
    return std::move(policy_);
  }

 private:
  bool read_line(std::vector<std::string_view> const& words) {
    if (policy_.nodes_.size() == policy_limit_nodes) return false;
    if (words[0] == "log") return read_log(words);
    if (words[0] == "witness") return read_witness(words);
    if (words[0] == "group") return read_group(words);
    if (words[0] == "quorum") return read_quorum(words);
    return false;
  }

  bool read_log(std::vector<std::string_view> const& words) {
    if (words.size() != 2 && words.size() != 3) return false;
    auto key = parse_vkey(words[1]);
    if (!key || key->type == KeyType::cosignature_v1 || !log_keys_.insert(key->public_key).second)
      return false;
    policy_.logs_.push_back({*std::move(key), std::string(words.size() == 3 ? words[2] : "")});
    return true;
  }

  bool read_witness(std::vector<std::string_view> const& words) {
    if (words.size() != 3 && words.size() != 4) return false;
    auto key = parse_vkey(words[2]);
    if (!key || key->type != KeyType::cosignature_v1 || !witness_keys_.insert(key->public_key).second)
      return false;
    Node node;
    node.witness = policy_.witnesses_.size();
    policy_.witnesses_.push_back(
        {std::string(words[1]), *std::move(key), std::string(words.size() == 4 ? words[3] : "")});
    return define(words[1], std::move(node));
  }

  bool read_group(std::vector<std::string_view> const& words) {
    if (words.size() < 4) return false;
    Node node;
    for (auto const name : std::span(words).subspan(3)) {
      auto const member = names_.find(name);
      // In one group at most, so that a witness counts in one way only.
      if (member == names_.end() || !grouped_.insert(member->second).second) return false;
      node.members.push_back(member->second);
    }
    if (words[2] == "any") {
      node.threshold = 1;
    } else if (words[2] == "all") {
      node.threshold = node.members.size();
    } else {
      auto const threshold = parse_decimal(words[2]);
      if (!threshold || *threshold == 0 || *threshold > node.members.size()) return false;
      node.threshold = *threshold;
    }
    return define(words[1], std::move(node));
  }

  bool read_quorum(std::vector<std::string_view> const& words) {
    if (words.size() != 2 || has_quorum_) return false;
    has_quorum_ = true;
    if (words[1] == "none") return true;
    auto const found = names_.find(words[1]);
    if (found == names_.end()) return false;
    policy_.quorum_ = found->second;
    return true;
  }

  bool define(std::string_view name, Node node) {
    if (name == "none" || !names_.emplace(name, policy_.nodes_.size()).second) return false;
    policy_.nodes_.push_back(std::move(node));
    return true;
  }

  Policy policy_;
  std::map<std::string, std::size_t, std::less<>> names_;
  std::set<std::size_t> grouped_;
  std::set<Bytes> log_keys_, witness_keys_;
  bool has_quorum_ = false;
};

std::optional<Policy> Policy::parse(std::string_view text) {
  if (text.size() > policy_limit_bytes || !is_utf8(text) ||
      !std::all_of(text.begin(), text.end(), is_allowed))
    return {};
  return Reader{}.read(text);
}

bool Policy::knows_log(VerifierKey const& key) const {
  return logs_.empty() ||
         std::any_of(logs_.begin(), logs_.end(), [&](auto const& log) { return log.key == key; });
}

bool Policy::holds(std::size_t node, std::vector<bool> const& cosigned) const {
  auto const& at = nodes_[node];
  if (at.threshold == 0) return cosigned.at(at.witness);
  auto const count = std::count_if(at.members.begin(), at.members.end(),
                                   [&](std::size_t member) { return holds(member, cosigned); });
  return static_cast<std::size_t>(count) >= at.threshold;
}

// Groups form a tree (each name is a member once), so members are satisfied independently.
std::size_t Policy::fewest(std::size_t node) const {
  auto const& at = nodes_[node];
  if (at.threshold == 0) return 1;
  std::vector<std::size_t> needs;
  needs.reserve(at.members.size());
  for (auto const member : at.members) needs.push_back(fewest(member));
  std::sort(needs.begin(), needs.end());
  return std::accumulate(needs.begin(), needs.begin() + static_cast<std::ptrdiff_t>(at.threshold),
                         std::size_t{0});
}

bool Policy::is_quorum(std::vector<bool> const& cosigned) const {
  return !quorum_ || holds(*quorum_, cosigned);
}

std::size_t Policy::fewest_witnesses() const { return quorum_ ? fewest(*quorum_) : 0; }

std::optional<std::int64_t> Policy::quorum_time(WitnessTimes const& times) const {
  if (!quorum_) return std::numeric_limits<std::int64_t>::min();
  std::set<std::int64_t> candidates;
  for (auto const& time : times)
    if (time) candidates.insert(*time);
  std::vector<bool> cosigned(witnesses_.size());
  for (auto const candidate : candidates) {
    for (std::size_t i = 0; i < cosigned.size(); ++i) cosigned[i] = times.at(i) && *times[i] <= candidate;
    if (is_quorum(cosigned)) return candidate;
  }
  return {};
}

Result<WitnessTimes> Policy::cosignatures(Note const& checkpoint) const {
  WitnessTimes times(witnesses_.size());
  for (std::size_t i = 0; i < witnesses_.size(); ++i) {
    auto const& key = witnesses_[i].key;
    for (auto const& line : checkpoint.signatures) {
      if (!line.is_of(key)) continue;
      auto const time = verify_cosignature(checkpoint.text, line, key);
      if (!time) return Refusal{"COSIGNATURE_INVALID", key.name, {}};
      times[i] = std::min(times[i].value_or(*time), *time);
    }
  }
  return times;
}

}  // namespace plumbline::ledger
