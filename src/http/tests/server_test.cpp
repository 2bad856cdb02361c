// The edge over real sockets: what it lets through, what it refuses, and that it goes on answering.
#include <gmock/gmock.h>
#include <zstd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <latch>
#include <optional>
#include <sstream>
#include <thread>

#include "address.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "compress.hpp"
#include "http/server.hpp"
#include "shared.hpp"
#include "wire.hpp"

namespace plumbline::http::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Edge : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("plumbline-edge-" + hex_encode(random_bytes(8)));
    fs::create_directories(folder_);
    start(2);
  }
  void TearDown() override {
    server_.reset();
    fs::remove_all(folder_);
  }
  void start(int workers, int stop_seconds = 3) {
    server_.reset();
    ServerOptions options;
    options.clock = &system_clock();
    options.port = 0;
    options.uploads = folder_;
    options.workers = workers;
    options.stop_seconds = stop_seconds;
    server_ = Server::start(
        options, [this](Request const& request) { return answer(request); },
        [](Request const& request) {
          return request.path == "/upload" ? BodyRule{8 << 20, true} : BodyRule{1 << 16, false};
        });
  }
  Response answer(Request const& request) {
    if (request.path == "/broken") throw std::runtime_error("on purpose");
    if (request.path == "/wait") {
      if (entered_) entered_->count_down();
      if (gate_) gate_->wait();
      ++left_;
    }
    if (request.path == "/stream") {
      Response response;
      response.content = [left = 3](std::string& piece) mutable {
        piece = "part";
        return left-- > 0;
      };
      return response;
    }
    if (request.path == "/upload")
      return text(200, "text/plain", std::to_string(fs::file_size(request.body_file)));
    return text(200, "text/plain", request.method + " " + request.path + " " + request.body);
  }
  std::string ask(std::string const& bytes) {
    Wire wire(server_->port());
    wire.send(bytes);
    return wire.receive_answer();
  }

  fs::path folder_;
  std::unique_ptr<Server> server_;
  std::optional<std::latch> gate_;
  std::optional<std::latch> entered_;
  std::atomic<int> left_{0};
};

TEST_F(Edge, AnswersOneRequestAfterAnotherOnOneConnection) {
  Wire wire(server_->port());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(wire.send("GET /a%20b/\xe5\x8e\x82?x=1 HTTP/1.1\r\nHost: h\r\n\r\n"));
    auto const answer = wire.receive_answer();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("GET /a b/厂 "));
  }
  // Two at once: the second waits in the buffer.
  wire.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhiGET /q HTTP/1.1\r\nHost: h\r\n\r\n");
  auto both = wire.receive_answer();
  if (both.find("/q") == std::string::npos) both += wire.receive_answer();
  EXPECT_THAT(both, HasSubstr("POST /p hi"));
  EXPECT_THAT(both, HasSubstr("GET /q"));
}

TEST_F(Edge, TakesBodiesOfBothFramings) {
  EXPECT_THAT(ask("POST /p HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
              HasSubstr("POST /p abcde"));
  Wire head(server_->port());
  head.send("HEAD /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head.receive_all(), AllOf(HasSubstr("content-length: 8"), Not(HasSubstr("HEAD /p"))));
  EXPECT_THAT(ask("GET /p HTTP/1.0\r\n\r\n"), HasSubstr("connection: close"));
  Wire wire(server_->port());
  wire.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(wire.receive_answer(), StartsWith("HTTP/1.1 100 Continue"));
  wire.send("abc");
  EXPECT_THAT(wire.receive_answer(), HasSubstr("POST /p abc"));
}

TEST_F(Edge, StoresUploadsBesideAndRemovesThem) {
  std::string const body(3 << 20, 'x');
  EXPECT_THAT(ask("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n\r\n" + body),
              HasSubstr(std::to_string(body.size())));
  server_->stop();
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(Edge, StreamsInChunks) {
  Wire wire(server_->port());
  wire.send("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(wire.receive_all(), HasSubstr("\r\n\r\n4\r\npart\r\n4\r\npart\r\n4\r\npart\r\n0\r\n\r\n"));
}

TEST_F(Edge, ABrokenHandlerHarmsNobody) {
  EXPECT_THAT(ask("GET /broken HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

struct Bad {
  char const* name;
  std::string bytes;
  int status;  // 0: closed without an answer
};

std::vector<Bad> bad_requests() {
  std::string const post = "POST /p HTTP/1.1\r\nHost: h\r\n";
  std::string const get = "GET /p HTTP/1.1\r\n";
  std::string many = get + "Host: h\r\n";
  for (int i = 0; i < 70; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  return {
      {"both framings", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
      {"a list of lengths", post + "Content-Length: 3, 3\r\n\r\nabc", 400},
      {"a signed length", post + "Content-Length: +3\r\n\r\nabc", 400},
      {"other coding", post + "Transfer-Encoding: gzip\r\n\r\n", 501},
      {"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"hidden chunked",
       post + "Transfer-Encoding: \x0b"
              "chunked\r\n\r\n0\r\n\r\n",
       400},
      {"folded header", get + "Host: h\r\nX: a\r\n b\r\n\r\n", 400},
      {"space before colon", get + "Host : h\r\n\r\n", 400},
      {"no host", get + "\r\n", 400},
      {"two hosts", get + "Host: a\r\nHost: b\r\n\r\n", 400},
      {"bare line feed", get + "Host: h\nX: y\r\n\r\n", 400},
      {"NUL in a header", get + std::string("Host: h\r\nX: a\0b\r\n\r\n", 20), 400},
      {"broken UTF-8 in a header", get + "Host: h\r\nX: \xff\r\n\r\n", 400},
      {"NUL in the path", "GET /a%00b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"out of the root", "GET /a/../../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"out of the root, escaped", "GET /a/%2e%2e/etc HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"escaped slash", "GET /a%2fb HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"broken UTF-8", "GET /%ff HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"a proxy's target", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"other version", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"no HTTP", "\x16\x03\x01\x02\r\n\r\n", 400},
      {"many headers", many + "\r\n", 431},
      {"large header", get + "Host: h\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", 431},
      {"negative chunk", post + "Transfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n", 400},
      {"huge chunk", post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nab", 400},
      {"large body", post + "Content-Length: 100000\r\n\r\n", 413},
      {"large chunked body",
       post + "Transfer-Encoding: chunked\r\n\r\n11170\r\n" + std::string(70000, 'a') + "\r\n0\r\n\r\n", 413},
      {"compressed body", post + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 415},
  };
}

TEST_F(Edge, RefusesWhatTwoProgramsCouldReadDifferently) {
  for (auto const& bad : bad_requests()) {
    auto const answer = ask(bad.bytes);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(bad.status) + " ")) << bad.name;
    EXPECT_THAT(answer, HasSubstr("connection: close")) << bad.name;
  }
  EXPECT_GE(server_->counts().refused, 20);
  EXPECT_THAT(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Edge, AHeaderWithoutEndIsCutAtItsLimit) {
  Wire wire(server_->port());
  std::string const piece(64 * 1024, 'a');
  std::size_t sent = 0;
  wire.send("GET /p HTTP/1.1\r\nHost: h\r\nX: ");
  while (sent < (40U << 20U) && wire.send(piece)) sent += piece.size();
  EXPECT_LT(sent, 20U << 20U);
}

TEST_F(Edge, FullWorkersRefuseAndRecover) {
  start(1);
  gate_.emplace(1);
  entered_.emplace(1);
  std::vector<Wire> waiting;
  waiting.emplace_back(server_->port());
  waiting.back().send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  entered_->wait();
  for (std::size_t i = 1; i < limits::http_waiting_requests; ++i) {
    waiting.emplace_back(server_->port());
    waiting.back().send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  while (server_->counts().waiting < static_cast<std::int64_t>(limits::http_waiting_requests))
    std::this_thread::yield();
  auto const refused = ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refused, HasSubstr("retry-after: "));
  gate_->count_down();
  for (auto& wire : waiting) EXPECT_THAT(wire.receive_answer(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Edge, IdleConnectionsMakeRoom) {
  std::vector<Wire> idle;
  for (std::size_t i = 0; i < limits::http_connections + 50; ++i) idle.emplace_back(server_->port());
  EXPECT_THAT(ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_LE(server_->counts().connections, static_cast<std::int64_t>(limits::http_connections) + 60);
}

TEST_F(Edge, SendsNoInterimAnswerToAnOldClient) {
  Wire wire(server_->port());
  wire.send("POST /p HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  wire.send("abc");
  EXPECT_THAT(wire.receive_all(), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("POST /p abc")));
}

TEST_F(Edge, TellsAnHonestSenderThatItsBodyIsTooLarge) {
  Wire wire(server_->port());
  constexpr std::size_t bytes = std::size_t{6} << 20U;
  wire.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
  EXPECT_TRUE(wire.send(std::string(bytes, 'a')));  // without looking at the answer
  EXPECT_THAT(wire.receive_all(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(Edge, AHangingHandlerDoesNotHoldUpTheStop) {
  start(1, 1);
  gate_.emplace(1);
  entered_.emplace(1);
  Wire hanging(server_->port());
  hanging.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  entered_->wait();
  Wire queued(server_->port());
  queued.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  while (server_->counts().waiting < 2) std::this_thread::yield();
  auto const abandoned = server_->stop();  // returns at all, though the gate is shut
  ASSERT_EQ(abandoned.size(), 2U);
  EXPECT_THAT(abandoned[0], HasSubstr(" GET /wait"));
  server_.reset();
  gate_->count_down();
  while (left_ < 1) std::this_thread::yield();
  std::this_thread::yield();
  EXPECT_EQ(left_, 1);  // what was only queued is not begun any more
}

TEST(Neighbourhood, IsAnAddressOrASubnetOfItsOwn) {
  auto const of = &neighbourhood;
  EXPECT_EQ(of("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
  EXPECT_NE(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
  EXPECT_NE(of("::ffff:203.0.113.9"), of("::ffff:203.0.113.10"));
  EXPECT_EQ(of("::ffff:203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(of(""), "");
}

TEST(Coding, FollowsWhatTheOtherEndPrefers) {
  EXPECT_EQ(coding_of(""), "");
  EXPECT_EQ(coding_of("gzip"), "gzip");
  EXPECT_EQ(coding_of("*;q=0, gzip"), "gzip");
  EXPECT_EQ(coding_of("gzip, deflate, br, zstd"), "zstd");
  EXPECT_EQ(coding_of("zstd;q=0.5, GZIP;q=0.9"), "gzip");
  EXPECT_EQ(coding_of("*"), "zstd");
  EXPECT_EQ(coding_of("zstd;q=0, *"), "gzip");
  EXPECT_EQ(coding_of("gzip;q=0"), "");
  EXPECT_EQ(coding_of("gzip;q=0.000, br"), "");
  EXPECT_EQ(coding_of("gzip ; q=0.001"), "gzip");
  EXPECT_EQ(coding_of("gzip;q=1.001"), "");
  EXPECT_EQ(coding_of("gzip;q=nonsense"), "");
  EXPECT_EQ(coding_of("identity;q=1, *;q=0"), "");
}

TEST(Coding, OfTheOtherEndsChoiceGivesTheContentBack) {
  std::string content;
  for (int i = 0; i < 1'000; ++i) content += "准绳 " + std::to_string(i);
  Request request;
  request.headers = {{"accept-encoding", "gzip, zstd"}};
  auto response = text(200, "text/plain", content);
  compress(request, response);
  EXPECT_EQ(std::ranges::count(response.headers, "zstd", &Header::value), 1);
  auto const& packed = std::get<std::string>(response.content);
  EXPECT_LT(packed.size(), content.size() / 2);
  std::string back(content.size(), '\0');
  EXPECT_EQ(ZSTD_decompress(back.data(), back.size(), packed.data(), packed.size()), content.size());
  EXPECT_EQ(back, content);
}

TEST_F(Edge, StoppingFinishesWhatWasAccepted) {
  gate_.emplace(1);
  entered_.emplace(1);
  Wire idle(server_->port());
  Wire wire(server_->port());
  wire.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  entered_->wait();
  std::thread stopper([&] { server_->stop(); });
  EXPECT_EQ(idle.receive_all(), "");  // closed at once
  gate_->count_down();
  auto const answer = wire.receive_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, HasSubstr("connection: close"));
  stopper.join();
}

}  // namespace
}  // namespace plumbline::http::testing
