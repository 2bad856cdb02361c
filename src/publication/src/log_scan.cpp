#include "log_scan.hpp"

#include <algorithm>

#include "publication/forms.hpp"

namespace plumbline::publication {

bool LogScan::is_readable(ByteView first_entry) {
  auto const leaf = ledger::parse_leaf(text_of(first_entry));
  return leaf && leaf->type == "ledger.genesis";
}

void LogScan::take(std::uint64_t index, ByteView entry, Hash const& leaf_hash) {
  if (failure_) return;
  if (char const* error = check(index, entry, leaf_hash))
    failure_ = Failure{error, ledger::tile_path({ledger::TileKind::entries, 0, index / ledger::tile_width}),
                       "entry " + std::to_string(index) + (why_.empty() ? "" : ": " + why_)};
}

char const* LogScan::check(std::uint64_t index, ByteView entry, Hash const& leaf_hash) {
  auto const leaf = ledger::parse_leaf(text_of(entry));
  if (!leaf) {
    why_ = leaf.refusal().detail;
    return leaf.refusal().code == "SCHEMA" ? "SCHEMA" : "NOT_CANONICAL";
  }
  if (leaf->type == "ledger.genesis" && index != 0) {
    why_ = "a second genesis";
    return "SCHEMA";
  }
  if (leaf->seq != index) return "SEQ_MISMATCH";
  if (leaf->time_s < latest_time_s_) return "TIME_ORDER";
  latest_time_s_ = leaf->time_s;
  if (heads_.advance(leaf->chain(), leaf_hash) != leaf->prev) return "CHAIN_BROKEN";
  if (leaf->type == "ledger.policy") policy_digest_ = leaf->digest;
  return leaf->type.starts_with("draw.") ? check_draw(*leaf) : nullptr;
}

char const* LogScan::check_draw(ledger::LeafView const& leaf) {
  if (leaf.type == "draw.plan" || leaf.type == "draw.result" || leaf.type == "draw.void") {
    auto const chain = leaf.chain();
    auto series = series_.find(chain);
    if (series == series_.end()) series = series_.emplace(std::string(chain), SeriesRules{}).first;
    return series->second.take(leaf.type, leaf.number());
  }
  if (leaf.type == "draw.reveal" || leaf.type == "draw.seed") {
    auto ceremony = ceremonies_.find(leaf.subject);
    if (ceremony == ceremonies_.end())
      ceremony = ceremonies_.emplace(std::string(leaf.subject), Ceremony{}).first;
    auto& [has_reveal, has_seed] = ceremony->second;
    bool& flag = leaf.type == "draw.seed" ? has_seed : has_reveal;
    if (flag || has_seed) return "SEED_TWICE";
    flag = true;
  }
  return nullptr;
}

std::vector<LogReport::Series> LogScan::series() const {
  std::vector<LogReport::Series> out;
  for (auto const& [chain, rules] : series_) {  // draws/<authority>/<year>
    auto const authority_end = chain.rfind('/');
    out.push_back({chain.substr(6, authority_end - 6),
                   parse_number(std::string_view(chain).substr(authority_end + 1)).value_or(0),
                   rules.planned()});
  }
  return out;
}

}  // namespace plumbline::publication
