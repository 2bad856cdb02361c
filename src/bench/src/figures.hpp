#pragma once
#include "lab.hpp"

namespace plumbline::bench {

Figure bench_desk(Setting const& setting, On on);
Figure bench_growth(Setting const& setting);
Figure bench_start(Setting const& setting);
Figure bench_import(Setting const& setting);
Figure bench_http_list(Setting const& setting);
Figure bench_http_record(Setting const& setting);
Figure bench_http_write(Setting const& setting);
Figure bench_http_growth(Setting const& setting);
Figure bench_log_verify(Setting const& setting);

}  // namespace plumbline::bench
