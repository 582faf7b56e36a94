# SPDX-License-Identifier: Apache-2.0
"""script_hosts_test.py PROGRAM LIBRARY PICTURE [NODE ADDON]: Python and Node mark a file, and no secret is seen of it.

What others can read of the process while it holds an open key, what it prints at its most talkative, the error of a key
that is locked, and the marked file itself are searched for every secret of the keyring, in every spelling."""
import pathlib
import subprocess
import sys
import unittest

import host_test as host

PROGRAM, LIBRARY, PICTURE, *NODE = sys.argv[1:]
PLUGINS = pathlib.Path(__file__).resolve().parents[1]
host.use_own_keyring(PROGRAM)
LOCKED = host.locked_keyring(PROGRAM)

PYTHON = """
import sys; sys.path.insert(0, sys.argv[1])
import signmark
signer = signmark.Signer()
print(signmark.mark_file(sys.argv[2], sys.argv[3], signer=signer), vars(signer), flush=True)
sys.stdin.read()
"""
SCRIPT = """
const signmark = require(process.argv[1]);
signmark.markFile(process.argv[2], process.argv[3]).then((report) => {
  console.log(JSON.stringify(report), signmark);
  process.stdin.resume();
});
"""


class Secrets(unittest.TestCase):
    def check(self, command, out, **environment):
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, env={**host.os.environ, **environment})
        said = child.stdout.readline()
        seen = host.seen_by_others(child.pid)
        said += child.communicate()[0]
        self.assertIn(b"content_id", said)
        everything = seen + said + pathlib.Path(out).read_bytes()
        self.assertEqual([s for s in host.secret_spellings() if s in everything], [])

    def check_locked(self, command, **environment):
        code, said = host.run(command, SIGNMARK_HOME=LOCKED, **environment)
        self.assertNotEqual(code, 0)
        self.assertIn(b"keys.passphrase", said)
        self.assertNotIn(b"battery", said)

    def python(self, out):
        return ["/usr/bin/python3", "-c", PYTHON, str(PLUGINS / "python"), PICTURE, host.path(out)]

    def node(self, out):
        return [NODE[0], "-e", SCRIPT, str(PLUGINS / "node"), PICTURE, host.path(out)]

    def test_python(self):
        self.check(self.python("python.png"), host.path("python.png"), SIGNMARK_LIBRARY=LIBRARY)

    def test_python_with_a_locked_key(self):
        self.check_locked(self.python("locked.png"), SIGNMARK_LIBRARY=LIBRARY)
        self.assertFalse(pathlib.Path(host.path("locked.png")).exists())

    @unittest.skipUnless(NODE, "node is not installed")
    def test_node(self):
        self.check(self.node("node.png"), host.path("node.png"), SIGNMARK_NODE_ADDON=NODE[1])

    @unittest.skipUnless(NODE, "node is not installed")
    def test_node_with_a_locked_key(self):
        self.check_locked(self.node("locked.png"), SIGNMARK_NODE_ADDON=NODE[1])
        self.assertFalse(pathlib.Path(host.path("locked.png")).exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
