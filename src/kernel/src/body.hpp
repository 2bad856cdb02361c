// The body of a record version: the record's own members, the envelope and the id, as one canonical JSON
// object, and the salted commitments that stand for it in the log (draw-publication.md section 3).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/uuid.hpp"
#include "kernel/record.hpp"
#include "kernel/register.hpp"
#include "reflect/codec.hpp"

namespace plumbline::kernel {

// Members in the order of their names. Absent optionals, empty texts and empty lists are left out: absent
// means absent, and reading gives the same record back.
struct Body {
  struct Member {
    std::string_view name;
    std::string canonical;
  };
  std::vector<Member> members;

  std::string text() const;  // canonical JSON
  // Digest over commitments with the given salts, 32 bytes a member.
  Hash digest(ByteView salts) const;
};

// Names and order of a register's members, computed once.
class BodyPlan {
 public:
  explicit BodyPlan(Register const& reg);
  Body compose(Uuid id, void const* record, Envelope const& envelope) const;

 private:
  enum class Part : std::uint8_t { id, record, envelope };
  struct Source {
    std::string_view name;
    Part part;
    reflect::Field const* field;
  };
  std::vector<Source> sources_;
};

struct OpenBody {
  Uuid id;
  reflect::Object record;
  Envelope envelope;
};
// What compose() wrote; also after erasures. Throws std::runtime_error for a body that is not one.
OpenBody parse_body(Register const& reg, std::string_view text);

// Commitments of a stored version, open members by value and salt, closed ones as they were kept; names
// ascending. Throws std::runtime_error when body, salts and closed list do not fit together.
struct Committed {
  std::string name;
  Hash commitment;
  std::optional<std::string> canonical;  // nothing: erased
  std::optional<Hash> salt;
};
std::vector<Committed> commitments_of(std::string_view body, ByteView salts, std::string_view closed);
Hash digest_of(std::vector<Committed> const& committed);

}  // namespace plumbline::kernel
