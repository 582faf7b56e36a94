#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of the program when it marks and verifies ten minutes of sound, as WAV and FLAC, less what one second
of the same sound takes: audio_memory.py SIGNMARK SOUND. Goal: at most 60 MB. Own memory (RssAnon, sampled every
5 ms) is what counts; the peak of all (VmHWM) holds pages of mapped files as well, which the kernel takes back
at will."""
import os
import subprocess
import sys
import tempfile
import time


def made(sound, seconds, path):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", sound, "-t", str(seconds), path],
                   check=True)
    return path


def own_memory(pid):
    try:
        with open(f"/proc/{pid}/status") as file:
            return max([int(line.split()[1]) / 1024 for line in file if line.startswith("RssAnon")] or [0])
    except OSError:
        return 0


def run(argv, env):
    """Own memory MB, peak of all MB, CPU s."""
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    own = 0
    while True:
        pid, _, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            return own, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime
        own = max(own, own_memory(process.pid))
        time.sleep(0.005)


def main():
    program, sound = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as scratch:
        env = dict(os.environ, SIGNMARK_HOME=scratch)
        print("| | own MB, 1 s | own MB, 600 s | growth | peak with mapped files | x real time |")
        print("|---|---|---|---|---|---|")
        for kind in ("wav", "flac"):
            rows = {}
            for seconds in (1, 600):
                source = made(sound, seconds, f"{scratch}/{seconds}.{kind}")
                marked = f"{scratch}/{seconds}_marked.{kind}"
                jobs = {"mark and read back": ["mark", source, "-o", marked, "--layers", "robust"],
                        "verify, marked": ["verify", marked],
                        "verify, unmarked": ["verify", source],
                        "verify --deep, unmarked": ["verify", "--deep", source]}
                for name, arguments in jobs.items():
                    rows[name, seconds] = run([program, "-q", *arguments], env)
            for name in jobs:
                short, long = rows[name, 1], rows[name, 600]
                print(f"| {name}, {kind} | {short[0]:.0f} | {long[0]:.0f} | {long[0] - short[0]:.0f} | "
                      f"{long[1]:.0f} | {600 / (long[2] - short[2]):.0f} |")


if __name__ == "__main__":
    main()
