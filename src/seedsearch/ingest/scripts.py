"""Writing systems: which script a text is in, and whether its Chinese is Simplified or Traditional."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from unicodedata import category

from seedsearch.characters import Table
from seedsearch.hanzi import table

# First character of a range and its script (ISO 15924), after Scripts.txt of Unicode 16. Only letters and marks are
# looked up, so a range may cover other signs; "Zyyy" stands for scripts of no language that is told apart here.
_RANGES = (
    (0x0000, "Latn"), (0x0300, "Zyyy"), (0x0370, "Grek"), (0x0400, "Cyrl"), (0x0530, "Armn"), (0x0590, "Hebr"),
    (0x0600, "Arab"), (0x0700, "Syrc"), (0x0750, "Arab"), (0x0780, "Thaa"), (0x07C0, "Nkoo"), (0x0800, "Zyyy"),
    (0x0870, "Arab"), (0x0900, "Deva"), (0x0980, "Beng"), (0x0A00, "Guru"), (0x0A80, "Gujr"), (0x0B00, "Orya"),
    (0x0B80, "Taml"), (0x0C00, "Telu"), (0x0C80, "Knda"), (0x0D00, "Mlym"), (0x0D80, "Sinh"), (0x0E00, "Thai"),
    (0x0E80, "Laoo"), (0x0F00, "Tibt"), (0x1000, "Mymr"), (0x10A0, "Geor"), (0x1100, "Hang"), (0x1200, "Ethi"),
    (0x13A0, "Cher"), (0x1400, "Cans"), (0x1680, "Zyyy"), (0x1780, "Khmr"), (0x1800, "Mong"), (0x18B0, "Cans"),
    (0x1900, "Zyyy"), (0x19E0, "Khmr"), (0x1A00, "Zyyy"), (0x1C80, "Cyrl"), (0x1C90, "Geor"), (0x1CC0, "Zyyy"),
    (0x1D00, "Latn"), (0x1F00, "Grek"), (0x2000, "Zyyy"), (0x2C60, "Latn"), (0x2C80, "Zyyy"), (0x2D00, "Geor"),
    (0x2D30, "Tfng"), (0x2D80, "Ethi"), (0x2DE0, "Cyrl"), (0x2E00, "Zyyy"), (0x2E80, "Hani"), (0x3040, "Hira"),
    (0x30A0, "Kana"), (0x3100, "Bopo"), (0x3130, "Hang"), (0x3190, "Zyyy"), (0x31A0, "Bopo"), (0x31C0, "Zyyy"),
    (0x31F0, "Kana"), (0x3200, "Zyyy"), (0x3400, "Hani"), (0xA000, "Yiii"), (0xA4D0, "Zyyy"), (0xA640, "Cyrl"),
    (0xA6A0, "Zyyy"), (0xA720, "Latn"), (0xA800, "Zyyy"), (0xA8E0, "Deva"), (0xA900, "Zyyy"), (0xA960, "Hang"),
    (0xA980, "Zyyy"), (0xA9E0, "Mymr"), (0xAA00, "Zyyy"), (0xAA60, "Mymr"), (0xAA80, "Zyyy"), (0xAB00, "Ethi"),
    (0xAB30, "Latn"), (0xAB70, "Cher"), (0xABC0, "Zyyy"), (0xAC00, "Hang"), (0xD800, "Zyyy"), (0xF900, "Hani"),
    (0xFB00, "Latn"), (0xFB13, "Armn"), (0xFB1D, "Hebr"), (0xFB50, "Arab"), (0xFE00, "Zyyy"), (0xFE70, "Arab"),
    (0xFF00, "Latn"), (0xFF66, "Kana"), (0xFFA0, "Hang"), (0xFFE0, "Zyyy"), (0x1B000, "Kana"), (0x1B170, "Zyyy"),
    (0x20000, "Hani"), (0x323B0, "Zyyy"),
)  # fmt: skip
_STARTS = [start for start, _ in _RANGES]

_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
SCRIPTS = tuple(sorted({script for _, script in _RANGES}))
# What one character says, in Latin letters: a Chinese text has about 2.5 times fewer characters than its translation.
_WEIGHTS = {"Hani": 2.5, "Hira": 2.0, "Kana": 2.0, "Hang": 2.0}


def script_of(char: str) -> str:
    """ISO 15924 code of a letter's or vowel sign's script: "Latn", "Cyrl", "Hani", ...; "Zyyy" for all else.

    >>> script_of("字"), script_of("ж"), script_of("3")
    ('Hani', 'Cyrl', 'Zyyy')
    """
    if category(char)[0] not in "LM":
        return "Zyyy"
    return _RANGES[bisect_right(_STARTS, ord(char)) - 1][1]


def script_weights(text: str) -> dict[str, float]:
    """How much of a text is in each script, in Latin letters (a Han character counts 2.5), heaviest first.

    Japanese is "Jpan", kana and Han together; Han characters without enough kana (a tenth of both) stay "Hani".
    """
    if text.isascii():
        letters = len(text.encode().translate(None, _NO_LETTERS))
        return {"Latn": float(letters)} if letters else {}
    counts, says = _numbers().count(text, len(SCRIPTS)), _weights()
    weights = {SCRIPTS[number]: times * says[number] for number, times in counts.items() if says[number]}
    kana, han = weights.get("Hira", 0.0) + weights.get("Kana", 0.0), weights.get("Hani", 0.0)
    if kana and kana * 10 >= kana + han:
        for script in ("Hira", "Kana", "Hani"):
            weights.pop(script, None)
        weights["Jpan"] = kana + han
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))) if len(weights) > 1 else weights


@cache
def _numbers() -> Table:
    return Table(lambda character: SCRIPTS.index(script_of(character)))


@cache
def _weights() -> list[float]:
    """What a letter of each script says; 0 for what are no letters."""
    return [0.0 if script == "Zyyy" else _WEIGHTS.get(script, 1.0) for script in SCRIPTS]


def dominant_script(text: str) -> str:
    """The script (ISO 15924; "Jpan" for Japanese) that most of a text is in, "Zyyy" for a text without letters.

    >>> dominant_script("我们用 Python 写程序"), dominant_script("12:30")
    ('Hani', 'Zyyy')
    """
    return next(iter(script_weights(text)), "Zyyy")


def han_variant(text: str) -> str:
    """Which Chinese a text's Han characters are: "zh-Hans", "zh-Hant", "ja" for Japanese forms, "zh" if none tells.

    Characters that only one of them uses are counted (in the tables of OpenCC); a tie, or none, is "zh": most
    characters are common to all, so a short text often tells nothing. Japanese forms count twice, since the other
    characters of a Japanese text without kana are mostly Traditional ones.
    """
    counts = _telling().count(text, 8)
    hans, hant, shinjitai = (
        sum(times for signs, times in counts.items() if signs & sign) for sign in (_HANS, _HANT, _JAPANESE)
    )
    if shinjitai * 2 > hans + hant:
        return "ja"
    return "zh" if hans == hant else "zh-Hans" if hans > hant else "zh-Hant"


_HANS, _HANT, _JAPANESE = 1, 2, 4


@cache
def _telling() -> Table:
    """Characters as sums of what they tell."""
    simplified, traditional, japanese = _telltale_characters()
    kinds = ((_HANS, simplified), (_HANT, traditional), (_JAPANESE, japanese))
    return Table(lambda char: sum(sign for sign, characters in kinds if char in characters))


@cache
def _telltale_characters() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Characters that only Simplified, only Traditional and only Japanese texts use: 3,801, 3,198 and 240 of them."""
    simplified = table("STCharacters")
    traditional = table("TSCharacters")
    # A character that stands for itself among its counterparts (后, 里, 台) is written in both.
    only_hans = frozenset(char for char, others in simplified.items() if char not in others and char not in traditional)
    only_hant = frozenset(char for char, others in traditional.items() if char not in others and char not in simplified)
    only_japanese = frozenset(char for char in table("JPShinjitaiCharacters") if not _is_chinese(char))
    return only_hans, only_hant, only_japanese


def _is_chinese(char: str) -> bool:
    """Whether mainland China's or Taiwan's basic character set has it."""
    return any(char.encode(codec, "ignore") for codec in ("gb2312", "big5"))
