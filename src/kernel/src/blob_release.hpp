// Stored files whose last mention was erased.
#pragma once
#include "kernel/blobs.hpp"
#include "kernel/system.hpp"

namespace plumbline::kernel {

// An erasure notes, in its own transaction, which files its values named. They go afterwards, when no open
// body and no log entry mentions them any more: right after the answer, and else, as after a crash, at the
// next opening and with the clocks. May be called at any time; a note goes only after its file.
void release_blobs(System& system);

}  // namespace plumbline::kernel
