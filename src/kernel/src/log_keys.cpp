#include "log_keys.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/bytes.hpp"
#include "kernel/act.hpp"
#include "ledger/files.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;

struct Kind {
  std::string_view stem;
  ledger::KeyType type;
};
constexpr std::array<Kind, 2> kinds{
    {{"log-ed25519", ledger::KeyType::ed25519}, {"log-sm2", ledger::KeyType::sm2}}};

std::string successor(Kind const& kind) { return std::string(kind.stem) + ".next"; }
std::string retired(Kind const& kind, ledger::VerifierKey const& key) {
  return std::string(kind.stem) + ".retired-" + std::to_string(key.id);
}
fs::path file_of(fs::path const& keys, std::string_view stem) { return keys / (std::string(stem) + ".key"); }

ledger::SecretKey must_load(fs::path const& keys, std::string_view stem) {
  auto key = ledger::load_key(keys, stem);
  if (!key)
    throw std::runtime_error("the log's key " + file_of(keys, stem).string() + ": " + key.refusal().code);
  return std::move(*key);
}

}  // namespace

Result<void> LogKeys::make(fs::path const& keys, std::string const& origin) {
  for (auto const& kind : kinds)
    if (auto saved = ledger::save_key(keys, kind.stem, ledger::SecretKey::generate(origin, kind.type));
        !saved)
      return saved;
  return {};
}

LogKeys::LogKeys(fs::path keys, fs::path published)
    : keys_(std::move(keys)), published_(std::move(published)) {
  load();
}

void LogKeys::load() {
  history_ = ledger::KeyHistory::of(published_);
  finish_succession();
  present_.clear();
  retired_.clear();
  for (auto const& kind : kinds) present_.push_back(must_load(keys_, kind.stem));
  std::vector<std::string> stems;
  for (auto const& entry : fs::directory_iterator(keys_)) {
    auto const stem = entry.path().stem().string();
    for (auto const& kind : kinds)
      if (stem.starts_with(std::string(kind.stem) + ".retired-")) stems.push_back(stem);
  }
  std::ranges::sort(stems);
  for (auto const& stem : stems) retired_.push_back(must_load(keys_, stem));
}

// What vkeys names as present is in force: its file takes the present one's place.
void LogKeys::finish_succession() {
  for (auto const& kind : kinds) {
    auto const next = file_of(keys_, successor(kind));
    if (!fs::exists(next)) continue;
    auto const key = must_load(keys_, successor(kind)).key();
    auto const present = history_.present(kind.type);
    if (!present || *present != key) continue;
    if (fs::exists(file_of(keys_, kind.stem))) {
      auto const before = must_load(keys_, kind.stem).key();
      fs::rename(file_of(keys_, kind.stem), file_of(keys_, retired(kind, before)));
    }
    fs::rename(next, file_of(keys_, kind.stem));
  }
}

bool LogKeys::is_own(ledger::SignatureLine const& line) const {
  auto const signs = [&](ledger::SecretKey const& key) { return line.is_of(key.key()); };
  return std::ranges::any_of(present_, signs) || std::ranges::any_of(retired_, signs);
}

std::vector<std::unique_ptr<ledger::Signer>> LogKeys::signers() const {
  std::vector<std::unique_ptr<ledger::Signer>> signers;
  for (auto const* list : {&present_, &retired_})
    for (auto const& key : *list) signers.push_back(key.signer());
  return signers;
}

Result<std::vector<ledger::VerifierKey>> LogKeys::prepare_successors() {
  std::vector<ledger::VerifierKey> made;
  for (auto const& kind : kinds) {
    fs::remove(file_of(keys_, successor(kind)));
    auto const key = ledger::SecretKey::generate(ed25519().name, kind.type);
    if (auto saved = ledger::save_key(keys_, successor(kind), key); !saved) return saved.refusal();
    made.push_back(key.key());
  }
  return made;
}

Result<void> LogKeys::succeed(std::uint64_t size) {
  load();  // the first checkpoint of all wrote vkeys
  auto next = history_;
  for (auto const& kind : kinds)
    if (auto turned = next.rotate(must_load(keys_, successor(kind)).key(), size); !turned) return turned;
  ledger::write_file_durably(published_ / "vkeys", next.format());
  load();
  return {};
}

}  // namespace plumbline::kernel
