// Webhooks as the Standard Webhooks specification has them (standardwebhooks.com): somebody's own program is
// told by POST which records have changed, as far as that somebody may see them. The log is the outbox: each
// webhook remembers up to which entry it has heard, so that nothing is lost by a stop, a crash or a pause.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "notices/outbox.hpp"
#include "notices/targets.hpp"

namespace plumbline::notices {

struct Webhook {
  Uuid id;
  Uuid account;
  std::string url;
  std::vector<std::string> registers;  // empty: all
  bool is_active = true;
  std::int64_t position = -1;
  Instant made_at;
  Bytes secret;
  Bytes old_secret;  // signs too until old_until
  Instant old_until;
};

class Webhooks {
 public:
  explicit Webhooks(kernel::System& system) : system_(system) {}

  struct Wish {
    std::optional<std::string> url;
    std::optional<std::vector<std::string>> registers;
    std::optional<bool> is_active;
  };
  struct Made {
    Uuid id;
    std::string secret;  // "whsec_…", told once
  };
  // Hears of what is logged from now on. Refused "required", "invalid_value", "target_not_allowed",
  // "unknown_register", "too_many_webhooks".
  Result<Made> make(Uuid account, Wish const& wish);
  // Of a pause nothing is lost: it goes on where it stopped.
  Result<void> change(Webhook const& known, Wish const& wish);
  Result<void> remove(Webhook const& known);
  // The old secret signs beside the new one for a day.
  Result<std::string> rotate(Webhook const& known);
  // A message "test.ping". Refused "too_many_tests".
  Result<Uuid> test(Webhook const& known);

  std::vector<Webhook> of(Uuid account) const;
  std::optional<Webhook> find(Uuid id) const;
  std::optional<Webhook> find(Uuid account, Uuid id) const;

  // Makes deliveries of what was logged since, a page for each webhook; true where there may be more.
  bool read_on();
  // The receiver said that it is gone (410).
  void pause(store::Writer& writer, Uuid id);

 private:
  Result<void> check(Wish const& wish) const;
  kernel::System& system_;
};

// "v1,BASE64 v1,BASE64": HMAC-SHA256 of "ID.SECONDS.BODY" under each secret in force.
std::string signature_of(Webhook const& webhook, std::string const& id, std::int64_t seconds,
                         std::string const& body, Instant now);

}  // namespace plumbline::notices
