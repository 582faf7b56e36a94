# SPDX-License-Identifier: Apache-2.0
"""What the tests of the audio hosts share: a home with keys, speech, ffmpeg, samples, verdicts."""
import array
import json
import math
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

ID = "00112233445566aa"
RATE, LATENCY = 48000, 2048
TEXT = ("This sound was made by a machine. It speaks about the weather and about the sea, about "
        "ships that come and go, and about people who wait for them at the harbour. When the wind "
        "turns, the bells of the town ring, and everybody goes home. Nobody remembers when that "
        "began, and nobody wants it to end.")
# Speech, or noise that is as loud and soft as speech.
SOURCES = (f"flite=text='{TEXT}'", "anoisesrc=d=18:c=pink:a=0.3,tremolo=f=3:d=0.9")
FOLDER = tempfile.TemporaryDirectory(prefix="signmark-sound-")


def path(name):
    return os.path.join(FOLDER.name, name)


class Host:
    """ffmpeg with our plugins, keys of its own and a stereo sound of speech, speech.wav."""

    def __init__(self, program, **environment):
        self.program = program
        os.environ.update(SIGNMARK_HOME=path("home"), SIGNMARK_CONTENT_ID=ID, **environment)
        os.environ.pop("SIGNMARK_KEY", None)
        subprocess.run([program, "key", "new", "--no-passphrase"], check=True, capture_output=True)
        for source in SOURCES:  # not every ffmpeg speaks
            if self.run("-f", "lavfi", "-i", source, "-ar", str(RATE), "-ac", "2", "-c:a",
                        "pcm_f32le", path("speech.wav"))[0] == 0:
                break

    def run(self, *arguments, **environment):
        """Exit code and what was said on stderr. A variable that is None is not there."""
        merged = {**os.environ, **environment}
        done = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments], text=True,
                              env={k: v for k, v in merged.items() if v is not None},
                              capture_output=True)
        return done.returncode, done.stderr

    def must(self, *arguments, **environment):
        code, err = self.run(*arguments, **environment)
        assert code == 0, (arguments, code, err)
        return err

    def filtered(self, chain, *output, source="speech.wav", **environment):
        """Sends a sound through a chain of filters; the last of `output` is a file's name."""
        return self.must("-i", path(source), "-af", chain, *output[:-1], path(output[-1]),
                         **environment)

    def found(self, name, *options):
        """The content id that `signmark verify` finds in a file, and its exit code (13: marked)."""
        done = subprocess.run([self.program, "--json", "verify", *options, path(name)], text=True,
                              capture_output=True)
        items = [json.loads(line) for line in done.stdout.splitlines()]
        return [i["content_id"] for i in items if i["type"] == "item"][0], done.returncode


def samples(name, channel=0):
    """One channel of a file as floats."""
    raw = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path(name), "-af",
                          f"pan=mono|c0=c{channel}", "-f", "f32le", "-"], check=True,
                         capture_output=True).stdout
    return array.array("f", raw)


def decibels_apart(one, other):
    """Of the first over its difference from the second."""
    noise = sum((a - b) * (a - b) for a, b in zip(one, other))
    return 10 * math.log10(sum(a * a for a in one) / noise)


def start_time(name):
    return float(subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=start_time",
                                 "-of", "csv=p=0", path(name)], check=True, capture_output=True,
                                text=True).stdout)


def secrets():
    """Long words of the key files: none of them may be seen in a process from outside."""
    words = set()
    for file in pathlib.Path(path("home")).rglob("*.key"):
        words |= {w for w in file.read_bytes().split() if len(w) > 40}
    return words


def interrupted(chain, look):
    """Sends 6 s of stereo through ffmpeg, and calls look(process) when 2 s of them went in and the
    first came out. Gives what look gave, what ffmpeg said, and the samples."""
    second = array.array("f", [0.1, -0.1] * RATE).tobytes()
    raw = ["-f", "f32le", "-ar", str(RATE), "-ac", "2"]
    process = subprocess.Popen(["ffmpeg", "-v", "error", "-y", "-probesize", "32", *raw, "-i", "-",
                                "-af", chain, *raw, "-flush_packets", "1", path("out.raw")],
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(2 * second)
    process.stdin.flush()
    out = pathlib.Path(path("out.raw"))
    until = time.monotonic() + 20
    while not (out.exists() and out.stat().st_size) and time.monotonic() < until:
        time.sleep(0.01)
    seen = look(process)
    err = process.communicate(4 * second)[1].decode()
    assert process.returncode == 0, err
    return seen, err, array.array("f", out.read_bytes())


def seen_from_outside(chain):
    """Arguments and environment of an ffmpeg in which our plugin works."""
    def look(process):
        proc = pathlib.Path(f"/proc/{process.pid}")
        assert b"signmark" in (proc / "maps").read_bytes()
        return (proc / "cmdline").read_bytes() + (proc / "environ").read_bytes()
    return interrupted(chain, look)[0]


def exported(library):
    out = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True,
                         text=True).stdout
    return [line.split()[-1] for line in out.splitlines()]


def have(program):
    return shutil.which(program) is not None
