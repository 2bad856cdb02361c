// A system with the notice register in a scratch folder, a clock that stands still, and people.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>

#include "kernel/registers.hpp"
#include "kernel/system.hpp"
#include "notice.hpp"
#include "reflect/codec.hpp"
#include "store_testing/scratch.hpp"

namespace plumbline::kernel::testing {

// "done", or the code of the refusal.
inline std::string code_of(Result<Receipt> const& answer) { return answer ? "done" : answer.refusal().code; }

class DeskTest : public ::testing::TestWithParam<store::Engine> {
 protected:
  void SetUp() override;
  void TearDown() override;
  void reopen();

  // An account with one role in a region (or for a firm); made on first use.
  Uuid person(std::string const& login, Role role, std::string const& scope = "3715",
              std::optional<Uuid> firm = {});
  Result<Receipt> act(Uuid who, std::string const& action, Uuid record, std::string const& payload = "",
                      std::string const& key = "");
  // By the security administrator, on accounts and grants.
  Result<Receipt> administer(std::string const& register_name, std::string const& action, Uuid record);
  Uuid grant_of(Uuid account);
  // A stored file to a notice.
  Result<Receipt> attach(Uuid who, Uuid notice, std::string const& content);
  Uuid draft(Uuid who, std::string const& reference, std::string const& region = "371581");
  Found must_find(Uuid id);

  // The database as it stood when its log had `size` entries, as a restored backup would be, and waiting to
  // adopt what was published since.
  struct Moment {
    store::Row head;
  };
  Moment moment();
  void go_back_to(Moment const& moment);

  std::filesystem::path folder_;
  FixedClock clock_{*parse_instant("2026-03-02T01:00:00Z")};
  Catalogue catalogue_;
  std::unique_ptr<System> system_;
  std::optional<store::testing::Scratch> scratch_;
};

}  // namespace plumbline::kernel::testing
