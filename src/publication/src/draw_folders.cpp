// All of draws/: what no folder shows alone.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "draw_check.hpp"

namespace plumbline::publication {
namespace {

Failure in_folder(std::string const& folder, Failure failure) {
  failure.file = failure.file.empty() ? folder : folder + '/' + failure.file;
  return failure;
}

// What is kept of each folder once it is verified.
class DrawsCheck {
 public:
  // The answer is what is wrong within the folder's own name.
  std::optional<Failure> take(std::string const& folder, DrawCheck const& check) {
    auto const& plan = check.plan();
    if (plan.draw != folder) return Failure{"LINK_MISMATCH", folder, "the folder is not named as its draw"};
    for (auto const& row : check.frame_rows()) {
      auto const [known, is_new] = folder_of_pid_.emplace(*hash_from_hex(row.pid), folders_.size());
      if (!is_new && !reused_)
        reused_ = Failure{"FRAME_REUSED", folder + "/frame.csv",
                          "pid " + std::string(row.pid) + " is also in " + folders_[known->second]};
    }
    if (auto const* seed = check.seed_entry()) {
      auto const [known, is_new] = seeds_.emplace(plan.ceremony, seed->leaf_hash);
      if (!is_new && known->second != seed->leaf_hash && !seeded_twice_)
        seeded_twice_ =
            Failure{"SEED_TWICE", folder + "/seed.entry", "ceremony " + plan.ceremony + " has another seed"};
    }
    for (auto const& [size, root] : check.roots()) {
      auto const [known, is_new] = roots_.emplace(size, root);
      if (!is_new && known->second != root && !forked_)
        forked_ = Failure{"LOG_FORKED", folder,
                          "another root of size " + std::to_string(size) + " than other folders"};
    }
    auto& planned = planned_[{plan.authority, plan.year}];
    planned = std::max(planned, check.numbers_planned());
    folders_.push_back(folder);
    return {};
  }

  std::optional<Failure> finish() const {
    if (reused_) return reused_;
    if (seeded_twice_) return seeded_twice_;
    for (auto const& [series, planned] : planned_) {
      for (std::uint64_t number = 1; number <= planned; ++number) {
        auto const id = to_string(DrawId{series.second, series.first, number});
        if (std::find(folders_.begin(), folders_.end(), id) == folders_.end())
          return Failure{"FOLDER_MISSING", id, "its number was planned"};
      }
    }
    return forked_;
  }

 private:
  struct HashOf {
    std::size_t operator()(Hash const& hash) const {  // pids are hashes already
      std::size_t value = 0;
      for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | hash[i];
      return value;
    }
  };
  std::vector<std::string> folders_;
  std::unordered_map<Hash, std::size_t, HashOf> folder_of_pid_;
  std::map<std::string, Hash> seeds_;
  std::map<std::uint64_t, Hash> roots_;
  std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> planned_;
  std::optional<Failure> reused_, seeded_twice_, forked_;
};

}  // namespace

Verdict<DrawsReport> verify_draws(FileSource const& source, DrawVerifyOptions const& options) {
  DrawsReport report;
  DrawsCheck all;
  for (auto const& folder : source.folders()) {
    if (!folder.starts_with("DR-")) continue;
    auto const files = source.folder(folder);
    DrawCheck check(*files, options);
    auto verdict = check.run();
    if (!verdict) return in_folder(folder, verdict.failure());
    if (auto bad = all.take(folder, check)) return *std::move(bad);
    report.draws.push_back(verdict.report());
  }
  if (report.draws.empty()) return Failure{"FILE_MISSING", "", "no draw folder DR-… here"};
  if (auto bad = all.finish()) return *std::move(bad);
  return report;
}

Json to_json(DrawsReport const& report) {
  Grade worst = Grade::jia;
  Json draws{Json::Array{}};
  for (auto const& draw : report.draws) {
    draws.push(to_json(draw));
    worst = std::max(worst, draw.grade);
  }
  Json json{Json::Object{}};
  json.set("ok", 1);
  json.set("grade", to_string(worst));
  json.set("draws", std::move(draws));
  return json;
}

}  // namespace plumbline::publication
