// The log's own signer: publishes tiles, then the checkpoint that covers them, and never signs a
// smaller or different history than it signed before. One object, one thread.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/keys.hpp"
#include "ledger/tile.hpp"

namespace plumbline::ledger {

struct SignerPlaces {
  std::filesystem::path published;  // public/log: checkpoint, checkpoint-prev, vkey, vkeys, tile/…
  std::filesystem::path state;      // the second copy of the last signed checkpoint, beside the keys
};

class CheckpointSigner {
 public:
  // `signers`: the present Ed25519 one first, an SM2 one and retired ones may follow; all bear the origin as
  // name; they must outlive this object. `history` names the keys of earlier sizes ({}: only these).
  // Recomputes the root of the last signed size from the tiles. Refused with "checkpoint_ahead" (a
  // checkpoint was signed for which the tiles do not reach: detail its size), "checkpoint_differs" (the tiles
  // or the two copies tell another history), "checkpoint_signature" (a copy that none of our keys signed).
  // Then only `restore --adopt` helps. "signer_busy": another process signs this log. Neither copy there: a
  // new log of size 0. Throws std::invalid_argument for signers that are not the log's present keys.
  static Result<CheckpointSigner> open(SignerPlaces places, std::vector<Signer const*> signers,
                                       KeyHistory history = {});

  std::string const& origin() const;
  std::uint64_t signed_size() const { return signed_ ? signed_->checkpoint.size : 0; }
  std::optional<SignedCheckpoint> const& last_signed() const { return signed_; }
  // Entries appended so far; the next entry's index.
  std::uint64_t size() const { return builder_.size(); }
  Hash root() const { return builder_.root(); }

  // What the database says about its own log. Refused with "checkpoint_ahead" when it holds fewer entries
  // than were signed, "checkpoint_differs" when it has another root at the signed size.
  Result<void> confirm(std::uint64_t database_size, Hash const& database_root_at_signed_size) const;

  // Entries in the order of the log, starting at size(). Refused with "tile_differs", "entry_too_long".
  Result<void> append(ByteView entry);
  // Tiles, then the state copy, then checkpoint-prev and checkpoint, each durable before the next. Signs
  // nothing new when nothing was appended (the present checkpoint is given back), except the very first
  // checkpoint of an empty log.
  Result<SignedCheckpoint> publish();
  // Puts witness lines under the present checkpoint (same text, or refused with "checkpoint_differs"; lines
  // already there are not repeated).
  Result<SignedCheckpoint> add_cosignatures(std::string_view checkpoint_text,
                                            std::span<SignatureLine const> lines);

 private:
  CheckpointSigner(SignerPlaces places, std::vector<Signer const*> signers, KeyHistory history,
                   FileLock lock);
  Result<void> recover(std::optional<SignedCheckpoint> const& published,
                       std::optional<SignedCheckpoint> const& kept);
  void write_published(SignedCheckpoint const& next);

  SignerPlaces places_;
  std::vector<Signer const*> signers_;
  KeyHistory history_;
  FileLock lock_;
  std::unique_ptr<TileFolder> tiles_;
  TileBuilder builder_;
  std::optional<SignedCheckpoint> signed_;
};

}  // namespace plumbline::ledger
