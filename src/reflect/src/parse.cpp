#include "parse.hpp"

// Only these parts of Boost.JSON's header-only sources are needed: a third of the compile time of
// <boost/json/src.hpp>, and no library to install.
#define BOOST_JSON_SOURCE
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/detail/impl/default_resource.ipp>
#include <boost/json/detail/impl/shared_resource.ipp>
#include <boost/json/detail/impl/stack.ipp>
#include <boost/json/impl/error.ipp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/limits.hpp"

namespace plumbline {
namespace {

namespace bj = boost::json;
using Error = bj::error_code;
using View = bj::string_view;

// Up to here comparing every pair is cheaper than sorting.
constexpr std::size_t pairwise_max = 12;

// Builds the document on two stacks; the frames say which part of them belongs to which container.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit Builder(OnFlaw on_flaw) : on_flaw_(on_flaw) {}

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return open(true); }
  bool on_array_begin(Error&) { return open(false); }

  bool on_object_end(std::size_t count, Error& error) {
    auto const keys = keys_.end() - static_cast<std::ptrdiff_t>(count);
    if (!unique_keys(count, error)) return false;
    auto const values = values_.end() - static_cast<std::ptrdiff_t>(count);
    Json::Object object;
    object.reserve(count);
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(count); ++i)
      object.emplace_back(std::move(keys[i]), std::move(values[i]));
    keys_.erase(keys, keys_.end());
    values_.erase(values, values_.end());
    frames_.pop_back();
    values_.emplace_back(std::move(object));
    return true;
  }

  bool on_array_end(std::size_t count, Error&) {
    auto const values = values_.end() - static_cast<std::ptrdiff_t>(count);
    Json::Array array(std::make_move_iterator(values), std::make_move_iterator(values_.end()));
    values_.erase(values, values_.end());
    frames_.pop_back();
    values_.emplace_back(std::move(array));
    return true;
  }

  bool on_key_part(View part, std::size_t, Error&) { return keep(part); }
  bool on_key(View part, std::size_t, Error& error) {
    std::string key = finish(part);
    bool const nul = key.find('\0') != std::string::npos;
    if (nul && !flaw("nul", path(), error)) return false;
    keys_.push_back(std::move(key));
    return true;
  }
  bool on_string_part(View part, std::size_t, Error&) { return keep(part); }
  bool on_string(View part, std::size_t, Error& error) {
    std::string text = finish(part);
    bool const nul = on_flaw_ == OnFlaw::stop && text.find('\0') != std::string::npos;
    if (nul && !flaw("nul", path(), error)) return false;
    values_.emplace_back(std::move(text));
    return true;
  }

  bool on_number_part(View part, Error&) { return keep(part); }
  bool on_int64(std::int64_t value, View, Error&) {
    part_.clear();
    values_.emplace_back(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, View part, Error& error) {
    return on_double(static_cast<double>(value), part, error);
  }
  // The tokeniser's own doubles may be off by one unit in the last place.
  bool on_double(double value, View part, Error& error) {
    std::string const text = finish(part);
    if (double exact = 0; std::from_chars(text.data(), text.data() + text.size(), exact).ec == std::errc{})
      value = exact;
    if (!std::isfinite(value)) return fatal("out_of_range", error);
    values_.emplace_back(value);
    return true;
  }

  bool on_bool(bool value, Error&) {
    values_.emplace_back(value);
    return true;
  }
  bool on_null(Error&) {
    values_.emplace_back();
    return true;
  }
  bool on_comment_part(View, Error&) { return true; }
  bool on_comment(View, Error&) { return true; }

  // The JSON pointer of the value being read.
  std::string path() const {
    std::string out;
    for (std::size_t i = 0; i < frames_.size(); ++i) {
      bool const last = i + 1 == frames_.size();
      std::size_t const keys_end = last ? keys_.size() : frames_[i + 1].keys;
      std::size_t const values_end = last ? values_.size() : frames_[i + 1].values;
      if (!frames_[i].object) append_pointer(out, values_end - frames_[i].values);
      // Between two members there is no value: the path ends at the object.
      else if (keys_end - frames_[i].keys > values_end - frames_[i].values)
        append_pointer(out, keys_[keys_end - 1]);
    }
    return out;
  }

  Json take() { return std::move(values_.front()); }
  std::vector<Problem>& problems() { return problems_; }

 private:
  struct Frame {
    bool object;
    std::size_t keys, values;  // sizes of the stacks when it opened
  };

  bool open(bool object) {
    frames_.push_back({object, keys_.size(), values_.size()});
    return true;
  }
  bool keep(View part) {
    part_.append(part.data(), part.size());
    return true;
  }
  std::string finish(View part) {
    if (part_.empty()) return std::string(part.data(), part.size());
    keep(part);
    return std::exchange(part_, {});
  }

  bool fatal(std::string_view code, Error& error) {
    problems_.push_back({path(), std::string(code), ""});
    error = bj::error::syntax;
    return false;
  }
  bool flaw(std::string_view code, std::string path, Error& error) {
    if (on_flaw_ == OnFlaw::collect) {
      if (problems_.size() < limits::problems_reported)
        problems_.push_back({std::move(path), std::string(code), ""});
      return true;
    }
    problems_.push_back({std::move(path), std::string(code), ""});
    error = bj::error::syntax;
    return false;
  }

  bool duplicate(std::string const& key, Error& error) {
    std::string where = path();
    append_pointer(where, key);
    return flaw("duplicate_key", std::move(where), error);
  }
  bool unique_keys(std::size_t count, Error& error) {
    auto const first = keys_.end() - static_cast<std::ptrdiff_t>(count);
    if (count <= pairwise_max) {
      for (auto key = first; key != keys_.end(); ++key)
        if (std::find(first, key, *key) != key && !duplicate(*key, error)) return false;
      return true;
    }
    std::vector<std::string_view> sorted(first, keys_.end());
    std::sort(sorted.begin(), sorted.end());
    for (auto at = std::adjacent_find(sorted.begin(), sorted.end()); at != sorted.end();
         at = std::adjacent_find(at + 1, sorted.end()))
      if (!duplicate(std::string(*at), error)) return false;
    return true;
  }

  OnFlaw on_flaw_;
  std::vector<Frame> frames_;
  std::vector<std::string> keys_;
  std::vector<Json> values_;
  std::string part_;  // beginning of a text or number that arrives in pieces
  std::vector<Problem> problems_;
};

bool only_space(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

Parsed parse_document(std::string_view text, OnFlaw on_flaw, std::size_t depth_max) {
  bj::parse_options options;
  options.max_depth = depth_max;
  bj::basic_parser<Builder> parser(options, on_flaw);
  Error error;
  std::size_t const used = parser.write_some(false, text.data(), text.size(), error);
  Builder& builder = parser.handler();
  Parsed parsed;
  parsed.problems = std::move(builder.problems());
  if (!error && only_space(text.substr(used))) {
    parsed.document = builder.take();
    parsed.complete = true;
    return parsed;
  }
  std::string const offset = std::to_string(used);
  if (error == bj::error::too_deep) {
    parsed.problems.push_back({builder.path(), "too_deep", offset});
  } else if (error == bj::error::syntax && !parsed.problems.empty() &&
             parsed.problems.back().detail.empty() &&
             (on_flaw != OnFlaw::collect || parsed.problems.back().code == "out_of_range")) {
    parsed.problems.back().detail = offset;  // the handler stopped it
  } else {
    parsed.problems.push_back({"", "invalid_json", offset});
  }
  return parsed;
}

}  // namespace plumbline
