#include "publication/bodies.hpp"

#include <algorithm>
#include <stdexcept>

#include "body_io.hpp"

namespace plumbline::publication {
namespace {

constexpr Names<HashSuite, 2> suites{{{"sha256", HashSuite::sha256}, {"sm3", HashSuite::sm3}}};
constexpr Names<HashSuite, 2> algorithms{{{"dr1/sha256", HashSuite::sha256}, {"dr1/sm3", HashSuite::sm3}}};
constexpr Names<Profile, 2> profiles{{{"standard", Profile::standard}, {"joint", Profile::joint}}};
constexpr Names<SourceKind, 4> source_kinds{{{"commit", SourceKind::commit},
                                             {"dice", SourceKind::dice},
                                             {"lottery", SourceKind::lottery},
                                             {"drand", SourceKind::drand}}};
constexpr Names<DrandChain, 2> chains{{{"quicknet", DrandChain::quicknet}, {"mainnet", DrandChain::mainnet}}};
constexpr Names<EvidenceKind, 4> evidence_kinds{{{"video", EvidenceKind::video},
                                                 {"photo", EvidenceKind::photo},
                                                 {"sheet", EvidenceKind::sheet},
                                                 {"page", EvidenceKind::page}}};
constexpr Names<VoidStage, 2> void_stages{
    {{"before_event", VoidStage::before_event}, {"after_seed", VoidStage::after_seed}}};

bool is_decimal(std::string_view text) {
  bool const digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && !text.empty() && text.size() <= 39 && (text.size() == 1 || text[0] != '0');
}
bool is_decimal_or_empty(std::string_view text) { return text.empty() || is_decimal(text); }
bool is_fraction(std::string_view text) {
  auto const slash = text.find('/');
  return slash != std::string_view::npos && is_decimal(text.substr(0, slash)) &&
         is_decimal(text.substr(slash + 1));
}

template <class Items, class Key>
bool ascends(Items const& items, Key key) {
  return std::adjacent_find(items.begin(), items.end(),
                            [&](auto const& a, auto const& b) { return !(key(a) < key(b)); }) == items.end();
}

// `Io` is Reader or Writer; `B` the body, const when written. One description for both.
template <class Io>
void version(Io& io, std::uint64_t v = 1) {
  io.count("v", v, 1, 1);
}

auto const plan_refs = [](auto& io, auto& plans) {
  io.list("plans", plans, [](auto& item, auto& plan) {
    item.text("draw", plan.draw, is_draw_id);
    item.hash("plan_hash", plan.plan_hash);
  });
  io.require(ascends(plans, [](PlanRef const& plan) { return std::string_view(plan.draw); }), "plans",
             "not ascending by draw");
};

auto const assignments = [](auto& io, auto& list) {
  io.list("assignment", list, [](auto& item, auto& pair) {
    item.text("target", pair.target, is_hash_text);
    item.texts("inspectors", pair.inspectors, is_hash_text);
  });
};

auto const source_fields = [](auto& io, auto& source) {
  io.text("id", source.id, is_ident);
  io.choice("kind", source.kind, source_kinds);
  if (source.kind == SourceKind::commit) {
    auto own = static_cast<std::uint64_t>(source.affiliation);
    io.text("org", source.org);
    io.count("own", own, 0, 1);
    io.hash("commitment", source.commitment);
    if constexpr (requires { source.affiliation = Affiliation::own; })
      source.affiliation = static_cast<Affiliation>(own);
    return;
  }
  io.time("time", source.time);
  if (source.kind == SourceKind::drand) {
    io.choice("chain", source.chain, chains);
    io.count("round", source.round, 1, std::uint64_t{1} << 40);
    return;
  }
  io.text("place", source.place);
  io.list("pick", source.pick, [](auto& item, auto& pick) {
    item.count("times", pick.times, 1);
    item.count("k", pick.k, 1);
    item.count("lo", pick.lo);
    item.count("hi", pick.hi);
  });
  io.require(picks_are_possible(source.pick), "pick", "cannot be picked");
};

template <class Io, class B>
void draw_and_plan(Io& io, B& body) {
  io.text("draw", body.draw, is_draw_id);
  io.hash("plan_hash", body.plan_hash);
}

template <class B>
struct Description;

template <>
struct Description<Frame> {
  static void fields(auto& io, auto& body) {
    version(io);
    io.choice("suite", body.suite, suites);
    io.text("pool", body.pool);
    io.count("rows", body.rows);
    io.hash("rows_hash", body.rows_hash);
    io.count("excluded", body.excluded);
    io.hash("excluded_hash", body.excluded_hash);
    io.object("registry", [&](auto& registry) {
      registry.count("total", body.registry_total);
      registry.list("by_status", body.by_status, [](auto& item, auto& status) {
        item.text("status", status.status, is_code);
        item.count("count", status.count);
      });
    });
    io.object("weight_rule", [&](auto& rule) {
      rule.text("id", body.weight_rule);
      rule.hash("sha256", body.weight_rule_sha256);
      rule.count("ratio_max", body.ratio_max, 1);
    });
  }
};

template <>
struct Description<Roster> {
  static void fields(auto& io, auto& body) {
    version(io);
    io.choice("suite", body.suite, suites);
    io.count("rows", body.rows);
    io.hash("rows_hash", body.rows_hash);
    io.count("recusals", body.recusals);
    io.hash("recusals_hash", body.recusals_hash);
    io.hash_or_empty("groups_hash", body.groups_hash);
  }
};

template <>
struct Description<Plan> {
  static void fields(auto& io, auto& body) {
    io.count("v", body.v, 1, 2);
    io.text("draw", body.draw, is_draw_id);
    io.text("authority", body.authority, is_authority);
    io.count("year", body.year, 2000, 2199);
    io.count("number", body.number, 1);
    io.optional_text("replaces", body.replaces, is_draw_id);
    io.text("item", body.item);
    io.choice("alg", body.suite, algorithms);
    io.hash("frame_entry", body.frame_entry);
    io.hash("frame_hash", body.frame_hash);
    io.hash("roster_entry", body.roster_entry);
    io.hash("roster_hash", body.roster_hash);
    bool const has_reserves = body.v == 2;
    io.list("strata", body.strata, [&](auto& item, auto& stratum) {
      item.text("id", stratum.id, is_ident);
      item.count("n", stratum.n);
      item.count("k", stratum.k);
      if (has_reserves) item.optional_count("reserves", stratum.reserves);
    });
    io.choice("profile", body.profile, profiles);
    io.text("ceremony", body.ceremony, is_ceremony_id);
    io.list("sources", body.sources, source_fields);
    io.count("margin_s", body.margin_s);
    io.time("deadline", body.deadline);
    io.hash("policy", body.policy);
  }
};

template <>
struct Description<Reveal> {
  static void fields(auto& io, auto& body) {
    version(io);
    io.text("ceremony", body.ceremony, is_ceremony_id);
    plan_refs(io, body.plans);
    io.list("values", body.values, [](auto& item, auto& value) {
      item.text("id", value.id, is_ident);
      item.hash("value", value.value);
    });
  }
};

template <>
struct Description<Seed> {
  static void fields(auto& io, auto& body) {
    version(io);
    io.text("ceremony", body.ceremony, is_ceremony_id);
    io.hash("sources_hash", body.sources_hash);
    plan_refs(io, body.plans);
    io.texts("recorders", body.recorders, is_actor);
    io.list("values", body.values, [](auto& item, auto& value) {
      item.text("id", value.id, is_ident);
      item.bytes("value", value.value);
      item.list("evidence", value.evidence, [](auto& inner, auto& evidence) {
        inner.choice("kind", evidence.kind, evidence_kinds);
        inner.hash("sha256", evidence.sha256);
        inner.count("bytes", evidence.size_bytes);
      });
      item.optional_bytes("signature", value.signature);
    });
  }
};

template <>
struct Description<DrawResult> {
  static void fields(auto& io, auto& body) {
    io.count("v", body.v, 1, 2);
    draw_and_plan(io, body);
    io.hash("seed_entry", body.seed_entry);
    io.hash("seed", body.seed);
    bool const has_reserves = body.v == 2;
    io.list("strata", body.strata, [&](auto& item, auto& stratum) {
      auto const drawn = [](auto& inner, auto& unit) {
        inner.text("pid", unit.pid, is_hash_text);
        inner.text("pi", unit.pi, is_fraction);
        inner.hash("ticket", unit.ticket);
      };
      item.text("id", stratum.id, is_ident);
      item.count("N", stratum.N);
      item.count("n", stratum.n);
      item.count("n_random", stratum.n_random);
      item.text("W", stratum.W, is_decimal);
      item.text("r", stratum.r, is_decimal_or_empty);
      item.count("start_attempts", stratum.start_attempts);
      item.list("certain", stratum.certain, drawn);
      item.list("selected", stratum.selected, drawn);
      if (!has_reserves) return;
      item.optional_list("reserves", stratum.reserves, [](auto& inner, auto& reserve) {
        inner.text("pid", reserve.pid, is_hash_text);
        inner.hash("ticket", reserve.ticket);
      });
    });
    io.count("max_load", body.max_load);
    assignments(io, body.assignment);
    io.texts("hall", body.hall, is_hash_text);
  }
};

template <>
struct Description<Void> {
  static void fields(auto& io, auto& body) {
    version(io);
    draw_and_plan(io, body);
    io.choice("stage", body.stage, void_stages);
    io.text("reason", body.reason, is_code);
    io.text("text", body.text);
    io.hash_or_empty("result", body.result);
  }
};

template <>
struct Description<RecusalBody> {
  static void fields(auto& io, auto& body) {
    version(io);
    draw_and_plan(io, body);
    io.text("target", body.target, is_hash_text);
    io.text("inspector", body.inspector, is_hash_text);
    io.text("ground", body.ground, is_code);
    io.hash("reason", body.reason);
    io.text_or_empty("replacement", body.replacement, is_hash_text);
    io.count("limit", body.limit);
  }
};

template <>
struct Description<Open> {
  static void fields(auto& io, auto& body) {
    version(io);
    draw_and_plan(io, body);
    io.list("units", body.units, [](auto& item, auto& unit) {
      item.text("pid", unit.pid, is_hash_text);
      item.text("identifier", unit.identifier, is_ident);
      item.hash("salt", unit.salt);
    });
    io.list("inspectors", body.inspectors, [](auto& item, auto& inspector) {
      item.text("ipid", inspector.ipid, is_hash_text);
      item.text("certificate", inspector.certificate);
      item.hash("salt", inspector.salt);
    });
    io.require(ascends(body.units, [](Open::Unit const& unit) { return std::string_view(unit.pid); }),
               "units", "not ascending by pid");
  }
};

template <>
struct Description<EraseBody> {
  static void fields(auto& io, auto& body) {
    version(io);
    draw_and_plan(io, body);
    io.texts("files", body.files, is_any_text);
    io.text("ground", body.ground, is_code);
  }
};

template <>
struct Description<Assign> {
  static void fields(auto& io, auto& body) {
    version(io);
    draw_and_plan(io, body);
    io.text("reason", body.reason, is_code);
    assignments(io, body.assignment);
  }
};

template <class B>
B read(Json const& json, Trouble& trouble) {
  B body;
  Reader reader{json, trouble, ""};
  if (!trouble.found) {
    Description<B>::fields(reader, body);
    reader.end();
  }
  return body;
}

}  // namespace

template <class B>
Result<B> parse_body(std::string_view text) {
  auto const json = parse_canonical(text);
  if (!json) return Refusal{"NOT_CANONICAL", "not canonical JSON", {}};
  Trouble trouble;
  B body = read<B>(*json, trouble);
  if (trouble.found)
    return Refusal{"SCHEMA", trouble.path + ": " + trouble.why, {{trouble.path, "SCHEMA", trouble.why}}};
  return body;
}

template <class B>
std::string format_body(B const& body) {
  Writer writer;
  Description<B>::fields(writer, body);
  Json const json = writer.take();
  Trouble trouble;
  if (!(read<B>(json, trouble) == body) || trouble.found)
    throw std::invalid_argument("a body that could not be read back: " + trouble.path + " " + trouble.why);
  return write_canonical(json);
}

template Result<Frame> parse_body<Frame>(std::string_view);
template Result<Roster> parse_body<Roster>(std::string_view);
template Result<Plan> parse_body<Plan>(std::string_view);
template Result<Reveal> parse_body<Reveal>(std::string_view);
template Result<Seed> parse_body<Seed>(std::string_view);
template Result<DrawResult> parse_body<DrawResult>(std::string_view);
template Result<Void> parse_body<Void>(std::string_view);
template Result<RecusalBody> parse_body<RecusalBody>(std::string_view);
template Result<Open> parse_body<Open>(std::string_view);
template Result<EraseBody> parse_body<EraseBody>(std::string_view);
template Result<Assign> parse_body<Assign>(std::string_view);
template std::string format_body<Frame>(Frame const&);
template std::string format_body<Roster>(Roster const&);
template std::string format_body<Plan>(Plan const&);
template std::string format_body<Reveal>(Reveal const&);
template std::string format_body<Seed>(Seed const&);
template std::string format_body<DrawResult>(DrawResult const&);
template std::string format_body<Void>(Void const&);
template std::string format_body<RecusalBody>(RecusalBody const&);
template std::string format_body<Open>(Open const&);
template std::string format_body<EraseBody>(EraseBody const&);
template std::string format_body<Assign>(Assign const&);

Hash sources_hash(std::vector<Source> const& sources) {
  Writer writer;
  writer.list("sources", sources, source_fields);
  return sha256(write_canonical(*writer.take().find("sources")));
}

Hash reason_commitment(std::string_view text, ByteView salt) {
  Bytes message;
  append_tlv(message, std::string_view("reason"));
  append_tlv(message, write_canonical(Json{text}));
  append_tlv(message, salt);
  return sha256(message);
}

}  // namespace plumbline::publication
