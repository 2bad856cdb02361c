// A disk whose power can fail: a SQLite VFS that remembers what was not yet synced. After a cut each
// unsynced sector of each file is the new one, the old one or, past the old end, zeros; file sizes, files
// made and files deleted may be either as well. kill -9 is no power cut: the operating system still writes
// what it holds.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace plumbline::store::testing {

class PowerCut {
 public:
  // The same seed, the same losses.
  explicit PowerCut(std::uint64_t seed);
  ~PowerCut();  // every database on it must be closed
  PowerCut(PowerCut const&) = delete;
  PowerCut& operator=(PowerCut const&) = delete;

  std::string const& vfs() const;  // for Options::sqlite_vfs
  // Until this object goes, databases opened without naming a VFS lie on this disk as well.
  void carry_everything();

  // From now on every call fails with an I/O error (Errc::connection).
  void cut();
  // The power fails during that write, truncation, sync or deletion, counted from now; 1 is the next.
  void cut_at(std::uint64_t call);
  bool is_cut() const;
  std::uint64_t calls() const;  // such calls so far

  // Power is back, and the files are what the disk kept. Close the database before.
  void restore();

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace plumbline::store::testing
