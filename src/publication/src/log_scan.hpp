// Step 4 of section 8: what the entries say, read one after the other. Only this scan proves that no
// second PLAN, SEED or RESULT exists anywhere in the log.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "chain_heads.hpp"
#include "ledger/leaf.hpp"
#include "publication/verdict.hpp"
#include "publication/verify_log.hpp"
#include "series.hpp"

namespace plumbline::publication {

class LogScan {
 public:
  // Whether entry 0 makes this a log to be read.
  static bool is_readable(ByteView first_entry);
  // In log order. After the first failure nothing is looked at any more.
  void take(std::uint64_t index, ByteView entry, Hash const& leaf_hash);
  std::optional<Failure> const& failure() const { return failure_; }
  std::optional<Hash> const& policy_digest() const { return policy_digest_; }
  std::vector<LogReport::Series> series() const;

 private:
  struct Ceremony {
    bool has_reveal = false;
    bool has_seed = false;
  };
  char const* check(std::uint64_t index, ByteView entry, Hash const& leaf_hash);
  char const* check_draw(ledger::LeafView const& leaf);

  std::optional<Failure> failure_;
  std::string why_;
  std::int64_t latest_time_s_ = 0;
  ChainHeads heads_;
  std::map<std::string, SeriesRules, std::less<>> series_;  // by chain
  std::map<std::string, Ceremony, std::less<>> ceremonies_;
  std::optional<Hash> policy_digest_;
};

}  // namespace plumbline::publication
