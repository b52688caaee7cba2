"""Words as numbers: what they are called, and that what was met before changes no answer."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest

from seedsearch import vocabulary
from seedsearch.analysis import WRITTEN
from seedsearch.pool import Pool, find, read
from seedsearch.query import Term
from seedsearch.reranking import feedback
from seedsearch.vocabulary import Lexicon, Vocabulary, lexicons


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    vocabulary.forget()
    yield
    vocabulary.forget()


def words(pool: Pool, page: int) -> list[str]:
    found = pool.pages[page]
    return [found.word(at) for at in range(len(found.words))]


def test_words_have_their_terms_by_language() -> None:
    pool = read([("en", "Assurances met", ()), ("de", "Assurances traf", ())])
    english, german = (page.lexicon for page in pool.pages)
    number = pool.pages[0].words[0]
    assert pool.pages[1].words[0] == number  # a word is the same in every language
    assert number in english.having("assur") and english.called(number) == ("assur", WRITTEN + "assurances")
    assert number not in german.having("assur") and german.called(number)[0] != "assur"
    assert [english.called(number) for number in pool.pages[0].words][1] == ("met",)


def test_what_was_met_before_changes_nothing() -> None:
    texts = [("en", "Taiwan's F-16 allies, met in 1990", ("Arms sales",)), ("zh-Hant", "台灣的防衛", ()), ("en", "", ())]
    leaves = [
        Term("any", ("alli",)),
        Term("any", ("f16",)),
        Term("any", ("防卫",)),
        Term("any", ("防",)),
        Term("any", ("sale",)),
    ]

    def counted() -> list[object]:
        pool = read(texts)
        return [(words(pool, i), *places[:3]) for i, places in enumerate(find(leaves, pool))]

    first = counted()
    read([("en", "allied allies f16 sales taiwan", ()), ("zh-Hant", "防衛防空", ())])
    assert counted() == first
    assert [places[2] for places in first] == [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 0]]  # type: ignore[index]


def test_a_pool_knows_all_its_words_and_too_many_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MOST", 1000)
    known = lexicons()
    pool = read([("en", ";".join(f"w{i}x{k}" for k in range(1000)), ()) for i in range(70)])
    assert lexicons() is not known and "en" not in lexicons()
    assert words(pool, 0)[0] == "w0x0" and words(pool, 69)[-1] == "w69x999"  # which goes on to hold in what was read
    assert words(read([("en", "w5x5 and on", ())]), 0) == ["w5x5", "and", "on"]


def test_what_was_broken_off_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> list[tuple[str, ...]]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(vocabulary, "entries", interrupted)
        with pytest.raises(KeyboardInterrupt):
            read([("en", "Allies met", ())])
    (page,) = read([("en", "Allies", ())]).pages
    assert page.lexicon.called(page.words[0])[0] == "alli"


def test_each_thread_has_its_own() -> None:
    found: list[object] = [lexicons()]
    thread = Thread(target=lambda: found.append(lexicons()))
    thread.start()
    thread.join()
    assert found[0] is lexicons() and found[1] is not found[0]


@pytest.mark.parametrize(("shared", "telling"), [("the 1990 ๒๕ and", False), ("allies", True)])
def test_function_words_and_numbers_tell_nothing(shared: str, telling: bool) -> None:
    lexicon = Lexicon(Vocabulary(), "en")
    texts = [lexicon.read(f"{shared} {own}")[1] for own in ("radar", "harbour", "budget")]
    lexicon.learn()
    pages = [(lexicon.stems, words) for words in texts]
    sums = feedback(pages, [1.0] * 3, [1.0, -1.0, -1.0], [1.0] * 4, 9, 1.2)
    assert [value > 0 for value in sums] == [telling] * 3
