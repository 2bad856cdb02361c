#include "store_testing/fault.hpp"

#include <utility>

namespace plumbline::store::testing {

class FaultyWriter final : public Writer {
 public:
  using Call = FaultyDatabase::Call;
  FaultyWriter(FaultyDatabase& database, std::unique_ptr<Writer> inner)
      : database_(database), inner_(std::move(inner)) {}

  void begin() override {
    call(Call::begin, [&] { inner_->begin(); });
  }
  std::vector<Rows> fetch(std::span<Statement const> statements) override {
    std::vector<Rows> answers;
    call(Call::fetch, [&] { answers = inner_->fetch(statements); });
    return answers;
  }
  void write(Sql const& sql, std::vector<Value> values) override {
    call(Call::write, [&] { inner_->write(sql, std::move(values)); });
  }
  void flush() override {
    call(Call::flush, [&] { inner_->flush(); });
  }
  void commit() override {
    call(Call::commit, [&] { inner_->commit(); });
  }
  void rollback() noexcept override { inner_->rollback(); }
  void script(std::string_view sql) override { inner_->script(sql); }

 private:
  template <class Inner>
  void call(Call which, Inner const& inner) {
    auto const fault = database_.next(which);
    if (!fault || fault->moment == FaultMoment::after) inner();
    if (!fault) return;
    inner_->rollback();  // as after any Error; a commit that has happened stays
    throw Error(fault->code, "fault", "planned fault");
  }

  FaultyDatabase& database_;
  std::unique_ptr<Writer> inner_;
};

void FaultyDatabase::plan(Fault fault, FaultCalls counted) {
  if (fault.call == 0) throw std::logic_error("calls are counted from 1");
  std::lock_guard const lock(mutex_);
  planned_ = fault;
  counted_ = counted;
  struck_ = false;
}

void FaultyDatabase::forget_plan() {
  std::lock_guard const lock(mutex_);
  planned_.reset();
}

bool FaultyDatabase::struck() const {
  std::lock_guard const lock(mutex_);
  return struck_;
}

std::uint64_t FaultyDatabase::calls() const {
  std::lock_guard const lock(mutex_);
  return calls_;
}

std::unique_ptr<Writer> FaultyDatabase::writer() {
  return std::make_unique<FaultyWriter>(*this, inner_->writer());
}

std::optional<Fault> FaultyDatabase::next(Call call) {
  std::lock_guard const lock(mutex_);
  ++calls_;
  if (!planned_ || (counted_ == FaultCalls::commits && call != Call::commit)) return std::nullopt;
  if (--planned_->call != 0) return std::nullopt;
  struck_ = true;
  return std::exchange(planned_, std::nullopt);
}

}  // namespace plumbline::store::testing
