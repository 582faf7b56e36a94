# SPDX-License-Identifier: Apache-2.0
"""gimp_test.py GIMP PLUGIN PROGRAM PICTURE: the plug-in in the real GIMP, without a display.

GIMP ends with 0 whatever its scripts did, so files and the lines that the scripts write are looked
at. It takes half a minute to start, so that all cases share one start, and a second one goes without the plug-in.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

GIMP, PLUGIN, PROGRAM, PICTURE = sys.argv[1:5]
HOME = tempfile.TemporaryDirectory(prefix="signmark-gimp-")
os.environ["SIGNMARK_HOME"] = os.path.join(HOME.name, "home")
ID = "00112233445566aa"

SCRIPT = """
(define (say name . words)
  (let ((port (open-output-file (string-append "%(home)s/" name ".txt"))))
    (for-each (lambda (word) (display word port) (newline port)) words)
    (close-output-port port)))
(define (opened) (car (gimp-file-load RUN-NONINTERACTIVE "%(picture)s" "in.png")))
(define (layer image) (car (gimp-image-get-active-drawable image)))
(define (embed image key id label)
  (car (signmark-embed RUN-NONINTERACTIVE image (layer image) key "" id "" label)))
(define (detected image) (signmark-detect RUN-NONINTERACTIVE image (layer image) ""))
(define (save image name)
  (let ((path (string-append "%(home)s/" name)))
    (gimp-file-save RUN-NONINTERACTIVE image (layer image) path path)))

; A selection is ignored, and is the same afterwards.
(define (case-jpeg)
  (let ((image (opened)))
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 20 30 40)
    (let ((id (embed image "" "%(id)s" TRUE)) (found (detected image)))
      (file-jpeg-save RUN-NONINTERACTIVE image (layer image) "%(home)s/out.jpg" "out.jpg"
        0.85 0 1 0 "" 2 1 0 0)
      (apply say "jpeg" id (car found) (cadr found) (gimp-selection-bounds image)))))
(define (case-unmarked) (say "unmarked" (car (detected (opened)))))
(define (case-16-bit)
  (let ((image (opened)))
    (gimp-image-convert-precision image PRECISION-U16-GAMMA)
    (embed image "" "" FALSE)
    (say "16-bit" (car (detected image)) (car (gimp-image-get-precision image)))
    (save image "16.png")))
(define (case-linear-float)
  (let ((image (opened)))
    (gimp-image-convert-precision image PRECISION-FLOAT-LINEAR)
    (embed image "" "" FALSE)
    (say "float" (car (detected image)))))
(define (case-grey-alpha)
  (let ((image (opened)))
    (gimp-image-convert-grayscale image)
    (gimp-layer-add-alpha (layer image))
    (embed image "" "" FALSE)
    (say "grey" (car (detected image)))
    (save image "grey.png")))
(define (case-twice)
  (let ((image (opened))) (embed image "" "" FALSE) (embed image "" "" FALSE) (save image "twice.png")))
(define (case-wrong-key)
  (let ((image (opened))) (embed image "nobody" "" FALSE) (save image "nobody.png")))
(define (case-layers)
  (let* ((image (opened)) (copy (car (gimp-layer-copy (layer image) FALSE))))
    (gimp-image-insert-layer image copy 0 0)
    (embed image "" "" FALSE)
    (save image "layers.png")))
(define (case-palette)
  (let ((image (opened)))
    (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 16 FALSE FALSE "")
    (embed image "" "" FALSE)
    (save image "palette.png")))
"""
CASES = ["jpeg", "unmarked", "16-bit", "linear-float", "grey-alpha", "twice", "wrong-key", "layers",
         "palette"]


def gimp(folder, cases):
    """Everything that GIMP prints when it loads the script and runs the cases, one after another."""
    batch = [f'(begin (load "{HOME.name}/cases.scm") (case-{case}))' for case in cases]
    batch.append("(gimp-quit 0)")
    done = subprocess.run([GIMP, "-i", "-d", "-f", "-n", *(w for b in batch for w in ("-b", b))],
                          capture_output=True, text=True,
                          env={**os.environ, "GIMP2_DIRECTORY": os.path.join(HOME.name, folder)})
    return done.stdout + done.stderr


def written(name):
    return pathlib.Path(HOME.name, name + ".txt").read_text().split()


def exists(name):
    return os.path.exists(os.path.join(HOME.name, name))


def program_verdict(name, *options):
    return subprocess.run([PROGRAM, "verify", *options, os.path.join(HOME.name, name)],
                          capture_output=True).returncode


class Plugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([PROGRAM, "key", "new", "--no-passphrase"], check=True, capture_output=True)
        script = SCRIPT % {"home": HOME.name, "picture": PICTURE, "id": ID}
        pathlib.Path(HOME.name, "cases.scm").write_text(script)
        folder = pathlib.Path(HOME.name, "with", "plug-ins", "signmark")
        folder.mkdir(parents=True)
        shutil.copy(PLUGIN, folder / "signmark")
        cls.said = gimp("with", CASES)

    def test_the_program_finds_the_mark_in_a_jpeg_that_gimp_wrote(self):
        self.assertEqual(program_verdict("out.jpg", "--expect", ID), 0, self.said)
        selection = ["1", "10", "20", "40", "60"]
        self.assertEqual(written("jpeg"), [ID, "verified", ID, *selection])
        self.assertEqual(written("unmarked"), ["none"])

    def test_every_precision_and_mode(self):
        self.assertEqual(written("16-bit"), ["verified", "250"])  # PRECISION-U16-GAMMA
        self.assertEqual(written("float"), ["verified"])
        self.assertEqual(written("grey"), ["verified"])
        self.assertEqual((program_verdict("16.png"), program_verdict("grey.png")), (0, 0))

    def test_what_cannot_be_marked_leaves_no_file(self):
        for name in ("twice.png", "nobody.png", "layers.png", "palette.png"):
            self.assertFalse(exists(name), name)
        for code in ("pipeline.existing", "keys.select.none", "gimp.flat", "pipeline.pixels"):
            self.assertIn(code, self.said)

    def test_without_the_plugin_there_is_no_file(self):
        os.remove(os.path.join(HOME.name, "out.jpg"))
        self.assertIn("signmark-embed", gimp("without", ["jpeg"]))
        self.assertFalse(exists("out.jpg"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
