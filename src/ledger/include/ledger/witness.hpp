// A witness (C2SP tlog-witness): remembers the latest checkpoint of each log it knows and cosigns a new one
// only when it is consistent with that. Spoken over HTTP (add-checkpoint; the server carries the bodies)
// or by files carried between machines.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/tile.hpp"
#include "ledger/tree.hpp"

namespace plumbline::ledger {

// Request body: "old <size>", proof lines, an empty line, the checkpoint.
struct AddCheckpoint {
  std::uint64_t old_size = 0;
  Proof proof;             // at most 63 hashes
  std::string checkpoint;  // signed note
  friend bool operator==(AddCheckpoint const&, AddCheckpoint const&) = default;
};
std::optional<AddCheckpoint> parse_add_checkpoint(std::string_view body);
std::string format_add_checkpoint(AddCheckpoint const& request);

enum class WitnessStatus : std::uint16_t {  // HTTP status codes
  cosigned = 200,
  malformed = 400,     // body, or old size above the checkpoint's
  no_signature = 403,  // none of a trusted key
  unknown_log = 404,
  conflict = 409,      // old size is not the latest one (body: that size), or another root at the same size
  inconsistent = 422,  // the proof does not verify
};
struct WitnessReply {
  WitnessStatus status = WitnessStatus::malformed;
  std::string content_type;
  std::string body;  // cosigned: signature lines; conflict: the latest size and a newline; else a sentence
};
// Reads a reply's body: cosignature lines, those bearing the key's name and id that verify.
std::vector<SignatureLine> cosignatures_in(std::string_view body, std::string_view checkpoint_text,
                                           VerifierKey const& witness);

class Witness {
 public:
  // One state file per log in `state_folder`: the latest checkpoint under its own cosignature. Throws
  // std::runtime_error when that does not verify (a witness that forgot must not go on) or when another
  // witness holds the folder. The signer's key is of type cosignature_v1 and must outlive the witness.
  // `logs`: the keys it trusts, each for the origin it names; several of one origin are a rotation.
  Witness(std::filesystem::path state_folder, Signer const& cosigner, std::vector<VerifierKey> logs);

  VerifierKey const& key() const { return cosigner_.key(); }
  std::optional<Checkpoint> latest(std::string const& origin) const;

  // Checks, stores durably, then cosigns; one at a time, from any thread.
  WitnessReply add_checkpoint(std::string_view body, Instant now);

  // The file form: takes the checkpoint of a published log folder (or any source), makes the consistency
  // proof from its tiles itself and gives the cosigned note back. Refused with "FILE_MISSING",
  // "TILE_MISMATCH", "CHECKPOINT_FORMAT", "unknown_log", "CHECKPOINT_SIGNATURE",
  // "LOG_SHRUNK", "LOG_FORKED", "CONSISTENCY".
  Result<std::string> cosign_log(TileSource const& log, Instant now);
  // The same with a request file (the body of add-checkpoint) instead of the tiles; also "request_format"
  // and "old_size" (detail: the size to start from).
  Result<std::string> cosign_request(std::string_view body, Instant now);

 private:
  struct Log {
    std::vector<VerifierKey> keys;
    std::optional<Checkpoint> latest;
  };
  Result<SignatureLine> advance(SignedCheckpoint const& offered, std::uint64_t old_size,
                                std::span<Hash const> proof, Instant now);
  Result<SignedCheckpoint> admit(std::string_view note) const;
  std::filesystem::path state_path(std::string const& origin) const;
  static FileLock lock(std::filesystem::path const& state_folder);

  std::filesystem::path state_folder_;
  Signer const& cosigner_;
  FileLock lock_;
  std::map<std::string, Log, std::less<>> logs_;
  mutable std::mutex mutex_;
};

}  // namespace plumbline::ledger
