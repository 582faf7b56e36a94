#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Format and static analysis. Files that have not changed since they last passed are not analysed again.
#   lint.sh [--deep]     --deep adds clang's path-sensitive analyser, which takes 2.5 times as long
set -euo pipefail
cd "$(dirname "$0")/.."
[ "${1:-}" = --deep ] && export SIGNMARK_TIDY_CHECKS="" || export SIGNMARK_TIDY_CHECKS="-clang-analyzer-*"
mapfile -t files < <(git ls-files '*.cpp' '*.hpp' '*.h' | grep -v '/golden/')
clang-format-14 --dry-run -Werror "${files[@]}"
echo "format: ${#files[@]} files"

[ -f build/compile_commands.json ] || cmake --preset release >/dev/null
cache=build/.tidy-passed; mkdir -p "$cache"
headers=$({ git ls-files '*.hpp' '*.h' .clang-tidy | xargs cat; echo "$SIGNMARK_TIDY_CHECKS"; } | sha256sum | cut -c1-16)
tidy_one() {
  key=$(cat "$1" | sha256sum | cut -c1-32)-$2
  [ -e "$3/$key" ] && return 0
  out=$(clang-tidy-14 -quiet -p build -checks="$SIGNMARK_TIDY_CHECKS" "$1" 2>/dev/null) || { echo "$out"; return 1; }
  touch "$3/$key"
}
export -f tidy_one
git ls-files 'src/*.cpp' 'cli/*.cpp' | xargs -P "$(nproc)" -I{} bash -c 'tidy_one "$@"' _ {} "$headers" "$cache"
echo "tidy: $(git ls-files 'src/*.cpp' 'cli/*.cpp' | wc -l) files"
