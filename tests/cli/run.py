#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs command transcripts against the program and compares what it prints.

A transcript is a text file: `$ command` lines, each followed by what it prints (stdout and stderr as a
terminal shows them), then `[exit N]` when N is not 0. `#` lines before a command are comments. In a Markdown
file the blocks fenced with ```console are transcripts. Values that differ from run to run (key ids, content
ids, UUIDs, dates, times) are replaced on both sides before comparing.

    run.py --program build/signmark FILE...            compare
    run.py --program build/signmark --record FILE...   write what is printed now into FILE
"""
import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
VARIABLE = [
    (re.compile(r"sm1-[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}"), "sm1-<id>"),
    (re.compile(r"\bsm(issuer|sign)1[a-z0-9]+"), r"sm\g<1>1<key>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{128}\b"), "<hex128>"),
    (re.compile(r"\b[0-9a-f]{32,64}\b"), "<hex>"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "<id16>"),
    (re.compile(r"20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?"), "<date>"),
    (re.compile(r"\b\d+ bytes"), "<n> bytes"),
    # What is measured on a mark that lies elsewhere in each run.
    (re.compile(r"-?\d+\.\d+ dB"), "<x> dB"),
    (re.compile(r"(pilots|id frame|signed frame) \d+(\.\d+)?\b(?! x)"), r"\1 <x>"),
    (re.compile(r"10\^-\d+\.\d"), "10^-<x>"),
    (re.compile(r"tile \d+\.\d px, rotation -?\d+\.\d degrees"), "tile <x> px, rotation <x> degrees"),
    (re.compile(r"\b\d+ of \d+ cells differ"), "<n> of <n> cells differ"),
    (re.compile(r"\b\d+ of \d+ tiles differ"), "<n> of <n> tiles differ"),
    (re.compile(r'"((?:id_margin|signed_margin|psnr)_db|ssim|tile_px|tiles)": [0-9.]+'), r'"\1": <x>'),
    (re.compile(r'"bytes": \d+'), '"bytes": <n>'),
    (re.compile(r"\bkey hint: [0-9a-f]{6,8}\b"), "key hint: <hint>"),
]


def stable(text, scratch):
    text = text.replace(scratch, "<dir>").replace(ROOT, "<src>")
    for pattern, word in VARIABLE:
        text = pattern.sub(word, text)
    return text


def parse(lines):
    """Yields (comment_lines, command, expected_lines). A line that begins with "# " speaks of the command below it."""
    above, comments, command, expected = [], [], None, []
    for line in lines:
        if line.startswith("$ "):
            if command is not None:
                yield comments, command, expected
            comments, above, command, expected = above, [], line[2:], []
        elif command is None or line.startswith("# "):
            above.append(line)
        else:
            expected.append(line)
    if command is not None:
        yield comments, command, expected


class Shell:
    """One bash for a whole transcript, so that variables and folders persist."""

    def __init__(self, program):
        self.scratch = tempfile.mkdtemp(prefix="signmark-cli-")
        bin_dir = os.path.join(self.scratch, ".bin")
        os.makedirs(bin_dir)
        os.symlink(os.path.abspath(program), os.path.join(bin_dir, "signmark"))
        # So that README can name its picture as somebody in a clone would.
        os.symlink(os.path.join(ROOT, "test_media"), os.path.join(self.scratch, "test_media"))
        # A passphrase as a service gets it (keys.md section 5): no prompt, nothing in the environment.
        credentials = os.path.join(self.scratch, ".credentials")
        os.makedirs(credentials, mode=0o700)
        secret = os.path.join(credentials, "signmark.passphrase")
        with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
            out.write("correct horse battery staple\n")
        env = {k: v for k, v in os.environ.items() if not k.startswith("SIGNMARK_")}
        env.update(PATH=bin_dir + ":" + env["PATH"], SIGNMARK_HOME=os.path.join(self.scratch, ".home"),
                   CREDENTIALS_DIRECTORY=credentials, SRC=ROOT, MEDIA=os.path.join(ROOT, "test_media"),
                   NO_COLOR="1", LC_ALL="C.UTF-8", TZ="UTC")
        self.bash = subprocess.Popen(["bash", "--norc", "--noprofile"], cwd=self.scratch, env=env, text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, command):
        end = "-----end-of-command-----"
        self.bash.stdin.write(f"{{ {command}\n}} </dev/null\necho \"{end} $?\"\n")
        self.bash.stdin.flush()
        lines = []
        for line in self.bash.stdout:
            line = line.rstrip("\n")
            if end in line:
                text, code = line.split(end)
                if text:
                    lines.append(text)
                if int(code) != 0:
                    lines.append(f"[exit {int(code)}]")
                return [l for l in lines]
            lines.append(line)
        raise SystemExit(f"the shell died at: {command}")

    def close(self):
        self.bash.stdin.close()
        self.bash.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


def play(shell, lines):
    """Runs a transcript; returns (new lines, list of differences)."""
    out, differences = [], []
    for comments, command, expected in parse(lines):
        while expected and not expected[-1].strip():
            expected.pop()
        actual = shell.run(command)
        want = [stable(l, shell.scratch) for l in expected]
        have = [stable(l, shell.scratch) for l in actual]
        # A line "..." stands for any lines.
        if not matches(want, have):
            differences.append("\n".join([f"$ {command}"] + list(
                difflib.unified_diff(want, have, "expected", "printed", lineterm=""))))
        out += comments + [f"$ {command}"] + [l.replace(shell.scratch, "<dir>") for l in actual]
    return out, differences


def matches(want, have):
    if "..." not in want:
        return want == have
    head = want.index("...")
    if have[:head] != want[:head]:
        return False
    rest = want[head + 1:]
    return any(matches(rest, have[i:]) for i in range(head, len(have) + 1))


def blocks(path):
    """The transcripts of a file with their line ranges."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    if not path.endswith(".md"):
        return lines, [(0, len(lines))]
    found, start = [], None
    for i, line in enumerate(lines):
        if line.startswith("```console"):
            start = i + 1
        elif line.startswith("```") and start is not None:
            found.append((start, i))
            start = None
    return lines, found


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--program", required=True)
    args.add_argument("--record", action="store_true")
    args.add_argument("files", nargs="+")
    args = args.parse_args()
    failed = 0
    for path in args.files:
        lines, ranges = blocks(path)
        shell = Shell(args.program)
        differences, replaced = [], list(lines)
        for start, end in ranges:
            new, diff = play(shell, lines[start:end])
            differences += diff
            if args.record and not path.endswith(".md"):
                replaced = new
        shell.close()
        if args.record and not path.endswith(".md"):
            with open(path, "w", encoding="utf-8") as f:
                f.write("\n".join(replaced).rstrip("\n") + "\n")
            print(f"recorded {path}")
        elif differences:
            failed += 1
            print(f"FAILED {path}\n" + "\n\n".join(differences))
            print(f"accept with: python3 tests/cli/run.py --program {args.program} --record {path}\n")
    print(f"{len(args.files) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
