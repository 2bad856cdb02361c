// One request to a server that somebody else keeps: bounded in time and size, never led elsewhere.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace plumbline::http {

struct Fetched {
  int status = 0;
  std::string body;
};
// GET, or POST where there is a form ("a=b&c=d"). Nothing where it cannot be reached in
// limits::oidc_timeout_seconds, or answers more than limits::oidc_answer_bytes. https, or http on this
// machine (is_trustworthy_url).
std::optional<Fetched> fetch(std::string const& url, std::optional<std::string> const& form = {},
                             std::vector<std::string> const& headers = {});

}  // namespace plumbline::http
