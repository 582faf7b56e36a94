// SPDX-License-Identifier: Apache-2.0
// A worker program for tests: what `signmark batch-worker` does, without the rest of the program.
#include "batch/worker.hpp"

int main() { return signmark::batch::serve_worker(signmark::Context::standard(), 3); }
