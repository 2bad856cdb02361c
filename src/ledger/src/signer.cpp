#include "ledger/signer.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/limits.hpp"

namespace plumbline::ledger {
namespace {

namespace fs = std::filesystem;

// A copy of a checkpoint we signed, or nothing when the file is not there.
Result<std::optional<SignedCheckpoint>> read_copy(fs::path const& path, std::string const& origin,
                                                  KeyHistory const& history) {
  auto const text = read_text_file(path, limits::ledger_note_bytes);
  if (!text) return std::optional<SignedCheckpoint>{};
  auto copy = read_checkpoint(*text);
  auto const keys = copy ? history.keys_at(copy->checkpoint.size) : std::vector<VerifierKey>{};
  bool const ours = copy && copy->checkpoint.origin == origin &&
                    std::any_of(keys.begin(), keys.end(), [&](VerifierKey const& key) {
                      return check_signature(copy->note, key) == LineCheck::valid;
                    });
  if (!ours) return Refusal{"checkpoint_signature", path.filename().string(), {}};
  return std::optional{std::move(copy).value()};
}

void write_if_changed(fs::path const& path, std::string const& text) {
  if (read_text_file(path, limits::ledger_note_bytes) != text) write_file_durably(path, text);
}

Refusal ahead(std::uint64_t size) { return {"checkpoint_ahead", std::to_string(size), {}}; }
Refusal differs(std::uint64_t size) { return {"checkpoint_differs", std::to_string(size), {}}; }

}  // namespace

CheckpointSigner::CheckpointSigner(SignerPlaces places, std::vector<Signer const*> signers,
                                   KeyHistory history, FileLock lock)
    : places_(std::move(places)),
      signers_(std::move(signers)),
      history_(std::move(history)),
      lock_(std::move(lock)),
      tiles_(std::make_unique<TileFolder>(places_.published)) {}

Result<CheckpointSigner> CheckpointSigner::open(SignerPlaces places, std::vector<Signer const*> signers,
                                                KeyHistory history) {
  if (signers.empty() || signers[0]->key().type != KeyType::ed25519)
    throw std::invalid_argument("a log is signed with Ed25519 first");
  auto const origin = signers[0]->key().name;
  for (auto const* signer : signers) {
    if (signer->key().name != origin) throw std::invalid_argument("a log's keys bear its origin as name");
    auto const present = history.present(signer->key().type);
    if (!present && !history.rotate(signer->key(), 0)) throw std::invalid_argument("a key that was retired");
    bool const known = std::any_of(history.periods().begin(), history.periods().end(),
                                   [&](KeyPeriod const& period) { return period.key == signer->key(); });
    if (!known || (signer == signers[0] && present && *present != signer->key()))
      throw std::invalid_argument("not the log's present key");
  }
  auto lock = FileLock::acquire(places.state.string() + ".lock");
  if (!lock) return Refusal{"signer_busy", places.state.filename().string(), {}};
  auto published = read_copy(places.published / "checkpoint", origin, history);
  if (!published) return published.refusal();
  auto kept = read_copy(places.state, origin, history);
  if (!kept) return kept.refusal();

  CheckpointSigner signer(std::move(places), std::move(signers), std::move(history), *std::move(lock));
  auto const done = signer.recover(std::move(published).value(), std::move(kept).value());
  if (!done) return done.refusal();
  return signer;
}

// The published checkpoint is written last, so it may be one behind; after a restore either may be.
Result<void> CheckpointSigner::recover(std::optional<SignedCheckpoint> const& published,
                                       std::optional<SignedCheckpoint> const& kept) {
  auto const size_of = [](auto const& copy) { return copy ? copy->checkpoint.size : 0; };
  bool const published_is_newest = published && (!kept || size_of(published) >= size_of(kept));
  auto const& newest = published_is_newest ? published : kept;
  auto const& oldest = published_is_newest ? kept : published;
  if (!newest) return {};
  auto const size = size_of(newest);
  auto builder = TileBuilder::open(*tiles_, size);
  if (!builder) return builder.refusal().code == "FILE_MISSING" ? ahead(size) : differs(size);
  if (builder->root() != newest->checkpoint.root) return differs(size);
  if (oldest) {
    auto const root = root_from(tile_hashes(*tiles_, size), size_of(oldest));
    if (!root || *root != oldest->checkpoint.root) return differs(size_of(oldest));
  }
  builder_ = std::move(builder).value();
  signed_ = newest;
  if (size_of(kept) < size || !kept) write_file_durably(places_.state, format_note(newest->note), 0600);
  if (size_of(published) < size || !published) write_published(*newest);
  return {};
}

std::string const& CheckpointSigner::origin() const { return signers_[0]->key().name; }

Result<void> CheckpointSigner::confirm(std::uint64_t database_size,
                                       Hash const& database_root_at_signed_size) const {
  if (!signed_) return {};
  if (database_size < signed_size()) return ahead(signed_size());
  if (database_root_at_signed_size != signed_->checkpoint.root) return differs(signed_size());
  return {};
}

Result<void> CheckpointSigner::append(ByteView entry) { return builder_.append(entry, *tiles_); }

void CheckpointSigner::write_published(SignedCheckpoint const& next) {
  write_if_changed(places_.published / "vkey", format_vkey(signers_[0]->key()) + "\n");
  write_if_changed(places_.published / "vkeys", history_.format());
  auto const path = places_.published / "checkpoint";
  if (auto const before = read_text_file(path, limits::ledger_note_bytes))
    write_file_durably(places_.published / "checkpoint-prev", *before);
  write_file_durably(path, format_note(next.note));
}

Result<SignedCheckpoint> CheckpointSigner::publish() {
  if (signed_ && signed_->checkpoint.size == size()) return *signed_;
  if (auto const done = builder_.flush(*tiles_); !done) return done.refusal();
  auto next = sign_checkpoint({origin(), size(), root()}, signers_);
  write_file_durably(places_.state, format_note(next.note), 0600);
  write_published(next);
  builder_.drop_partials(*tiles_);
  signed_ = next;
  return next;
}

Result<SignedCheckpoint> CheckpointSigner::add_cosignatures(std::string_view checkpoint_text,
                                                            std::span<SignatureLine const> lines) {
  if (!signed_ || signed_->note.text != checkpoint_text) return differs(signed_size());
  auto next = *signed_;
  for (auto const& line : lines)
    if (std::find(next.note.signatures.begin(), next.note.signatures.end(), line) ==
        next.note.signatures.end())
      next.note.signatures.push_back(line);
  if (next == *signed_) return next;
  write_file_durably(places_.published / "checkpoint", format_note(next.note));
  signed_ = next;
  return next;
}

}  // namespace plumbline::ledger
