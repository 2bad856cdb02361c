// Carries parcels out of the house by libcurl, all of a round at the same time: HTTP posts and mails. No
// redirects, no proxy of the environment, bounded time and a bounded answer.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "notices/targets.hpp"

namespace plumbline::notices {

struct Parcel {
  std::string url;
  std::vector<std::string> headers;  // of a post: "name: value"
  std::string content;               // of a post the body; else a whole mail
  std::string authorities;           // PEM; "": those of the machine
  // Of what people name: where it may go. Nothing: the office's own gateways, wherever they stand.
  Guard const* guard = nullptr;
  std::string host;
  bool is_encrypted = true;
  // Of a mail; `from` empty: a post.
  std::string from;
  std::string to;
  std::string user;
  std::string password;
  bool wants_tls = true;
};

struct Arrival {
  bool is_carried = false;  // the other end answered
  int status = 0;           // HTTP's, or SMTP's last
  std::string answer;       // of a post; as much as limits::delivery_answer_bytes
  std::string error;  // why not carried: "unreachable", "too_slow", "certificate", "address_not_allowed",
                      // "login_refused"
  std::chrono::steady_clock::duration took{};
};

// In the order of the parcels.
std::vector<Arrival> carry(std::vector<Parcel> const& parcels);

}  // namespace plumbline::notices
