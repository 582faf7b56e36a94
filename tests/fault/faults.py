# SPDX-License-Identifier: Apache-2.0
"""Breaks a program at each of its file calls and judges what is left (reliability.md section 4).

A flow is one command. It is run once untouched, and its log read: which calls touched its folder,
and whether they came in the right order. Then once more for each of those calls: killed at it, and
with it failing. The judge of the flow says what is wrong with what is left; it should also run the
program again and look for what must have been swept.
"""
import concurrent.futures
import dataclasses
import os
import re
import shutil
import subprocess
import tempfile
from typing import Callable, List

CALLS = ["openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2",
         "link", "linkat", "unlink", "unlinkat", "ftruncate", "mkdir"]
ERRORS = {
    "openat": ["EMFILE", "ENOSPC", "EIO", "EDQUOT", "EINTR"],
    "write": ["ENOSPC", "EIO", "EDQUOT", "EINTR"],
    "pwrite64": ["ENOSPC", "EIO", "EDQUOT", "EINTR"],
    "unlink": ["EIO"], "unlinkat": ["EIO"],
}
OTHER_ERRORS = ["EIO", "ENOSPC", "EDQUOT"]
PERMISSION_CALLS = ["chmod", "fchmod", "fchmodat"]
SKIPPED = 77
LINE = re.compile(r"^(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) += (-?\d+|\?)")


@dataclasses.dataclass
class Flow:
    """`setup` and `command` are argv lists; {work} in them is the folder of the run."""
    name: str
    setup: List[List[str]]
    command: List[str]
    judge: Callable[[str, int], List[str]]  # (work, exit code) -> complaints
    secret: Callable[[str], bool] = lambda path: False  # created files that must be 0600 from birth


@dataclasses.dataclass
class Call:
    name: str
    number: int  # among the calls of this name, from 1: strace's `when`
    text: str
    result: str


def fill(argv, work):
    return [word.replace("{work}", work) for word in argv]


def run(argv, **options):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=120, check=False, **options)


def strace(options, argv, log):
    return run(["strace", "-f", "-y", "-qq", "-s", "0", "-o", log, *options, *argv])


def can_trace():
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = strace(["-e", "trace=write"], ["/bin/true"], os.path.join(folder, "log"))
        except FileNotFoundError:
            return False
        return done.returncode == 0


def read_log(path, work):
    """Calls of the log that touch `work`, each with its number among all of its name."""
    counts, calls = {}, []
    with open(path, encoding="utf-8", errors="replace") as log:
        for line in log:
            match = LINE.match(line)
            if not match:
                continue
            name, text, result = match.groups()
            counts[name] = counts.get(name, 0) + 1
            if work in text:
                calls.append(Call(name, counts[name], text, result))
    return calls


def paths_in(text):
    return re.findall(r'"([^"]*)"', text)


def lint(flow, calls):
    """Every rename follows the fsync of what it publishes and precedes the fsync of the folder;
    secrets are 0600 from birth and never anything else."""
    complaints = []
    synced, pending = {}, set()
    for call in calls:
        if call.result.startswith("-") or call.result == "?":
            continue
        if call.name in PERMISSION_CALLS:
            complaints.append(f"permissions are changed afterwards: {call.name}({call.text})")
        of_descriptor = re.match(r"\d+<([^>]*)>", call.text)
        path = of_descriptor.group(1) if of_descriptor else None
        if call.name in ("write", "pwrite64", "ftruncate") and path:
            synced[path] = False
        if call.name in ("fsync", "fdatasync") and path:
            synced[path] = True
            pending.discard(path)
        if call.name == "openat" and "O_CREAT" in call.text:
            created = paths_in(call.text)[0]
            if flow.secret(created) and not call.text.rstrip().endswith("0600"):
                complaints.append(f"a secret is not 0600 from birth: {call.text}")
        if call.name.startswith("rename"):
            old, new = paths_in(call.text)[:2]
            if not synced.get(old):
                complaints.append(f"{old} is published without fsync")
            pending.add(os.path.dirname(new))
    complaints += [f"{folder} is not synced after a rename" for folder in pending]
    return complaints


def prepare(flow, template):
    os.mkdir(template)
    for argv in flow.setup:
        done = run(fill(argv, template))
        if done.returncode != 0:
            raise SystemExit(f"{flow.name}: setup failed: {argv}: {done.stderr}")


def inject(flow, template, call, fault):
    """One broken run; complaints about it."""
    # All runs have paths of one length, and so the same calls.
    work = tempfile.mkdtemp(prefix="w-", dir=os.path.dirname(template))
    shutil.rmtree(work)
    shutil.copytree(template, work)
    try:
        log = work + ".log"
        done = strace(["-e", f"trace={call.name}", "-e", f"inject={call.name}:{fault}:when={call.number}"],
                      fill(flow.command, work), log)
        os.unlink(log)
        where = f"{flow.name}: {call.name} {call.number} {fault}: "
        complaints = []
        if fault.startswith("error") and done.returncode not in (0, 1, 15):
            complaints.append(f"ends with {done.returncode}: {done.stderr.strip()}")
        if fault.startswith("error") and done.returncode != 0 and "error: " not in done.stderr:
            complaints.append("fails without saying why")
        complaints += flow.judge(work, done.returncode)
        return [where + complaint for complaint in complaints]
    finally:
        shutil.rmtree(work, ignore_errors=True)


def faults_of(call, position, full):
    """Killed at every call; each call also fails, with one error in turn or with all of them."""
    errors = ERRORS.get(call.name, OTHER_ERRORS)
    chosen = errors if full else [errors[position % len(errors)]]
    return ["signal=KILL"] + [f"error={error}" for error in chosen]


def check_flow(flow, folder, pool, full):
    template = os.path.join(folder, flow.name)
    prepare(flow, template)
    good = os.path.join(folder, "good")
    shutil.copytree(template, good)
    log = good + ".log"
    traced = ",".join("?" + name for name in CALLS + PERMISSION_CALLS)
    done = strace(["-e", "trace=" + traced], fill(flow.command, good), log)
    complaints = [] if done.returncode == 0 else [f"the good run fails: {done.stderr}"]
    calls = read_log(log, good)
    complaints += lint(flow, calls) + flow.judge(good, 0)
    complaints = [f"{flow.name}: {complaint}" for complaint in complaints]
    shutil.rmtree(good)
    jobs = [pool.submit(inject, flow, template, call, fault)
            for position, call in enumerate(call for call in calls if call.name in CALLS)
            for fault in faults_of(call, position, full)]
    if not jobs:
        complaints.append(f"{flow.name}: no call touches its folder, so nothing was tested")
    for job in jobs:
        complaints += job.result()
    print(f"{flow.name}: {len(jobs)} faults at {len(calls)} calls, {len(complaints)} complaints",
          flush=True)
    return complaints


def main(flows, full=False):
    if not can_trace():
        print("SKIPPED: strace is missing or may not trace here; NO fault was injected")
        return SKIPPED
    complaints = []
    with tempfile.TemporaryDirectory(prefix="signmark-fault-") as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for flow in flows:
            complaints += check_flow(flow, folder, pool, full)
    for complaint in complaints[:50]:
        print("FAILED " + complaint)
    return 1 if complaints else 0
