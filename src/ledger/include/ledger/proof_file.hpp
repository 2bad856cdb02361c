// C2SP tlog-proof: index, inclusion path and checkpoint in one file, verifiable offline.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "ledger/tree.hpp"

namespace plumbline::ledger {

struct ProofFile {
  std::optional<Bytes> extra;  // not authenticated
  std::uint64_t index = 0;
  Proof path;
  std::string checkpoint;  // the signed note, verbatim; its form is not looked at here
  friend bool operator==(ProofFile const&, ProofFile const&) = default;
};

// Strict; nothing unless format_proof_file gives the same bytes back.
std::optional<ProofFile> parse_proof_file(std::string_view text);
std::string format_proof_file(ProofFile const& proof);
// The checkpoint note at the end of a proof file, or the text itself when it is not one.
std::string_view checkpoint_part(std::string_view text);

// consistency/<m>-<n>: base64 lines, LF after each.
std::optional<Proof> parse_hash_lines(std::string_view text);
std::string format_hash_lines(std::span<Hash const> hashes);

}  // namespace plumbline::ledger
