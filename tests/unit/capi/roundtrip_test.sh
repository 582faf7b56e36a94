#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# roundtrip_test.sh SIGNMARK ROUNDTRIP PICTURE: the C program with the keys of a fresh home.
set -euo pipefail
signmark=$1; roundtrip=$2; picture=$3; work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export SIGNMARK_HOME=$work/home
unset SIGNMARK_AGENT_SOCK SIGNMARK_PASSPHRASE CREDENTIALS_DIRECTORY
"$signmark" key new --label "C Studio" --no-passphrase >/dev/null
before=$(sha256sum <"$picture")
"$roundtrip" "$picture" "$work/marked.png"
[ "$before" = "$(sha256sum <"$picture")" ] || { echo "FAILED: the input was changed"; exit 1; }
"$signmark" verify "$work/marked.png"
