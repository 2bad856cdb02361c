// C2SP tlog-checkpoint: origin, size and root as a signed note. No extension lines: they are not
// recommended there and other signature types do not cover them.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "ledger/note.hpp"

namespace plumbline::ledger {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
  friend bool operator==(Checkpoint const&, Checkpoint const&) = default;
};

// The note's text, three lines.
std::string format_checkpoint(Checkpoint const& checkpoint);
// Exactly those three lines, else nothing. Size without leading zeros and below 2^63.
std::optional<Checkpoint> parse_checkpoint(std::string_view text);

struct SignedCheckpoint {
  Checkpoint checkpoint;
  Note note;
  friend bool operator==(SignedCheckpoint const&, SignedCheckpoint const&) = default;
};
// One line of each signer, in their order: Ed25519 first, SM2 second.
SignedCheckpoint sign_checkpoint(Checkpoint checkpoint, std::span<Signer const* const> signers);
// Without looking at signatures. Refused with "CHECKPOINT_FORMAT".
Result<SignedCheckpoint> read_checkpoint(std::string_view note);
// Origin = key name, and the key's line is there and verifies. Refused with "CHECKPOINT_FORMAT",
// "CHECKPOINT_SIGNATURE".
Result<SignedCheckpoint> open_checkpoint(std::string_view note, VerifierKey const& key);

}  // namespace plumbline::ledger
