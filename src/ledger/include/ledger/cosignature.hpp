// C2SP tlog-cosignature, cosignature/v1: a witness says that at `time` the checkpoint was the largest
// consistent one it had seen of that log. Signature bytes: u64 time (POSIX seconds) ‖ Ed25519 signature
// over "cosignature/v1\ntime <time>\n" ‖ note text.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/note.hpp"

namespace plumbline::ledger {

std::string cosigned_message(std::string_view checkpoint_text, std::int64_t time_s);
// The signer's key must be of type cosignature_v1; throws std::invalid_argument otherwise.
SignatureLine cosign(std::string_view checkpoint_text, Signer const& witness, std::int64_t time_s);
// Time of a line that bears the key's name and id and verifies; else nothing.
std::optional<std::int64_t> verify_cosignature(std::string_view checkpoint_text, SignatureLine const& line,
                                               VerifierKey const& witness);

}  // namespace plumbline::ledger
