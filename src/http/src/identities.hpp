// Who somebody is at an OpenID provider, and sign-ins that are under way there. Unlogged.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/system.hpp"
#include "oidc_client.hpp"

namespace plumbline::http {

class Identities {
 public:
  // Throws std::runtime_error where the providers' file cannot be read.
  explicit Identities(kernel::System& system);

  std::vector<std::unique_ptr<OidcClient>> const& clients() const { return clients_; }
  OidcClient* client(std::string_view name) const;  // null: none of that name

  struct Known {
    std::string id;  // for addresses
    std::string issuer;
    std::string subject;
    Instant linked_at;
    Instant used_at;  // 0: never
  };
  std::vector<Known> of(Uuid account);
  std::optional<Uuid> account_of(std::string const& issuer, std::string const& subject);
  void note_use(std::string const& issuer, std::string const& subject);
  // Refused "identity_taken", "too_many_identities".
  Result<void> link(Uuid account, std::string const& issuer, std::string const& subject);
  // All where `id` is "". False where there is none.
  bool unlink(Uuid account, std::string_view id);

  struct UnderWay {
    std::string provider;
    std::string return_path;
    Uuid account;  // who links an identity; nil: somebody signs in
    OidcSecrets secrets;
  };
  // Remembers it for limits::sign_in_minutes; answers what only this browser is to know. Refused "busy".
  Result<std::string> begin(UnderWay const& wanted);
  // What is under way with this state in this browser; once.
  std::optional<UnderWay> finish(std::string const& state, std::string const& browser);

 private:
  kernel::System& system_;
  std::vector<std::unique_ptr<OidcClient>> clients_;
};

// Fresh ones, each of 256 bits.
OidcSecrets make_oidc_secrets();

}  // namespace plumbline::http
