"""An aligned document on paper and back: tables, TMX, HTML, corrections."""

from __future__ import annotations

import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seedsearch
from seedsearch.bitext import COLUMNS, from_tsv, to_html, to_tmx, to_tsv
from seedsearch.errors import SeedsearchError
from seedsearch.reading import Reading, read_one
from seedsearch.records import Alignment, Bead, Document
from tests.conftest import SEEDS, Program

FILE = SEEDS / "004_a68d08d6fa4f830c.txt"
READING: Reading = read_one(FILE)
DOCUMENT: Document = READING.document
ALIGNMENT = seedsearch.align(DOCUMENT)


def pairs(alignment: Alignment) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(bead.left, bead.right) for bead in alignment.beads]


@st.composite
def alignments(draw: st.DrawFn) -> Alignment:
    """Any monotone alignment of the document's halves."""
    left, right = (half.blocks for half in DOCUMENT.halves)
    beads = []
    i = j = 0
    while i < len(left) or j < len(right):
        a, b = draw(st.sampled_from([(1, 1), (1, 2), (2, 1), (1, 0), (0, 1), (3, 2)]))
        one, other = left[i : i + a], right[j : j + b]
        i, j = i + len(one), j + len(other)
        if one or other:
            beads.append(Bead(one, other, 1.0))
    return Alignment(tuple(beads), 1.0)


@given(alignments())
def test_a_table_given_back_is_the_alignment_that_it_was(alignment: Alignment) -> None:
    assert pairs(from_tsv(DOCUMENT, to_tsv(DOCUMENT, alignment))) == pairs(alignment)


def test_rows_may_be_deleted_and_reformatted_by_a_spreadsheet() -> None:
    rows = to_tsv(DOCUMENT, ALIGNMENT).splitlines()
    edited = "\ufeff" + "\r\n".join([rows[0], *rows[3:], ""])
    found = pairs(from_tsv(DOCUMENT, edited))
    assert found[:4] == [((2,), ()), ((3,), ()), ((), (54,)), ((), (55,))]
    assert found[4:] == pairs(ALIGNMENT)[2:]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1\t900\t55", "row 2: no text of the first half stands on lines 900"),
        ("1\tthree\t55", "row 2: three names no lines"),
        ("1", "row 2: needs at least three columns"),
        ("1\t3\t55\n1\t3\t56", "row 3: lines 3 of the first half come after or within"),
        ("1\t5\t57\n1\t3\t58", "row 3: lines 3 of the first half come after or within"),
    ],
)
def test_a_table_that_does_not_fit_says_where(row: str, says: str) -> None:
    with pytest.raises(SeedsearchError, match=says):
        from_tsv(DOCUMENT, "\t".join(COLUMNS) + "\n" + row)


def test_tmx_is_read_by_a_public_reader_and_holds_every_pair() -> None:
    tmx = pytest.importorskip("translate.storage.tmx", reason="needs translate-toolkit, a reader of TMX")
    found = list(READING.pairs(ALIGNMENT))
    units = tmx.tmxfile.parsestring(to_tmx(DOCUMENT, found, "1").encode()).units
    assert [(unit.source, unit.target) for unit in units] == [
        (DOCUMENT.slice(pair.left), DOCUMENT.slice(pair.right)) for pair in found
    ]
    assert any("不對稱作戰" in unit.source and "asymmetric warfare" in unit.target for unit in units)


def test_tmx_has_the_elements_and_attributes_that_the_standard_requires() -> None:
    text = to_tmx(DOCUMENT._replace(source="a<b>&\x01.txt"), READING.pairs(ALIGNMENT), "1")
    root = ET.fromstring(text)
    assert (root.tag, root.get("version")) == ("tmx", "1.4")
    header = root.find("header")
    assert header is not None
    required = {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype"}
    assert required <= set(header.keys())
    assert header.get("segtype") in {"block", "paragraph", "sentence", "phrase"}
    for unit in root.iter("tu"):
        languages = [variant.get("{http://www.w3.org/XML/1998/namespace}lang") for variant in unit.iter("tuv")]
        assert languages == ["zh-Hant", "en"]
        assert [child.tag for child in unit] == ["prop", "prop", "tuv", "tuv"]


def test_pairs_are_as_fine_as_sentences() -> None:
    found = list(READING.pairs(ALIGNMENT))
    assert len(found) > len(ALIGNMENT.beads)
    for pair in found:
        assert DOCUMENT.slice(pair.left) and DOCUMENT.slice(pair.right)
        assert 0 <= pair.confidence <= 1
    assert [pair.left for pair in found] == sorted(pair.left for pair in found)


def test_the_page_needs_nothing_else_and_escapes_what_it_shows() -> None:
    page = to_html(DOCUMENT._replace(source="<script>alert(1)</script>"), ALIGNMENT)
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<tr") == len(ALIGNMENT.beads) + 1
    doubtful = Alignment((Bead((2,), (54,), 0.2), Bead((3,), (), 0.9)), 0.5)
    assert 'class="doubtful"' in to_html(DOCUMENT, doubtful)
    assert 'class="alone"' in to_html(DOCUMENT, doubtful)


def test_a_correction_is_kept_survives_a_rebuild_and_shows_in_search(program: Program, copied: Path) -> None:
    file = "seeds/004_a68d08d6fa4f830c.txt"
    rows = program("align", file, "--format", "tsv", cwd=copied).stdout.splitlines()
    line = next(i for i, row in enumerate(rows) if row.startswith("1.00\t18\t70") or "\t18\t70\t" in row)
    rows[line : line + 2] = ["\t18-19\t70-71"]
    (copied / "fixed.tsv").write_text("\n".join(rows), "utf-8")
    run = program("align", file, "--use", "fixed.tsv", cwd=copied)
    assert run.returncode == 0, run.stderr
    for again in (False, True):
        if again:
            assert program("index", "--rebuild", cwd=copied).returncode == 0
        assert "\t18-19\t70-71\t" in program("align", file, "--format", "tsv", cwd=copied).stdout
    text = copied / file
    text.write_text(text.read_text("utf-8") + "\n", "utf-8")
    run = program("index", cwd=copied)
    assert "its corrected alignment was made for an earlier text" in run.stderr
    hit = json.loads(program("query", "不對稱作戰", "--json", cwd=copied).stdout.splitlines()[0])
    assert hit["counterparts"][0]["confidence"] > 0.5


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
def test_the_page_in_a_real_browser(tmp_path: Path) -> None:
    assert BROWSER
    page, picture = tmp_path / "page.html", tmp_path / "page.png"
    page.write_text(to_html(DOCUMENT, ALIGNMENT), "utf-8")
    common = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    shot = [*common, "--window-size=1200,1400", f"--screenshot={picture}", page.as_uri()]
    subprocess.run(shot, check=True, capture_output=True, timeout=60)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000, "more than a blank page"
    dom = subprocess.run([*common, "--dump-dom", page.as_uri()], check=True, capture_output=True, timeout=60).stdout.decode()
    assert dom.count("</tr>") == len(ALIGNMENT.beads) + 1, "the browser closes every row, so it read them as rows"
