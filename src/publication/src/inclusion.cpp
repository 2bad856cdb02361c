#include "inclusion.hpp"

#include "ledger/proof_file.hpp"
#include "ledger/tree.hpp"

namespace plumbline::publication {

Verdict<ledger::SignedCheckpoint> verify_inclusion_file(std::string_view proof_text,
                                                        ledger::VerifierKey const& key, std::uint64_t seq,
                                                        Hash const& leaf_hash, std::string const& file) {
  auto const proof = ledger::parse_proof_file(proof_text);
  if (!proof) return Failure{"PROOF_FORMAT", file, "not a C2SP tlog-proof"};
  auto opened = ledger::open_checkpoint(proof->checkpoint, key);
  if (!opened) return Failure{opened.refusal().code, file, opened.refusal().detail};
  if (proof->index != seq)
    return Failure{"INCLUSION", file, "it is about index " + std::to_string(proof->index)};
  auto const& checkpoint = opened->checkpoint;
  if (!ledger::verify_inclusion(proof->index, checkpoint.size, leaf_hash, checkpoint.root, proof->path))
    return Failure{"INCLUSION", file, "the path does not lead to the root"};
  return *std::move(opened);
}

}  // namespace plumbline::publication
