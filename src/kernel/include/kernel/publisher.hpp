// The follower that turns committed entries into the public log: tiles, checkpoint, cosignatures.
// Everything it writes can be made again from the database; it never signs less or other than before.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

// Somebody who cosigns checkpoints: a machine of another department reached by file exchange or HTTP.
class WitnessClient {
 public:
  virtual ~WitnessClient() = default;
  virtual std::string name() const = 0;
  // C2SP tlog-witness add-checkpoint: old size, consistency proof, checkpoint → cosignature lines.
  virtual Result<std::string> add_checkpoint(std::int64_t old_size, std::vector<Hash> const& proof,
                                             std::string const& checkpoint) = 0;
};

class LogPublisher {
 public:
  virtual ~LogPublisher() = default;

  // The signed checkpoint (C2SP signed note) that is now published.
  struct Published {
    std::int64_t size = 0;
    std::string note;
    int cosignatures = 0;
    std::vector<std::string> missing;  // witnesses that did not answer, with the reason
  };
  // Publishes all entries committed so far: tiles first, then the checkpoint, then asks the witnesses and
  // publishes their lines. Refuses ("checkpoint_ahead", "checkpoint_differs") as ledger.md section 4 says.
  virtual Result<Published> publish() = 0;

  virtual std::string vkey() const = 0;  // Ed25519, "origin+keyid+base64"
  virtual std::string sm2_vkey() const = 0;
  // The key that signed a checkpoint of that size: an earlier one where the log's keys were rotated since.
  virtual std::string vkey_at(std::int64_t size) const = 0;
  virtual std::filesystem::path folder() const = 0;  // DIR/public

  // The two halves of rotate_log_keys(): successors that are not in force yet (their verifier keys, Ed25519
  // then SM2), and their succession from the next checkpoint on.
  virtual Result<std::vector<std::string>> prepare_rotation() = 0;
  virtual Result<void> rotate() = 0;

  // Lines that came back by file: a cosigned note of the present checkpoint.
  virtual Result<Published> add_cosignatures(std::string_view cosigned_note) = 0;
  virtual void use_witnesses(std::vector<std::unique_ptr<WitnessClient>> witnesses) = 0;
  // The tlog-policy text in force ("" before the first): logged as ledger.policy, published as log/policy.
  virtual std::string policy() const = 0;

  // A tlog-proof file for an entry, to a published checkpoint that covers it and meets the policy (any
  // checkpoint when the policy has no witnesses): one of the first hundred, else of the latest hundred.
  // Nothing when there is none yet.
  struct Proof {
    std::string file;
    std::int64_t checkpoint_size = 0;
    std::vector<std::int64_t> cosigned_at;  // POSIX seconds, one per policy witness that signed
  };
  virtual std::optional<Proof> proof(std::int64_t seq) = 0;
  // RFC 6962 consistency proof, base64 lines.
  virtual std::string consistency(std::int64_t from_size, std::int64_t to_size) = 0;
  virtual std::string leaf(std::int64_t seq) = 0;
};

// A witness in this process, with its own key and memory under `folder` (key: folder/witness.key, made on
// first use). For demonstrations and tests: a machine of the same office proves nothing to outsiders.
std::unique_ptr<WitnessClient> open_local_witness(std::filesystem::path const& folder,
                                                  std::string const& name, std::string const& log_vkey,
                                                  Clock const& clock);
// Its verifier key.
Result<std::string> local_witness_vkey(std::filesystem::path const& folder, std::string const& name);

class System;
// Puts a tlog-policy into force: a ledger.policy entry, and the file log/policy. A crash between the two is
// mended by the next System::open. Refused "policy_format", "policy_log" (its log lines lack our key), and
// as System::log_entry refuses.
Result<void> set_policy(System& system, Uuid account, std::string_view policy);

// New keys for the log: announced by a ledger.rotate entry that the old keys sign (file
// log/rotate-<digest>.json), in force from the next checkpoint on, named in log/vkey and log/vkeys. The
// old keys sign beside them until their files keys/log-*.retired-*.key are taken away. May be called again
// after a crash. Refused "nothing_published", or as publish() and log_entry().
Result<LogPublisher::Published> rotate_log_keys(System& system, Uuid account);

}  // namespace plumbline::kernel
