#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Killing or failing any file call of the program leaves old or new files, never torn ones.

  program_faults.py SIGNMARK PICTURE [--full] [FLOW...]
"""
import os
import sys

import faults

LAYERS = ["--layers", "metadata,manifest"]  # drawing adds no file call that writes
NO_LEDGER = ["--no-ledger"]  # SQLite's own calls are a flow of their own


class Program:
    """Commands with a home inside the folder of the run."""

    def __init__(self, program):
        self.program = program

    def verb(self, *words, home="home"):
        return ["env", "-u", "SIGNMARK_AGENT_SOCK", "SIGNMARK_HOME={work}/" + home, self.program,
                "--no-input", *words]

    def run(self, work, *words, home="home"):
        return faults.run(faults.fill(self.verb(*words, home=home), work))

    def verdict(self, work, name):
        """Of a file in the folder: "verified", "none", ...; what went wrong otherwise."""
        done = self.run(work, "verify", os.path.join(work, name))
        known = {0: "verified", 10: "none"}
        return known.get(done.returncode, f"exit {done.returncode}: {done.stdout}{done.stderr}")


def content(path):
    with open(path, "rb") as file:
        return file.read()


def secrets_outside(work):
    """Key material belongs below keys/ only, whatever was interrupted."""
    seeds = []
    for folder, _, names in os.walk(os.path.join(work, "home", "data", "keys")):
        seeds += [content(os.path.join(folder, name)).split(b"\n")[1:-2]
                  for name in names if name.endswith(".key")]
    lines = [line for seed in seeds for line in seed if len(line) >= 32]
    if not lines:
        return ["no key file found, so nothing was compared"]
    complaints = []
    for folder, folders, names in os.walk(work):
        folders[:] = [name for name in folders if name != "keys"]
        for name in names:
            data = content(os.path.join(folder, name))
            complaints += [f"{name} holds key material" for line in lines if line in data]
    return complaints


def mark_judge(program, picture, output, allowed, again):
    """`allowed` verdicts of `output` after a fault ("missing" as well), then the command works."""
    original = content(picture)

    def judge(work, code):
        complaints = secrets_outside(work)
        path = os.path.join(work, output)
        seen = program.verdict(work, output) if os.path.exists(path) else "missing"
        if seen not in allowed:
            complaints.append(f"{output} is {seen}")
        if output != "in.png" and content(os.path.join(work, "in.png")) != original:
            complaints.append("the input was changed")
        if output == "in.png" and seen == "none" and content(path) != original:
            complaints.append("the original was changed, yet is unmarked")
        # Killed after the rename the output is whole: then the command has nothing left to do.
        if code != 0 and seen != "verified":
            done = faults.run(faults.fill(again, work))
            if done.returncode != 0:
                complaints.append(f"the next run fails: {done.stderr.strip()}")
        if program.verdict(work, output) != "verified":
            complaints.append("the next run does not lead to a verified file")
        return complaints
    return judge


def trust_judge(program, again):
    """The issuer stays believed, and the update can be repeated."""
    def judge(work, _):
        complaints = []
        for step in ("after the fault", "after the next run"):
            done = program.run(work, "--json", "trust", "list", home="reader")
            if done.returncode != 0 or '"issuers":2' not in done.stdout:
                complaints.append(f"{step} the store is torn: {done.stdout}{done.stderr}")
            if step == "after the fault":
                repeated = faults.run(faults.fill(again, work))
                if repeated.returncode != 0:
                    complaints.append(f"cannot be repeated: {repeated.stderr.strip()}")
        if '"revocations":1' not in done.stdout:
            complaints.append(f"the update is not there: {done.stdout}")
        return complaints
    return judge


def ledger_judge(program, judge):
    """The ledger stays sound, whatever became of the entry."""
    def both(work, code):
        complaints = judge(work, code)
        done = program.run(work, "ledger", "verify")
        if done.returncode != 0:
            complaints.append(f"the ledger is damaged: {done.stdout}{done.stderr}")
        return complaints
    return both


def flows(program, picture, full):
    verb = program.verb
    keys = [verb("key", "new", "--label", "fault", "--no-passphrase"), ["cp", picture, "{work}/in.png"]]
    mark = verb("mark", "{work}/in.png", "-o", "{work}/out.png", *LAYERS, *NO_LEDGER)
    force = verb("mark", "-f", "{work}/in.png", "-o", "{work}/out.png", *LAYERS, *NO_LEDGER)
    in_place = verb("mark", "--in-place", "{work}/in.png", *LAYERS, *NO_LEDGER)
    update = verb("trust", "update", "{work}/new.smbundle", home="reader")
    bundles = keys + [
        verb("key", "new", "--label", "reader", "--no-passphrase", home="reader"),
        verb("trust", "export", "-o", "{work}/old.smbundle"),
        ["sh", "-c", 'SIGNMARK_HOME={work}/home "$0" --json trust list | '
                     'sed -n \'s/.*"fingerprint":"\\([0-9a-f]*\\)".*/\\1/p\' >{work}/fingerprint',
         program.program],
        ["sh", "-c", 'SIGNMARK_HOME={work}/reader "$0" trust add {work}/old.smbundle '
                     '--fingerprint "$(cat {work}/fingerprint)"', program.program],
        ["sh", "-c", 'export SIGNMARK_HOME={work}/home; "$0" key revoke --reason retired '
                     '"$("$0" key list | awk \'$1 == "signing" {print $2}\')"', program.program],
        verb("trust", "export", "-o", "{work}/new.smbundle"),
    ]
    recorded = verb("mark", "{work}/in.png", "-o", "{work}/out.png", *LAYERS)
    with_ledger = faults.Flow(
        "ledger", keys + [["cp", picture, "{work}/first.png"],
                          verb("mark", "{work}/first.png", "-o", "{work}/first_marked.png", *LAYERS)],
        recorded,
        ledger_judge(program, mark_judge(program, picture, "out.png", ["missing", "verified"],
                                         recorded)))
    return ([with_ledger] if full else []) + [  # some hundred calls: minutes
        faults.Flow("mark", keys, mark,
                    mark_judge(program, picture, "out.png", ["missing", "verified"], mark)),
        faults.Flow("overwrite", keys + [["cp", picture, "{work}/out.png"]], force,
                    mark_judge(program, picture, "out.png", ["none", "verified"], force)),
        faults.Flow("in-place", keys, in_place,
                    mark_judge(program, picture, "in.png", ["none", "verified"], in_place)),
        faults.Flow("trust-update", bundles, update, trust_judge(program, update)),
    ]


def main(arguments):
    full = "--full" in arguments
    program, picture, *names = [word for word in arguments if word != "--full"]
    table = flows(Program(os.path.abspath(program)), os.path.abspath(picture), full)
    return faults.main([flow for flow in table if not names or flow.name in names], full)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
