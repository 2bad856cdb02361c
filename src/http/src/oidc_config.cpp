#include "http/oidc_config.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "ledger/files.hpp"
#include "members.hpp"
#include "reflect/json.hpp"

namespace plumbline::http {
namespace {

namespace fs = std::filesystem;
using kernel::refuse;

fs::path config_file(fs::path const& folder) { return folder / "oidc.json"; }
fs::path secret_file(fs::path const& folder, std::string_view name) {
  return folder / "keys" / ("oidc-" + std::string(name) + ".secret");
}

std::string content_of(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> texts_of(Json const& document, std::string_view name) {
  std::vector<std::string> out;
  Json const* list = document.find(name);
  if (list == nullptr || list->as_array() == nullptr) return out;
  for (auto const& item : *list->as_array())
    if (item.as_text() != nullptr) out.push_back(*item.as_text());
  return out;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

void write_all(fs::path const& folder, std::vector<OidcProvider> const& providers) {
  Json::Array list;
  for (auto const& provider : providers) {
    Json row;
    row.set("name", provider.name);
    row.set("title", provider.title);
    row.set("issuer", provider.issuer);
    row.set("client_id", provider.client_id);
    row.set("base_url", provider.base_url);
    row.set("strong_acr", list_json(provider.strong_acr));
    row.set("strong_amr", list_json(provider.strong_amr));
    list.push_back(std::move(row));
  }
  Json document;
  document.set("providers", std::move(list));
  ledger::write_file_durably(config_file(folder), write_json(document) + '\n', 0600);
}

}  // namespace

bool is_trustworthy_url(std::string_view url) {
  bool const is_plain = url.starts_with("http://");
  if (!is_plain && !url.starts_with("https://")) return false;
  if (url.find_first_of(" \t\r\n\"<>\\@?#") != url.npos) return false;
  auto const rest = url.substr(is_plain ? 7 : 8);
  auto const authority = rest.substr(0, rest.find('/'));
  auto const host = authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1)
                                               : authority.substr(0, authority.find(':'));
  if (host.empty()) return false;
  return !is_plain || host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

std::vector<OidcProvider> read_oidc_providers(fs::path const& folder) {
  auto const file = config_file(folder);
  std::vector<OidcProvider> providers;
  if (!fs::exists(file)) return providers;
  auto const document = parse_json(content_of(file));
  Json const* list = document ? document->find("providers") : nullptr;
  if (list == nullptr || list->as_array() == nullptr)
    throw std::runtime_error(file.string() + " lacks the list 'providers'");
  for (auto const& row : *list->as_array()) {
    auto const text = [&](std::string_view name) {
      Json const* found = row.find(name);
      return found == nullptr || found->as_text() == nullptr ? std::string() : *found->as_text();
    };
    OidcProvider provider{text("name"),
                          text("title"),
                          text("issuer"),
                          text("client_id"),
                          text("base_url"),
                          texts_of(row, "strong_acr"),
                          texts_of(row, "strong_amr"),
                          ""};
    if (!is_name(provider.name) || !is_trustworthy_url(provider.issuer) || provider.client_id.empty() ||
        !is_trustworthy_url(provider.base_url))
      throw std::runtime_error(file.string() + " names a provider that is not complete");
    provider.secret = content_of(secret_file(folder, provider.name));
    while (provider.secret.ends_with('\n')) provider.secret.pop_back();
    providers.push_back(std::move(provider));
  }
  return providers;
}

Result<void> put_oidc_provider(fs::path const& folder, OidcProvider const& provider) {
  if (!is_name(provider.name)) return refuse("oidc_name", "/name", provider.name);
  if (!is_trustworthy_url(provider.issuer)) return refuse("oidc_url", "/issuer", provider.issuer);
  if (!is_trustworthy_url(provider.base_url) || provider.base_url.ends_with('/'))
    return refuse("oidc_url", "/base_url", provider.base_url);
  if (provider.client_id.empty()) return refuse("required", "/client_id");
  auto providers = read_oidc_providers(folder);
  std::erase_if(providers, [&](auto const& known) { return known.name == provider.name; });
  if (providers.size() >= limits::oidc_providers)
    return refuse("too_many_providers", "", std::to_string(limits::oidc_providers));
  providers.push_back(provider);
  ledger::write_file_durably(secret_file(folder, provider.name), provider.secret, 0600);
  write_all(folder, providers);
  return {};
}

bool remove_oidc_provider(fs::path const& folder, std::string_view name) {
  auto providers = read_oidc_providers(folder);
  if (std::erase_if(providers, [&](auto const& known) { return known.name == name; }) == 0) return false;
  write_all(folder, providers);
  fs::remove(secret_file(folder, name));
  return true;
}

}  // namespace plumbline::http
