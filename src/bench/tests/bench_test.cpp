#include "bench/bench.hpp"

#include <gtest/gtest.h>

#include "archive/api.hpp"
#include "base/hash.hpp"
#include "kernel/registers.hpp"

namespace plumbline::bench {
namespace {

class Smoke : public ::testing::Test {
 protected:
  void SetUp() override {
    catalogue_.add(kernel::kernel_module());
    catalogue_.add(archive::module());
    scratch_ = std::filesystem::temp_directory_path() / ("plumbline-bench-" + hex_encode(random_bytes(8)));
  }
  void TearDown() override { std::filesystem::remove_all(scratch_); }

  Setting setting() const { return {catalogue_, scratch_, "", smoke_sizes(), 1, {}}; }

  kernel::Catalogue catalogue_;
  std::filesystem::path scratch_;
};

TEST_F(Smoke, EveryFigureHasItsReference) {
  for (auto const& name : names()) {
    if (name == "desk_postgres") continue;  // wants a server
    auto const figure = run(name, setting());
    EXPECT_EQ(figure.name, name);
    EXPECT_GT(figure.value, 0) << name;
    EXPECT_GT(figure.reference, 0) << name;
    EXPECT_GT(figure.ratio, 0) << name;
    EXPECT_NE(to_json(figure).find("wanted"), nullptr);
  }
}

TEST_F(Smoke, ActsOfManySubmittersShareCommits) {
  auto const figure = run("desk", setting());
  double acts_per_commit = 0;
  double bytes = 0;
  for (auto const& [name, value] : figure.more) {
    if (name == "acts_per_commit") acts_per_commit = value;
    if (name == "bytes_per_act") bytes = value;
  }
  EXPECT_GT(acts_per_commit, 1);
  EXPECT_LE(acts_per_commit, 64);
  EXPECT_GT(bytes, 500) << "an act is a log entry, a version and a record";
}

TEST_F(Smoke, WhatItDoesNotKnowIsSaid) {
  EXPECT_THROW(run("desks", setting()), std::invalid_argument);
  EXPECT_THROW(run("desk_postgres", setting()), std::invalid_argument);
}

}  // namespace
}  // namespace plumbline::bench
