#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints every table that README and CHANGELOG quote.
set -euo pipefail
build=${1:-build}; here=$(cd "$(dirname "$0")" && pwd)
echo "== start-up of verbs without pixels"; python3 "$here/startup.py" "$build"
echo; echo "== metadata and manifest on a 12-megapixel JPEG"; python3 "$here/metadata_cost.py" "$build"
echo; echo "== image mark, short form; $build/robustness_bench --help for the long one"
"$build/robustness_bench" --suite quick "$here/../../test_media/pictures"
echo; echo "== generation-time marks; more texts with --texts, --unmarked"
"$build/generation_bench" --texts 20 --unmarked 100
