#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""abi_test.py [--record] HEADER COMPILER: the C interface keeps its promise to programs that were built before.

abi.txt lists every function with its parameters, every value of every enumeration, and the size and offsets of every
structure. What stands there may not change as long as SMK_ABI_VERSION stays; what is new is recorded with --record.
The sizes are asked of a C99 compiler."""
import pathlib
import re
import subprocess
import sys
import tempfile

GOLDEN = pathlib.Path(__file__).with_name("abi.txt")


def declarations(header):
    text = re.sub(r"/\*.*?\*/", " ", header, flags=re.DOTALL)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\s+", " ", text)


def functions(text):
    for found in re.finditer(r"([\w ]+[\w*] ?\*?)\b(smk_\w+)\(([^()]*)\) ?;", text):
        yield " ".join(f"function {found[1].strip()} {found[2]}({found[3].strip()})".split())


def callbacks(text):
    for found in re.finditer(r"typedef ([\w ]+) ?\( ?\*(smk_\w+)\)\(([^()]*)\) ?;", text):
        yield f"callback {found[1].strip()} {found[2]}({found[3].strip()})"


def enumerations(text):
    for found in re.finditer(r"typedef enum \w+ \{([^}]*)\} (\w+) ?;", text):
        for value in found[1].split(","):
            if value.strip():
                yield f"value {found[2]} {' '.join(value.split())}"


def structures(text, header, compiler):
    rows = []
    for found in re.finditer(r"typedef struct (\w+) \{([^}]*)\} \w+ ?;", text):
        rows.append(f'printf("size {found[1]} %zu\\n", sizeof(struct {found[1]}));')
        for line in found[2].split(";"):
            for name in re.findall(r"(\w+)(?:\[\d+\])?(?=,|$)", line.strip()):
                rows.append(f'printf("offset {found[1]}.{name} %zu\\n", offsetof(struct {found[1]}, {name}));')
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "abi.c")
        source.write_text('#include <stdio.h>\n#include <stddef.h>\n#include "%s"\nint main(void) {\n%s\nreturn 0;\n}\n'
                          % (header, "\n".join(rows)))
        program = pathlib.Path(folder, "abi")
        subprocess.run([compiler, "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", source, "-o", program],
                       check=True)
        yield from subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()


def main():
    arguments = [a for a in sys.argv[1:] if a != "--record"]
    header, compiler = arguments
    text = pathlib.Path(header).read_text(encoding="utf-8")
    version = re.search(r"#define SMK_ABI_VERSION (\d+)", text)[1]
    plain = declarations(text)
    now = [f"version {version}", *functions(plain), *callbacks(plain), *enumerations(plain),
           *structures(plain, header, compiler)]
    if "--record" in sys.argv:
        GOLDEN.write_text("\n".join(now) + "\n")
        return 0
    before = GOLDEN.read_text().splitlines()
    problems = [f"gone or changed: {line}" for line in before if line not in set(now)]
    problems += [f"not recorded: {line}" for line in now if line not in set(before)]
    count = sum(line.startswith("function") for line in now)
    if count < 100:
        problems.append(f"only {count} functions were found")
    print(*problems, f"{count} functions, {len(now)} promises", sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
