// What a refused act looks like, everywhere: in the API (RFC 9457 problem+json), beside a form field,
// in a row of an import's error file, on the command line.
#pragma once
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace plumbline {

// One thing wrong with the input. `path` is a JSON pointer into it ("" is the whole input), `code` a
// stable name ("required", "unknown_field", "too_long" …) that is also the key of the message in
// locales/, `detail` the value a message may quote (never personal data).
struct Problem {
  std::string path;
  std::string code;
  std::string detail;
  friend bool operator==(Problem const&, Problem const&) = default;
};

// Why an act was refused. `code` is stable and the key of the message in locales/.
struct Refusal {
  std::string code;
  std::string detail;
  std::vector<Problem> problems;
  friend bool operator==(Refusal const&, Refusal const&) = default;
};

// Either a value or the reason why there is none. Expected failures travel in Results; exceptions are
// for defects and for the outside world breaking (disk, database).
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Refusal refusal) : content_(std::in_place_index<1>, std::move(refusal)) {}

  explicit operator bool() const { return content_.index() == 0; }
  bool ok() const { return content_.index() == 0; }
  T& value() & { return std::get<0>(content_); }
  T const& value() const& { return std::get<0>(content_); }
  T&& value() && { return std::get<0>(std::move(content_)); }
  T& operator*() & { return value(); }
  T const& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  T const* operator->() const { return &value(); }
  Refusal const& refusal() const { return std::get<1>(content_); }

 private:
  std::variant<T, Refusal> content_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Refusal refusal) : refused_(true), refusal_(std::move(refusal)) {}
  explicit operator bool() const { return !refused_; }
  bool ok() const { return !refused_; }
  Refusal const& refusal() const { return refusal_; }

 private:
  bool refused_ = false;
  Refusal refusal_;
};

}  // namespace plumbline
