// All that leaves the house for somebody: webhooks' messages, mails, short messages. One row each, made
// in the transaction that also remembers why (so none is lost and none is made twice: channel, recipient and
// cause are unique together), sent and retried beside the server (sender.hpp).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/system.hpp"

namespace plumbline::notices {

struct Delivery {
  Uuid id;              // the same in every attempt: by it receivers know a repetition
  std::string channel;  // "webhook", "mail", "sms"
  Uuid recipient;       // a webhook, or an account
  std::string cause;
  Uuid account;  // whose it is: the webhook's owner, or the recipient
  std::string subject;
  std::string body;
  std::string state = "waiting";  // "sent", "dead"
  std::int64_t attempts = 0;
  Instant next_at;
  std::string last_error;  // "status 500", "unreachable" …: never what an attacker could learn a network from
  Instant made_at;
  Instant ended_at;  // 0: not yet
};

// Within a transaction; a cause that is known already makes nothing.
void put(store::Writer& writer, std::string const& jurisdiction, Delivery const& delivery);

class Outbox {
 public:
  explicit Outbox(kernel::System& system) : system_(system) {}

  struct Wish {
    std::optional<Uuid> account;  // nothing: everybody's
    std::optional<Uuid> recipient;
    std::string state;  // "": any
    int limit = 50;
    std::string cursor;
  };
  struct Page {
    std::vector<Delivery> items;  // the latest first
    std::string next;
  };
  // Refused "bad_cursor".
  Result<Page> list(Wish const& wish) const;
  std::optional<Delivery> find(Uuid id) const;
  // A dead one once more, with all its attempts. Refused "not_dead".
  Result<void> replay(Delivery const& dead);

  struct Figures {
    std::int64_t waiting = 0;
    std::int64_t dead = 0;
    std::int64_t oldest_seconds = 0;  // since the oldest waiting one was made
  };
  Figures figures() const;

 private:
  kernel::System& system_;
};

Delivery delivery_of(store::Row const& row);
// In the order delivery_of() reads them.
inline constexpr std::string_view delivery_columns =
    "id, channel, recipient, cause, account, subject, body, state, attempts, next_at, last_error, made_at, "
    "ended_at";

}  // namespace plumbline::notices
