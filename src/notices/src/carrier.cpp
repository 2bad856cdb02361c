#include "carrier.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "base/limits.hpp"

namespace plumbline::notices {
namespace {

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void add_to(List& list, std::string const& text) {
  auto* const grown = curl_slist_append(list.get(), text.c_str());
  if (grown == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(grown);
}

// One parcel under way; it stays where it is, since libcurl holds its address.
class Ride {
 public:
  explicit Ride(Parcel const& parcel) : parcel_(parcel), handle_(curl_easy_init()) {
    if (!handle_) throw std::runtime_error("libcurl cannot start");
    set(CURLOPT_URL, parcel.url.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT, static_cast<long>(limits::delivery_timeout_seconds));
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(limits::delivery_timeout_seconds));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");  // not the one of the environment either
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_OPENSOCKETFUNCTION, &Ride::open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Ride::take);
    set(CURLOPT_WRITEDATA, this);
    if (!parcel.authorities.empty()) set(CURLOPT_CAINFO, parcel.authorities.c_str());
    if (parcel.from.empty())
      prepare_post();
    else
      prepare_mail();
  }
  Ride(Ride const&) = delete;
  Ride& operator=(Ride const&) = delete;

  CURL* handle() const { return handle_.get(); }

  Arrival arrival(CURLcode outcome) const {
    Arrival out;
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    out.status = static_cast<int>(status);
    out.answer = answer_;
    // An answer that is too long is still an answer; of a mail only the end is one.
    bool const is_post = parcel_.from.empty();
    out.is_carried = outcome == CURLE_OK || (is_post && outcome == CURLE_WRITE_ERROR && status > 0);
    if (!out.is_carried) out.error = is_refused_ ? "address_not_allowed" : word_for(outcome);
    return out;
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    if (auto const wrong = curl_easy_setopt(handle_.get(), option, value); wrong != CURLE_OK)
      throw std::runtime_error(curl_easy_strerror(wrong));
  }

  void prepare_post() {
    set(CURLOPT_PROTOCOLS_STR, parcel_.is_encrypted ? "https" : "http");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_USERAGENT, "Plumbline");
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(parcel_.content.size()));
    set(CURLOPT_POSTFIELDS, parcel_.content.data());
    for (auto const& header : parcel_.headers) add_to(headers_, header);
    add_to(headers_, "Expect:");
    set(CURLOPT_HTTPHEADER, headers_.get());
  }

  void prepare_mail() {
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_USE_SSL, static_cast<long>(parcel_.wants_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    set(CURLOPT_MAIL_FROM, parcel_.from.c_str());
    add_to(recipients_, parcel_.to);
    set(CURLOPT_MAIL_RCPT, recipients_.get());
    if (!parcel_.user.empty()) {
      set(CURLOPT_USERNAME, parcel_.user.c_str());
      set(CURLOPT_PASSWORD, parcel_.password.c_str());
    }
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &Ride::give);
    set(CURLOPT_READDATA, this);
  }

  static curl_socket_t open_socket(void* of, curlsocktype, curl_sockaddr* wanted) {
    auto& ride = *static_cast<Ride*>(of);
    auto const& parcel = ride.parcel_;
    if (parcel.guard != nullptr) {
      auto const address = address_of(&wanted->addr);
      if (!address || !parcel.guard->may_connect(parcel.host, parcel.is_encrypted, *address)) {
        ride.is_refused_ = true;
        return CURL_SOCKET_BAD;
      }
    }
    return ::socket(wanted->family, wanted->socktype | SOCK_CLOEXEC, wanted->protocol);
  }
  static std::size_t take(char* data, std::size_t size, std::size_t count, void* of) {
    auto& answer = static_cast<Ride*>(of)->answer_;
    auto const fits = std::min(size * count, limits::delivery_answer_bytes - answer.size());
    answer.append(data, fits);
    return fits;
  }
  static std::size_t give(char* data, std::size_t size, std::size_t count, void* of) {
    auto& ride = *static_cast<Ride*>(of);
    auto const piece = std::min(size * count, ride.parcel_.content.size() - ride.given_);
    std::copy_n(ride.parcel_.content.data() + ride.given_, piece, data);
    ride.given_ += piece;
    return piece;
  }

  static std::string word_for(CURLcode outcome) {
    switch (outcome) {
      case CURLE_OPERATION_TIMEDOUT: return "too_slow";
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_USE_SSL_FAILED: return "certificate";
      case CURLE_LOGIN_DENIED: return "login_refused";
      default: return "unreachable";
    }
  }

  Parcel const& parcel_;
  std::unique_ptr<CURL, FreeHandle> handle_;
  List headers_;
  List recipients_;
  std::string answer_;
  std::size_t given_ = 0;
  bool is_refused_ = false;
};

}  // namespace

// Each on a thread of its own: libcurl waits for a mail server's last word without letting others on.
std::vector<Arrival> carry(std::vector<Parcel> const& parcels) {
  static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) throw std::runtime_error("libcurl cannot start");
  std::vector<std::unique_ptr<Ride>> rides;
  for (auto const& parcel : parcels) rides.push_back(std::make_unique<Ride>(parcel));
  std::vector<Arrival> out(parcels.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < rides.size(); ++i)
    threads.emplace_back([&, i] {
      auto const begun = std::chrono::steady_clock::now();
      out[i] = rides[i]->arrival(curl_easy_perform(rides[i]->handle()));
      out[i].took = std::chrono::steady_clock::now() - begun;
    });
  threads.clear();  // joined
  return out;
}

}  // namespace plumbline::notices
