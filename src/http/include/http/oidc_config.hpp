// OpenID providers at which people of this city may sign in: DIR/oidc.json, and one secret each in DIR/keys
// (0600), as `plumbline oidc` writes them. The server reads them when it starts.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace plumbline::http {

struct OidcProvider {
  std::string name;       // in addresses: lower-case letters, digits, '-'
  std::string title;      // on the button
  std::string issuer;     // as its discovery document and its tokens spell it
  std::string client_id;  // ours, there
  std::string base_url;   // ours, as browsers see it: "https://supervision.example"
  // Values of the claims acr and amr that stand for a second factor. None: the provider's word for that is
  // not taken.
  std::vector<std::string> strong_acr;
  std::vector<std::string> strong_amr;
  std::string secret;  // "" = a public client

  std::string redirect_uri() const { return base_url + "/api/v1/oidc/" + name + "/callback"; }
};

// https, or http on this machine; without user, query or fragment.
bool is_trustworthy_url(std::string_view url);

// None without the file. Throws std::runtime_error where it cannot be read.
std::vector<OidcProvider> read_oidc_providers(std::filesystem::path const& folder);
// Adds one, or replaces the one of that name. Refused "oidc_name", "oidc_url", "required",
// "too_many_providers".
Result<void> put_oidc_provider(std::filesystem::path const& folder, OidcProvider const& provider);
bool remove_oidc_provider(std::filesystem::path const& folder, std::string_view name);

}  // namespace plumbline::http
