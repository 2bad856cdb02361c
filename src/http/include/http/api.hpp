// The API over every register, sessions, the public files: one handler for the server. Everything is derived
// from the catalogue; nothing here knows a module.
#pragma once
#include <memory>

#include "http/message.hpp"
#include "http/server.hpp"
#include "kernel/system.hpp"

namespace plumbline::http {

class Api {
 public:
  static std::unique_ptr<Api> make(kernel::System& system);
  virtual ~Api() = default;
  virtual Response answer(Request const& request) = 0;
  virtual BodyRule body_rule(Request const& request) const = 0;
  // For /metrics: each answer, and the server while it runs (null again before it ends).
  virtual void note(Served const& served) = 0;
  virtual void watch(Server const* server) = 0;
};

}  // namespace plumbline::http
