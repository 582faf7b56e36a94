# SPDX-License-Identifier: Apache-2.0
"""obs_test.py HOST MODULE DATA PROGRAM PICTURE: the filter in libobs, under an X server (xvfb-run)."""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "common"))
import host_test as host  # noqa: E402
from host_test import ID, must, path, run  # noqa: E402

HOST, MODULE, DATA, PROGRAM, PICTURE = sys.argv[1:6]
host.use_own_keyring(PROGRAM)
os.environ.update(LIBGL_ALWAYS_SOFTWARE="1", HOME=path(""))
WIDTH, HEIGHT = 480, 360


def command(output, pictures, a_second, *settings):
    return [HOST, MODULE, DATA, PICTURE, str(WIDTH), str(HEIGHT), str(a_second), str(pictures),
            path(output), *map(json.dumps, settings)]


def show(settings, pictures=3, **environment):
    """(what the host said, the last picture as RGB)."""
    wishes = [] if settings is None else [settings]
    code, said = run(command("some.bgra", pictures, 30, *wishes), **environment)
    assert code == 0, (code, said.decode(errors="replace"))
    raw = pathlib.Path(path("some.bgra")).read_bytes()[-4 * WIDTH * HEIGHT:]
    rgb = bytearray(3 * WIDTH * HEIGHT)
    for channel in range(3):
        rgb[channel::3] = raw[2 - channel::4]
    return said.decode(errors="replace"), bytes(rgb)


def mean(rgb):
    return [sum(rgb[channel::3]) / (WIDTH * HEIGHT) for channel in range(3)]


class Marked(unittest.TestCase):
    def test_the_program_finds_what_the_filter_laid_and_no_secret_was_seen(self):
        child = subprocess.Popen(command("film.bgra", 32, 10, {}), stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT)
        said = b""
        while b"content id" not in said:
            line = child.stdout.readline()
            self.assertTrue(line, said)
            said += line
        seen = host.seen_by_others(child.pid)
        said += child.communicate()[0]
        self.assertEqual(child.returncode, 0, said)  # 5: libobs counted leaks
        self.assertEqual([s for s in host.secret_spellings() if s in seen + said], [])
        drawn = re.search(rb"\[signmark\] 'mark': content id ([0-9a-f]{16})\n", said)[1].decode()
        must(["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgra", "-s",
              f"{WIDTH}x{HEIGHT}", "-r", "10", "-i", path("film.bgra"), "-pix_fmt", "yuv420p", "-c:v",
              "libx264", "-preset", "ultrafast", "-crf", "23", path("film.mp4")])
        code, _, item = host.verify(PROGRAM, path("film.mp4"), "--expect", drawn)
        self.assertEqual((code, item["verdict"], item["content_id"]), (0, "verified", drawn))
        # The list of keys names the one that there is.
        (key,) = pathlib.Path(path("home")).glob("data/keys/signing/*.key")
        self.assertIn(f" {key.stem}\n".encode(), said)

    def test_colours_are_those_of_the_source_and_the_label_is_drawn(self):
        _, plain = show(None)
        _, marked = show({"content-id": ID})
        for one, other in zip(mean(plain), mean(marked)):
            self.assertLess(abs(one - other), 2)
        self.assertNotEqual(plain, marked)
        _, labelled = show({"content-id": ID, "label": True, "label-corner": "top-left"})

        def difference(rows):
            part = range(3 * WIDTH * rows[0], 3 * WIDTH * rows[1])
            return sum(abs(marked[i] - labelled[i]) for i in part) / len(part)
        self.assertGreater(difference((0, 40)), 3 * difference((200, 360)))


class Refused(unittest.TestCase):
    def check(self, settings, reason, **environment):
        said, rgb = show(settings, **environment)
        lines = [line for line in said.splitlines() if "[signmark]" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(reason, lines[0])
        return lines[0], host.red_share(rgb)

    def test_a_wrong_name_shows_red_pictures_and_says_why(self):
        line, red = self.check({"key": "nobody"}, "keys.select.none")
        self.assertGreater(red, 0.5)
        self.assertIn("error: [signmark] 'mark': there is no signing key", line)

    def test_a_key_with_a_passphrase_and_no_agent_shows_red_pictures(self):
        _, red = self.check({}, "keys.", SIGNMARK_HOME=host.locked_keyring(PROGRAM))
        self.assertGreater(red, 0.5)

    def test_pass_says_unmarked_and_shows_the_picture(self):
        line, red = self.check({"key": "nobody", "on-error": "pass"}, "keys.select.none")
        self.assertLess(red, 0.1)
        self.assertIn("'mark': UNMARKED: ", line)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
