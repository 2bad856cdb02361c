// An entry's C2SP tlog-proof: the checkpoint it leads to.
#pragma once
#include <string>
#include <string_view>

#include "ledger/checkpoint.hpp"
#include "ledger/leaf.hpp"
#include "ledger/note.hpp"
#include "publication/verdict.hpp"

namespace plumbline::publication {

// `file`: what a failure names. Errors: PROOF_FORMAT, those of ledger::open_checkpoint(), INCLUSION.
Verdict<ledger::SignedCheckpoint> verify_inclusion_file(std::string_view proof,
                                                        ledger::VerifierKey const& key, std::uint64_t seq,
                                                        Hash const& leaf_hash, std::string const& file);

}  // namespace plumbline::publication
