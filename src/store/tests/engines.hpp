// Runs a suite on both engines: TEST_P over a fixture derived from OnEngine.
#pragma once
#include <gtest/gtest.h>

#include "store_testing/scratch.hpp"

namespace plumbline::store {

class OnEngine : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    if (!testing::Scratch::available(GetParam())) GTEST_SKIP() << "PLUMBLINE_TEST_POSTGRES is not set";
    scratch_.emplace(GetParam());
    database_ = open(scratch_->address(), options());
    writer_ = database_->writer();
  }
  void TearDown() override {
    writer_.reset();
    database_.reset();
    scratch_.reset();
  }

  virtual Options options() const {
    Options options;
    options.lock_wait_ms = 200;
    return options;
  }
  bool postgres() const { return GetParam() == Engine::postgres; }

  // DDL with {INT}, {BIN}, {REAL} and {END} for what differs.
  void create(std::string ddl) {
    auto const put = [&](std::string_view mark, std::string_view word) {
      for (auto at = ddl.find(mark); at != std::string::npos; at = ddl.find(mark))
        ddl.replace(at, mark.size(), word);
    };
    put("{INT}", postgres() ? "bigint" : "INTEGER");
    put("{BIN}", postgres() ? "bytea" : "BLOB");
    put("{REAL}", postgres() ? "double precision" : "REAL");
    put("{END}", postgres() ? "" : "STRICT");
    writer_->script(ddl);
  }
  void commit(Sql const& sql, std::vector<Value> values) {
    writer_->begin();
    writer_->write(sql, std::move(values));
    writer_->commit();
  }
  Rows ask(std::string const& text, std::initializer_list<Value> values = {}) {
    return database_->reader()->query({"ask", text}, values);
  }

  std::optional<testing::Scratch> scratch_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Writer> writer_;
};

inline std::string engine_name(::testing::TestParamInfo<Engine> const& info) {
  return info.param == Engine::sqlite ? "sqlite" : "postgres";
}

}  // namespace plumbline::store
