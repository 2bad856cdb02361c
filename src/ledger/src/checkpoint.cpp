#include "ledger/checkpoint.hpp"

#include "text.hpp"

namespace plumbline::ledger {

std::string format_checkpoint(Checkpoint const& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + base64_encode(checkpoint.root) +
         "\n";
}

std::optional<Checkpoint> parse_checkpoint(std::string_view text) {
  auto const origin = take_line(text);
  auto const size_line = origin ? take_line(text) : std::nullopt;
  auto const root_line = size_line ? take_line(text) : std::nullopt;
  if (!root_line || !text.empty() || origin->empty()) return {};
  auto const size = parse_decimal(*size_line);
  auto const root = parse_base64_hash(*root_line);
  if (!size || *size > INT64_MAX || !root) return {};
  return Checkpoint{std::string(*origin), *size, *root};
}

SignedCheckpoint sign_checkpoint(Checkpoint checkpoint, std::span<Signer const* const> signers) {
  Note note{format_checkpoint(checkpoint), {}};
  for (auto const* signer : signers) note.signatures.push_back(sign_text(note.text, *signer));
  return {std::move(checkpoint), std::move(note)};
}

Result<SignedCheckpoint> read_checkpoint(std::string_view note) {
  auto parsed = parse_note(note);
  auto checkpoint = parsed ? parse_checkpoint(parsed->text) : std::nullopt;
  if (!checkpoint) return Refusal{"CHECKPOINT_FORMAT", "", {}};
  return SignedCheckpoint{*std::move(checkpoint), *std::move(parsed)};
}

Result<SignedCheckpoint> open_checkpoint(std::string_view note, VerifierKey const& key) {
  auto opened = read_checkpoint(note);
  if (!opened) return opened;
  if (opened->checkpoint.origin != key.name || check_signature(opened->note, key) != LineCheck::valid)
    return Refusal{"CHECKPOINT_SIGNATURE", opened->checkpoint.origin, {}};
  return opened;
}

}  // namespace plumbline::ledger
