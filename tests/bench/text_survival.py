#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the signed text survives: marks a text, sends it down a path that texts go, verifies what
comes out by its words alone. Prints the matrix that README quotes.

    python3 tests/bench/text_survival.py build TEXT...

A path whose program is not installed is listed as SKIPPED. DOMPurify and jsdom are looked for in
BUILD/foreign/node_modules and NODE_PATH (npm install --prefix BUILD/foreign dompurify jsdom)."""
import html
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata


def tool(name, *argv, data=None, env=None):
    """The output of a program; None when it is not installed."""
    if shutil.which(name) is None:
        return None
    done = subprocess.run([name, *argv], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=180, env=env)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stderr.decode(errors='replace')[:200]}")
    return done.stdout


def text(function):
    """A path through str."""
    return lambda data, folder: function(data.decode()).encode()


def pandoc(target, source="markdown"):
    def path(data, folder):
        binary = os.path.join(folder, "out." + target)
        if tool("pandoc", "-f", source, "-t", target, "-o", binary, data=data) is None:
            return None
        return tool("pandoc", "-f", target, "-t", "plain", "--wrap=none", binary)
    return path


def office(first, second):
    """Text into an office format and back to text by LibreOffice."""
    def path(data, folder):
        if shutil.which("soffice") is None:
            return None
        source = os.path.join(folder, "in.docx")
        if tool("pandoc", "-f", "markdown", "-o", source, data=data) is None:
            return None
        profile = f"-env:UserInstallation=file://{folder}/profile"
        for target in (first, second):
            tool("soffice", profile, "--headless", "--convert-to", target, "--outdir", folder, source)
            source = os.path.join(folder, "in." + target.split(":")[0])
        if source.endswith(".pdf"):
            return tool("pdftotext", source, "-")
        with open(source, "rb") as file:
            return file.read()
    return path


def codec(name):
    return text(lambda s: s.encode(name, errors="replace").decode(name))


def javascript(code):
    program = "let s=require('fs').readFileSync(0,'utf8');process.stdout.write(" + code + ")"
    return lambda data, folder: tool("node", "-e", program, data=data)


def page_of(data, script=""):
    """Each paragraph in <p>, as a chat page would show the text."""
    paragraphs = "".join(f"<p>{html.escape(p)}</p>" for p in re.split(r"\n\s*\n", data.decode()))
    return f"<!DOCTYPE html><meta charset=utf-8><title>t</title><body>{paragraphs}{script}"


def purified(data, folder):
    """DOMPurify over jsdom; None without these packages."""
    modules = [os.path.join(os.path.abspath(sys.argv[1]), "foreign", "node_modules"),
               *filter(None, os.environ.get("NODE_PATH", "").split(os.pathsep))]
    if not any(os.path.isdir(os.path.join(m, "dompurify")) for m in modules):
        return None
    program = """
        const window = new (require('jsdom').JSDOM)('').window;
        const clean = require('dompurify')(window).sanitize(require('fs').readFileSync(0, 'utf8'));
        window.document.body.innerHTML = clean;
        const shown = [...window.document.querySelectorAll('p')].map(p => p.textContent);
        process.stdout.write(shown.join('\\n\\n'));"""
    return tool("node", "-e", program, data=page_of(data).encode(),
                env=dict(os.environ, NODE_PATH=os.pathsep.join(modules)))


class BodyText(html.parser.HTMLParser):
    """The text of a page's body; each <p> and <pre> is a paragraph."""
    def __init__(self):
        super().__init__()
        self.text, self.inside = "", False

    def handle_starttag(self, tag, attrs):
        self.inside = tag in ("p", "pre") or (self.inside and tag not in ("script", "body"))

    def handle_endtag(self, tag):
        if tag in ("p", "pre"):
            self.text, self.inside = self.text + "\n\n", False

    def handle_data(self, data):
        self.text += data if self.inside else ""


def chromium(data, folder, *argv, script=""):
    page = os.path.join(folder, "page.html")
    with open(page, "w", encoding="utf-8") as file:
        file.write(page_of(data, script))
    return tool("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000",
                f"--user-data-dir={folder}/profile", *argv, f"file://{page}")


def chromium_text(expression):
    """What a script in the page gets as its text: `expression` over the body."""
    script = f"""<script>const shown = {expression};
        document.body.innerHTML = '<pre></pre>'; document.body.firstChild.textContent = shown;</script>"""
    def path(data, folder):
        dom = chromium(data, folder, "--dump-dom", script=script)
        return dom and body_text(dom)
    return path


def body_text(dom):
    parser = BodyText()
    parser.feed(dom.decode())
    return parser.text.encode()


def chromium_dom(data, folder):
    dom = chromium(data, folder, "--dump-dom")
    return dom and body_text(dom)


def chromium_pdf(data, folder):
    pdf = os.path.join(folder, "page.pdf")
    if shutil.which("pdftotext") is None or chromium(data, folder, f"--print-to-pdf={pdf}") is None:
        return None
    return tool("pdftotext", pdf, "-")


def terminal(data, folder):
    """What tmux has on its screen and above after `cat`, long lines joined."""
    name, socket = os.path.join(folder, "text"), os.path.join(folder, "tmux")
    with open(name, "wb") as file:
        file.write(data)
    server = ("-S", socket, "-f", "/dev/null", "-u")
    shown = f"cat {name}; tmux -S {socket} wait-for -S shown; sleep 60"
    if tool("tmux", *server, "new-session", "-d", "-x", "120", "-y", "40", shown) is None:
        return None
    tool("tmux", *server, "wait-for", "shown")
    time.sleep(0.5)  # the screen follows
    screen = tool("tmux", *server, "capture-pane", "-p", "-J", "-S", "-")
    tool("tmux", *server, "kill-server")
    return screen


def rewrap(s):
    """Hard line ends every 30 characters, where a word or a Han character ends."""
    out, width = [], 0
    for c in s:
        out.append(c)
        width = 0 if c == "\n" else width + 1
        if width >= 30 and (c == " " or unicodedata.east_asian_width(c) == "W"):
            out.append("\n")
            width = 0
    return "".join(out)


HIDDEN = re.compile("[\u2060\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def one_changed(s):
    """The first letter after the middle that a reader sees."""
    at = next(i for i in range(len(s) // 2, len(s)) if s[i].isalpha())
    return s[:at] + ("X" if s[at] != "X" else "Y") + s[at + 1:]


PATHS = [
    ("copy", lambda data, folder: data),
    ("NFC", text(lambda s: unicodedata.normalize("NFC", s))),
    ("NFD", text(lambda s: unicodedata.normalize("NFD", s))),
    ("NFKC", text(lambda s: unicodedata.normalize("NFKC", s))),
    ("re-wrapped at 30 columns", text(rewrap)),
    ("quotes and dashes made typographic", text(lambda s: re.sub(r'"(\w)', "\u201c\\1", s.replace("--", "\u2014")))),
    ("JSON escaped and back (ASCII)", text(lambda s: json.loads(json.dumps(s)))),
    ("JavaScript trim and \\s+ collapse", javascript(r"s.trim().replace(/\s+/g,' ')")),
    ("GB18030 and back", codec("gb18030")),
    ("UTF-16 and back", codec("utf-16")),
    ("pandoc Markdown - HTML - plain", pandoc("html")),
    ("pandoc Markdown - DOCX - plain", pandoc("docx")),
    ("pandoc Markdown - ODT - plain", pandoc("odt")),
    ("pandoc Markdown - EPUB - plain", pandoc("epub")),
    ("LibreOffice DOCX - ODT - text", office("odt", "txt:Text (encoded):UTF8")),
    ("LibreOffice DOCX - PDF, pdftotext", office("pdf", "pdf")),
    ("DOMPurify over jsdom, textContent", purified),
    ("Chromium, DOM", chromium_dom),
    ("Chromium, innerText", chromium_text("document.body.innerText")),
    ("Chromium, selection (copy)", chromium_text(
        "(getSelection().selectAllChildren(document.body), getSelection().toString())")),
    ("Chromium print to PDF, pdftotext", chromium_pdf),
    ("tmux screen, capture-pane", terminal),
    ("full-width ASCII", text(lambda s: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in s))),
    ("first half", text(lambda s: s[:len(s) // 2])),
    ("middle third", text(lambda s: s[len(s) // 3:2 * len(s) // 3])),
    ("quoted within other text", text(lambda s: "Somebody wrote today:\n\n" + s + "\n\nWhat do you think of it?\n")),
    ("one sentence deleted", text(lambda s: re.sub(r"(?<=[。.])[^。.]{12,}?[。.](?=[^。.\d])", "", s, count=1))),
    ("one character changed", text(one_changed)),
    ("GBK and back", codec("gbk")),
    ("invisible characters filtered", text(lambda s: HIDDEN.sub("", s))),
]


class Program:
    def __init__(self, build, home):
        self.binary = os.path.abspath(os.path.join(build, "signmark"))
        self.env = dict(os.environ, XDG_DATA_HOME=home, XDG_CONFIG_HOME=home, HOME=home)
        self.run("key", "new", "--no-passphrase", "--label", "bench")

    def run(self, *argv, ok=(0,)):
        done = subprocess.run([self.binary, *argv], env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        if done.returncode not in ok:
            raise SystemExit(f"signmark {' '.join(argv)}: {done.stderr.decode()}")
        return done.stdout.decode()

    def marked(self, source, folder, density):
        out = os.path.join(folder, "marked.txt")
        self.run("mark", source, "-o", out, "-f", "--layers", "robust", "--density", density)
        with open(out, "rb") as file:
            return file.read()

    def judged(self, data, folder):
        """(verdict, share of the text that is authentic)."""
        name = os.path.join(folder, "came_out.txt")
        with open(name, "wb") as file:
            file.write(data)
        lines = self.run("verify", "--json", "--layers", "robust", name,
                         ok=(0, 10, 11, 12, 13, 14)).splitlines()
        item = next(o for o in map(json.loads, lines) if o["type"] == "item")
        robust = [json.loads(line) for line in lines if '"finding"' in line]
        state = next((o["state"] for o in robust if o.get("mark") == "signed text"), "absent")
        return state, item.get("text_coverage", 0.0)


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as home:
        program = Program(sys.argv[1], home)
        texts = []
        for number, source in enumerate(sys.argv[2:]):
            plain = os.path.join(home, f"{number}.txt")  # Markdown is marked as the text it is
            shutil.copy(source, plain)
            texts.append(program.marked(plain, home, "normal"))
        print(f"{len(texts)} texts, density normal; state of the signed text, authentic share of what came out")
        print(f"{'path':<36} {'trusted':>8} {'edited':>7} {'other':>6} {'authentic':>10}")
        for name, path in PATHS:
            states, shares = [], []
            for data in texts:
                with tempfile.TemporaryDirectory(dir=home) as folder:
                    came_out = path(data, folder)
                    if came_out is None:
                        break
                    state, share = program.judged(came_out, folder)
                    states.append(state)
                    shares.append(share)
            if not states:
                print(f"{name:<36} SKIPPED: its program is not installed")
                continue
            trusted, edited = states.count("trusted"), states.count("invalid")
            print(f"{name:<36} {trusted:>8} {edited:>7} {len(states) - trusted - edited:>6} "
                  f"{sum(shares) / len(shares):>9.0%}")


main()
