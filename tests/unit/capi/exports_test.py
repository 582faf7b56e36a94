#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""exports_test.py LIBRARY HEADER: what leaves libsignmark.so is signmark's, and all of the C header does."""
import re
import subprocess
import sys

OURS = re.compile(r"(smk_\w+|((typeinfo|typeinfo name|vtable|VTT|guard variable|non-virtual thunk) (for|to) )?"
                  r"signmark::.*)")


def exported(library, *flags):
    lines = subprocess.run(["nm", "--dynamic", "--defined-only", *flags, library], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    return [line.split(maxsplit=2)[2] for line in lines]


def main():
    library, header = sys.argv[1:]
    strangers = [name for name in exported(library, "--demangle") if not OURS.fullmatch(name)]
    text = re.sub(r"/\*.*?\*/", "", open(header, encoding="utf-8").read(), flags=re.DOTALL)
    declared = set(re.findall(r"\b(smk_\w+)\(", text))
    given = {name for name in exported(library) if name.startswith("smk_")}
    problems = [f"exported, and not ours: {name}" for name in strangers]
    problems += [f"declared, and not exported: {name}" for name in sorted(declared - given)]
    problems += [f"exported, and not declared: {name}" for name in sorted(given - declared)]
    if len(declared) < 50:
        problems.append(f"only {len(declared)} functions found in {header}")
    print(*problems, f"{len(declared)} functions of the C interface", sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
