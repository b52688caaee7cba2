from __future__ import annotations

import json
import os
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.ingest.bilingual import halves, in_several_scripts
from seedsearch.reading import read
from seedsearch.records import Block, Span

SEEDS = Path(__file__).parents[2] / "seeds"
SHARED = Path(os.environ.get("SEEDSEARCH_SHARED", Path(__file__).parents[3] / "shared"))
GOLD = sorted((SHARED / "eval-align" / "gold").glob("*.json"))

CHINESE = [
    "第一章 图书馆",
    "这座图书馆建于一八九二年，馆内收藏了三万多册书籍，其中许多是捐赠的。",
    "每天早上九点开门，晚上六点关门，星期一休息。",
    "读者可以免费借书，每次最多五本，期限为三个星期。",
    "如果书籍丢失，读者必须按照原价赔偿。",
]
ENGLISH = [
    "Chapter One: The Library",
    "The library was built in 1892 and holds more than thirty thousand books, many of which were donated.",
    "It opens every morning at nine and closes at six in the evening; on Mondays it is closed.",
    "Readers may borrow books free of charge, five at a time at most, for three weeks.",
    "If a book is lost, the reader has to pay its original price.",
]
RUSSIAN = [
    "Библиотека была построена в 1892 году, и в ней хранится более тридцати тысяч книг.",
    "Она открывается каждое утро в девять часов и закрывается в шесть часов вечера.",
    "Читатели могут бесплатно брать книги, не более пяти сразу, на три недели.",
]
FRENCH = [
    "La bibliothèque a été construite en 1892 et possède plus de trente mille livres, dont beaucoup ont été donnés.",
    "Elle ouvre tous les matins à neuf heures et ferme à six heures du soir ; elle est fermée le lundi.",
    "Les lecteurs peuvent emprunter gratuitement cinq livres à la fois, pour une durée de trois semaines.",
    "Si un livre est perdu, le lecteur doit en payer le prix d'origine.",
]
JAPANESE = [
    "この図書館は一八九二年に建てられ、三万冊以上の本を所蔵しています。",
    "毎朝九時に開館し、夕方六時に閉館します。月曜日は休みです。",
    "読者は一度に五冊まで、三週間無料で本を借りることができます。",
]


def split(folder: Path, lines: list[str]) -> list[tuple[str, list[str]]]:
    """Language and lines of each half of a document as it is read from disk."""
    path = folder / "document.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    document = read(path)
    return [
        (half.language, [line for k in half.blocks for line in document.slice(document.blocks[k].span).split("\n")])
        for half in document.halves
    ]


@pytest.mark.parametrize(
    ("lines", "first", "second"),
    [
        (CHINESE + ENGLISH, CHINESE, ENGLISH),
        (ENGLISH + CHINESE, ENGLISH, CHINESE),
        (list(chain(*zip(CHINESE, ENGLISH, strict=True))), CHINESE, ENGLISH),
        (list(chain(*zip(ENGLISH, CHINESE, strict=True))), ENGLISH, CHINESE),
        ([*CHINESE, "", "----------", "", *ENGLISH], CHINESE, ENGLISH),
        ("\n\n".join(CHINESE + ENGLISH).split("\n"), CHINESE, ENGLISH),
        (["Library news", *CHINESE, *ENGLISH], CHINESE, ENGLISH),
        (["图书馆通讯", *ENGLISH, *CHINESE], ENGLISH, CHINESE),
        ([*CHINESE, "Debian GNU/Linux", *ENGLISH], [*CHINESE], ["Debian GNU/Linux", *ENGLISH]),
        ([*CHINESE[:3], "apt-get install library", *CHINESE[3:], *ENGLISH], None, ENGLISH),
        ([*RUSSIAN, *ENGLISH[1:4]], RUSSIAN, ENGLISH[1:4]),
        ([*JAPANESE, *ENGLISH[1:4]], JAPANESE, ENGLISH[1:4]),
        ([*FRENCH, *ENGLISH[1:]], FRENCH, ENGLISH[1:]),
        (list(chain(*zip(FRENCH, ENGLISH[1:], strict=True))), FRENCH, ENGLISH[1:]),
    ],
)
def test_halves_of_any_shape(tmp_path: Path, lines: list[str], first: list[str] | None, second: list[str]) -> None:
    (_, left), (_, right) = split(tmp_path, lines)
    assert left == (first or [*CHINESE[:3], "apt-get install library", *CHINESE[3:]])
    assert right == second


def test_halves_have_their_language(tmp_path: Path) -> None:
    assert [language for language, _ in split(tmp_path, CHINESE + ENGLISH)] == ["zh-Hans", "en"]
    assert [language for language, _ in split(tmp_path, FRENCH + ENGLISH[1:])] == ["fr", "en"]


def test_an_abstract_is_a_half(tmp_path: Path) -> None:
    abstract = [*ENGLISH[1:], "This paper describes the history of the library and how its rules came about over time."]
    assert [lines for _, lines in split(tmp_path, [*abstract, *CHINESE * 8])] == [abstract, CHINESE * 8]


@pytest.mark.parametrize(
    "lines",
    [
        CHINESE,
        ENGLISH,
        [],
        ["12", "345"],
        [f"{line}他说：“It is a very nice day.”" for line in CHINESE],
        [*CHINESE[:2], "“To be, or not to be, that is the question.”", *CHINESE[2:] * 3],
        [*CHINESE * 4, "See also: The Library"],
        ["蔡英文", *ENGLISH, *ENGLISH],
        list(chain(*zip(CHINESE[1:4], ["sudo apt-get install nginx", "systemctl start nginx", "x_1 = y[0];"], strict=True))),
        ["请打开 JavaScript。", "Пожалуйста, включите JavaScript.", "JavaScriptを有効にしてください。", *ENGLISH * 3],
    ],
    ids=["chinese", "english", "empty", "numbers", "quotations", "a quotation", "a reference", "a name", "commands", "notices"],
)
def test_not_bilingual(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "document.txt"
    path.write_text("\n".join(lines or ["."]) + "\n", "utf-8")
    assert read(path).halves == ()


def test_seeds() -> None:
    found = {path.name[:3]: read(path).halves for path in sorted(SEEDS.glob("*.txt"))}
    assert [name for name, both in found.items() if both] == ["004"]
    chinese, english = found["004"]
    assert (chinese.language, english.language) == ("zh-Hant", "en")
    assert (len(chinese.blocks), len(english.blocks)) == (52, 52)


@pytest.mark.skipif(not GOLD, reason="no eval-align beside the project")
def test_gold_halves_and_preambles() -> None:
    for path in GOLD[::5]:
        gold = json.loads(path.read_text("utf-8"))
        document = read(path.parents[1] / "docs" / f"{path.stem}.txt")
        lines = [{document.blocks[k].span.start_line for k in half.blocks} for half in document.halves]
        expected = {side: {s["start_line"] for s in gold["segments"] if s["id"][0] == side} for side in "ze"}
        assert sorted(map(sorted, lines)) == sorted(map(sorted, expected.values())), path.stem


lines_of_text = st.lists(
    st.sampled_from([*CHINESE, *ENGLISH, *RUSSIAN, "", "----", "123", "\x00", "\ud800", "見 (see) it"]) | st.text(max_size=20),
    max_size=30,
)


@given(lines_of_text, st.sampled_from(["en", "zh-Hant", "und"]))
def test_halves_are_apart_ordered_and_deterministic(lines: list[str], language: str) -> None:
    text, blocks = "", []
    for number, line in enumerate(lines):
        blocks.append(Block(Span(len(text), len(text) + len(line), number + 1, number + 1, 0, 0), "paragraph", 0, language))
        text += line + "\n"
    found = halves(text, blocks)
    assert found == halves(text, blocks)
    assert len(found) in (0, 2)
    assert not found or in_several_scripts(lines)  # in one language two scripts make the halves
    members = [k for half in found for k in half.blocks]
    assert len(set(members)) == len(members)
    assert all(list(half.blocks) == sorted(half.blocks) and half.blocks for half in found)
    assert not found or found[0].blocks[0] < found[1].blocks[0]
