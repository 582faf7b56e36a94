# SPDX-License-Identifier: Apache-2.0
"""vips_test.py VIPS VIPSHOME PROGRAM PICTURE MODULE: the module in the real program vips."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

VIPS, VIPSHOME, PROGRAM, PICTURE, MODULE = sys.argv[1:6]
HOME = tempfile.TemporaryDirectory(prefix="signmark-vips-")
os.environ["SIGNMARK_HOME"] = os.path.join(HOME.name, "home")
os.environ["VIPSHOME"] = VIPSHOME
subprocess.run([PROGRAM, "key", "new", "--no-passphrase"], check=True, capture_output=True)
ID = "00112233445566aa"
# EXIF of one entry, Orientation (0x0112) 6: the first row is the right side of what a person sees.
EXIF = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"


def path(name):
    return os.path.join(HOME.name, name)


def vips(*arguments, **environment):
    done = subprocess.run([VIPS, *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout.strip(), done.stderr


def must(*arguments):
    code, out, err = vips(*arguments)
    assert code == 0, (arguments, err)
    return out


def program_verdict(file, *options):
    return subprocess.run([PROGRAM, "verify", *options, path(file)], capture_output=True).returncode


def mean_difference(one, other, *box):
    """Of a part of two pictures."""
    must("subtract", one, other, path("d.v"))
    must("abs", path("d.v"), path("e.v"))
    must("extract_area", path("e.v"), path("f.v"), *map(str, box))
    return float(must("avg", path("f.v")))


class Marked(unittest.TestCase):
    def test_the_program_finds_the_mark_in_a_jpeg_that_vips_wrote(self):
        must("signmark_embed", PICTURE, path("out.jpg[Q=85]"), "--content-id", ID)
        self.assertEqual(program_verdict("out.jpg", "--expect", ID), 0)
        self.assertEqual(must("signmark_detect", path("out.jpg"), "--content-id").split(),
                         [f'"{ID}"', '"verified"'])
        self.assertEqual(must("signmark_detect", PICTURE), '"none"')
        code, _, err = vips("signmark_embed", path("out.jpg"), path("twice.jpg"))
        self.assertEqual((code, "pipeline.existing" in err), (1, True), err)
        self.assertFalse(os.path.exists(path("twice.jpg")))
        # Record and manifest follow under the same id, as README says.
        subprocess.run([PROGRAM, "mark", path("out.jpg"), "-o", path("full.jpg"), "--layers",
                        "metadata,manifest", "--existing", "add", "--content-id", ID], check=True,
                       capture_output=True)
        self.assertEqual(program_verdict("full.jpg", "--layers", "manifest"), 0)

    def test_16_bit_and_alpha_are_kept(self):
        must("colourspace", PICTURE, path("rgb16.v"), "rgb16")
        rows = [b"\x40\x01" * 512] * 100 + [b"\xff\xff" * 512] * 412
        pathlib.Path(path("alpha.pgm")).write_bytes(b"P5 512 512 65535\n" + b"".join(rows))
        must("bandjoin", path("rgb16.v") + " " + path("alpha.pgm"), path("rgba16.png"))
        must("signmark_embed", path("rgba16.png"), path("marked16.png"))
        self.assertEqual(must("signmark_detect", path("marked16.png")), '"verified"')
        must("extract_band", path("marked16.png"), path("alpha.v"), "3")
        self.assertEqual(mean_difference(path("alpha.v"), path("alpha.pgm"), 0, 0, 512, 512), 0)
        must("extract_band", path("marked16.png"), path("red.v"), "0")
        must("remainder_const", path("red.v"), path("fine.v"), "257")
        self.assertGreater(float(must("avg", path("fine.v"))), 50)  # 8-bit steps would give 0

    def test_floats_keep_their_precision(self):
        must("linear", PICTURE, path("float.v"), "0.9", "0.3")
        must("signmark_embed", path("float.v"), path("marked.v"))
        change = mean_difference(path("marked.v"), path("float.v"), 0, 0, 512, 512)
        self.assertTrue(0.1 < change < 6, change)

    def test_the_label_stands_upright_in_a_turned_picture(self):
        must("jpegsave", PICTURE, path("plain.jpg"), "--Q", "95")
        jpeg = pathlib.Path(path("plain.jpg")).read_bytes()
        size = (len(EXIF) + 2).to_bytes(2, "big")
        pathlib.Path(path("turned.jpg")).write_bytes(jpeg[:2] + b"\xff\xe1" + size + EXIF + jpeg[2:])
        must("signmark_embed", path("turned.jpg"), path("label.jpg[Q=95]"), "--label")
        self.assertEqual(program_verdict("label.jpg"), 0)
        must("autorot", path("turned.jpg"), path("before.png"))
        must("autorot", path("label.jpg"), path("after.png"))
        pair = (path("after.png"), path("before.png"))
        self.assertGreater(mean_difference(*pair, 400, 460, 100, 40), 20)
        self.assertLess(mean_difference(*pair, 0, 0, 512, 440), 10)

    def test_a_private_carrier_key_is_named(self):
        listed = subprocess.run([PROGRAM, "--json", "key", "list"], check=True, capture_output=True,
                                text=True).stdout
        carrier = [line for line in listed.splitlines() if '"carrier"' in line][0]
        name = carrier.split('"id":"')[1].split('"')[0]
        must("signmark_embed", PICTURE, path("private.png"), "--carrier", name)
        self.assertEqual(must("signmark_detect", path("private.png")), '"none"')
        self.assertEqual(must("signmark_detect", path("private.png"), "--carrier", name),
                         '"verified"')


class Refused(unittest.TestCase):
    def check(self, source, reason, *options, **environment):
        code, _, err = vips("signmark_embed", source, path("no.jpg"), *options, **environment)
        self.assertEqual(code, 1)
        self.assertIn(reason, err)
        self.assertFalse(os.path.exists(path("no.jpg")))

    def test_a_wrong_or_missing_key_leaves_no_file(self):
        self.check(PICTURE, "keys.select.none", "--key", "nobody")
        self.check(PICTURE, "keys.select.none", "--carrier", "nobody")
        self.check(PICTURE, "keys.select.none", SIGNMARK_HOME=path("empty"))

    def test_a_missing_module_leaves_no_file(self):
        self.check(PICTURE, "signmark_embed", VIPSHOME=path("empty"))

    def test_what_is_too_large_or_no_rgb_leaves_no_file(self):
        must("black", path("wide.v"), "32769", "1", "--bands", "3")
        self.check(path("wide.v"), "image.limit")
        must("colourspace", PICTURE, path("linear.v"), "scrgb")
        self.check(path("linear.v"), "pipeline.pixels")
        must("colourspace", PICTURE, path("print.jpg"), "cmyk")
        self.check(path("print.jpg"), "pipeline.pixels")

    def test_the_module_exports_its_entry_point_alone(self):
        listed = subprocess.run(["nm", "-D", "--defined-only", MODULE], check=True,
                                capture_output=True, text=True).stdout
        self.assertEqual([line.split()[-1] for line in listed.splitlines()],
                         ["g_module_check_init"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
