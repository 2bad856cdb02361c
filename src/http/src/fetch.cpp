#include "fetch.hpp"

#include <curl/curl.h>

#include <memory>

#include "base/limits.hpp"
#include "http/oidc_config.hpp"

namespace plumbline::http {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* out) {
  auto& body = *static_cast<std::string*>(out);
  if (body.size() + size * count > limits::oidc_answer_bytes) return 0;
  body.append(data, size * count);
  return size * count;
}

}  // namespace

std::optional<Fetched> fetch(std::string const& url, std::optional<std::string> const& form,
                             std::vector<std::string> const& headers) {
  std::unique_ptr<CURL, CloseHandle> const owner(curl_easy_init());
  CURL* handle = owner.get();
  auto const without_query = url.substr(0, url.find('?'));
  if (handle == nullptr || !is_trustworthy_url(without_query)) return {};
  Fetched fetched;
  std::unique_ptr<curl_slist, FreeList> list(curl_slist_append(nullptr, "Accept: application/json"));
  for (auto const& header : headers)
    if (auto* longer = curl_slist_append(list.get(), header.c_str()); longer != list.get()) {
      (void)list.release();
      list.reset(longer);
    }
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, url.starts_with("https:") ? "https" : "http");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(limits::oidc_timeout_seconds));
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &fetched.body);
  if (form) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(form->size()));
    curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, form->c_str());
  }
  if (curl_easy_perform(handle) != CURLE_OK) return {};
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  fetched.status = static_cast<int>(status);
  return fetched;
}

}  // namespace plumbline::http
