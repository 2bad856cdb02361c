// Subcommand oidc: the OpenID providers of a city.
#include <fstream>

#include "http/oidc_config.hpp"
#include "kernel/act.hpp"
#include "support.hpp"

namespace plumbline::app {

// The secret comes from a file: a command line is read by everybody on the machine.
int run_oidc_add(ProviderOptions const& options) {
  http::OidcProvider provider{options.name,       options.title.empty() ? options.name : options.title,
                              options.issuer,     options.client_id,
                              options.base_url,   options.strong_acr,
                              options.strong_amr, ""};
  if (!options.secret_file.empty()) {
    std::ifstream in(options.secret_file);
    if (!std::getline(in, provider.secret) || provider.secret.empty())
      throw UsageError("no secret can be read from " + options.secret_file.string());
  }
  auto const kept = http::put_oidc_provider(options.common.data, provider);
  if (!kept) return refused(kept.refusal(), options.common);
  Json document;
  document.set("redirect_uri", provider.redirect_uri());  // to be registered there
  document.set("note", kernel::message("oidc_read_at_start", user_language()));
  print(document, options.common.output);
  return 0;
}

int run_oidc_remove(ProviderOptions const& options) {
  if (http::remove_oidc_provider(options.common.data, options.name)) return 0;
  return refused(kernel::refuse("not_found", "/name", options.name), options.common);
}

int run_oidc_list(Common const& common) {
  Json::Array items;
  for (auto const& provider : http::read_oidc_providers(common.data)) {
    Json row;
    row.set("name", provider.name);
    row.set("title", provider.title);
    row.set("issuer", provider.issuer);
    row.set("client_id", provider.client_id);
    row.set("redirect_uri", provider.redirect_uri());
    items.push_back(std::move(row));
  }
  Json document;
  document.set("items", std::move(items));
  print(document, common.output);
  return 0;
}

}  // namespace plumbline::app
