// The log's own keys below DIR/keys and their succession. After a rotation the replaced keys go on
// signing beside the new ones, so that whoever holds an old verifier key keeps verifying, until the office
// takes their files (log-*.retired-<key id>.key) away.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/keys.hpp"

namespace plumbline::kernel {

class LogKeys {
 public:
  // Ed25519 and SM2, both named after the origin. Refused "key_exists".
  static Result<void> make(std::filesystem::path const& keys, std::string const& origin);
  // Ends or drops a rotation that was interrupted. `published`: DIR/public/log, whose file vkeys decides
  // which keys are in force. Throws std::runtime_error for keys that cannot be read.
  LogKeys(std::filesystem::path keys, std::filesystem::path published);

  ledger::VerifierKey const& ed25519() const { return present_.at(0).key(); }
  ledger::VerifierKey const& sm2() const { return present_.at(1).key(); }
  ledger::KeyHistory const& history() const { return history_; }
  bool is_own(ledger::SignatureLine const& line) const;
  // The present Ed25519 and SM2 ones, then the retired ones. They outlive this object's next change.
  std::vector<std::unique_ptr<ledger::Signer>> signers() const;

  // New keys, not in force yet; those of an interrupted rotation go.
  Result<std::vector<ledger::VerifierKey>> prepare_successors();
  // Puts them into force for checkpoints of `size` on. Writing vkeys decides; files are renamed after it.
  Result<void> succeed(std::uint64_t size);

 private:
  void load();
  void finish_succession();

  std::filesystem::path keys_;
  std::filesystem::path published_;
  std::vector<ledger::SecretKey> present_;
  std::vector<ledger::SecretKey> retired_;
  ledger::KeyHistory history_;
};

}  // namespace plumbline::kernel
