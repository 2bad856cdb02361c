// A mail as RFC 5322 and MIME want it, from parts that cannot break out of their places.
#pragma once
#include <string>

#include "base/time.hpp"

namespace plumbline::notices {

struct Letter {
  std::string from;  // addresses: is_mail_address()
  std::string to;
  std::string id;  // of the delivery: receivers know a repetition by it
  Instant at;
  std::string subject;  // any UTF-8
  std::string text;
};
std::string write_mail(Letter const& letter);

}  // namespace plumbline::notices
