#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# fetch.sh FOLDER: llama.cpp v0.5.0 from npm: libraries (FOLDER/lib), the headers that fit them
# (FOLDER/include) and vocabularies (FOLDER/models). Nothing of it is part of signmark (MIT, ggml authors).
set -euo pipefail
version=3.22.1
[ -f "${1:?folder}/complete" ] && exit 0
mkdir -p "$1"; folder=$(cd "$1" && pwd); work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent "@node-llama-cpp/linux-x64@$version" "node-llama-cpp@$version" >/dev/null
mkdir -p "$folder/lib" "$folder/include"
tar xzf "node-llama-cpp-linux-x64-$version.tgz" package/bins/linux-x64
cp package/bins/linux-x64/*.so "$folder/lib/"
# The source comes as a git bundle inside the package.
tar xzf "node-llama-cpp-$version.tgz" package/llama/gitRelease.bundle
git -c advice.detachedHead=false clone -q --no-checkout package/llama/gitRelease.bundle source
git -C source archive HEAD include ggml/include \
  models/ggml-vocab-{qwen2,deepseek-llm,gpt-2}.gguf{,.inp,.out} | tar x -C "$work"
cp include/*.h ggml/include/*.h "$folder/include/"
cp -r models "$folder/"
touch "$folder/complete"
