// What the engines share behind store.hpp.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace plumbline::store {

std::unique_ptr<Database> open_sqlite(std::string const& path, Options const& options);
std::unique_ptr<Database> open_postgres(std::string const& address, Options const& options);

// Refuses with Errc::check what only one engine would take: PostgreSQL has no NUL in text and wants UTF-8;
// SQLite makes NaN a null.
void require_storable(std::span<Value const> values, std::string_view statement);

// The one writer of a database: held by the writer, refused to a second one.
class WriterSlot {
 public:
  explicit WriterSlot(std::atomic<bool>& taken) : taken_(taken) {
    if (taken_.exchange(true)) throw Error(Errc::busy, "", "this database's writer is in use");
  }
  ~WriterSlot() { taken_ = false; }
  WriterSlot(WriterSlot const&) = delete;
  WriterSlot& operator=(WriterSlot const&) = delete;

 private:
  std::atomic<bool>& taken_;
};

// Readers that nobody uses now, each with its connection and prepared statements.
class ReaderShelf {
 public:
  std::unique_ptr<Reader> take() {
    std::lock_guard const lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
  }
  void put_back(std::unique_ptr<Reader> reader) {
    std::lock_guard const lock(mutex_);
    if (idle_.size() < idle_readers_max) idle_.push_back(std::move(reader));
  }

 private:
  static constexpr std::size_t idle_readers_max = 16;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_;
};

// Tells of a statement that took long (slow.hpp).
class Stopwatch {
 public:
  explicit Stopwatch(std::string_view statement) : statement_(statement) {}
  ~Stopwatch();
  Stopwatch(Stopwatch const&) = delete;
  Stopwatch& operator=(Stopwatch const&) = delete;

 private:
  std::string_view statement_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

// A reader from the shelf; it goes back there without its snapshot.
class LentReader final : public Reader {
 public:
  LentReader(ReaderShelf& shelf, std::unique_ptr<Reader> reader)
      : shelf_(shelf), reader_(std::move(reader)) {}
  ~LentReader() override {
    reader_->end_snapshot();
    shelf_.put_back(std::move(reader_));
  }
  LentReader(LentReader const&) = delete;
  LentReader& operator=(LentReader const&) = delete;

  Rows query(Sql const& sql, std::span<Value const> values) override {
    Stopwatch const watch(sql.name);
    return reader_->query(sql, values);
  }
  void stream(Sql const& sql, std::span<Value const> values,
              std::function<bool(Row const&)> const& row) override {
    reader_->stream(sql, values, row);
  }
  void begin_snapshot() override { reader_->begin_snapshot(); }
  void end_snapshot() noexcept override { reader_->end_snapshot(); }

 private:
  ReaderShelf& shelf_;
  std::unique_ptr<Reader> reader_;
};

// Lets a map of std::string be searched by std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace plumbline::store
