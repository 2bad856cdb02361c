// A data folder with the kernel's own registers, served over real sockets.
#pragma once
#include <gmock/gmock.h>

#include <filesystem>

#include "base/hash.hpp"
#include "client.hpp"
#include "http/api.hpp"
#include "http/server.hpp"
#include "kernel/credentials.hpp"
#include "kernel/registers.hpp"

namespace plumbline::http::testing {

inline constexpr char const* password = "correct horse battery";

class ApiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    catalogue_.add(kernel::kernel_module());
    folder_ = std::filesystem::temp_directory_path() / ("plumbline-api-" + hex_encode(random_bytes(8)));
    ASSERT_TRUE(kernel::System::init(folder_, {"3715", "api.example/log", ""}, catalogue_, clock_));
    system_ = kernel::System::open(folder_, catalogue_, clock_);
    api_ = Api::make(*system_);
    start_server();
  }
  void start_server() {
    ServerOptions options;
    options.clock = &clock_;
    options.port = 0;
    options.unix_socket = folder_ / "socket";
    options.uploads = folder_;
    options.stop_seconds = 1;
    options.served = [this](Served const& served) { api_->note(served); };
    server_ = Server::start(
        options, [this](Request const& request) { return api_->answer(request); },
        [this](Request const& request) { return api_->body_rule(request); });
    api_->watch(server_.get());
  }
  void TearDown() override {
    server_.reset();
    api_.reset();
    system_.reset();
    std::filesystem::remove_all(folder_);
  }

  Uuid made(std::string const& register_name, std::string const& action, std::string const& payload) {
    kernel::Command command;
    command.register_name = register_name;
    command.action = action;
    command.payload = payload;
    auto const done = system_->act(command);
    if (!done) throw std::runtime_error(done.refusal().code);
    return done->record;
  }
  // With one grant on the whole city.
  Uuid person(std::string const& login, std::string const& role, std::string const& scope = "3715") {
    Uuid const account = made("account", "create", R"({"login":")" + login + R"(","name":"王五"})");
    made("grant", "give",
         R"({"account":")" + to_string(account) + R"(","role":")" + role + R"(","scope":")" + scope +
             R"(","valid_from":"2020-01-01"})");
    EXPECT_TRUE(kernel::set_password(*system_, account, password));
    return account;
  }
  // Of somebody at this address, through the proxy in front of the server.
  Client client_at(std::string const& address) {
    Client made(folder_ / "socket");
    made.always = {{"X-Forwarded-For", address}};
    return made;
  }
  Client client() { return Client(server_->port()); }
  Client signed_in(std::string const& login) {
    auto made = client();
    EXPECT_EQ(made.sign_in(login, password).status, 201);
    return made;
  }

  // `wish`: {"name": …, "days": …}; the password is added.
  static Answer token(Client& owner, std::string wish) {
    return owner.ask("POST", "/api/v1/tokens",
                     wish.insert(1, R"("password":")" + std::string(password) + "\","));
  }

  FixedClock clock_{*parse_instant("2026-03-02T01:00:00Z")};
  kernel::Catalogue catalogue_;
  std::filesystem::path folder_;
  std::unique_ptr<kernel::System> system_;
  std::unique_ptr<Api> api_;
  std::unique_ptr<Server> server_;
};

}  // namespace plumbline::http::testing
