// `log verify` beside bare SHA-256 over the same leaves and nodes.
#include <stdexcept>

#include "figures.hpp"
#include "kernel/publisher.hpp"
#include "publication/file_source.hpp"
#include "publication/verify_log.hpp"

namespace plumbline::bench {

namespace {

std::vector<std::string> leaves_of(Lab& lab) {
  store::Sql const all{"bench.leaves", "select leaf from entry order by seq"};
  std::vector<std::string> leaves;
  lab.system().database().reader()->stream(all, {}, [&](store::Row const& row) {
    leaves.push_back(store::text(row[0]));
    return true;
  });
  return leaves;
}

// Every leaf once, and as many nodes as a tree over them has.
double bare_seconds(std::vector<std::string> const& leaves) {
  constexpr std::string_view leaf_prefix("\0", 1);
  constexpr std::string_view node_prefix("\1", 1);
  Hasher hasher;
  Hash last{};
  Stopwatch const watch;
  for (auto const& leaf : leaves) last = hasher.update(leaf_prefix).update(leaf).finish();
  for (std::size_t i = 1; i < leaves.size(); ++i)
    last = hasher.update(node_prefix).update(ByteView(last)).update(ByteView(last)).finish();
  double const seconds = watch.seconds();
  if (last == Hash{}) throw std::logic_error("no hash is zero");
  return seconds;
}

}  // namespace

Figure bench_log_verify(Setting const& setting) {
  Lab lab(setting, On::sqlite);
  lab.close();
  fill_log(lab, setting.sizes.verified_entries);
  lab.open();
  if (auto const published = lab.system().log().publish(); !published)
    throw std::runtime_error("publish: " + published.refusal().code);
  auto const leaves = leaves_of(lab);
  publication::LogVerifyOptions options;
  options.vkey = lab.system().log().vkey();
  publication::FolderSource const source(lab.system().log().folder() / "log");
  std::vector<double> ours, bare, ratios;
  for (unsigned i = 0; i < setting.runs; ++i) {
    Stopwatch const watch;
    auto const verdict = publication::verify_log(source, options);
    double const seconds = watch.seconds();
    if (!verdict)
      throw std::runtime_error("log verify: " + verdict.failure().error + " " + verdict.failure().why);
    if (verdict.report().size != leaves.size() || !verdict.report().entries_checked)
      throw std::runtime_error("log verify: not everything was looked at");
    double const least = bare_seconds(leaves);
    ours.push_back(static_cast<double>(leaves.size()) / seconds);
    bare.push_back(static_cast<double>(leaves.size()) / least);
    ratios.push_back(least / seconds);
  }
  return {"log_verify",
          median(ours),
          "entries/s",
          median(bare),
          "SHA-256, same leaves and nodes, cached context",
          median(ratios),
          "ratio >= 0.4",
          {{"entries", static_cast<double>(leaves.size())}}};
}

}  // namespace plumbline::bench
