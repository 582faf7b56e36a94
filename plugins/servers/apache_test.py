# SPDX-License-Identifier: Apache-2.0
"""apache_test.py APACHE PROGRAM PICTURE: the recipes of README in a real Apache on loopback.

The picture is larger than a pipe holds (64 KiB): smaller ones hide what Apache does with the rest.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

APACHE, PROGRAM, PICTURE = sys.argv[1:4]
HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
# Apache refuses to serve as root: everything runs as its usual user then.
AS_USER = {"user": "www-data", "group": "www-data", "extra_groups": []} if os.geteuid() == 0 else {}

CONFIGURATION = """
ServerRoot {home}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {home}/httpd.pid
ErrorLog {home}/error.log
ScriptSock {home}/cgi.sock
Mutex file:{home} default
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule alias_module {modules}/mod_alias.so
LoadModule env_module {modules}/mod_env.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule cgid_module {modules}/mod_cgid.so
LoadModule ext_filter_module {modules}/mod_ext_filter.so
TypesConfig /etc/mime.types
DocumentRoot {home}/www
SetEnv SIGNMARK_HOME {home}/keys
SetEnv SIGNMARK_PROGRAM {program}
SetEnv SIGNMARK_ORIGINALS {home}/originals
ScriptAlias /pictures {scripts}/signmark.cgi
ExtFilterDefine signmark mode=output cmd={scripts}/signmark-filter
<Location /filtered>
  SetOutputFilter signmark
  FileETag None
</Location>
<LocationMatch /nokey>
  SetEnv SIGNMARK_HOME {home}/empty
</LocationMatch>
ScriptAlias /nokey/pictures {scripts}/signmark.cgi
<Location /nokey/filtered>
  SetOutputFilter signmark
</Location>
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Apache(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="signmark-apache-")
        cls.home = pathlib.Path(cls.folder.name)
        for name in ("originals", "www/filtered", "www/nokey/filtered", "scripts"):
            (cls.home / name).mkdir(parents=True)
        for name in ("originals", "www/filtered", "www/nokey/filtered"):
            shutil.copy(PICTURE, cls.home / name / "a.jpg")
        for name in ("signmark.cgi", "signmark-filter"):  # the source tree may be closed to www-data
            shutil.copy(HERE / name, cls.home / "scripts")
        if AS_USER:
            for path in [cls.home, *cls.home.rglob("*")]:
                shutil.chown(path, AS_USER["user"], AS_USER["group"])
        cls.environment = {**os.environ, "SIGNMARK_HOME": str(cls.home / "keys")}
        cls.run_as_user("key", "new", "--no-passphrase")
        cls.start()

    @classmethod
    def run_as_user(cls, *arguments):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, env=cls.environment,
                              cwd=cls.home, **AS_USER)

    @classmethod
    def start(cls):
        port = free_port()
        cls.url = f"http://127.0.0.1:{port}"
        configuration = cls.home / "httpd.conf"
        configuration.write_text(CONFIGURATION.format(
            home=cls.home, port=port, modules="/usr/lib/apache2/modules", program=PROGRAM,
            scripts=cls.home / "scripts"))
        cls.server = subprocess.Popen([APACHE, "-DFOREGROUND", "-f", configuration],
                                      stderr=subprocess.DEVNULL, cwd=cls.home, **AS_USER)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError((cls.home / "error.log").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        cls.folder.cleanup()

    def get(self, path):
        try:
            with urllib.request.urlopen(self.url + path) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()

    def check_marked(self, path):
        status, kind, body = self.get(path)
        log = (self.home / "error.log").read_text()
        self.assertEqual((status, kind), (200, "image/jpeg"), log)
        self.assertNotEqual(body, pathlib.Path(PICTURE).read_bytes())
        (self.home / "got.jpg").write_bytes(body)
        self.assertEqual(self.run_as_user("verify", "got.jpg").returncode, 0, log)

    def test_the_script_sends_a_marked_picture(self):
        self.check_marked("/pictures/a.jpg")

    def test_the_script_sends_a_500_when_marking_fails(self):
        self.assertEqual(self.get("/nokey/pictures/a.jpg"),
                         (500, "text/plain", b"the picture could not be marked\n"))
        self.assertIn("keys.select.none", (self.home / "error.log").read_text())

    def test_the_script_sends_nothing_else(self):
        for path in ("/pictures/b.jpg", "/pictures", "/pictures/", "/pictures/..%2fhttpd.conf",
                     "/pictures/../originals/a.jpg", "/pictures/.a.jpg", "/originals/a.jpg"):
            self.assertEqual(self.get(path)[0], 404, path)

    def test_the_filter_marks_what_apache_sends(self):
        self.check_marked("/filtered/a.jpg")

    def test_the_filter_lets_no_byte_through_when_marking_fails(self):
        self.assertEqual(self.get("/nokey/filtered/a.jpg"), (200, "image/jpeg", b""))

    def test_no_copy_is_left_behind(self):
        self.get("/nokey/pictures/a.jpg")
        self.get("/nokey/filtered/a.jpg")
        temporary = pathlib.Path(self.environment.get("TMPDIR", "/tmp"))
        left = [p for p in temporary.glob("signmark-server.*") if p.stat().st_uid == self.home.stat().st_uid]
        self.assertEqual(left, [])


if __name__ == "__main__":
    try:
        subprocess.run([PROGRAM, "--version"], check=True, capture_output=True, cwd="/", **AS_USER)
    except (OSError, subprocess.CalledProcessError):
        print(f"skipped: www-data may not run {PROGRAM}")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1], verbosity=1)
