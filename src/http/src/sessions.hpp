// Who is at the other end of a browser. Sessions are unlogged rows; what is kept of a token is its hash.
#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/uuid.hpp"
#include "devices.hpp"
#include "kernel/system.hpp"
#include "second_factors.hpp"
#include "throttle.hpp"
#include "tokens.hpp"

namespace plumbline::http {

struct Session {
  Uuid account;
  std::string csrf;                   // what a browser's page must send back with every act
  std::optional<TokenRights> rights;  // of a program: what its token allows
  bool must_change = false;           // came in by a one-time password: may only set another
  bool owes_code = false;             // of the second factor: came in by a provider that did not ask
  bool is_strong = false;             // an OpenID provider has asked for a second factor
};

class Sessions {
 public:
  explicit Sessions(kernel::System& system) : system_(system), devices_(system.folder()) {}

  struct Opened {
    std::string token;   // for the cookie; nowhere else
    std::string device;  // for the cookie by which the browser is known next time
    Session session;
  };
  struct Claim {
    std::string login;
    std::string password;
    std::string code;     // of the second factor, or a recovery code; "" = none
    std::string address;  // of the other end, plain; "" = unknown
    std::string device;   // what the browser keeps of earlier sign-ins
  };
  // One answer for an unknown login and a wrong password, in the same time. Refused "login_failed",
  // "one_time_password_over", "second_factor_required", "second_factor_wrong", "login_delayed" (detail:
  // seconds) after limits::login_failures_before_delay failures of any kind, or too many from that address;
  // "busy". A browser in which the login was signed in to before has its own count.
  Result<Opened> open(Claim const& claim, SecondFactors& factors);
  // For whom an OpenID provider vouches. Refused "login_failed" (nobody who may come in), "login_delayed".
  Result<Opened> open_elsewhere(Uuid account, std::string const& device, bool is_strong,
                                SecondFactors& factors);
  // A code that is asked for once more. Refused "second_factor_wrong", "login_delayed".
  Result<void> confirm_code(Uuid account, std::string const& code, SecondFactors& factors);
  void note_code(std::string_view token);  // it owes none any more
  // Nothing when it was closed, is idle for too long or too old, or its account is no longer active.
  // To `use` one keeps it from falling idle; to look at it does not.
  enum class Purpose : std::uint8_t { use, look };
  std::optional<Session> find(std::string_view token, Purpose purpose = Purpose::use);
  void close(std::string_view token);

  struct Known {
    std::string id;
    Instant opened_at;
    Instant seen_at;
    bool is_this = false;
  };
  // Of an account, the latest first; `token` tells which of them asks.
  std::vector<Known> of(Uuid account, std::string_view token);
  bool revoke(Uuid account, std::string_view id);  // false where there is none
  bool is_active(Uuid account) const;
  // Is this the account's password? For acts that ask again. Refused as open() does,
  // "login_failed" at `path`.
  Result<void> confirm(Uuid account, std::string_view password, std::string const& path);

 private:
  // `mark`: of the password as it was checked.
  Result<Opened> begin(Session session, std::string const& login, std::string const& mark);
  // Under what failures are counted: the login, or this browser of its owner's.
  std::string count_of(std::string const& login, std::string const& device) const;
  std::int64_t wait_at(std::string const& address);
  void note_at(std::string const& address);
  Result<void> admit(std::string const& login);  // refused "login_delayed"
  void forget_failures(std::string const& login);
  void close_oldest(Uuid account);
  kernel::System& system_;
  Devices devices_;
  std::atomic<int> checking_{0};  // passwords, now
  Throttle by_address_{limits::address_failures, limits::address_failure_seconds, limits::addresses_watched};
};

}  // namespace plumbline::http
