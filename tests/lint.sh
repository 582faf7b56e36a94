#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Format and static analysis. Files that have not changed since they last passed are not analysed again.
#   lint.sh [--deep] [--minutes N]
#     --deep         adds clang's path-sensitive analyser, which takes 2.5 times as long
#     --minutes N    stops the analysis after N minutes and says what was left; files changed last come first
set -euo pipefail
cd "$(dirname "$0")/.."
export SIGNMARK_TIDY_CHECKS="-clang-analyzer-*" SIGNMARK_TIDY_UNTIL=0
while [ $# != 0 ]; do
  case $1 in
    --deep) SIGNMARK_TIDY_CHECKS="" ;;
    --minutes) SIGNMARK_TIDY_UNTIL=$(($(date +%s) + 60 * $2)); shift ;;
    *) echo "usage: lint.sh [--deep] [--minutes N]"; exit 2 ;;
  esac
  shift
done
mapfile -t files < <(git ls-files '*.cpp' '*.hpp' '*.h' | grep -v '/golden/')
clang-format-14 --dry-run -Werror "${files[@]}"
echo "format: ${#files[@]} files"

[ -f build/compile_commands.json ] || cmake --preset release >/dev/null
# clang cannot read the headers that gcc has compiled.
mkdir -p build/tidy
sed -E 's/-Winvalid-pch //; s/-include [^ ]*cmake_pch.hxx //' build/compile_commands.json > build/tidy/compile_commands.json
cache=build/.tidy-passed; mkdir -p "$cache"; left=$(mktemp)
headers=$({ git ls-files '*.hpp' '*.h' .clang-tidy | xargs cat; echo "$SIGNMARK_TIDY_CHECKS"; } | sha256sum | cut -c1-16)
tidy_one() {
  key=$(cat "$1" | sha256sum | cut -c1-32)-$2
  [ -e "$3/$key" ] && return 0
  if [ "$SIGNMARK_TIDY_UNTIL" != 0 ] && [ "$(date +%s)" -gt "$SIGNMARK_TIDY_UNTIL" ]; then echo "$1" >> "$4"; return 0; fi
  out=$(clang-tidy-14 -quiet -p build/tidy -checks="$SIGNMARK_TIDY_CHECKS" "$1" 2>/dev/null) || { echo "$out"; return 1; }
  touch "$3/$key"
}
export -f tidy_one
all() { git ls-files 'src/*.cpp' 'cli/*.cpp'; }
newest_first() { { git log -n 300 --name-only --pretty= -- src cli | grep '\.cpp$' || true; all; } | awk '!seen[$0]++' | grep -Fxf <(all); }
newest_first | xargs -P "$(nproc)" -I{} bash -c 'tidy_one "$@"' _ {} "$headers" "$cache" "$left"
echo "tidy: $(all | wc -l) files, $(wc -l < "$left") of them left for another time"
rm -f "$left"
