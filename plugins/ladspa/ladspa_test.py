# SPDX-License-Identifier: Apache-2.0
"""ladspa_test.py PROGRAM FOLDER: the library in ffmpeg, and in SoX and applyplugin where they are."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "lv2"))
from sound_host import (ID, LATENCY, Host, decibels_apart, exported, have, path,  # noqa: E402
                        samples, secrets, seen_from_outside)

PROGRAM, LIBRARIES = map(os.path.abspath, sys.argv[1:3])
LIBRARY = os.path.join(LIBRARIES, "signmark_ladspa.so")
HOST = Host(PROGRAM, LADSPA_PATH=LIBRARIES)
MONO = "ladspa=signmark_ladspa:signmark_embed"
STEREO = "ladspa=signmark_ladspa:signmark_embed_stereo"


class Marked(unittest.TestCase):
    def check_in_time(self, name):
        """All samples are there, none is late, and the change is small."""
        before, after = samples("speech.wav", 1), samples(name, 1)
        self.assertEqual(len(before), len(after))
        self.assertTrue(30 < decibels_apart(before, after) < 60)

    def test_the_program_finds_the_mark_behind_codecs(self):
        HOST.filtered(STEREO + ":c=c0=0.25", "-b:a", "128k", "out.mp3")
        HOST.filtered(MONO, "-b:a", "96k", "out.m4a")  # an instance for each channel
        for name in ("out.mp3", "out.m4a"):
            self.assertEqual(HOST.found(name, "--expect", ID), (ID, 13), name)

    def test_ffmpeg_takes_the_latency_out(self):
        HOST.filtered(STEREO + ":latency=1", "-c:a", "pcm_f32le", "same.wav")
        self.check_in_time("same.wav")
        HOST.filtered(STEREO, "-c:a", "pcm_f32le", "late.wav")
        self.assertEqual(samples("late.wav")[LATENCY:], samples("same.wav")[:-LATENCY])

    def test_instances_of_one_process_lay_one_id(self):
        HOST.filtered(MONO, "drawn.wav", SIGNMARK_CONTENT_ID=None)
        ids = []
        for channel in ("left", "right"):
            HOST.filtered(f"channelsplit=channels=F{channel[0].upper()}", channel + ".wav",
                          source="drawn.wav")
            ids.append(HOST.found(channel + ".wav")[0])
        self.assertEqual((len(ids[0]), ids[0]), (16, ids[1]))
        self.assertNotEqual(ids[0], ID)

    @unittest.skipUnless(have("sox"), "sox is missing")
    def test_sox(self):
        subprocess.run(["sox", path("speech.wav"), "-b", "24", path("sox.flac"), "ladspa", "-l",
                        "-r", "signmark_ladspa", "signmark_embed", "0.25"], check=True)
        self.check_in_time("sox.flac")
        self.assertEqual(HOST.found("sox.flac")[0], ID)

    @unittest.skipUnless(have("analyseplugin"), "ladspa-sdk is missing")
    def test_hosts_see_it(self):
        listed = subprocess.run(["analyseplugin", "-l", "signmark_ladspa.so"], check=True,
                                capture_output=True, text=True).stdout
        self.assertRegex(listed, r"signmark_embed\s+5459201 ")
        self.assertRegex(listed, r"signmark_embed_stereo\s+5459202 ")

    def test_the_library_exports_its_entry_point_alone(self):
        self.assertEqual(exported(LIBRARY), ["ladspa_descriptor"])


class Refused(unittest.TestCase):
    def check_silent(self, reason, **environment):
        err = HOST.filtered(STEREO, "-c:a", "pcm_f32le", "silent.wav", **environment)
        self.assertEqual((err.count("\n"), reason in err), (1, True), err)
        for channel in (0, 1):
            self.assertEqual(set(samples("silent.wav", channel)), {0.0})

    def test_a_wrong_or_missing_key_gives_silence(self):
        self.check_silent("keys.select.none", SIGNMARK_KEY="nobody")
        self.check_silent("keys.select.none", SIGNMARK_HOME=path("empty"))

    def test_a_missing_library_gives_no_sound(self):
        code, _ = HOST.run("-i", path("speech.wav"), "-af", MONO, path("no.flac"),
                           LADSPA_PATH=path("empty"))
        self.assertNotEqual(code, 0)

    def test_what_the_variable_says_is_done(self):
        err = HOST.filtered(STEREO, "-c:a", "pcm_f32le", "plain.wav", SIGNMARK_KEY="nobody",
                            SIGNMARK_ON_ERROR="pass")
        self.assertEqual(err.count("UNMARKED"), 1, err)
        self.assertEqual(samples("plain.wav"), samples("speech.wav"))
        code, _ = HOST.run("-i", path("speech.wav"), "-af", STEREO, path("no.wav"),
                           SIGNMARK_KEY="nobody", SIGNMARK_ON_ERROR="abort")
        self.assertEqual(code, 70)

    def test_no_secret_is_seen_from_outside(self):
        words = secrets()
        self.assertTrue(words)
        seen = seen_from_outside(STEREO)
        self.assertIn(b"signmark_embed_stereo", seen)
        for word in words:
            self.assertNotIn(word, seen)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
