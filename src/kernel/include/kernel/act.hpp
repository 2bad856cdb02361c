// What a module's handler works with: one act on one record, and whatever else the act must touch. A
// handler changes the records or refuses; it has no clock, no I/O, no SQL, no JSON.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "kernel/record.hpp"
#include "kernel/roles.hpp"
#include "reflect/type.hpp"

namespace plumbline::kernel {

struct Grant;
class RegionTree;
class RuleBook;

class Act {
 public:
  virtual ~Act() = default;

  // When and by whom. `today` is the legal day (UTC+08:00).
  virtual Instant now() const = 0;
  virtual Date today() const = 0;
  virtual Uuid account() const = 0;  // nil for the system and for clocks
  virtual std::string_view action() const = 0;
  virtual std::string_view jurisdiction() const = 0;
  virtual WorkdayCalendar const& calendar() const = 0;
  virtual RegionTree const& regions() const = 0;
  virtual RuleBook const& rules() const = 0;

  // The record of the act: changed in place. For a step from `none` it starts empty.
  virtual Uuid id() const = 0;
  template <class T>
  T& record() {
    return *static_cast<T*>(record_object(reflect::type_of<T>()));
  }
  template <class P>
  P const& payload() const {
    return *static_cast<P const*>(payload_object(reflect::type_of<P>()));
  }
  virtual Envelope const& envelope() const = 0;

  // Another record of the jurisdiction, as earlier acts of the same batch left it; null when there is
  // none (or it was undone). `state` of it through envelope_of.
  template <class T>
  T const* load(std::string_view register_name, Uuid id) {
    return static_cast<T const*>(load_object(register_name, id));
  }
  virtual Envelope const* envelope_of(std::string_view register_name, Uuid id) = 0;
  // Is there such a record, and within the sight of whoever acts? (The system and clocks see all.)
  virtual bool sees(std::string_view register_name, Uuid id) = 0;
  // What was given to the account and not withdrawn, whenever it is in force.
  virtual std::vector<Grant> const& grants_of(Uuid account) const = 0;
  // The record whose unique field has this value (text as in CSV cells), or nothing.
  virtual std::optional<Uuid> find(std::string_view register_name, std::string_view field,
                                   std::string_view value) = 0;

  // Change another record in the same act: a step of its own workflow taken by the system. The table is
  // enforced (role system or clock must be in the step's set), clocks tick, a version and a log entry are
  // written. Returns the record to change. Throws Refused when the step does not exist in its state.
  template <class T>
  T& step(std::string_view register_name, Uuid id, std::string_view action) {
    return *static_cast<T*>(step_object(register_name, id, action));
  }
  // Create another record by a step from `none` of its workflow that the system may take.
  template <class T>
  T& create(std::string_view register_name, std::string_view action, Uuid id) {
    return *static_cast<T*>(create_object(register_name, action, id));
  }
  virtual Uuid new_id() = 0;

  // The next number of a gap-free series; taken only if the act succeeds. Shown as the caller formats it.
  virtual std::int64_t next_number(std::string_view series) = 0;

  // Start or stop a clock beyond what the table says (a clock of another trigger day, a second rule).
  virtual void start_clock(std::string_view rule, Date triggered_on) = 0;
  virtual void stop_clock(std::string_view rule) = 0;

  // The log position and leaf hash of an entry on a chain.
  struct Position {
    std::int64_t seq;
    Hash leaf_hash;
    Instant time;
    bool adopted = false;  // it stood in the log already: see log()
  };
  // A log entry of its own besides the record's version (draw.plan, draw.seed …): chain subject
  // ("draws/3715/2026#4") and digest as draw-publication.md section 3 fixes them. These entries come before
  // the versions of the records, in the order of the calls. A number after '#' is one of the gap-free series
  // that is named like the chain: a restored copy learns from it what was given out meanwhile.
  //
  // After a restore the log may hold an entry whose act the database has lost (recovery.hpp). Doing the act
  // again in the same words answers with that entry and adds none. Other words are refused
  // "published_otherwise": what the world has read cannot be said differently, unless such entries
  // `may_repeat`.
  enum class Repeats : std::uint8_t { once, may_repeat };
  virtual Position log(std::string_view type, std::string_view subject, Hash const& digest,
                       Repeats repeats = Repeats::once) = 0;
  // Entries of a chain that came back without their bodies, oldest first.
  struct AdoptedLeaf {
    std::string type;
    std::string subject;
    std::uint64_t number = 0;  // after the subject's '#'
    Hash digest;
    Position position;
  };
  virtual std::vector<AdoptedLeaf> adopted(std::string_view chain) = 0;
  // The latest entry on a chain, as the act stands now.
  virtual std::optional<Position> latest(std::string_view chain) = 0;

 protected:
  virtual void* record_object(reflect::Type const& type) = 0;
  virtual void const* payload_object(reflect::Type const& type) const = 0;
  virtual void const* load_object(std::string_view register_name, Uuid id) = 0;
  virtual void* step_object(std::string_view register_name, Uuid id, std::string_view action) = 0;
  virtual void* create_object(std::string_view register_name, std::string_view action, Uuid id) = 0;
};

// Thrown inside a handler to refuse from deep within; the desk turns it into the answer. Handlers may
// equally return a Refusal.
class Refused {
 public:
  explicit Refused(Refusal refusal) : refusal_(std::move(refusal)) {}
  Refused(std::string code, std::string path = "", std::string detail = "");
  Refusal const& refusal() const { return refusal_; }

 private:
  Refusal refusal_;
};

// A refusal that names its place: the code again as a problem at `path` when there is one.
Refusal refuse(std::string code, std::string path = "", std::string detail = "");

}  // namespace plumbline::kernel
