#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make demo: the main job on a real picture, each command printed with what it proves.
#   demo.sh PROGRAM [OUTPUT_DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
signmark=$(realpath "$1"); out=${2:-$(dirname "$signmark")/demo}
rm -rf "$out"; mkdir -p "$out"; cp "$here/../test_media/pictures/astronaut.png" "$out/photo.png"
cd "$out"
umask 077; printf 'a passphrase for the demonstration\n' > passphrase; umask 022
unset SIGNMARK_PASSPHRASE CREDENTIALS_DIRECTORY
failures=0

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# run EXPECTED_EXIT COMMAND...: prints the command, runs it, compares its exit code.
run() {
  local expected=$1 code=0; shift
  printf '$ %s\n' "${*/#$signmark/signmark}"
  "$@" || code=$?
  [ "$code" = "$expected" ] || { echo "!! exit $code, expected $expected"; failures=$((failures + 1)); }
  [ "$code" = 0 ] || echo "[exit $code]"
}

flip() {  # flip FILE OFFSET OUT: one changed bit
  cp "$1" "$3"
  local byte; byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$3" bs=1 seek="$2" conv=notrunc status=none
}

export SIGNMARK_HOME=$out/alice
say "1. Alice makes her keys: an issuer, a signing key with its certificate, a carrier key."
run 0 "$signmark" key new --label "Alice Studio" --passphrase-file passphrase

say "2. She marks a picture as her generator hands it over: pixels, visible label, AIGC record, C2PA manifest."
run 0 "$signmark" mark photo.png -o marked.png --passphrase-file passphrase
echo "   (look at $out/marked.png: the label is at the bottom right)"

say "3. Anyone who trusts Alice sees that it was generated, by whom, and that it is unaltered."
run 0 "$signmark" verify marked.png

say "4. One bit of the picture is changed: the signature no longer belongs to this content."
flip marked.png $(($(stat -c %s marked.png) / 2)) tampered.png
run 12 "$signmark" verify tampered.png

say "5. Mallory marks a picture with keys of her own: a good signature, but nobody here vouches for her."
SIGNMARK_HOME=$out/mallory "$signmark" -q key new --label "Mallory" --passphrase-file passphrase >/dev/null
run 0 env SIGNMARK_HOME="$out/mallory" "$signmark" mark photo.png -o mallory.png --passphrase-file passphrase
run 11 "$signmark" verify mallory.png

say "6. Only after Alice takes in Mallory's public bundle, with its fingerprint, is that picture verified too."
run 0 env SIGNMARK_HOME="$out/mallory" "$signmark" trust export -o mallory.smbundle --passphrase-file passphrase
fingerprint=$(SIGNMARK_HOME=$out/mallory "$signmark" trust list --json |
  sed -n 's/.*"fingerprint":"\([0-9a-f]*\)".*/\1/p' | head -n 1)
run 0 "$signmark" trust add mallory.smbundle --fingerprint "$fingerprint"
run 0 "$signmark" verify mallory.png

say "7. An unmarked picture is not called marked, and a cut-off file is not called unmarked."
run 10 "$signmark" verify photo.png
head -c 20000 marked.png > cut.png
run 14 "$signmark" verify cut.png

say "8. Marking twice is refused: labels are continued, never doubled or removed."
run 20 "$signmark" mark marked.png -o twice.png --passphrase-file passphrase

say "9. A text: Alice signs an answer; one paragraph of it, pasted elsewhere, still says who wrote it and that it is unchanged."
cat > answer.md <<'END'
# 城市绿化

城市绿化能够改善空气质量，降低夏季的气温。研究表明，树木覆盖率每提高百分之十，地表温度平均下降约一度。居民也因此更愿意步行出行，这对健康有益。

绿地还能吸纳雨水，减轻内涝。许多城市正在建设海绵城市，用透水铺装和下沉式绿地代替传统的排水管道。这些工程在暴雨时表现良好，值得推广。
END
run 0 "$signmark" mark answer.md -o marked.md --passphrase-file passphrase --density dense
sed -n '/^绿地还能/p' marked.md > excerpt.txt
run 0 "$signmark" verify excerpt.txt
sed 's/值得推广/不值得推广/' excerpt.txt > edited.txt
run 12 "$signmark" verify --sentences edited.txt

if [ "$failures" != 0 ]; then say "demo: $failures step(s) did not end as they should"; exit 1; fi
say "All steps ended as they should. The files are in $out"
