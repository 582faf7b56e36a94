#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A batch whose process group is killed at random moments marks every file exactly once.

  batch_kill.py SIGNMARK [--files N] [--kills K] [--jobs J] [--layers LIST] [--side PX] [--seed S] [--keep]

Makes N pictures, runs `batch run`, kills the whole process group with SIGKILL K times, resumes each time, lets the
last run end, and then checks: one output, one ledger entry and one row of the job list for each input, their digests
agree, nothing torn and nothing left over at any time, inputs untouched, the ledger sound, samples verified.
"""
import argparse
import csv
import hashlib
import io
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(side, seed):
    """A textured picture of its own: shifted windows into some random bytes, so that it costs little to make."""
    noise = random.Random(seed).randbytes(6 * side)
    soft = bytes(96 + (byte >> 2) for byte in noise)
    rows = b"".join(b"\0" + soft[3 * (y % side):][:3 * side] for y in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def digest(path):
    with open(path, "rb") as file:
        return "blake2b-256:" + hashlib.blake2b(file.read(), digest_size=32).hexdigest()


class Trial:
    def __init__(self, args):
        self.args = args
        self.work = tempfile.mkdtemp(prefix="signmark-kill-")
        self.input, self.output = os.path.join(self.work, "in"), os.path.join(self.work, "out")
        self.reports = os.path.join(self.work, "reports")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("SIGNMARK_")}
        self.environment["SIGNMARK_HOME"] = os.path.join(self.work, "home")
        self.random = random.Random(args.seed)
        self.complaints = []

    def expect(self, good, what):
        if not good and len(self.complaints) < 20:
            self.complaints.append(what)

    def verb(self, *words):
        return [self.args.program, "--no-input", *words]

    def run(self, *words):
        return subprocess.run(self.verb(*words), env=self.environment, capture_output=True, text=True, check=False)

    def prepare(self):
        for i in range(self.args.files):
            folder = os.path.join(self.input, f"{i % 7}")
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(folder, f"picture-{i:06}.png"), "wb") as file:
                file.write(png(self.args.side, i))
        self.inputs = {os.path.relpath(path, self.input): digest(path) for path in self.files(self.input)}
        made = self.run("-q", "key", "new", "--no-passphrase")
        if made.returncode != 0:
            raise SystemExit(f"key new: {made.stderr}")

    @staticmethod
    def files(folder):
        for place, _, names in os.walk(folder):
            for name in names:
                yield os.path.join(place, name)

    def batch(self):
        return self.verb("batch", "run", self.input, "-o", self.output, "-j", str(self.args.jobs), "--report",
                         self.reports, "--progress", "never",
                         *(["--layers", self.args.layers] if self.args.layers else []))

    def killed_run(self, command, target):
        """Kills the group a random moment after so many outputs are there. False when it had ended before."""
        log = os.path.join(self.work, "log")
        with open(log, "w", encoding="utf-8") as out:
            process = subprocess.Popen(command, env=self.environment, stdout=out, stderr=subprocess.STDOUT,
                                       start_new_session=True)
        while process.poll() is None and self.count() < target:
            time.sleep(0.002 if self.args.files < 1000 else 0.05)
        try:
            process.wait(self.random.uniform(0, 0.12))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        with open(log, encoding="utf-8") as text:
            self.expect(process.returncode == 0, f"exit {process.returncode}: {text.read()}")
        return False

    def count(self):
        """Outputs under any name."""
        total = 0
        for i in range(7):
            try:
                total += sum(not name.startswith(".") for name in os.listdir(os.path.join(self.output, f"{i}")))
            except FileNotFoundError:
                pass
        return total

    def check_whole(self):
        """Under final names there are complete pictures only; beside them our temporaries at most."""
        count = 0
        for path in self.files(self.output):
            name = os.path.basename(path)
            if name.startswith(".smk-") and name.endswith(".part"):
                continue
            count += 1
            with open(path, "rb") as file:
                file.seek(-len(END_OF_PNG), os.SEEK_END)
                self.expect(file.read() == END_OF_PNG, f"torn: {path}")
        return count

    def play(self):
        self.prepare()
        job, seen = None, []
        for target in sorted(self.random.randrange(self.args.files * 9 // 10) for _ in range(self.args.kills)):
            command = self.batch() if job is None else self.verb(
                "batch", "resume", job, "-j", str(self.args.jobs), "--report", self.reports, "--progress", "never")
            if not self.killed_run(command, target):
                break
            seen.append(self.check_whole())
            job = self.job_id()
        start = time.monotonic()
        last = self.run(*self.batch()[2:])
        self.expect(last.returncode == 0, f"last run: exit {last.returncode}: {last.stdout}{last.stderr}")
        self.expect(len(seen) == self.args.kills, f"only {len(seen)} kills: the batch had ended before")
        print(f"{len(seen)} kills after {seen} files; the last run took {time.monotonic() - start:.1f} s")
        self.judge()

    def job_id(self):
        listed = self.run("--json", "batch", "status")
        rows = [json.loads(line) for line in listed.stdout.splitlines()]
        self.expect(listed.returncode == 0, f"status: {listed.stderr}")
        return rows[0]["job"] if rows and sum(rows[0]["items"].values()) > 0 else None  # killed before it was planned

    def judge(self):
        outputs = {os.path.relpath(path, self.output): digest(path) for path in self.files(self.output)}
        self.expect(set(outputs) == set(self.inputs), f"outputs differ from inputs: "
                    f"{sorted(set(outputs) ^ set(self.inputs))[:3]}")
        for path, before in self.inputs.items():
            self.expect(digest(os.path.join(self.input, path)) == before, f"input changed: {path}")
        with open(os.path.join(self.reports, "job-list.jsonl"), encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        self.expect(len(rows) == len(self.inputs), f"{len(rows)} rows in the job list")
        self.expect({row["path"]: row["output_digest"] for row in rows} == outputs, "the job list is not valid")
        self.judge_ledger(outputs)
        self.judge_report()
        sample = self.random.sample(sorted(outputs), min(self.args.sample, len(outputs)))
        for path in sample:
            done = self.run("verify", os.path.join(self.output, path))
            self.expect(done.returncode == 0, f"{path}: {done.stdout}{done.stderr}")

    def judge_ledger(self, outputs):
        done = self.run("ledger", "export", "--format", "csv")
        entries = [row for row in csv.DictReader(io.StringIO(done.stdout)) if row["action"] == "mark"]
        keys = {row["item_key"] for row in entries}
        self.expect(len(entries) == len(outputs) and len(keys) == len(outputs),
                    f"{len(entries)} ledger entries with {len(keys)} item keys for {len(outputs)} files")
        self.expect(sorted(row["output_digest"] for row in entries) == sorted(outputs.values()),
                    "digests of the ledger differ from those of the outputs")
        sound = self.run("ledger", "verify")
        self.expect(sound.returncode == 0, f"ledger verify: {sound.stdout}{sound.stderr}")

    def judge_report(self):
        with open(os.path.join(self.reports, "report.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.expect(lines[-1]["type"] == "summary", "the report has no summary")
        self.expect([line["path"] for line in lines[:-1]] ==
                    sorted(os.path.join(self.input, path) for path in self.inputs), "the report is not in order")

    def close(self):
        if self.args.keep or self.complaints:
            print(f"kept: {self.work}")
        else:
            shutil.rmtree(self.work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--layers", default="metadata,manifest")
    parser.add_argument("--side", type=int, default=320)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=5)
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    trial = Trial(args)
    trial.play()
    trial.close()
    for complaint in trial.complaints:
        print(f"FAILED {complaint}")
    print(f"{args.files} files, {args.kills} kills: {'FAILED' if trial.complaints else 'each marked exactly once'}")
    return 1 if trial.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
