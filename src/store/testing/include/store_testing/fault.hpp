// A database that fails when told: any caller's every failure path can be walked by failing the first
// call, the second, the third …
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "store/store.hpp"

namespace plumbline::store::testing {

enum class FaultMoment : std::uint8_t {
  before,  // instead of the call
  after,   // the call is done, its answer lost: a commit has happened although it failed
};

struct Fault {
  std::uint64_t
      call;  // which of the writer's begin, fetch, write, flush and commit calls from now; 1 is the next
  Errc code = Errc::connection;
  FaultMoment moment = FaultMoment::before;
};

// What calls to count: a sweep over commits alone reaches every uncertain commit quickly.
enum class FaultCalls : std::uint8_t { all, commits };

class FaultyDatabase final : public Database {
 public:
  explicit FaultyDatabase(std::unique_ptr<Database> inner) : inner_(std::move(inner)) {}

  // Fails one call, once. A later plan replaces one that has not struck yet. Any thread.
  void plan(Fault fault, FaultCalls counted = FaultCalls::all);
  void forget_plan();
  bool struck() const;          // the planned fault has happened
  std::uint64_t calls() const;  // of the writer, so far: how far a sweep must go

  Engine engine() const override { return inner_->engine(); }
  std::unique_ptr<Writer> writer() override;
  std::unique_ptr<Reader> reader() override { return inner_->reader(); }

 private:
  friend class FaultyWriter;
  enum class Call : std::uint8_t { begin, fetch, write, flush, commit };
  std::optional<Fault> next(Call call);

  std::unique_ptr<Database> inner_;
  mutable std::mutex mutex_;
  std::optional<Fault> planned_;
  FaultCalls counted_ = FaultCalls::all;
  std::uint64_t calls_ = 0;
  bool struck_ = false;
};

}  // namespace plumbline::store::testing
