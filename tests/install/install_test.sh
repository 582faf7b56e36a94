#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# install_test.sh BUILD_DIR: what `cmake --install` gives is enough for an outside program.
set -euo pipefail
build=$1; here=$(cd "$(dirname "$0")" && pwd); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" >/dev/null
picture=$here/../../test_media/pictures/astronaut.png

expect_none() {  # an unmarked picture: verdict none, exit 10
  local out code=0
  out=$("$@" "$picture") || code=$?
  [ "$out" = none ] && [ "$code" = 10 ] || { echo "FAILED: $*: '$out', exit $code"; exit 1; }
}

cmake -S "$here/outside" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/cmake" >/dev/null
expect_none "$work/cmake/outside"

# Each public header stands alone, without warnings and without the source tree.
for header in "$work"/prefix/include/signmark/*.hpp; do
  g++ -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$work/prefix/include" -x c++ - \
    <<<"#include <signmark/$(basename "$header")>" || { echo "FAILED: $header alone"; exit 1; }
done
for language in "c -std=c99 -Wstrict-prototypes" "c++ -std=c++11"; do
  # shellcheck disable=SC2086
  gcc -x $language -Wall -Wextra -pedantic -Werror -fsyntax-only -I"$work/prefix/include" - \
    <<<"#include <signmark/signmark.h>" || { echo "FAILED: signmark.h as $language"; exit 1; }
done

libdir=$(dirname "$(find "$work/prefix" -name libsignmark.so)")
export PKG_CONFIG_PATH=$libdir/pkgconfig
flags=$(pkg-config --define-variable=prefix="$work/prefix" --cflags --libs signmark)
# shellcheck disable=SC2086
g++ -std=c++20 "$here/outside/main.cpp" -o "$work/outside" $flags -Wl,-rpath,"$libdir"
expect_none "$work/outside"

SIGNMARK_HOME=$work/home "$work/prefix/bin/signmark" --version
code=0; SIGNMARK_HOME=$work/home "$work/prefix/bin/signmark" doctor || code=$?
[ "$code" = 0 ] || { echo "FAILED: doctor of the installed program, exit $code"; exit 1; }
echo "installed tree works"
