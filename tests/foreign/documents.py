#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets pandoc, LibreOffice, qpdf and poppler open documents that we marked.

For each format: the text that the other program reads must be the old one (but for invisible marks and the
label line), and the record must be where that program shows such things. Exit: 0 all agree, 1 some do
not, 77 none of the programs is installed. A program that is missing is said to be skipped.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zipfile

TOOL = sys.argv[1]
LABEL = "AI-generated content"
RECORD = '{"Label":"1","ContentProducer":"test"}'
SOURCE = """---
title: A title
---

# 标题 heading

First paragraph with **bold**, `code` and [a link](http://example.org/). 人工智能生成的句子。

| a | b |
|---|---|
| 中文 | 2 |

- item one
- item two

> quoted & \\<angled\\>

```
print('x')
```

Last paragraph.
"""
failures = []


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout.decode()


def have(program):
    if shutil.which(program):
        return True
    print(f"SKIPPED: {program} is not installed")
    return False


def plain(text):
    """Words only: marks taken out, white space and the programs' own rulers and quotes evened out."""
    text = re.sub("[\u2060\ufe00-\ufe0f\U000e0100-\U000e01ef]", "", text)
    return re.sub(r"[\s\-+|=>]+", " ", text).strip()


def expect(what, good):
    print(f"{'ok  ' if good else 'FAIL'} {what}")
    if not good:
        failures.append(what)


def change(folder, file, *steps):
    """Applies steps of the tool one after the other; the name of the result."""
    for number, step in enumerate(steps):
        out = folder / f"{number}-{'-'.join(step)[:12].replace(' ', '')}{file.suffix}"
        out.unlink(missing_ok=True)
        run(TOOL, step[0], str(file), str(out), *step[1:])
        file = out
    return file


def judge(folder, file, read, what):
    """`read` gives a program's text of a file."""
    before = plain(read(file))
    marked = change(folder, file, ("mark",), ("record", RECORD))
    expect(f"{what}: marks and record leave the text", plain(read(marked)) == before)
    expect(f"{what}: the marks are there", marked.stat().st_size > 0 and run(TOOL, "show", str(marked)).count("\u2060") > 2)
    for place in ("start", "middle", "end"):
        labelled = plain(read(change(folder, file, ("label", LABEL, place))))
        expect(f"{what}: label at the {place}", plain(LABEL) in labelled and
               labelled.replace(plain(LABEL), "", 1).split() == before.split())
    return marked


def main():
    programs = {name: have(name) for name in ("pandoc", "soffice", "qpdf", "pdftotext")}
    if not any(programs.values()):
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = folder / "source.md"
        source.write_text(SOURCE)
        if programs["pandoc"]:
            read = lambda file: book(file) if file.suffix == ".epub" else run(
                "pandoc", "-s", "-t", "plain", "--wrap=none", str(file))
            judge(folder, source, read, "Markdown, pandoc")
            for kind in ("html", "docx", "odt", "epub"):
                file = folder / f"source.{kind}"
                run("pandoc", "-s", str(source), "-o", str(file))
                judge(folder, file, read, f"{kind.upper()}, pandoc")
        if programs["pandoc"] and programs["soffice"]:
            office(folder)
        if programs["qpdf"] and programs["pdftotext"]:
            pdf(folder, programs)
    if failures:
        sys.exit(f"{len(failures)} checks failed")


def book(file):
    """The words of all pages of an EPUB: pandoc leaves out the title page, where a label may stand."""
    pages = zipfile.ZipFile(file)
    names = [name for name in pages.namelist() if name.endswith(".xhtml") and "nav" not in name]
    names.sort(key=lambda name: ("title" not in name, name))
    bodies = []
    for name in names:
        root = xml.etree.ElementTree.fromstring(pages.read(name))
        bodies += root.find("{http://www.w3.org/1999/xhtml}body").itertext()
    return "\n".join(bodies)


def convert(folder, file, kind):
    out = folder / "out"
    run("soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", kind,
        "--outdir", str(out), str(file))
    return (out / file.name).with_suffix("." + kind.split(":")[0])


def office(folder):
    """LibreOffice reads what we marked, and its own files survive us; slides and sheets too."""
    text = lambda file: convert(folder, file, "txt:Text (encoded):UTF8").read_text("utf-8-sig")
    for kind in ("docx", "odt"):
        marked = judge(folder, folder / f"source.{kind}", text, f"{kind.upper()}, LibreOffice")
        kept = convert(folder, marked, "odt" if kind == "docx" else "docx")
        part = "meta.xml" if kind == "docx" else "docProps/custom.xml"
        expect(f"{kind.upper()}: LibreOffice carries the record over",
               "AIGC" in zipfile.ZipFile(kept).read(part).decode())
    run("pandoc", str(folder / "source.md"), "-o", str(folder / "slides.pptx"))
    slides = lambda file: run("pdftotext", str(convert(folder, file, "pdf")), "-") if shutil.which("pdftotext") else ""
    before = plain(slides(folder / "slides.pptx"))
    labelled = change(folder, folder / "slides.pptx", ("record", RECORD), ("label", LABEL, "start"))
    after = plain(slides(labelled))
    expect("PPTX, LibreOffice: label and the old text",
           sorted(after.split()) == sorted((before + " " + plain(LABEL)).split()))
    table = folder / "table.csv"
    table.write_text("a,b\nword,2\n")
    sheet = convert(folder, table, "xlsx")
    labelled = change(folder, sheet, ("mark",), ("record", RECORD), ("label", LABEL, "start"))
    expect("XLSX, LibreOffice: the old rows, then the label",
           plain(convert(folder, labelled, "csv:Text - txt - csv (StarCalc):44,34,76").read_text()) == plain(f"a,b\nword,2\n{LABEL},\n"))
    convert(folder, folder / "source.docx", "pdf").rename(folder / "source.pdf")


def place_of_label(folder, original):
    """Where and how high poppler draws the label."""
    heights = []
    for place, side, height in (("start", "left", "0.05"), ("start", "right", "0.05"), ("end", "right", "0.1")):
        marked = change(folder, original, ("label", "AI生成", place, side, height))
        boxes = run("pdftotext", "-bbox", str(marked), "-")
        pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)"', boxes)
        wide, high = map(float, pages[0 if place == "start" else -1])
        word = re.search(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">AI生成', boxes)
        left, top, right, low = map(float, word.groups()) if word else (0, 0, 0, 0)
        heights.append(low - top)
        expect(f"{original.name}: label {side}, {place}, height {height}",
               (right < wide / 2 if side == "left" else left > wide / 2) and
               (low < high / 4 if place == "start" else top > high * 3 / 4))
    expect(f"{original.name}: twice the height is twice as high", 1.9 < heights[2] / max(heights[1], 1) < 2.1)


def pdf(folder, programs):
    """Both kinds of cross-references; qpdf finds no fault, poppler reads text and record."""
    file = folder / "source.pdf"
    if not file.exists():
        print("SKIPPED: PDF needs LibreOffice to write one")
        return
    packed = folder / "packed.pdf"
    run("qpdf", "--object-streams=generate", str(file), str(packed))
    for original in (file, packed):
        before = plain(run("pdftotext", str(original), "-"))
        for place in ("start", "end"):
            marked = change(folder, original, ("label", LABEL, place), ("record", RECORD))
            run("qpdf", "--check", str(marked))
            after = plain(run("pdftotext", str(marked), "-"))
            expect(f"{original.name}: label at the {place}, old text",
                   plain(LABEL) in after and sorted(after.split()) == sorted((before + " " + plain(LABEL)).split()))
            if place == "start":
                place_of_label(folder, original)
            expect(f"{original.name}: poppler shows the record", RECORD in run("pdfinfo", "-custom", str(marked)))
            expect(f"{original.name}: the old bytes stay", marked.read_bytes().startswith(original.read_bytes()))


main()
