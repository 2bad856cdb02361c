// What the engines share behind store.hpp.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "store/store.hpp"

namespace plumbline::store {

std::unique_ptr<Database> open_sqlite(std::string const& path, Options const& options);
std::unique_ptr<Database> open_postgres(std::string const& address, Options const& options);

// Refuses with Errc::check what only one engine would take: PostgreSQL has no NUL in text and wants UTF-8;
// SQLite makes NaN a null.
void require_storable(std::span<Value const> values, std::string_view statement);

// Longest list of prepared statements kept by one connection.
inline constexpr std::size_t prepared_statements_max = 1'000;

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

// Lets a map of std::string be searched by std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace plumbline::store
