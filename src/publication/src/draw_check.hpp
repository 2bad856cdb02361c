// One verification of one draw's folder. The steps are those of draw-publication.md section 7; each
// answers the first thing that is wrong, or nothing.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "ledger/checkpoint.hpp"
#include "ledger/leaf.hpp"
#include "ledger/policy.hpp"
#include "ledger/proof_file.hpp"
#include "publication/bodies.hpp"
#include "publication/compute.hpp"
#include "publication/csv.hpp"
#include "publication/verify_draw.hpp"

namespace plumbline::publication {

using Outcome = std::optional<Failure>;

// The three files of a log entry, read and proved.
struct Entry {
  std::string name;  // "plan", "recusal-1"
  Bytes leaf_bytes;
  ledger::LeafView leaf;  // views of leaf_bytes
  Hash leaf_hash{};
  std::optional<Bytes> body;  // nothing: withheld or erased
  ledger::Checkpoint checkpoint;
  std::int64_t witnessed_s = 0;  // T(E)
};

class DrawCheck {
 public:
  DrawCheck(FileSource const& source, DrawVerifyOptions const& options)
      : source_(source), options_(options) {}
  Verdict<DrawReport> run();

  // What verify_draws compares between folders; meaningful after a good run.
  Plan const& plan() const { return *plan_; }
  Entry const* seed_entry() const { return seed_entry_; }
  std::span<FrameRow const> frame_rows() const { return frame_rows_; }
  std::map<std::uint64_t, Hash> const& roots() const { return roots_; }
  std::uint64_t numbers_planned() const { return numbers_planned_; }

 private:
  // Steps 1–2 (draw_entries.cpp)
  Outcome read_key_and_policy();
  Outcome read_entries();
  Outcome check_one_history();
  template <class Body>
  Outcome read(std::string const& name, std::optional<Body>& body, Entry const*& entry);
  Outcome read_leaf(Entry& entry, std::string_view type);
  Outcome read_proof(Entry& entry);
  Outcome read_witnesses(Entry& entry, ledger::Note const& note);
  Outcome read_recusals();
  bool is_here(std::string const& name) const;
  bool may_lack_body(std::string const& name) const;
  // Steps 3–4 (draw_links.cpp)
  Outcome check_policy();
  Outcome check_links();
  Outcome check_ids() const;
  Outcome check_subjects() const;
  Outcome check_bodies_agree() const;
  Outcome check_chains() const;
  // Steps 5–6 (draw_lists.cpp)
  Outcome check_lists();
  Outcome load_list(char const* file, Hash const& expected, char const* error, Bytes& bytes) const;
  template <class Row>
  Outcome parse_list(char const* file, char const* error, Bytes const& bytes, std::vector<Row>& rows) const;
  Outcome check_frame();
  Outcome check_strata() const;
  Outcome check_roster();
  Outcome check_recusal_rows() const;
  Outcome check_group_rows();
  Outcome check_plan_rules() const;
  Outcome check_order();
  // Step 7 (draw_seed.cpp)
  Outcome check_seed();
  Outcome check_reveal() const;
  Outcome check_plan_named() const;
  Outcome check_values() const;
  Outcome check_value(Source const& source, Seed::Value const& value) const;
  Outcome check_evidence(Source const& source, Seed::Value const& value) const;
  Outcome check_entropy() const;
  std::optional<Hash> revealed(std::string_view source_id) const;
  // Steps 8, 11 (draw_recompute.cpp)
  Outcome check_draw();
  Outcome check_matching(DrawResult const& expected) const;
  Outcome check_assign() const;
  Outcome check_after_draw();
  Outcome check_recusals();
  Outcome check_open() const;
  Outcome check_opened_units() const;
  Outcome check_opened_inspectors() const;
  DrawInputs inputs() const;
  // Steps 9–10 (draw_series.cpp)
  Outcome check_void();
  Outcome check_series();
  Outcome check_series_content(std::vector<Bytes> const& lines);
  // The answer (draw_report.cpp)
  DrawReport report() const;
  DrawStage stage() const;
  std::vector<std::string> by_hand() const;
  std::vector<std::string> participants() const;
  bool has_small_cell() const;

  static Failure fail(char const* error, std::string file, std::string why) {
    return {error, std::move(file), std::move(why)};
  }
  static Failure missing(std::string file) {
    return {"FILE_MISSING", std::move(file), "needed and not there"};
  }
  void warn(std::string const& warning);

  FileSource const& source_;
  DrawVerifyOptions const& options_;
  std::optional<ledger::VerifierKey> key_;
  std::optional<ledger::Policy> policy_;
  bool is_sealed_ = false;
  Grade grade_ = Grade::jia;
  std::vector<std::string> warnings_;

  std::deque<Entry> entries_;  // in the order of section 7; does not move its elements
  std::map<std::uint64_t, Hash> roots_;
  Entry const* frame_entry_ = nullptr;
  Entry const* roster_entry_ = nullptr;
  Entry const* plan_entry_ = nullptr;
  Entry const* reveal_entry_ = nullptr;
  Entry const* seed_entry_ = nullptr;
  Entry const* result_entry_ = nullptr;
  Entry const* void_entry_ = nullptr;
  Entry const* assign_entry_ = nullptr;
  std::vector<Entry const*> recusal_entries_;
  Entry const* open_entry_ = nullptr;
  Entry const* erase_entry_ = nullptr;
  std::optional<Frame> frame_;
  std::optional<Roster> roster_;
  std::optional<Plan> plan_;
  std::optional<Reveal> reveal_;
  std::optional<Seed> seed_;
  std::optional<DrawResult> result_;  // also without an entry, in a draw voided before RESULT
  std::optional<Bytes> result_bytes_;
  std::optional<Void> void_;
  std::optional<Assign> assign_;
  std::vector<std::optional<RecusalBody>> recusals_;
  std::optional<Open> open_;
  std::optional<EraseBody> erase_;

  Bytes frame_csv_, excluded_csv_, roster_csv_, recusals_csv_, groups_csv_;
  std::vector<FrameRow> frame_rows_;
  std::vector<ExcludedRow> excluded_rows_;
  std::vector<RosterRow> roster_rows_;
  std::vector<RecusalRow> recusal_rows_;
  std::vector<GroupRow> group_rows_;
  std::uint64_t numbers_planned_ = 0;
  std::vector<std::uint64_t> pending_;
};

}  // namespace plumbline::publication
