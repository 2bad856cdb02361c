// The server as a subcommand.
#pragma once
#include "commands.hpp"

namespace plumbline::app {

struct ServeOptions {
  Common common;
  std::string listen = "127.0.0.1:8080";
  std::string database;  // where PostgreSQL is found now; "" = as at init
  fs::path unix_socket;
  fs::path certificate;  // PEM
  fs::path private_key;
  fs::path log;  // of requests; "-" standard error, "" none
};
int run_serve(ServeOptions const& options);

struct DoctorOptions {
  Common common;
  std::string database;  // as serve has it
  fs::path certificate;  // PEM; none: not looked at
};
int run_doctor(DoctorOptions const& options);

struct TlsOptions {
  fs::path out = "tls";
  std::vector<std::string> names;  // hosts and addresses; none: what this machine is called
  int days = 825;
};
int run_tls_init(TlsOptions const& options);

}  // namespace plumbline::app
