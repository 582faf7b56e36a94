#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a batch costs beside its items: throughput, and the supervisor's memory and descriptors over many.

  batch_bench.py SIGNMARK throughput [--files N] [--layers LIST] [--side PX] [--jobs J]
  batch_bench.py SIGNMARK flat [--items N] [--jobs J]

`throughput` marks N pictures with J workers, and the same ones with one worker that does nothing else, whose time for
J-th of them is the ideal. Processor time is compared as well: on a machine that others use, wall time says little.
`flat` marks N texts of one line each and looks at the supervisor each second, up to its end; it fails when memory or
descriptors grow with the number of items.
"""
import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))
import batch_kill  # noqa: E402  (its pictures)


class Bench:
    def __init__(self, args):
        self.args = args
        self.work = tempfile.mkdtemp(prefix="signmark-batch-bench-")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("SIGNMARK_")}
        self.environment["SIGNMARK_HOME"] = os.path.join(self.work, "home")
        subprocess.run([args.program, "-q", "--no-input", "key", "new", "--no-passphrase"], env=self.environment,
                       check=True, capture_output=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def start(self, *words):
        return subprocess.Popen([self.args.program, "--no-input", "batch", "run", *words, "--progress", "never"],
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def timed(self, *words):
        """Wall and processor seconds, workers included."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        process = self.start(*words)
        text = process.communicate()[0]
        if process.returncode != 0:
            raise SystemExit(f"exit {process.returncode}: {text}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return time.monotonic() - start, used

    def throughput(self):
        os.makedirs(self.path("in"))
        for i in range(self.args.files):
            with open(self.path(f"in/{i:06}.png"), "wb") as file:
                file.write(batch_kill.png(self.args.side, i))
        layers = ["--layers", self.args.layers] if self.args.layers else []
        rows = []
        for jobs in (1, self.args.jobs):
            wall, used = self.timed(self.path("in"), "-o", self.path(f"out{jobs}"), "-j", str(jobs), *layers)
            rows.append((jobs, wall, used))
            items = self.items(jobs)
            print(f"-j {jobs}: {self.args.files / wall:7.1f} files/s, wall {wall:6.1f} s, processor {used:6.1f} s, "
                  f"sum of items {items:6.1f} s")
        ideal = self.items(1) / self.args.jobs
        print(f"share of the ideal ({ideal:.1f} s, the items' times by one worker over {self.args.jobs}): "
              f"{100 * ideal / rows[1][1]:.0f} %")

    def items(self, jobs):
        """Seconds that workers spent on items, as the job file has them."""
        import sqlite3
        listed = subprocess.run([self.args.program, "--json", "batch", "status"], env=self.environment, check=True,
                                capture_output=True, text=True).stdout
        job = [json.loads(line)["job"] for line in listed.splitlines()]
        total = 0.0
        for name in job:
            with sqlite3.connect(f"file:{self.path('home/state/jobs/' + name + '.db')}?mode=ro", uri=True) as base:
                description = base.execute("select description from signmark_job").fetchone()[0]
                if json.loads(description)["output"].endswith(f"/out{jobs}"):
                    total += base.execute("select sum(seconds) from signmark_item").fetchone()[0]
        return total

    @staticmethod
    def look(pid):
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            status = dict(line.split(":", 1) for line in file)
        return int(status["VmRSS"].split()[0]), int(status["RssAnon"].split()[0]), len(os.listdir(f"/proc/{pid}/fd"))

    def flat(self):
        for i in range(self.args.items):
            if i % 1000 == 0:
                folder = self.path(f"in/{i // 1000:04}")
                os.makedirs(folder)
            with open(os.path.join(folder, f"{i:07}.txt"), "w", encoding="utf-8") as file:
                file.write(f"Line number {i} was written by a machine.\n")
        process = self.start(self.path("in"), "-o", self.path("out"), "-j", str(self.args.jobs), "--layers", "metadata",
                             "--report", self.path("report"))
        seen, start = [], time.monotonic()
        while process.poll() is None:
            try:
                seen.append((time.monotonic() - start, *self.look(process.pid)))
            except (FileNotFoundError, ProcessLookupError, KeyError):
                break
            time.sleep(1)
        text = process.communicate()[0]
        if process.returncode != 0:
            raise SystemExit(f"exit {process.returncode}: {text}")
        print("seconds  RSS KiB  of it anonymous  descriptors")
        for row in seen[::max(1, len(seen) // 20)] + seen[-1:]:
            print(f"{row[0]:7.0f} {row[1]:8} {row[2]:16} {row[3]:12}")
        print(f"{self.args.items} items in {time.monotonic() - start:.0f} s")
        self.judge(seen)

    @staticmethod
    def judge(seen):
        """What was there after a tenth of the time is what is there at the end: nothing grows with the items."""
        warm, rest = seen[len(seen) // 20:len(seen) // 5], seen[len(seen) // 5:]
        grown = max(row[2] for row in rest) - max(row[2] for row in warm)
        # Files that are being made have descriptors: the least at any moment shows those that stay.
        leaked = min(row[3] for row in rest[-len(rest) // 4:]) - min(row[3] for row in warm)
        print(f"anonymous memory after the first fifth: {grown:+} KiB; descriptors: {leaked:+}")
        if grown > 4096 or leaked > 0:
            raise SystemExit("not flat")

    def close(self):
        shutil.rmtree(self.work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("what", choices=["throughput", "flat"])
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--layers", default="")
    parser.add_argument("--side", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    bench = Bench(args)
    try:
        bench.throughput() if args.what == "throughput" else bench.flat()
    finally:
        bench.close()


if __name__ == "__main__":
    main()
