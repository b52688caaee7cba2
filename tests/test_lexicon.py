from __future__ import annotations

import gzip
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import cedict, dictionary, lexicon


def test_glosses_of_both_written_forms() -> None:
    assert lexicon.glosses("保證") == lexicon.glosses("保证")
    assert lexicon.glosses("保证")[:2] == ("guarantee", "ensure")
    assert "kernel" in lexicon.glosses("內核")
    assert lexicon.glosses("台灣") == ("Taiwan",)


def test_a_name_is_the_last_sense() -> None:
    assert lexicon.glosses("王")[0].startswith("king")
    assert "Wang" in lexicon.glosses("王")[1:]


def test_a_variant_has_the_senses_of_its_word() -> None:
    assert set(lexicon.glosses("裡")) >= {"inside", "interior"}


def test_unknown_words_have_none() -> None:
    assert lexicon.glosses("") == lexicon.glosses("龘龘龘龘") == lexicon.glosses("hello") == ()
    assert lexicon.equivalents("") == lexicon.equivalents("xyzzyx") == ()
    assert lexicon.readings("保证") == ()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [("guarantee", "保证"), ("Democracy", "民主"), ("war", "战争"), ("peace", "和平"), ("kernel", "内核"), ("apple", "苹果")],
)
def test_equivalents_are_simplified_and_the_usual_one_is_near_the_top(english: str, chinese: str) -> None:
    assert chinese in lexicon.equivalents(english)[:4]


@pytest.mark.parametrize(
    ("inflected", "base"), [("guarantees", "guarantee"), ("stopped", "stop"), ("libraries", "library"), ("making", "make")]
)
def test_inflected_forms_have_the_words_of_their_base(inflected: str, base: str) -> None:
    assert set(lexicon.equivalents(base)) <= set(lexicon.equivalents(inflected))


def test_mentions_are_words_that_have_a_word_beside_others() -> None:
    assert "化学战" in lexicon.mentions("Warfare")
    assert set(lexicon.mentions("missile")) <= set(lexicon.mentions("missiles"))
    assert lexicon.mentions("the") == lexicon.mentions("") == ()


@pytest.mark.parametrize(("form", "base"), [("won", "win"), ("children", "child"), ("struck", "strike")])
def test_irregular_forms_have_the_words_of_their_base(form: str, base: str) -> None:
    assert set(lexicon.equivalents(base)) <= set(lexicon.equivalents(form))


def test_many_look_ups_give_what_single_ones_give(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["", "\ud800", "\t", "\n", "保證", "保证", "王", "一", "龘龘龘", "～～～～", "%", "zzz"]
    single = [lexicon.glosses(word) for word in words]
    monkeypatch.setattr(lexicon, "_MANY", 0)
    assert [lexicon.glosses(word) for word in words] == single
    assert sum(map(bool, single)) >= 4


def test_readings_are_pinyin_without_tones() -> None:
    assert lexicon.readings("行") == ("hang", "xing")
    assert "nv" in lexicon.readings("女")


def test_segments_are_the_longest_words() -> None:
    text = "他在图书馆里看书abc"
    assert [text[start:end] for start, end in lexicon.segment(text)] == ["他", "在", "图书馆", "里", "看书", "a", "b", "c"]


@given(st.text(alphabet="图书馆里看书的人abc 1\ud800", max_size=40))
def test_segments_cover_the_text(text: str) -> None:
    spans = lexicon.segment(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(0 < end - start <= dictionary.LONGEST for start, end in spans)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("to guarantee/(old) a pledge; surety/CL:個|个[ge4]", ["guarantee", "pledge", "surety"]),
        ("variant of 裡|里[li3]", []),
        ("abbr. for 北京大學|北京大学[Bei3jing1 Da4xue2]/northern capital", ["northern capital"]),
        ("lit. to ride a crane (idiom); to get a position/(coll.) fig. to die", ["ride a crane", "get a position", "die"]),
        ("surname Wang/king", ["king", "Wang"]),
        ("(a b (c) d)", []),
    ],
)
def test_senses(definition: str, expected: list[str]) -> None:
    assert cedict.senses(definition) == expected


def ask(home: Path, times: int = 1) -> float:
    """Runs new processes that look a word up, all at once, with their cache below `home`; the least CPU time of a look-up."""
    script = (
        "import time; from seedsearch import lexicon; start = time.process_time();"
        "assert lexicon.glosses('保證')[0] == 'guarantee'; print(time.process_time() - start)"
    )
    command = [sys.executable, "-c", script]
    runs = [
        subprocess.Popen(command, env={"XDG_CACHE_HOME": str(home), "PYTHONUTF8": "1"}, stdout=subprocess.PIPE, text=True)
        for _ in range(times)
    ]
    seconds = [run.communicate()[0] for run in runs]
    assert all(run.returncode == 0 for run in runs)
    return min(map(float, seconds))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that two processes made at once."""
    folder = tmp_path_factory.mktemp("cache")
    ask(folder, times=2)
    return folder


def test_the_cache_is_a_file_for_each_table_and_quick(home: Path) -> None:
    names = sorted(path.name for path in (home / "seedsearch").iterdir())
    tables = ("equivalents", "glosses", "mentions", "readings")
    assert names == [f"cedict-{dictionary.edition()}-{lexicon._FORMAT}-{table}.txt" for table in tables]
    assert min(ask(home) for _ in range(3)) < 0.05, "a look-up reads what it needs"


def test_a_broken_cache_is_made_anew(home: Path) -> None:
    (file,) = (home / "seedsearch").glob("*glosses.txt")
    whole = file.read_bytes()
    file.write_bytes(whole[:100_000] + bytes(len(whole) - 100_000))
    ask(home)
    assert file.read_bytes() == whole


@pytest.mark.parametrize(
    "damaged",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: bytes(1000) + whole[1000:],
        lambda whole: whole[:1000] + bytes(1000) + whole[2000:],
        lambda whole: whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2),
    ],
    ids=["empty", "cut", "size", "list", "lines"],
)
def test_nothing_wrong_is_read_from_a_broken_cache(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: Callable[[bytes], bytes]
) -> None:
    (file,) = (home / "seedsearch").glob("*readings.txt")
    whole = file.read_bytes()
    (tmp_path / "seedsearch").mkdir()
    (tmp_path / "seedsearch" / file.name).write_bytes(damaged(whole))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(lexicon, "_made", lambda: {"readings": whole})
    table = lexicon._Table("readings")
    assert [table.row(word) for word in "行女一龍"] == [("hang", "xing"), ("nv", "ru"), ("yi",), ("long",)]


def test_the_same_dictionary_is_known_again_and_another_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editions = []
    for text, level in [("a", 1), ("a", 9), ("b", 9)]:
        (tmp_path / "cedict.txt.gz").write_bytes(gzip.compress(text.encode() * 1000, level))
        monkeypatch.setattr(dictionary, "data_file", lambda: str(tmp_path / "cedict.txt.gz"))
        editions.append(dictionary.edition())
    assert editions[0] == editions[1] != editions[2]


def test_without_a_cache_folder_it_works_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "seedsearch").write_text("a file where the folder would be")
    ask(tmp_path)


def test_nothing_is_read_by_importing() -> None:
    start = time.process_time()
    subprocess.run(
        [sys.executable, "-c", "import seedsearch.lexicon as l; assert l._table.cache_info().currsize == 0"], check=True
    )
    assert time.process_time() - start < 1
