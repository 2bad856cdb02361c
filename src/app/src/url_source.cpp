#include "url_source.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace plumbline::app {
namespace {

constexpr long timeout_seconds = 60;

std::size_t take(char* data, std::size_t size, std::size_t count, void* out) {
  auto& bytes = *static_cast<Bytes*>(out);
  if (bytes.size() + size * count > publication::file_limit_bytes) return 0;
  bytes.insert(bytes.end(), data, data + size * count);
  return size * count;
}

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

class UrlSource final : public publication::FileSource {
 public:
  explicit UrlSource(std::string base) : base_(std::move(base)) {
    while (!base_.empty() && base_.back() == '/') base_.pop_back();
    handle_.reset(curl_easy_init());
    if (!handle_) throw std::runtime_error("the HTTP client cannot start");
  }

  // A server that cannot be reached is an error; a file it does not have is nothing.
  std::optional<Bytes> read(std::string const& path) const override {
    Bytes body;
    std::string const url = base_ + "/" + path;
    CURL* handle = handle_.get();
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, timeout_seconds);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
    if (auto const failed = curl_easy_perform(handle); failed != CURLE_OK)
      throw std::runtime_error(url + ": " + curl_easy_strerror(failed));
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (status == 404) return {};
    if (status != 200) throw std::runtime_error(url + ": HTTP status " + std::to_string(status));
    return body;
  }

  std::vector<std::string> list() const override {
    auto const sums = read("SHA256SUMS");
    return sums ? publication::names_in_sums(text_of(*sums)) : std::vector<std::string>{};
  }

  std::vector<std::string> folders() const override {
    std::set<std::string> names;
    for (auto const& path : list())
      if (auto const slash = path.find('/'); slash != std::string::npos) names.insert(path.substr(0, slash));
    return {names.begin(), names.end()};
  }

  std::unique_ptr<FileSource> folder(std::string const& name) const override {
    return std::make_unique<UrlSource>(base_ + "/" + name);
  }

 private:
  std::string base_;
  std::unique_ptr<CURL, CloseHandle> handle_;
};

}  // namespace

bool is_url(std::string const& place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

std::unique_ptr<publication::FileSource> open_source(std::string const& place) {
  if (is_url(place)) return std::make_unique<UrlSource>(place);
  return std::make_unique<publication::FolderSource>(place);
}

}  // namespace plumbline::app
