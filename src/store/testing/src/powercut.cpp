#include "store_testing/powercut.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/bytes.hpp"

namespace plumbline::store::testing {
namespace {

constexpr std::int64_t sector = 512;

// splitmix64 (public domain, S. Vigna): the losses must repeat with the seed.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

struct Tracked {
  std::int64_t synced_size = 0;
  std::map<std::int64_t, Bytes> before;  // number of an unsynced sector → what the last sync left there
  bool unsynced_name = false;            // made since its folder was last synced
  std::optional<Bytes> deleted;          // the old content of a file whose deletion was not synced
};

Bytes read_all(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

void write_all(std::string const& path, Bytes const& content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<char const*>(content.data()), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

}  // namespace

struct PowerCut::State {
  std::mutex mutex;
  std::string name;
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  std::uint64_t random = 0;
  std::uint64_t calls = 0;
  std::uint64_t cut_at = 0;  // 0: never
  bool cut = false;
  std::map<std::string, Tracked> files;

  // Counts a call that changes the disk; true when the power fails during it.
  bool fails_now() {
    ++calls;
    if (cut_at != 0 && calls >= cut_at) cut = true;
    return cut;
  }
};

namespace {

struct File {
  sqlite3_file base;
  PowerCut::State* state;
  std::string* path;  // null for temporary files, which need no power
  sqlite3_file* real;
  bool syncs_folder;  // at its next sync
};

File* file_of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return file_of(file)->real; }
PowerCut::State& state_of(sqlite3_vfs* vfs) { return *static_cast<PowerCut::State*>(vfs->pAppData); }

Tracked& tracked(File* file) { return file->state->files[*file->path]; }

// Keeps what the last sync left in [begin, end) before it is overwritten or cut off.
int keep_before(File* file, std::int64_t begin, std::int64_t end) {
  Tracked& known = tracked(file);
  for (std::int64_t at = begin / sector; at * sector < end; ++at) {
    if (known.before.contains(at)) continue;
    Bytes old(static_cast<std::size_t>(std::clamp<std::int64_t>(known.synced_size - at * sector, 0, sector)));
    if (!old.empty()) {
      int const code =
          file->real->pMethods->xRead(file->real, old.data(), static_cast<int>(old.size()), at * sector);
      if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return code;
    }
    known.before.emplace(at, std::move(old));
  }
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
  int const code = real_of(file)->pMethods ? real_of(file)->pMethods->xClose(real_of(file)) : SQLITE_OK;
  delete file_of(file)->path;
  return code;
}

int read_file(sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
  std::lock_guard const lock(file_of(file)->state->mutex);
  if (file_of(file)->state->cut) return SQLITE_IOERR_READ;
  return real_of(file)->pMethods->xRead(real_of(file), out, count, offset);
}

int write_file(sqlite3_file* file, void const* data, int count, sqlite3_int64 offset) {
  std::lock_guard const lock(file_of(file)->state->mutex);
  auto const write = [&] { return real_of(file)->pMethods->xWrite(real_of(file), data, count, offset); };
  if (!file_of(file)->path) return write();
  if (file_of(file)->state->cut) return SQLITE_IOERR_WRITE;
  if (int const code = keep_before(file_of(file), offset, offset + count); code != SQLITE_OK) return code;
  int const code = write();
  return file_of(file)->state->fails_now() ? SQLITE_IOERR_WRITE : code;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  std::lock_guard const lock(file_of(file)->state->mutex);
  auto const truncate = [&] { return real_of(file)->pMethods->xTruncate(real_of(file), size); };
  if (!file_of(file)->path) return truncate();
  if (file_of(file)->state->cut) return SQLITE_IOERR_TRUNCATE;
  if (int const code = keep_before(file_of(file), size, tracked(file_of(file)).synced_size);
      code != SQLITE_OK)
    return code;
  int const code = truncate();
  return file_of(file)->state->fails_now() ? SQLITE_IOERR_TRUNCATE : code;
}

// Nothing is really synced: the disk is imagined, the machine under the test stays up.
int sync_file(sqlite3_file* file, int) {
  std::lock_guard const lock(file_of(file)->state->mutex);
  if (!file_of(file)->path) return SQLITE_OK;
  if (file_of(file)->state->cut || file_of(file)->state->fails_now()) return SQLITE_IOERR_FSYNC;
  sqlite3_int64 size = 0;
  if (int const code = real_of(file)->pMethods->xFileSize(real_of(file), &size); code != SQLITE_OK)
    return code;
  Tracked& known = tracked(file_of(file));
  known.synced_size = size;
  known.before.clear();
  if (std::exchange(file_of(file)->syncs_folder, false))
    for (auto& [path, other] : file_of(file)->state->files) {  // a database has one folder
      other.unsynced_name = false;
      other.deleted.reset();
    }
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  std::lock_guard const lock(file_of(file)->state->mutex);
  if (file_of(file)->state->cut) return SQLITE_IOERR_FSTAT;
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

int lock_file(sqlite3_file* file, int kind) { return real_of(file)->pMethods->xLock(real_of(file), kind); }
int unlock_file(sqlite3_file* file, int kind) {
  return real_of(file)->pMethods->xUnlock(real_of(file), kind);
}
int check_reserved(sqlite3_file* file, int* out) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}
int control(sqlite3_file* file, int operation, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }
int shm_unmap(sqlite3_file* file, int remove) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

// Version 2: shared memory, but no memory-mapped pages, which would pass by us.
constexpr sqlite3_io_methods methods = {
    2,         close_file,  read_file,      write_file, truncate_file, sync_file,       file_size,
    lock_file, unlock_file, check_reserved, control,    sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,      nullptr,    nullptr,
};

int open_file(sqlite3_vfs* vfs, char const* path, sqlite3_file* out, int flags, int* out_flags) {
  auto& state = state_of(vfs);
  std::lock_guard const lock(state.mutex);
  File* const file = ::new (out) File{{nullptr}, &state, nullptr, nullptr, false};
  file->real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(out) + sizeof(File));
  if (state.cut) return SQLITE_CANTOPEN;
  bool const existed = path && std::filesystem::exists(path);
  int const code = state.real->xOpen(state.real, path, file->real, flags, out_flags);
  if (code != SQLITE_OK) return code;
  file->base.pMethods = &methods;
  if (path && !(flags & SQLITE_OPEN_DELETEONCLOSE)) {
    file->path = new std::string(path);
    auto [at, is_new] = state.files.try_emplace(path);
    // As SQLite's own unix VFS does: a journal's or log's first sync also syncs the folder.
    constexpr int logs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
    file->syncs_folder = (flags & SQLITE_OPEN_CREATE) && (flags & logs);
    if (!existed) {
      at->second.unsynced_name = true;
    } else if (is_new) {  // what stood there before us is on the disk
      sqlite3_int64 size = 0;
      file->real->pMethods->xFileSize(file->real, &size);
      at->second.synced_size = size;
    }
  }
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, char const* path, int sync_folder) {
  auto& state = state_of(vfs);
  std::lock_guard const lock(state.mutex);
  if (state.cut || state.fails_now()) return SQLITE_IOERR_DELETE;
  std::optional<Bytes> old;
  if (!sync_folder && std::filesystem::exists(path)) old = read_all(path);
  int const code = state.real->xDelete(state.real, path, sync_folder);
  if (code == SQLITE_OK) state.files[path] = Tracked{0, {}, false, std::move(old)};
  return code;
}

int access_file(sqlite3_vfs* vfs, char const* path, int flags, int* out) {
  return state_of(vfs).real->xAccess(state_of(vfs).real, path, flags, out);
}
int full_path(sqlite3_vfs* vfs, char const* path, int size, char* out) {
  return state_of(vfs).real->xFullPathname(state_of(vfs).real, path, size, out);
}
int randomness(sqlite3_vfs* vfs, int count, char* out) {
  return state_of(vfs).real->xRandomness(state_of(vfs).real, count, out);
}
int pause(sqlite3_vfs* vfs, int microseconds) {
  return state_of(vfs).real->xSleep(state_of(vfs).real, microseconds);
}
int current_time(sqlite3_vfs* vfs, double* out) {
  return state_of(vfs).real->xCurrentTime(state_of(vfs).real, out);
}
int last_error(sqlite3_vfs* vfs, int size, char* out) {
  return state_of(vfs).real->xGetLastError(state_of(vfs).real, size, out);
}

// What the disk holds of one file when power is back.
void settle(std::string const& path, Tracked const& known, std::uint64_t& random) {
  bool const heads = next_random(random) & 1;
  if (known.deleted) {
    if (heads) write_all(path, *known.deleted);
    return;
  }
  if (!std::filesystem::exists(path)) return;
  if (known.unsynced_name && heads) {
    std::filesystem::remove(path);
    return;
  }
  if (known.before.empty() && !known.unsynced_name) return;
  // Lose nothing, everything, or sectors at random, rarely or often.
  constexpr std::uint64_t chances[] = {0, 8, 128, 248, 256};
  std::uint64_t const chance = chances[next_random(random) % std::size(chances)];
  Bytes content = read_all(path);
  bool const old_size = next_random(random) & 1;
  auto const size = old_size ? static_cast<std::size_t>(known.synced_size) : content.size();
  content.resize(std::max(content.size(), static_cast<std::size_t>(known.synced_size)));
  for (auto const& [number, old] : known.before) {
    if (next_random(random) % 256 >= chance) continue;
    auto const begin = static_cast<std::size_t>(number * sector);
    for (std::size_t i = begin; i < std::min(content.size(), begin + sector); ++i)
      content[i] = i - begin < old.size() ? old[i - begin] : 0;
  }
  content.resize(size);
  write_all(path, content);
}

}  // namespace

PowerCut::PowerCut(std::uint64_t seed) : state_(std::make_unique<State>()) {
  static std::mutex naming;
  static int made = 0;
  {
    std::lock_guard const lock(naming);
    state_->name = "powercut" + std::to_string(++made);
  }
  state_->random = seed;
  state_->real = sqlite3_vfs_find(nullptr);
  auto& vfs = state_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + state_->real->szOsFile;
  vfs.mxPathname = state_->real->mxPathname;
  vfs.zName = state_->name.c_str();
  vfs.pAppData = state_.get();
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  vfs.xAccess = access_file;
  vfs.xFullPathname = full_path;
  vfs.xRandomness = randomness;
  vfs.xSleep = pause;
  vfs.xCurrentTime = current_time;
  vfs.xGetLastError = last_error;
  if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) throw std::runtime_error("cannot register " + state_->name);
}

PowerCut::~PowerCut() {
  sqlite3_vfs_register(state_->real, 1);
  sqlite3_vfs_unregister(&state_->vfs);
}

void PowerCut::carry_everything() { sqlite3_vfs_register(&state_->vfs, 1); }

std::string const& PowerCut::vfs() const { return state_->name; }

void PowerCut::cut() {
  std::lock_guard const lock(state_->mutex);
  state_->cut = true;
}

void PowerCut::cut_at(std::uint64_t call) {
  std::lock_guard const lock(state_->mutex);
  state_->cut_at = state_->calls + call;
}

bool PowerCut::is_cut() const {
  std::lock_guard const lock(state_->mutex);
  return state_->cut;
}

std::uint64_t PowerCut::calls() const {
  std::lock_guard const lock(state_->mutex);
  return state_->calls;
}

void PowerCut::restore() {
  std::lock_guard const lock(state_->mutex);
  for (auto const& [path, known] : state_->files) {
    settle(path, known, state_->random);
    std::filesystem::remove(path + "-shm");  // shared memory does not outlive the machine
  }
  state_->files.clear();
  state_->cut_at = 0;
  state_->cut = false;
}

}  // namespace plumbline::store::testing
