#include "feed.hpp"

#include <algorithm>
#include <iostream>

#include "base/limits.hpp"
#include "kernel/act.hpp"
#include "kernel/registers.hpp"

namespace plumbline::http {
namespace {

using store::Sql;

constexpr std::size_t recent_max = 2'000;
constexpr std::chrono::milliseconds look_every(200);
constexpr int looks_per_check = 25;  // of sessions that may have ended

Sql const select_size{"feed.size", "select size from ledger_head where jurisdiction = $1"};
Sql const select_changes{
    "feed.changes",
    "select entry, register_name, record, version from version where jurisdiction = $1 and "
    "entry > $2 order by entry limit 500"};

std::string event_of(Feed::Change const& change) {
  Json data;
  data.set("register", change.reg->name);
  data.set("id", to_string(change.record));
  data.set("version", change.version);
  data.set("entry", change.entry);
  return "id: " + std::to_string(change.entry) + "\nevent: change\ndata: " + write_json(data) + "\n\n";
}

// A file is told of as its record is: where that lies now, to those who read it.
void place_with_owner(kernel::System& system, kernel::Found const& file, Feed::Change& change) {
  if (!change.reg->placed_with) return;
  auto const& attachment = file.as<kernel::Attachment>();
  change.owner = system.catalogue().find(attachment.register_name);
  auto const everything = kernel::system_viewer(system.settings().jurisdiction);
  if (auto const owner = system.reads().get(everything, attachment.register_name, attachment.record))
    change.envelope = owner->envelope;
}

// Too much was missed to be told one by one: the page reads its lists again.
std::string reset_event(std::int64_t entry) {
  return "id: " + std::to_string(entry) + "\nevent: reset\ndata: {}\n\n";
}

}  // namespace

// What waits for one stream.
class Feed::Listener final : public Subscription {
 public:
  explicit Listener(Wish wanted) : wish(std::move(wanted)) {}

  bool take(std::string& piece, std::function<void()> wake) override {
    std::lock_guard const lock(mutex_);
    piece.swap(waiting_);
    waiting_.clear();
    count_ = 0;
    wake_ = piece.empty() ? std::move(wake) : nullptr;
    return !ended_ || !piece.empty();
  }
  std::string_view heartbeat() const override { return ":\n\n"; }

  void add(std::string const& event, std::int64_t entry) {
    std::lock_guard const lock(mutex_);
    if (++count_ > limits::http_events_waiting)
      waiting_ = reset_event(entry);
    else
      waiting_ += event;
    call();
  }
  void end() {
    std::lock_guard const lock(mutex_);
    ended_ = true;
    call();
  }
  void leave() override {
    std::lock_guard const lock(mutex_);
    wake_ = nullptr;
  }

  bool wants(Change const& change) const {
    return wish.registers.empty() ||
           std::ranges::find(wish.registers, change.reg->name) != wish.registers.end();
  }

  Wish const wish;

 private:
  // Under the lock, so that whoever leaves is not called while going. It only posts.
  void call() {
    if (auto const wake = std::exchange(wake_, nullptr)) wake();
  }

  std::mutex mutex_;
  std::string waiting_;
  std::size_t count_ = 0;
  bool ended_ = false;
  std::function<void()> wake_;
};

Feed::Feed(kernel::System& system) : system_(system) {
  auto const rows = system_.database().reader()->query(select_size, {system_.settings().jurisdiction});
  read_ = oldest_ = (rows.empty() ? 0 : store::integer(rows[0][0])) - 1;
  thread_ = std::jthread([this](std::stop_token const& stop) { follow(stop); });
}

Feed::~Feed() {
  thread_.request_stop();
  thread_.join();
  for (auto const& listener : listeners_) listener->end();
}

Result<std::shared_ptr<Subscription>> Feed::listen(Wish wish) {
  auto const viewer = system_.viewer(wish.account);
  auto listener = std::make_shared<Listener>(std::move(wish));
  std::lock_guard const lock(mutex_);
  std::erase_if(listeners_,
                [](auto const& known) { return known.use_count() == 1; });  // nobody listens any more
  if (listeners_.size() >= limits::http_event_streams) return kernel::refuse("busy");
  auto const after = listener->wish.after;
  if (after && (*after < oldest_ || *after > read_))
    listener->add(reset_event(read_), read_);
  else if (after)
    for (auto const& change : recent_)
      // As the record stands now: it may have left their sight since.
      if (change.entry > *after && listener->wants(change) &&
          system_.reads().get(viewer, change.reg->name, change.record))
        listener->add(event_of(change), change.entry);
  // A first line, so that the other end knows it is heard and where it stands.
  listener->add("id: " + std::to_string(read_) + "\nevent: hello\ndata: {}\n\n", read_);
  listeners_.push_back(listener);
  return std::shared_ptr<Subscription>(std::move(listener));
}

void Feed::follow(std::stop_token const& stop) {
  for (int look = 0; !stop.stop_requested(); ++look) {
    try {
      while (read_on() && !stop.stop_requested()) {
      }
      if (look % looks_per_check == 0) end_those_let_out();
    } catch (std::exception const& broken) {
      std::cerr << "the feed of changes: " << broken.what() << '\n';
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, look_every, [] { return false; });
  }
}

// The next changes of the log; false when there are none.
bool Feed::read_on() {
  auto const& place = system_.settings().jurisdiction;
  auto const reader = system_.database().reader();
  auto const rows = reader->query(select_changes, {place, read_});
  if (rows.empty()) return false;
  auto const everything = kernel::system_viewer(place);
  std::vector<Change> changes;
  for (auto const& row : rows) {
    Change change;
    change.entry = store::integer(row[0]);
    change.reg = system_.catalogue().find(store::text(row[1]));
    std::ranges::copy(store::blob(row[2]), change.record.bytes.begin());
    change.version = store::integer(row[3]);
    auto const found = change.reg == nullptr
                           ? std::nullopt
                           : system_.reads().get(everything, change.reg->name, change.record);
    if (found) {
      change.envelope = found->envelope;
      place_with_owner(system_, *found, change);
      changes.push_back(std::move(change));
    }
  }
  std::lock_guard const lock(mutex_);
  tell(changes);
  read_ = store::integer(rows.back()[0]);
  for (auto& change : changes) recent_.push_back(std::move(change));
  while (recent_.size() > recent_max) {
    oldest_ = recent_.front().entry;
    recent_.pop_front();
  }
  return true;
}

// Each as far as their grants of now reach.
void Feed::tell(std::vector<Change> const& changes) {
  std::erase_if(listeners_, [](auto const& known) { return known.use_count() == 1; });
  for (auto const& listener : listeners_) {
    auto const viewer = system_.viewer(listener->wish.account);
    for (auto const& change : changes)
      if (listener->wants(change) && viewer.sees(*change.reg, change.envelope) &&
          (change.owner == nullptr || viewer.sees(*change.owner, change.envelope)))
        listener->add(event_of(change), change.entry);
  }
}

void Feed::end_those_let_out() {
  std::vector<std::shared_ptr<Listener>> known;
  {
    std::lock_guard const lock(mutex_);
    known = listeners_;
  }
  for (auto const& listener : known)
    if (!listener->wish.is_let_in()) listener->end();
}

}  // namespace plumbline::http
