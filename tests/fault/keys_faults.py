#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Killing or failing any file call never loses or tears a key (keys.md 4.2, reliability.md 4).

  keys_faults.py DRIVER [--full] [FLOW...]
"""
import os
import sys

import faults

OLD, NEW = "old passphrase", "new passphrase"


class Keys:
    """Judges a keyring by what `audit` of the driver says about it."""

    def __init__(self, driver):
        self.driver = driver

    def verb(self, *words):
        return [self.driver, "{work}/home", *words]

    def audit(self, work):
        return faults.run(faults.fill(self.verb("audit", OLD, NEW), work))

    def judge(self, expected, offline=False, again=None):
        """`expected` keys were there before and must be there still. `again`: the command that is
        to be repeated after a fault, and must then succeed."""
        def judge(work, _):
            complaints = []
            if again:
                done = faults.run(faults.fill(again, work))
                if done.returncode != 0 and "keys.import.exists" not in done.stderr:
                    complaints.append(f"cannot be repeated: {done.stderr.strip()}")
            done = self.audit(work)
            if done.returncode != 0:
                return complaints + [f"audit fails: {done.stderr.strip()}"]
            before, _, after = done.stdout.partition("swept\n")
            keys = [line.split() for line in before.splitlines() if line.startswith("key ")]
            opening = [key for key in keys if key[4] == "opens"]
            if len(opening) < expected:
                complaints.append(f"{len(opening)} of {expected} keys are left:\n{before}")
            if len(opening) != len(keys) and not offline:
                complaints.append(f"a key does not open:\n{before}")
            if "problem" in before + after:
                complaints.append(f"a torn file is seen:\n{before}{after}")
            return complaints + leftovers(work)
        return judge


def leftovers(work):
    """What the next writer must have cleared away."""
    return [f"{name} was not swept"
            for _, _, names in os.walk(os.path.join(work, "home", "data"))
            for name in names if name.endswith(".part") or name.startswith(".birth-")]


def is_secret(path):
    name = os.path.basename(path)
    return ".key" in name or ".secret" in name or ".backup" in name or "line" in name


def flows(driver):
    keys = Keys(driver)
    verb = keys.verb
    new_set = verb("new-set", OLD)
    line, backup = "{work}/line", "{work}/keys.backup"
    elsewhere = [[driver, "{work}/elsewhere", "new-set", OLD]]
    restore, import_line = verb("restore", OLD, backup), verb("import-line", OLD, line)
    table = [
        ("new-set", [], new_set, keys.judge(0)),
        ("passwd", [new_set], verb("passwd", OLD, NEW), keys.judge(3)),
        ("rotate", [new_set], verb("rotate", OLD), keys.judge(3)),
        ("revoke", [new_set], verb("revoke"), keys.judge(3)),
        ("export", [new_set], verb("backup", OLD, backup), keys.judge(3)),
        ("restore", elsewhere + [[driver, "{work}/elsewhere", "backup", OLD, backup]], restore,
         keys.judge(3, again=restore)),
        ("import", elsewhere + [[driver, "{work}/elsewhere", "export-line", OLD, line]], import_line,
         keys.judge(1, again=import_line)),
    ]
    return [faults.Flow(*row, secret=is_secret) for row in table]


def main(arguments):
    full = "--full" in arguments
    driver, *names = [word for word in arguments if word != "--full"]
    chosen = [flow for flow in flows(os.path.abspath(driver)) if not names or flow.name in names]
    return faults.main(chosen, full)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
