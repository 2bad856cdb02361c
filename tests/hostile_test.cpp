// What an attacker sends, to the real server as a process, while people work with it: it neither ends nor
// hangs, its memory stays below a stated bound, and the people are answered as before.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <zip.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "serving.hpp"
#include "wire.hpp"

namespace plumbline::testing {
namespace {

using http::testing::Wire;

// The server alone with its first pages takes some 40 MB. Above that: bodies of all requests together in
// memory (limits::http_bodies_bytes, 64 MB), 4,096 connections of some 12 KB, one import and its rows.
constexpr std::int64_t memory_max_kb = 256 * 1024;
// Nobody waits longer than this under attack, beside what this machine makes anything wait: it has other
// work, and the attacker sits on the same cores. Of that tell a quiet time before, and letters to and fro
// between two threads of this process meanwhile.
constexpr double wait_max_ms = 50;
constexpr int attacks_apart_ms = 20;

// ---- requests kept in files

// "\xHH" is a byte, "{{N*TEXT}}" repeats, "{{length}}" counts the bytes after the first empty line; lines
// end in CR LF up to there.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\\x") {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
      i += 3;
    } else if (text[i] == '\n') {
      out += "\r\n";
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string expanded(std::string const& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto const open = text.find("{{", at);
    out += unescaped(std::string_view(text).substr(at, open - at));
    if (open == text.npos) break;
    auto const close = text.find("}}", open);
    auto const star = text.find('*', open);
    if (close == text.npos || star > close) {
      out += text.substr(open, close + 2 - open);  // {{length}}
    } else {
      auto const piece = unescaped(std::string_view(text).substr(star + 1, close - star - 1));
      for (int i = std::stoi(text.substr(open + 2)); i > 0; --i) out += piece;
    }
    at = close + 2;
  }
  constexpr std::string_view length = "{{length}}";
  if (auto const at = out.find(length); at != out.npos)
    out.replace(at, length.size(), std::to_string(out.size() - out.find("\r\n\r\n") - 4));
  return out;
}

struct Attack {
  std::string name;
  std::set<std::string> expected;  // statuses, "closed" without a word, "silence" until the time is over
  std::string bytes;
};

std::vector<Attack> attacks() {
  std::vector<Attack> all;
  for (auto const& entry : fs::directory_iterator(fs::path(PLUMBLINE_SOURCE_DIR) / "tests" / "hostile")) {
    std::ifstream file(entry.path());
    std::string line;
    std::getline(file, line);
    std::istringstream words(line);
    std::string word;
    words >> word;
    Attack attack{entry.path().stem().string(), {}, ""};
    while (words >> word) attack.expected.insert(word);
    std::ostringstream rest;
    rest << file.rdbuf();
    attack.bytes = expanded(rest.str());
    all.push_back(std::move(attack));
  }
  std::ranges::sort(all, {}, &Attack::name);
  return all;
}

// ---- files that grow when they are opened

std::string workbook(std::vector<std::pair<std::string, std::string>> const& parts) {
  auto const path = fs::temp_directory_path() / ("plumbline-bomb-" + hex_encode(random_bytes(8)));
  int error = 0;
  auto* archive = zip_open(path.c_str(), ZIP_CREATE, &error);
  for (auto const& [name, content] : parts)
    zip_file_add(archive, name.c_str(), zip_source_buffer(archive, content.data(), content.size(), 0), 0);
  zip_close(archive);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  fs::remove(path);
  return bytes.str();
}

constexpr char const* types_part =
    R"(<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
    R"(<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.)"
    R"(spreadsheetml.sheet.main+xml"/></Types>)";
constexpr char const* workbook_part =
    R"(<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main")"
    R"( xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>)"
    R"(<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>)";
constexpr char const* relations_part =
    R"(<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/)"
    R"(package/2006/relationships">)"
    R"(<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/)"
    R"(officeDocument/2006/relationships/worksheet")"
    R"( Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/)"
    R"(officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>)";

std::string workbook_with(std::string const& sheet, std::string const& strings) {
  return workbook({{"[Content_Types].xml", types_part},
                   {"xl/workbook.xml", workbook_part},
                   {"xl/_rels/workbook.xml.rels", relations_part},
                   {"xl/worksheets/sheet1.xml", sheet},
                   {"xl/sharedStrings.xml", strings}});
}

std::string sheet_of(std::string const& rows, std::string const& declaration = "") {
  return R"(<?xml version="1.0"?>)" + declaration +
         R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>)" +
         rows + "</sheetData></worksheet>";
}

std::string laughs() {
  std::string text = "<!DOCTYPE a [<!ENTITY l0 \"ha\">";
  for (int i = 1; i < 12; ++i) {
    text += "<!ENTITY l" + std::to_string(i) + " \"";
    for (int k = 0; k < 10; ++k) text += "&l" + std::to_string(i - 1) + ';';
    text += "\">";
  }
  return text + "]>";
}

constexpr std::size_t long_text = 64 << 20;

std::vector<std::pair<std::string, std::string>> bombs() {
  std::string const row = R"(<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>)";
  std::string const strings =
      R"(<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">)";
  std::string many = strings;
  for (int i = 0; i < 2'000'000; ++i) many += "<si><t>a</t></si>";
  std::string const laughing = R"(<row r="1"><c r="A1" t="inlineStr"><is><t>&l11;</t></is></c></row>)";
  return {
      {"one long text",
       workbook_with(sheet_of(row), strings + "<si><t>" + std::string(long_text, 'a') + "</t></si></sst>")},
      {"many texts", workbook_with(sheet_of(row), many + "</sst>")},
      {"a long cell", workbook_with(sheet_of(R"(<row r="1"><c r="A1" t="inlineStr"><is><t>)" +
                                             std::string(long_text, 'b') + "</t></is></c></row>"),
                                    strings + "</sst>")},
      {"blanks between tags", workbook_with(sheet_of(std::string(long_text, ' ')), strings + "</sst>")},
      {"laughs in the sheet", workbook_with(sheet_of(laughing, laughs()), strings + "</sst>")},
      {"laughs in the texts", workbook_with(sheet_of(row), R"(<?xml version="1.0"?>)" + laughs() +
                                                               "<sst><si><t>&l11;</t></si></sst>")},
      {"a far column",
       workbook_with(sheet_of(R"(<row r="1"><c r="XFDZZZ1"><v>1</v></c></row>)"), strings + "</sst>")},
      {"a deep sheet", workbook_with(sheet_of([] {
                                       std::string deep;
                                       for (int i = 0; i < 500'000; ++i) deep += "<row>";
                                       return deep;
                                     }()),
                                     strings + "</sst>")},
      {"no workbook", "PK\x03\x04" + std::string(4096, '\xFF')},
  };
}

// ---- people at work meanwhile

// A thread that gives back each letter it gets: what takes it long is the machine, not the server.
class Echo {
 public:
  Echo() {
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) != 0) throw std::runtime_error("no socket pair");
    thread_ = std::jthread([this] {
      char letter = 0;
      while (::read(ends_[1], &letter, 1) == 1 && ::write(ends_[1], &letter, 1) == 1) {
      }
    });
  }
  ~Echo() {
    ::shutdown(ends_[0], SHUT_RDWR);
    thread_.join();
    for (int const end : ends_) ::close(end);
  }
  Echo(Echo const&) = delete;
  Echo& operator=(Echo const&) = delete;

  double ask_ms() {
    auto const begin = steady_clock::now();
    char letter = 'a';
    if (::write(ends_[0], &letter, 1) != 1 || ::read(ends_[0], &letter, 1) != 1) return 0;
    return std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count();
  }

 private:
  std::array<int, 2> ends_{};
  std::jthread thread_;
};

class People {
 public:
  explicit People(std::uint16_t port) : port_(port), client_(port) {
    if (client_.sign_in("officer", password).status != 201) throw std::runtime_error("cannot sign in");
    thread_ = std::jthread([this](std::stop_token const& stop) { work(stop); });
  }
  // Of what was asked since the last time: how many answers, and what 99 of 100 waited at most.
  struct Wait {
    std::size_t count = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    double echo_p99_ms = 0;
  };
  Wait waited() {
    std::lock_guard const lock(mutex_);
    auto times = std::exchange(times_, {});
    auto echoes = std::exchange(echoes_, {});
    std::ranges::sort(times);
    std::ranges::sort(echoes);
    if (times.empty()) return {};
    auto const p99 = times.size() * 99 / 100;
    return {times.size(), times[times.size() / 2], times[p99], echoes[p99]};
  }
  int failed() const { return failed_; }

 private:
  void work(std::stop_token const& stop) {
    std::string const targets[] = {"/api/v1/firm?limit=20", "/healthz", "/api/v1/region?limit=10"};
    for (std::size_t turn = 0; !stop.stop_requested(); ++turn) {
      auto const begin = steady_clock::now();
      bool answered = false;
      try {
        answered = client_.get(targets[turn % std::size(targets)]).status == 200;
      } catch (std::exception const&) {
      }
      std::chrono::duration<double, std::milli> const took = steady_clock::now() - begin;
      failed_ += answered ? 0 : 1;
      double const echo = echo_.ask_ms();
      std::lock_guard const lock(mutex_);
      times_.push_back(took.count());
      echoes_.push_back(echo);
    }
  }

  std::uint16_t port_;
  Client client_;
  std::mutex mutex_;
  std::vector<double> times_;
  std::vector<double> echoes_;
  Echo echo_;
  std::atomic<int> failed_{0};
  std::jthread thread_;
};

class Hostile : public ::testing::Test {
 protected:
  void SetUp() override {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    scratch_ = fs::temp_directory_path() / ("plumbline-hostile-" + hex_encode(random_bytes(8)));
    fs::create_directories(scratch_);
    found_city();
    server_.emplace(scratch_ / "city", scratch_ / "log", std::vector<std::string>{"--listen", "127.0.0.1:0"});
    people_ = std::make_unique<People>(server_->port());
    breathe(1'500);
    quiet_ = people_->waited();
  }
  void TearDown() override {
    if (!server_) return;
    auto const busy = people_->waited();
    people_.reset();
    auto const memory = peak_kb();
    EXPECT_EQ(Client(server_->port()).get("/healthz").status, 200);
    EXPECT_EQ(server_->end(SIGTERM), 0) << "the server did not end well: " << said();
    std::cout << "memory at most " << memory / 1024 << " MB; answers to others " << busy.count
              << ", half within " << busy.p50_ms << " ms, 99 of 100 within " << busy.p99_ms
              << " ms (before: " << quiet_.p50_ms << ", " << quiet_.p99_ms << ")\n";
    EXPECT_LT(memory, memory_max_kb);
    EXPECT_LT(busy.p99_ms, std::max(wait_max_ms, 4 * std::max(quiet_.p99_ms, busy.echo_p99_ms)));
    EXPECT_GT(busy.count, 20U);
    if (!HasFailure()) fs::remove_all(scratch_);
  }

  void found_city() {
    auto const folder = scratch_ / "city";
    ASSERT_TRUE(kernel::System::init(folder, {"3715", "hostile.example/log", ""}, product::catalogue(),
                                     system_clock()));
    auto const system = kernel::System::open(folder, product::catalogue(), system_clock());
    auto make = [&](std::string const& reg, std::string const& action, std::string const& payload) {
      kernel::Command command;
      command.register_name = reg;
      command.action = action;
      command.payload = payload;
      auto const done = system->act(command);
      if (!done) throw std::runtime_error(reg + ": " + done.refusal().code);
      return done->record;
    };
    for (std::string const role : {"officer", "importer"}) {
      Uuid const account = make("account", "create", R"({"login":")" + role + R"(","name":"王五"})");
      make("grant", "give",
           R"({"account":")" + to_string(account) + R"(","role":")" + role +
               R"(","scope":"3715","valid_from":"2020-01-01"})");
      ASSERT_TRUE(kernel::set_password(*system, account, password));
    }
    for (int i = 0; i < 50; ++i)
      make("firm", "import",
           R"({"name":"试验企业)" + std::to_string(i) +
               R"(","region":"371581","identifiers":[{"scheme":"test","value":")" + std::to_string(i) +
               "\"}]}");
  }
  std::string said() const {
    std::ifstream log(scratch_ / "log");
    std::ostringstream text;
    text << log.rdbuf();
    return text.str();
  }
  std::int64_t peak_kb() const {
    std::ifstream status("/proc/" + std::to_string(server_->id()) + "/status");
    std::string word;
    while (status >> word && word != "VmHWM:") {
    }
    std::int64_t kb = 0;
    status >> kb;
    return kb;
  }
  void breathe(int ms) { pace_.wait(milliseconds(ms)); }

  fs::path scratch_;
  std::optional<ServerProcess> server_;
  std::unique_ptr<People> people_;
  People::Wait quiet_;
  Pace pace_;
};

// "400", "closed", "silence"; more than one answer says how many ("400 2").
std::string answer_to(std::uint16_t port, std::string const& bytes, bool wait) {
  Wire wire(port);
  bool const taken = wire.send(bytes);
  auto const got = wire.receive_until(wait ? "\r\n\r\n" : "no such text", wait ? 5'000 : 300);
  if (got.empty()) return taken && !wait ? "silence" : "closed";
  return got.substr(9, 3);
}

TEST_F(Hostile, NoRequestOfTheListDoesHarm) {
  auto const all = attacks();
  EXPECT_GT(all.size(), 60U);
  for (auto const& attack : all) {
    auto const answer = answer_to(server_->port(), attack.bytes, !attack.expected.contains("silence"));
    EXPECT_TRUE(attack.expected.contains(answer)) << attack.name << ": " << answer;
    breathe(attacks_apart_ms);
  }
  EXPECT_EQ(people_->failed(), 0);
  std::cout << all.size() << " hostile requests\n";
}

TEST_F(Hostile, WorkbooksThatGrowAreRefused) {
  Client importer(server_->port());
  ASSERT_EQ(importer.sign_in("importer", password).status, 201);
  for (auto const& [name, bytes] : bombs()) {
    auto const begun = importer.ask("POST", "/api/v1/firm/import?name=a.xlsx&dry_run=1", bytes,
                                    {{"Content-Type", "application/octet-stream"}});
    ASSERT_EQ(begun.status, 202) << name << begun.body;
    auto const until = steady_clock::now() + patience;
    std::string state;
    Answer shown;
    for (; state != "done" && state != "refused" && steady_clock::now() < until; breathe(20)) {
      shown = importer.get("/api/v1/jobs/" + begun.text("id"));
      state = shown.text("state");
    }
    EXPECT_TRUE(state == "refused" || shown.body.find("\"created\":0") != std::string::npos)
        << name << ": " << shown.body;
    std::cout << name << " (" << bytes.size() / 1024 << " KB): " << state << ", memory at most "
              << peak_kb() / 1024 << " MB\n";
  }
  EXPECT_EQ(people_->failed(), 0);
}

TEST_F(Hostile, PagesAndBombsAmongFilesAreRefusedOrNeverShown) {
  Client officer(server_->port());
  ASSERT_EQ(officer.sign_in("officer", password).status, 201);
  auto const firms = officer.get("/api/v1/firm?limit=1").json();
  auto const firm = "/api/v1/firm/" + *firms.find("items")->as_array()->front().find("id")->as_text();
  auto upload = [&](std::string const& name, std::string const& content) {
    return officer.ask("POST", firm + "/attachments?name=" + name, content,
                       {{"Content-Type", "application/octet-stream"}});
  };
  std::string const svg = R"(<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>)";
  for (auto const& content :
       {svg, "\xEF\xBB\xBF \n" + svg, "<?xml version=\"1.0\"?>" + svg, "<!DOCTYPE html>" + svg,
        "<!--" + std::string(5'000, ' ') + "-->" + svg, std::string("#!/bin/sh\n")})
    EXPECT_EQ(upload("a.png", content).text("code"), "wrong_media_type") << content.substr(0, 40);
  // Script behind a picture's first bytes is kept as that picture: a download that no browser takes for
  // a page.
  auto const hidden = upload("a.svg", "\x89PNG\r\n\x1A\n" + svg);
  ASSERT_EQ(hidden.status, 201) << hidden.body;
  auto shown = officer.get("/api/v1/attachment/" + hidden.text("id") + "/content");
  EXPECT_EQ(shown.headers["content-type"], "image/png");
  EXPECT_EQ(shown.headers["x-content-type-options"], "nosniff");
  EXPECT_TRUE(shown.headers["content-disposition"].starts_with("attachment"));
  EXPECT_EQ(upload("%2e%2e%2f%2e%2e%2fkeys%2flog.key", svg.substr(0, 0)).status, 415);
  // An archive stays closed: what it would grow to is nobody's memory.
  EXPECT_EQ(upload("bomb.zip", workbook({{"a", std::string(long_text, '\0')}})).status, 201);
  EXPECT_EQ(people_->failed(), 0);
}

// A connection from an address of its own, so that no limit per address ends it.
int connect_from(int number, std::uint16_t port) {
  int const descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  if (descriptor < 0) return -1;
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<unsigned>(number));
  ::bind(descriptor, reinterpret_cast<sockaddr*>(&from), sizeof from);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

TEST_F(Hostile, TenThousandThatOnlyWaitAreBorne) {
  std::vector<int> open;
  for (int i = 0; i < 10'000; ++i) {
    int const descriptor = connect_from(i % 100, server_->port());
    if (descriptor >= 0) open.push_back(descriptor);
  }
  std::cout << open.size() << " connections made\n";
  EXPECT_GT(open.size(), 9'000U);
  breathe(1'000);
  EXPECT_EQ(people_->failed(), 0);
  for (int const descriptor : open) ::close(descriptor);
}

// Requests that come letter by letter, and others that are cut off: halves of heads, of bodies, and resets.
TEST_F(Hostile, TheSlowAndTheHalfHoldNobodyUp) {
  std::string const head =
      "POST /api/v1/session HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n"
      "Content-Length: 1000\r\n\r\n{\"login\":";
  std::vector<int> slow;
  for (int i = 0; i < 1'000; ++i)
    if (int const descriptor = connect_from(i % 20, server_->port()); descriptor >= 0)
      slow.push_back(descriptor);
  EXPECT_GT(slow.size(), 900U);
  for (std::size_t at = 0; at < 100; ++at) {
    for (std::size_t i = 0; i < slow.size(); i += 4) ::send(slow[i], head.data() + at, 1, MSG_NOSIGNAL);
    // Meanwhile others come, say half of something, and go: politely, or with a reset.
    for (int i = 0; i < 10; ++i) {
      int const half = connect_from(30 + i, server_->port());
      if (half < 0) continue;
      ::send(half, head.data(), at + static_cast<std::size_t>(i), MSG_NOSIGNAL);
      linger const reset{1, 0};
      if (i % 3 == 0) ::setsockopt(half, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
      if (i % 3 == 1) ::shutdown(half, SHUT_WR);
      ::close(half);
    }
    breathe(attacks_apart_ms);
  }
  EXPECT_EQ(people_->failed(), 0);
  for (int const descriptor : slow) ::close(descriptor);
}

}  // namespace
}  // namespace plumbline::testing
