#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Three processes on one PostgreSQL queue: one is killed, one sleeps longer than its lease, the server
is killed and restarted; every file is in the job list exactly once, and in the ledger.

  queue_run.py SIGNMARK [--files N] [--lease SECONDS] [--layers LAYERS] [--keep]
"""
import argparse
import collections
import hashlib
import json
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

SKIPPED = 77
STARTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "postgres.sh")
DEADLINE = time.monotonic() + float(os.environ.get("QUEUE_RUN_SECONDS", "3600"))


def picture(number, side=96):
    """A PNG of squares in colours that no other number has."""
    colours = random.Random(number)
    rows = b"".join((b"\0" + b"".join(colours.randbytes(3) * 8 for _ in range(side // 8))) * 8
                    for _ in range(side // 8))

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) +
            chunk(b"IEND", b""))


class Server:
    def __init__(self, folder):
        self.folder = folder
        self.location = self.starter("start", str(os.getpid()))

    def starter(self, verb, *more):
        return subprocess.run(["bash", STARTER, verb, self.folder, *more], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()

    def rows(self, sql):
        """Of a query; nothing while the server is down."""
        done = subprocess.run(["psql", "-XAtq", self.location, "-c", sql], text=True,
                              capture_output=True)
        return [line.split("|") for line in done.stdout.splitlines()] if done.returncode == 0 else []

    def ended(self):
        rows = self.rows("select count(*) from signmark_item where state > 1")
        return int(rows[0][0]) if rows else 0


class Helper:
    """One `signmark batch run` with its workers, as a process group."""

    def __init__(self, name, command, environment, folder):
        self.name = name
        self.log = os.path.join(folder, name + ".log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command + ["--report", os.path.join(folder, name)],
                                            stdout=log, stderr=log, env=environment,
                                            start_new_session=True)

    def send(self, number):
        os.killpg(self.process.pid, number)

    def end(self):
        try:
            code = self.process.wait(max(1, DEADLINE - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            code = "hangs"
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return code, log.read()


def content(path):
    with open(path, "rb") as file:
        return file.read()


class Proof:
    def __init__(self, arguments, work):
        self.arguments = arguments
        self.work = work
        self.complaints = []
        self.helpers = {}
        self.input, self.output = os.path.join(work, "in"), os.path.join(work, "out")
        self.environment = {**os.environ, "SIGNMARK_HOME": os.path.join(work, "home")}
        self.environment.pop("SIGNMARK_AGENT_SOCK", None)
        self.started = time.monotonic()

    def say(self, text):
        print(f"{time.monotonic() - self.started:6.1f} s  {text}", flush=True)

    def expect(self, good, text):
        if not good:
            self.complaints.append(text)

    def prepare(self):
        os.makedirs(self.input)
        self.digests = {}
        for number in range(self.arguments.files):
            name = f"{number % 10}/picture-{number:05}.png"
            path = os.path.join(self.input, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(picture(number))
            self.digests[name] = hashlib.sha256(content(path)).digest()
        subprocess.run([self.arguments.program, "--no-input", "key", "new", "--label", "queue",
                        "--no-passphrase"], check=True, env=self.environment, capture_output=True)
        self.server = Server(os.path.join(self.work, "server"))
        self.say(f"{self.arguments.files} files, server {self.server.location}")

    def helper(self, name):
        command = [self.arguments.program, "--no-input", "batch", "run", self.input, "-o", self.output,
                   "--queue", self.server.location, "--ledger", self.server.location, "-j", "1",
                   "--lease", f"{self.arguments.lease}s", "--layers", self.arguments.layers]
        return Helper(name, command, self.environment, self.work)

    def wait_for(self, share):
        while self.server.ended() < share * self.arguments.files:
            if time.monotonic() > DEADLINE or self.helpers["third"].process.poll() is not None:
                raise RuntimeError(f"less than {share:.0%} ended: {self.helpers['third'].end()}")
            time.sleep(0.05)

    def torture(self):
        self.helpers = {name: self.helper(name) for name in ("first", "second", "third")}
        first, second, third = self.helpers.values()
        self.wait_for(0.15)
        first.send(signal.SIGKILL)
        first.process.wait()
        self.say(f"first killed with its workers at {self.server.ended()} files")
        self.wait_for(0.3)
        second.send(signal.SIGSTOP)
        stopped = time.monotonic()
        self.say(f"second stopped at {self.server.ended()} files")
        self.wait_for(0.5)
        self.say(f"server killed at {self.server.ended()} files")
        self.server.starter("crash")
        time.sleep(1)
        self.server.starter("start")
        self.say("server started again")
        self.wait_for(0.6)
        time.sleep(max(0, stopped + 2 * self.arguments.lease + 1 - time.monotonic()))
        second.send(signal.SIGCONT)
        self.say(f"second goes on after {time.monotonic() - stopped:.1f} s, its leases lasted "
                 f"{self.arguments.lease} s")
        for helper in (second, third):
            code, log = helper.end()
            self.say(f"{helper.name} ended with {code}")
            self.expect(code == 0, f"{helper.name} ended with {code}: {log}")
        self.say(f"all ended: {self.server.ended()} files")

    def judge_list(self, name):
        """The job list that a helper wrote, against what lies in the output folder."""
        folder = os.path.join(self.work, name)
        lists = [file for file in os.listdir(folder) if "list" in file]
        self.expect(len(lists) == 1, f"{name}: job lists {lists}")
        rows = [json.loads(line) for file in lists for line in content(os.path.join(folder, file)).splitlines()]
        rows = [row for row in rows if row.get("type") == "listed"]
        times = collections.Counter(row["path"] for row in rows)
        self.expect(sorted(times) == sorted(self.digests),
                    f"{name}: {len(times)} of {len(self.digests)} files in the job list")
        self.expect(set(times.values()) == {1}, f"{name}: listed more than once")
        for row in rows:
            algorithm, digest = row["output_digest"].split(":")
            found = hashlib.blake2b(content(os.path.join(self.output, row["path"])), digest_size=32)
            self.expect((algorithm, digest) == ("blake2b-256", found.hexdigest()),
                        f"{name}: another digest: {row['path']}")
        self.say(f"job list of {name}: {len(rows)} rows, {len(times)} files, digests compared")
        return content(os.path.join(folder, lists[0])) if lists else b""

    def judge(self):
        lists = [self.judge_list(name) for name in ("second", "third")]
        self.expect(lists[0] == lists[1], "the job lists differ")
        present = {os.path.relpath(os.path.join(folder, name), self.output)
                   for folder, _, names in os.walk(self.output) for name in names}
        self.expect(present == set(self.digests), f"other files in the output: "
                    f"{sorted(present ^ set(self.digests))[:5]}")
        for name, digest in self.digests.items():
            self.expect(hashlib.sha256(content(os.path.join(self.input, name))).digest() == digest,
                        f"the input {name} was changed")
        states = self.server.rows("select state, count(*), max(epoch), max(attempts) from signmark_item "
                                  "group by state")
        self.say(f"items by state (2: done), highest epoch and attempt: {states}")
        self.expect([row[:2] for row in states] == [["2", str(self.arguments.files)]], f"states {states}")
        marks = self.server.rows("select count(*), count(distinct item_key), count(distinct content_id) "
                                 "from ledger_entry where action = 'mark'")
        self.say(f"ledger: marks, items, content ids {marks}")
        self.expect(marks == [[str(self.arguments.files)] * 3], f"ledger {marks}")
        sample = [os.path.join(self.output, name) for name in sorted(self.digests)[:: len(self.digests) // 2]]
        done = subprocess.run([self.arguments.program, "--no-input", "verify", *sample],
                              env=self.environment, capture_output=True, text=True)
        self.expect(done.returncode == 0, f"verify: {done.stdout}")
        self.say(f"{len(sample)} of them verified")

    def run(self):
        self.prepare()
        try:
            self.torture()
            self.judge()
        finally:
            for helper in self.helpers.values():
                if helper.process.poll() is None:
                    helper.send(signal.SIGKILL)
            if not self.arguments.keep:
                self.server.starter("stop")
        for complaint in self.complaints[:20]:
            print("FAILED:", complaint)
        print("every file exactly once" if not self.complaints else f"{len(self.complaints)} complaints")
        return 1 if self.complaints else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("--files", type=int, default=90)
    parser.add_argument("--lease", type=int, default=2)
    parser.add_argument("--layers", default="metadata,manifest")
    parser.add_argument("--keep", action="store_true", help="leave folder and server behind")
    arguments = parser.parse_args()
    if subprocess.run(["bash", STARTER, "installed"]).returncode != 0:
        print("SKIPPED: PostgreSQL is not installed")
        return SKIPPED
    if arguments.keep:
        return Proof(arguments, tempfile.mkdtemp(prefix="queue-run-")).run()
    with tempfile.TemporaryDirectory(prefix="queue-run-") as work:
        os.chmod(work, 0o711)  # the server's user passes through
        return Proof(arguments, work).run()


if __name__ == "__main__":
    sys.exit(main())
