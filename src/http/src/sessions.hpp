// Who is at the other end of a browser. Sessions are unlogged rows; what is kept of a token is its hash.
#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "kernel/system.hpp"

namespace plumbline::http {

struct Session {
  Uuid account;
  std::string csrf;  // what a browser's page must send back with every act
};

class Sessions {
 public:
  explicit Sessions(kernel::System& system) : system_(system) {}

  struct Opened {
    std::string token;  // for the cookie; nowhere else
    Session session;
  };
  // One answer for an unknown login and a wrong password, in the same time. Refused "login_failed",
  // "login_delayed" (detail: seconds) after limits::login_failures_before_delay failures, "busy".
  Result<Opened> open(std::string_view login, std::string_view password);
  // Nothing when it was closed, is idle for too long or too old, or its account is no longer active.
  std::optional<Session> find(std::string_view token);
  void close(std::string_view token);
  // Of an account: all of them, after a change of password or of grants.
  void close_all(Uuid account);

 private:
  bool is_active(Uuid account) const;
  kernel::System& system_;
  std::atomic<int> checking_{0};  // passwords, now
};

}  // namespace plumbline::http
