// How many are at something at once.
#pragma once
#include <atomic>

namespace plumbline::http {

class Counted {
 public:
  explicit Counted(std::atomic<int>& all) : all_(all), others_(all.fetch_add(1)) {}
  ~Counted() { --all_; }
  Counted(Counted const&) = delete;
  Counted& operator=(Counted const&) = delete;
  int others() const { return others_; }  // when this one came

 private:
  std::atomic<int>& all_;
  int others_;
};

}  // namespace plumbline::http
