// The worker: a process that loads one plugin with the loader's own checks and runs it for the server that started it.
// Single-threaded but for a thread that hears interrupts and the server's end.
#pragma once

namespace cvg {

// The whole life of the process, on the descriptors of worker_process.h; the exit code.
int run_plugin_worker();

}  // namespace cvg
