# SPDX-License-Identifier: Apache-2.0
"""lv2_test.py PROGRAM BUNDLES: the bundle in lilv's programs and in ffmpeg."""
import os
import pathlib
import subprocess
import sys
import unittest

from sound_host import (ID, LATENCY, RATE, Host, decibels_apart, exported, have, interrupted,
                        path, samples, secrets, seen_from_outside, start_time)

PROGRAM, BUNDLES = map(os.path.abspath, sys.argv[1:3])  # lilv takes no relative path
BUNDLE = os.path.join(BUNDLES, "signmark.lv2")
HOST = Host(PROGRAM, LV2_PATH=BUNDLES)
EMBED = r"lv2=p=urn\\:signmark\\:embed"
MONO = r"lv2=p=urn\\:signmark\\:embed-mono"
DETECT = r"lv2=p=urn\\:signmark\\:detect"
# As in README.md.
RECIPE = f"apad=pad_len={LATENCY},%s,atrim=start_sample={LATENCY},asetpts=PTS-{LATENCY}/SR/TB"


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Bundle(unittest.TestCase):
    def test_hosts_see_it(self):
        self.assertEqual(said("lv2ls").split(),
                         ["urn:signmark:" + p for p in ("detect", "embed", "embed-mono")])
        self.assertIn("Has latency:       yes", said("lv2info", "urn:signmark:embed"))
        self.assertEqual(exported(os.path.join(BUNDLE, "signmark.so")), ["lv2_descriptor"])

    @unittest.skipUnless(have("sord_validate"), "sordi is missing")
    def test_its_texts_are_valid(self):
        said("lv2_validate", *map(str, pathlib.Path(BUNDLE).glob("*.ttl")))


class Marked(unittest.TestCase):
    def test_the_program_finds_the_mark_behind_codecs(self):
        HOST.filtered(EMBED + ":c=strength=0.25", "out.flac")
        HOST.filtered(EMBED, "-b:a", "128k", "out.mp3")
        HOST.filtered(EMBED, "-b:a", "96k", "out.m4a")
        for name in ("out.flac", "out.mp3", "out.m4a"):
            self.assertEqual(HOST.found(name, "--expect", ID), (ID, 13), name)

    def test_the_recipe_gives_the_same_samples_in_time(self):
        HOST.filtered(RECIPE % EMBED, "-c:a", "pcm_f32le", "same.mka")
        self.assertEqual(start_time("same.mka"), 0)
        for channel in (0, 1):
            before, after = samples("speech.wav", channel), samples("same.mka", channel)
            self.assertEqual(len(before), len(after))
            self.assertTrue(30 < decibels_apart(before, after) < 60)
        HOST.filtered(EMBED, "-c:a", "pcm_f32le", "late.wav")  # without it: late by so many samples
        self.assertEqual(samples("late.wav")[LATENCY:], samples("same.mka", 0)[:-LATENCY])

    def test_one_channel_of_another_rate(self):
        HOST.filtered("aresample=16000,pan=mono|c0=c0", "narrow.wav")
        HOST.filtered(MONO + ",pan=mono|c0=c0", "narrow.m4a", source="narrow.wav")  # as README says
        self.assertEqual(HOST.found("narrow.m4a")[0], ID)

    def test_strength_may_change_in_the_middle(self):
        before = samples("speech.wav")
        change = "asendcmd=c='9.0 lv2 strength 1',"
        HOST.filtered(change + RECIPE % (EMBED + ":c=strength=0"), "-c:a", "pcm_f32le", "both.wav")
        after = samples("both.wav")
        self.assertEqual(len(before), len(after))
        weak = decibels_apart(before[:8 * RATE], after[:8 * RATE])
        strong = decibels_apart(before[10 * RATE:], after[10 * RATE:])
        self.assertTrue(60 > weak > strong + 4 > 30, (weak, strong))
        self.assertEqual(HOST.found("both.wav")[0], ID)

    def test_the_detector_tells_and_changes_nothing(self):
        HOST.filtered(EMBED, "-c:a", "pcm_f32le", "known.wav")
        err = HOST.filtered(DETECT, "-c:a", "pcm_f32le", "through.wav", source="known.wav")
        self.assertIn(f"marked, content id {ID}", err)
        self.assertEqual(samples("through.wav"), samples("known.wav"))
        err = HOST.filtered(DETECT, "through.wav")
        self.assertIn(" s: unknown\n", err)


class Refused(unittest.TestCase):
    def check(self, reason, **environment):
        file = pathlib.Path(path("no.flac"))
        code, err = HOST.run("-i", path("speech.wav"), "-af", EMBED, str(file), **environment)
        self.assertEqual(code, 1)
        self.assertIn(reason, err)
        self.assertEqual(file.stat().st_size if file.exists() else 0, 0)  # ffmpeg opened it before

    def test_a_wrong_or_missing_key_gives_no_sound(self):
        self.check("keys.select.none", SIGNMARK_KEY="nobody")
        self.check("keys.select.none", SIGNMARK_CARRIER="nobody")
        self.check("keys.select.none", SIGNMARK_HOME=path("empty"))

    def test_a_wrong_content_id_gives_no_sound(self):
        self.check("content-id", SIGNMARK_CONTENT_ID="xyz")

    def test_a_missing_bundle_gives_no_sound(self):
        self.check("urn:signmark:embed", LV2_PATH=path("empty"))

    def test_what_the_variable_says_is_done(self):
        code, err = HOST.run("-i", path("speech.wav"), "-af", EMBED, "-c:a", "pcm_f32le",
                             path("plain.wav"), SIGNMARK_KEY="nobody", SIGNMARK_ON_ERROR="pass")
        self.assertEqual((code, err.count("UNMARKED")), (0, 1), err)
        self.assertEqual(samples("plain.wav"), samples("speech.wav"))
        code, _ = HOST.run("-i", path("speech.wav"), "-af", EMBED, path("no.wav"),
                           SIGNMARK_KEY="nobody", SIGNMARK_ON_ERROR="abort")
        self.assertEqual(code, 70)

    def test_what_fails_while_it_runs_gives_silence(self):
        # Another strength needs another marker, which needs the key, which is gone by then.
        def look(_):
            os.rename(path("home"), path("gone"))
        try:
            _, err, sound = interrupted("asendcmd=c='3.0 lv2 strength 1'," + EMBED, look)
        finally:
            os.rename(path("gone"), path("home"))
        self.assertEqual((err.count("\n"), "keys.select.none" in err), (1, True), err)
        self.assertEqual(len(sound), 6 * 2 * RATE)
        self.assertNotIn(0.0, sound[2 * LATENCY:5 * RATE])
        self.assertEqual(set(sound[7 * RATE:]), {0.0})

    def test_no_secret_is_seen_from_outside(self):
        words = secrets()
        self.assertTrue(words)
        seen = seen_from_outside(EMBED)
        self.assertIn(b"urn", seen)
        for word in words:
            self.assertNotIn(word, seen)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
