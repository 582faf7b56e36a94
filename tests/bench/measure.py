# SPDX-License-Identifier: Apache-2.0
"""Measures commands: wall and CPU time, peak memory. Shared by the benchmarks of this folder."""
import os
import statistics
import subprocess
import time


def run(argv, env=None, ok=(0,)):
    """One run: (wall s, CPU s, peak resident MiB)."""
    start = time.perf_counter()
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ok:
        raise SystemExit(f"{argv}: exit {process.returncode}\n{errors.decode()}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def median(argv, rounds=9, before=None, env=None, ok=(0,)):
    """Medians over some rounds after one to warm the caches; `before` runs unmeasured each time."""
    rows = []
    for i in range(rounds + 1):
        if before:
            before()
        row = run(argv, env, ok)
        if i:
            rows.append(row)
    return [statistics.median(column) for column in zip(*rows)]
