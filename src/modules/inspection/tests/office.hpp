// A city's bureau in a scratch folder with firms, inspectors and one item, and hands that act for it. Time
// stands still unless a test moves it.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "archive/api.hpp"
#include "base/identifiers.hpp"
#include "inspection/api.hpp"
#include "inspection/service.hpp"
#include "kernel/grants.hpp"
#include "kernel/publisher.hpp"
#include "kernel/reads.hpp"
#include "kernel/recovery.hpp"
#include "kernel/registers.hpp"
#include "kernel/system.hpp"
#include "people/api.hpp"
#include "publication/verify_draw.hpp"

namespace plumbline::inspection::testing {

using kernel::Role;

inline std::string quoted(std::string const& text) { return '"' + text + '"'; }
inline std::string id_text(Uuid id) { return quoted(to_string(id)); }

class Office : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // ---- hands
  Uuid person(std::string const& login, Role role, std::string const& scope = "3715");
  Result<kernel::Receipt> act(Uuid who, std::string const& register_name, std::string const& action,
                              Uuid record, std::string const& payload = "");
  // Must succeed; answers the record.
  Uuid done(Uuid who, std::string const& register_name, std::string const& action, Uuid record,
            std::string const& payload = "");
  template <class T>
  T must(Result<T> result) {
    if (!result) throw std::runtime_error(words_of(result.refusal()));
    return std::move(result).value();
  }
  static std::string words_of(Refusal const& refusal);
  template <class T>
  T record(std::string const& register_name, Uuid id) {
    auto const found = system_->reads().get(viewer_, register_name, id);
    if (!found) throw std::runtime_error("no record of " + register_name);
    return found->template as<T>();
  }
  std::string state(std::string const& register_name, Uuid id);
  void go_to(std::string const& instant) { clock_.set(*parse_instant(instant)); }

  // ---- what there is
  Uuid firm(int number, std::string const& more = "");
  Uuid inspector(int number, Uuid department, std::string const& field);
  // `more`: further members, the department among them; none: the quality department.
  Uuid task(std::string const& design, std::string const& more = "");
  void approve_and_announce(Uuid task);
  Uuid ceremony(std::string const& event, std::string const& deadline);
  void throw_dice(Uuid ceremony, std::string const& digits);
  // Draft to seed: frozen now, dice at `event`.
  Uuid seeded(std::string const& design, std::string const& event, std::string const& deadline);
  std::vector<kernel::Found> checks_of(Uuid task);
  // Notice, visit and result of one check by its own inspectors; follow-ups are not opened.
  void visit(kernel::Found const& check, std::string const& result);
  void publish(Uuid check);
  publication::Verdict<publication::DrawsReport> verify();

  // A copy of everything as it stands now; later everything since is lost but the published log.
  std::filesystem::path backed_up();
  kernel::Adoption restored(std::filesystem::path const& backup);

  std::filesystem::path folder_;
  FixedClock clock_{*parse_instant("2026-03-02T01:00:00Z")};
  kernel::Catalogue catalogue_;
  std::unique_ptr<kernel::System> system_;
  kernel::Viewer viewer_;
  Uuid bureau_, quality_, fire_, item_;
  std::map<Uuid, Uuid> account_of_inspector_;
};

// Twelve bearing makers, ten food makers, four inspectors for each.
class Draw : public Office {
 protected:
  void SetUp() override;

  std::vector<Uuid> bearings_, food_;
  Uuid drawer_, leader_;
};

inline constexpr char const* two_strata =
    R"({"pool":{"name":"轴承与食品","industries":["C34","C14"]},
        "strata":[{"stratum":"轴承","industries":["C34"],"sample_size":4,"inspectors":2,"reserves":2,
                   "group":"工业"},
                  {"stratum":"食品","sample_size":3,"inspectors":2,"reserves":1,"group":"食品"}],
        "weights":{"rule":"WR-2026-1","a":1,"b":2,"c":3,"d":4}})";

}  // namespace plumbline::inspection::testing
