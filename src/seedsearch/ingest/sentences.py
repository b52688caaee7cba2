"""Text to sentences with exact places, for Latin-like scripts and Chinese/Japanese, without a model.

A full stop ends a sentence when what stands around it says so (Grefenstette and Tapanainen 1994, "What is a word, what
is a sentence?"): an abbreviation, an initial, a list number or a small letter behind it speak against it. The wide
marks of Chinese and Japanese and those of Indic, Arabic, Armenian, Ethiopic and Khmer always end one.
"""

from __future__ import annotations

import re
from functools import cache

# Marks that end a sentence even with no blank behind them.
_STRONG = "。｡！？‼⁇⁈⁉।॥؟۔։።။។"
_WEAK = frozenset(".!?")  # that most often stand alone, to be told from the above at once
_CLOSERS = "」』”’）】》〉〕］｣\"'＂)]}»›"
_OPENERS = "「『“‘（【《〈〔［｢\"'＂([{«‹„‚¿¡*_#-–—•"
# What cannot begin a sentence: 「好！」，他說
_CONTINUES = "，、；：,;:）)」』》〉】"

# Possessive quantifiers, and no two parts that match the same character, keep the search linear.
_CANDIDATE = re.compile(rf"\n[^\S\n]*+\n|([{_STRONG}.!?．…‥]++)([{re.escape(_CLOSERS)}]*+(?:\[\d{{1,3}}\])*+)")
# Where one may begin: a search for characters alone takes a third of the time. Group 1 stands where a sentence surely ends,
# which most ends are: a strong mark by itself with a letter behind it; a weak one before a capital, no abbreviation.
_SURE = r"(?:(?<=[^\W\d_]{7}\.)|(?<=[!?]))(?=\s[A-Z])"
_AROUND = re.escape(f"{_CLOSERS}[")
_FIRST = re.compile(
    rf"[\n{_STRONG}.!?．…‥]((?<=[{_STRONG}])(?=[^\s{_STRONG}.!?．…‥{_AROUND}{re.escape(_CONTINUES)}])|{_SURE})?"
)
# Within ASCII nothing ends without a blank behind it.
_FIRST_ASCII = re.compile(rf"[\n.!?](?:({_SURE})|(?=[\s.!?{_AROUND}]|\Z))")
_SPACE = re.compile(r"\s*+")
_LAST_WORD = re.compile(r"[^\W_][\w.]*\Z")

# Never the end of a sentence: a name or a term follows.
_BEFORE_A_NAME = frozenset(
    """mr mrs ms dr prof st messrs mme mlle mgr rev hon gen lt capt sgt maj cmdr adm gov sen rep pres fr sr sra dra
    vs cf viz e.g i.e eg ie approx esp z.b d.h bzw ca г ул им""".split()
)
# The end of a sentence unless a number follows: "No. 5", "Fig. 3", "Jan. 1".
_BEFORE_A_NUMBER = frozenset(
    """no nos nr p pp vol vols fig figs ch chap sec art par para ver v col eq ed ex ref tab
    jan feb mar apr jun jul aug sep sept oct nov dec""".split()
)
# Either: the end only if the next word is one that begins sentences.
_EITHER = frozenset("inc ltd co corp jr etc a.m p.m b.c a.d ph.d m.d dept univ al".split())
_LONGEST_SHORT = 6  # characters of an abbreviation without stops: "approx"


@cache
def _starter() -> re.Pattern[str]:
    """A word that begins sentences. Compiled when first met, as are the rarer patterns: a cold query needs none of them."""
    return re.compile(
        r"(?:the|this|that|these|those|it|its|he|she|they|we|you|i|in|on|at|as|if|when|while|after|before|but|and|however|for"
        r"|from|there|here|then|his|her|their|our|my|what|who|how|why|where|to|a|an|no|not|so|with|by|one|some|all)(?![\w-])",
        re.IGNORECASE,
    )


@cache
def _list_number() -> re.Pattern[str]:
    return re.compile(r"[(（\[]?(?:\d{1,3}(?:\.\d{1,3})*|[ivxlcIVXLC]{1,5}|[a-zA-Z])")


def _is_cjk(char: str) -> bool:
    return "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\uff00" <= char <= "\uffef" or char >= "\U00020000"


def _abbreviated(word: str, following: str) -> bool:
    """Whether the stop behind `word` belongs to an abbreviation, `following` being the text behind the blank."""
    if len(word) > _LONGEST_SHORT and "." not in word:
        return False
    lower = word.lower()
    if lower in _BEFORE_A_NAME:
        return True
    if following[:1].isdigit() and lower in _BEFORE_A_NUMBER:
        return True
    acronym = "." in word and all(len(part) <= 1 for part in word.split("."))
    initial = len(word) == 1 and word.isupper() and not _is_cjk(word)
    if acronym or initial or lower in _EITHER:
        return not _starter().match(following)
    return False


def _closing(text: str, start: int, mark: re.Match[str]) -> int:
    """Where a mark ends with the quotes and brackets that it closes.

    A straight quote with no blank behind it closes only what was opened: 他說:"好。"她走了 against 他走了。"好。".
    """
    end = mark.end()
    behind = text[end : end + 1]
    if (
        '"' in mark[2]
        and behind
        and not behind.isspace()
        and text.count('"', max(start, mark.start() - 1000), mark.start()) % 2 == 0
    ):
        return mark.start(2) + mark[2].index('"')
    return end


def _ends(text: str, start: int, mark: re.Match[str], end: int) -> bool:
    """Whether the sentence begun at `start` ends with this mark, whose closing quotes and brackets end at `end`."""
    space = _SPACE.match(text, end)
    assert space is not None
    following = text[space.end() : space.end() + 24]
    if not following:
        return True
    spaced = space.end() > end
    marks, before = mark[1], text[mark.start() - 1 : mark.start()] if mark.start() else ""
    if following[0] in _CONTINUES:
        return False
    if marks not in _WEAK and any(char in _STRONG for char in marks):
        return True
    following = following.lstrip(_OPENERS) or following
    cjk = bool(before) and _is_cjk(before)
    if not spaced:
        return cjk and (marks[-1] in "!?" or (_is_cjk(following[0]) and (marks[-1] in ".．" or bool(mark[2]))))
    if following[0].islower() or following[0] in ".!?…":
        return False
    if marks != "." or mark[2]:
        return True
    if mark.start() - start <= 12 and _list_number().fullmatch(text[start : mark.start()].strip()):
        return False
    behind = text[max(start, mark.start() - 24) : mark.start()]
    last = behind.rsplit(None, 1)[-1] if behind[-1:].isalnum() else ""
    if not last.isalnum():
        word = _LAST_WORD.search(behind)
        last = word[0] if word else ""
    return not (last and _abbreviated(last, following))


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end) in characters, ascending, without overlap.

    Everything but white space is in exactly one; white space at the edges is left out. A blank line ends a sentence, a
    single line break does not. Time is linear in the text.
    `sentences("Mr. Li left. 他走了。好！") == [(0, 12), (13, 17), (17, 19)]`.
    """
    spans: list[tuple[int, int]] = []
    start = behind = 0
    for first in (_FIRST_ASCII if text.isascii() else _FIRST).finditer(text):
        if first.start() < behind:
            continue
        if first.lastindex:
            end = behind = first.end()
        else:
            mark = _CANDIDATE.match(text, first.start())
            if mark is None:
                continue
            end = behind = mark.end()
            if mark[1] is not None:
                end = _closing(text, start, mark)
                if not _ends(text, start, mark, end):
                    continue
        _append(spans, text, start, end)
        start = end
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    start += text[start : start + 1].isspace()  # most often there is one blank
    if start < end and (text[start].isspace() or text[end - 1].isspace()):
        piece = text[start:end]
        start = end - len(piece.lstrip())
        end = start + len(piece.strip())
    if start < end:
        spans.append((start, end))
