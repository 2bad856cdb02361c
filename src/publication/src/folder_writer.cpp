#include "publication/folder_writer.hpp"

#include <algorithm>
#include <set>

#include "ledger/checkpoint.hpp"
#include "ledger/files.hpp"
#include "ledger/proof_file.hpp"
#include "publication/file_source.hpp"
#include "readme.hpp"

namespace plumbline::publication {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;  // name → content

constexpr std::size_t files_at_once = 32;  // open at the same time

struct NamedEntry {
  std::string name;
  EntryFiles const* files;
  bool is_body_withheld;
};

std::vector<NamedEntry> entries_of(DrawPublication const& draw) {
  bool const sealed = draw.disclosure == Disclosure::sealed;
  std::vector<NamedEntry> entries{
      {"frame", &draw.frame, false}, {"roster", &draw.roster, false}, {"plan", &draw.plan, false}};
  auto const add = [&](char const* name, std::optional<EntryFiles> const& files, bool withheld) {
    if (files) entries.push_back({name, &*files, withheld});
  };
  add("reveal", draw.reveal, false);
  add("seed", draw.seed, false);
  add("result", draw.result, sealed);
  add("void", draw.voided, false);
  add("assign", draw.assign, sealed);
  for (std::size_t i = 0; i < draw.recusals.size(); ++i)
    entries.push_back({"recusal-" + std::to_string(i + 1), &draw.recusals[i], sealed});
  add("open", draw.open, draw.erase.has_value());
  add("erase", draw.erase, false);
  return entries;
}

std::string join_lines(std::vector<std::string> const& lines) {
  std::string out;
  for (auto const& line : lines) out.append(line).push_back('\n');
  return out;
}

void add_lists(Files& files, DrawPublication const& draw) {
  if (draw.disclosure == Disclosure::sealed) return;
  files["frame.csv"] = draw.frame_csv;
  files["excluded.csv"] = draw.excluded_csv;
  files["roster.csv"] = draw.roster_csv;
  files["recusals.csv"] = draw.recusals_csv;
  if (draw.groups_csv) files["groups.csv"] = *draw.groups_csv;
  if (draw.unlogged_result) files["result.json"] = *draw.unlogged_result;
}

Result<void> add_entries(Files& files, std::set<std::uint64_t>& sizes, DrawPublication const& draw) {
  for (auto const& [name, entry, withheld] : entries_of(draw)) {
    if (!withheld) files[name + ".json"] = entry->body;
    files[name + ".entry"] = entry->leaf;
    files[name + ".tlog-proof"] = entry->proof;
    auto const proof = ledger::parse_proof_file(entry->proof);
    if (!proof) return Refusal{"proof_format", name, {}};
    auto const checkpoint = ledger::read_checkpoint(proof->checkpoint);
    if (!checkpoint) return Refusal{"proof_format", name, {}};
    sizes.insert(checkpoint->checkpoint.size);
  }
  return {};
}

Result<void> add_consistency(Files& files, std::set<std::uint64_t> const& sizes,
                             ledger::HashSource const& tree) {
  for (auto later = std::next(sizes.begin()); later != sizes.end(); ++later) {
    auto const earlier = *std::prev(later);
    auto const proof = ledger::consistency_proof(tree, earlier, *later);
    if (!proof) return Refusal{"hash_missing", std::to_string(*later), {}};
    files["consistency/" + std::to_string(earlier) + '-' + std::to_string(*later)] =
        ledger::format_hash_lines(*proof);
  }
  return {};
}

// The assignment as it stands after the recusals.
std::vector<Assignment> present_assignment(DrawPublication const& draw, DrawResult const& result) {
  auto assignment = result.assignment;
  if (draw.assign)
    if (auto const body = parse_body<Assign>(draw.assign->body)) assignment = body->assignment;
  for (auto const& entry : draw.recusals) {
    auto const recusal = parse_body<RecusalBody>(entry.body);
    if (!recusal) continue;
    for (auto& [target, inspectors] : assignment) {
      if (target != recusal->target) continue;
      std::erase(inspectors, recusal->inspector);
      if (recusal->replacement) inspectors.push_back(*recusal->replacement);
    }
  }
  return assignment;
}

Result<ReadmeFacts> readme_facts(DrawPublication const& draw, ReaderFacts const& reader) {
  auto plan = parse_body<Plan>(draw.plan.body);
  if (!plan) return plan.refusal();
  ReadmeFacts facts;
  facts.plan = *std::move(plan);
  facts.plan_hash = ledger::leaf_hash(bytes_of(draw.plan.leaf));
  facts.reader = reader;
  facts.is_erased = draw.erase.has_value();
  if (draw.seed)
    if (auto seed = parse_body<Seed>(draw.seed->body);
        seed && seed->values.size() == facts.plan.sources.size())
      facts.seed = *std::move(seed);
  if (draw.voided)
    if (auto body = parse_body<Void>(draw.voided->body)) facts.voided = *std::move(body);
  if (!draw.result || !draw.open || facts.is_erased) return facts;
  if (auto body = parse_body<Open>(draw.open->body)) facts.open = *std::move(body);
  if (auto result = parse_body<DrawResult>(draw.result->body))
    facts.assignment = present_assignment(draw, *result);
  return facts;
}

bool may_change(std::string const& name) {
  return name == "series.jsonl" || name == "SHA256SUMS" || name.starts_with("consistency/") ||
         name.starts_with("README");
}

// What must be written: files that are new, or that may change and did.
Result<std::vector<std::string>> outdated(fs::path const& folder, Files const& files) {
  std::vector<std::string> names;
  for (auto const& [name, content] : files) {
    auto const published = ledger::read_text_file(folder / name, file_limit_bytes);
    if (published && *published == content) continue;
    if (published && !may_change(name)) return Refusal{"file_differs", name, {}};
    names.push_back(name);
  }
  return names;
}

void write_files(fs::path const& folder, Files const& files, std::vector<std::string> const& names) {
  for (std::size_t done = 0; done < names.size();) {
    ledger::DurableBatch batch;
    for (; done < names.size() && batch.size() < files_at_once; ++done)
      batch.add(folder / names[done], bytes_of(files.at(names[done])));
    batch.commit();
  }
}

// consistency/ between sizes that are no longer neighbours, and what an erasure deletes.
void remove_obsolete(fs::path const& folder, Files const& files, DrawPublication const& draw) {
  for (auto const& name : FolderSource(folder).list())
    if (name.starts_with("consistency/") && !files.contains(name)) fs::remove(folder / name);
  if (!draw.erase) return;
  auto const body = parse_body<EraseBody>(draw.erase->body);
  if (body && std::find(body->files.begin(), body->files.end(), "open.json") != body->files.end())
    fs::remove(folder / "open.json");
}

std::string sums_of(FolderSource const& folder, std::vector<std::string> const& names) {
  std::string sums;
  for (auto const& name : names) {
    if (name == "SHA256SUMS") continue;
    if (auto const digest = folder.digest(name)) sums += to_hex(digest->sha256) + "  " + name + '\n';
  }
  return sums;
}

// Under its final name only when it is complete.
Result<void> copy_evidence(fs::path const& folder, std::vector<fs::path> const& evidence) {
  for (auto const& file : evidence) {
    auto const digest = FolderSource(file.parent_path()).digest(file.filename().string());
    if (!digest) return Refusal{"evidence_missing", file.filename().string(), {}};
    auto const copy = folder / "evidence" / to_hex(digest->sha256);
    if (fs::exists(copy)) continue;
    fs::create_directories(copy.parent_path());
    auto const part = copy.string() + ".part";
    fs::copy_file(file, part, fs::copy_options::overwrite_existing);
    fs::rename(part, copy);
  }
  return {};
}

}  // namespace

Result<std::map<std::string, std::string>> draw_files(DrawPublication const& publication,
                                                      ledger::HashSource const& tree,
                                                      ReaderFacts const& facts) {
  Files files;
  std::set<std::uint64_t> sizes;
  if (auto added = add_entries(files, sizes, publication); !added) return added.refusal();
  if (auto added = add_consistency(files, sizes, tree); !added) return added.refusal();
  add_lists(files, publication);
  files["policy"] = publication.policy;
  files["series.jsonl"] = join_lines(publication.series);
  auto const readme = readme_facts(publication, facts);
  if (!readme) return readme.refusal();
  files["README.md"] = readme_english(*readme);
  files["README.zh-CN.md"] = readme_chinese(*readme);
  return files;
}

Result<void> write_draw_folder(fs::path const& draws, DrawPublication const& publication,
                               ledger::HashSource const& tree, ReaderFacts const& facts) {
  auto const folder = draws / publication.draw;
  auto const wanted = draw_files(publication, tree, facts);
  if (!wanted) return wanted.refusal();
  auto const& files = *wanted;
  auto const names = outdated(folder, files);
  if (!names) return names.refusal();
  if (auto copied = copy_evidence(folder, publication.evidence); !copied) return copied;
  write_files(folder, files, *names);
  remove_obsolete(folder, files, publication);

  FolderSource const written(folder);
  ledger::write_file_durably(folder / "SHA256SUMS", sums_of(written, written.list()));
  FolderSource const all(draws);
  std::vector<std::string> tables;
  for (auto const& draw : all.folders()) tables.push_back(draw + "/SHA256SUMS");
  ledger::write_file_durably(draws / "SHA256SUMS", sums_of(all, tables));
  return {};
}

}  // namespace plumbline::publication
