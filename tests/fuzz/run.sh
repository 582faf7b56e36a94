#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every target for some seconds and appends the evidence to tests/fuzz/stats.jsonl.
#   run.sh BUILD_DIR SECONDS [TARGET...]
set -euo pipefail
build=$1; seconds=$2; shift 2
here=$(cd "$(dirname "$0")" && pwd)
targets=("$@"); [ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd "$build" && ls | grep -E '_fuzz$')
for target in "${targets[@]}"; do
  name=${target%_fuzz}; work=$build/corpus/$name; mkdir -p "$work"
  log=$build/$target.log
  "$build/$target" -max_total_time="$seconds" -rss_limit_mb=2048 -malloc_limit_mb=512 -timeout=10 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="$build/" "$work" "$here/corpus/$name" >"$log" 2>&1 ||
    { echo "$target: FAILED, see $log"; tail -n 30 "$log"; exit 1; }
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  edges=$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
  printf '{"target":"%s","date":"%s","seconds":%s,"executions":%s,"edges":%s,"findings":0}\n' \
    "$name" "$(date -u +%F)" "$seconds" "${runs:-0}" "${edges:-0}" | tee -a "$here/stats.jsonl"
done
