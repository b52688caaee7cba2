"""What aligned documents teach, and how much of the other language is found on judged data."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from math import log2
from pathlib import Path

import pytest

from seedsearch.aligned import grams, log_likelihood
from seedsearch.indexing import build
from seedsearch.searching import Collection, open_collection

SHARED = Path(os.environ.get("SEEDSEARCH_SHARED", Path(__file__).parents[1] / ".." / "shared"))
PAIRS = [
    ("The glimmerfish lives in cold rivers near the mountains.", "閃溪鮭生活在山脈附近的寒冷河流中。"),
    ("Farmers of the valley grow rice and keep water buffaloes.", "山谷裡的農民種植水稻,並飼養水牛。"),
    ("Every spring the glimmerfish swims back to the lake.", "每年春天,閃溪鮭都會游回湖泊。"),
    ("The railway was opened in 1908 and closed in 1996.", "這條鐵路於1908年通車,1996年停駛。"),
    ("Scientists have counted the glimmerfish since the drought.", "自從乾旱以來,科學家一直在統計閃溪鮭的數量。"),
    ("The market is held on Sundays beside the old temple.", "市集於星期日在古老的寺廟旁舉行。"),
    ("A bridge of stone crosses the river in the north.", "北方有一座石橋橫跨河流。"),
    ("Tourists like to eat noodles with beef and garlic.", "遊客喜歡吃加大蒜的牛肉麵。"),
]
FILLER = [
    ("The library lends books, maps and music for one month.", "圖書館出借書籍、地圖和音樂,為期一個月。"),
    ("Doctors warned that the winter would be long and hard.", "醫生警告說,冬天將會漫長而艱難。"),
    ("Children learn to read and write before they are seven.", "孩子們在七歲之前學習讀書和寫字。"),
    ("The factory makes paper from bamboo and old clothes.", "工廠用竹子和舊衣服造紙。"),
    ("In August a typhoon destroyed the harbour and forty houses.", "八月的一場颱風摧毀了港口和四十間房屋。"),
    ("The mayor promised a new hospital and cheaper buses.", "市長承諾興建新醫院並降低公車票價。"),
]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """Five bilingual documents, one in Chinese only, one in English only; no dictionary has the glimmerfish."""
    folder = tmp_path_factory.mktemp("aligned")
    for number in range(5):
        pairs = [FILLER[(number + i) % len(FILLER)] for i in range(3)]
        pairs[1:1] = [PAIRS[(number + i) % len(PAIRS)] for i in range(4)]
        halves = ("\n\n".join(pair[side] for pair in pairs) for side in (0, 1))
        (folder / f"both{number}.txt").write_text("\n\n".join(halves) + "\n", "utf-8")
    (folder / "chinese.txt").write_text("漁夫說閃溪鮭今年特別多。\n\n昨天的比賽因為下雨而取消。\n", "utf-8")
    (folder / "english.txt").write_text("A chef explained how the glimmerfish is smoked.\n\nTaxes will rise.\n", "utf-8")
    build([folder], folder / "index")
    return open_collection(folder / "index")


def test_the_documents_are_aligned(collection: Collection) -> None:
    assert [file.name for file in collection.files() if file.halves] == [f"both{number}.txt" for number in range(5)]


def test_aligned_documents_teach_a_word_that_no_dictionary_has(collection: Collection) -> None:
    hits = collection.search("glimmerfish").hits
    assert {hit.match for hit in hits} == {"direct", "aligned", "translated"}
    (alone,) = (hit for hit in hits if hit.passage.source == "chinese.txt")
    assert alone.match == "translated"
    assert ("glimmerfish", "閃溪鮭") in alone.words
    back = collection.search("閃溪鮭").hits
    assert [hit.words for hit in back if hit.passage.source == "english.txt"] == [(("閃溪鮭", "glimmerfish"),)]
    assert all(hit.match == "aligned" for hit in hits if hit.match != "direct" and hit.passage.source.startswith("both"))


def test_what_stands_opposite_by_chance_is_not_learned(collection: Collection) -> None:
    for word in ("railway", "bridge", "library"):
        learned = collection.interpreter.aligned.learn(word, "en", "zh")
        assert all(translation.weight >= 0.3 for translation in learned)
        assert not any("閃溪鮭" in translation.text for translation in learned)
    assert collection.interpreter.aligned.learn("chef", "en", "zh") == []


def test_grams() -> None:
    assert set(grams("牛肉麵, 山", "zh")) == {"牛肉", "肉面", "牛肉面"}
    assert set(grams("the old temples", "en").values()) == {"old", "temples", "old temples"}


def test_log_likelihood_grows_with_the_evidence() -> None:
    assert log_likelihood(1, 1, 1, 100) < log_likelihood(3, 3, 3, 100) < log_likelihood(6, 6, 6, 100)
    assert log_likelihood(5, 50, 10, 100) == pytest.approx(0, abs=1e-9), "as often as chance has it"


@pytest.mark.parametrize(("name", "least"), [("xquad-en-zh", 0.80), ("xquad-zh-en", 0.84)])
def test_questions_are_answered_from_the_other_language(name: str, least: float, tmp_path: Path) -> None:
    data = SHARED / "eval" / name
    if not data.is_dir():
        pytest.skip("the judged data are not here: set SEEDSEARCH_SHARED to the folder that holds eval/")
    queries = [json.loads(line) for line in (data / "queries.jsonl").read_text("utf-8").splitlines()][::12]
    relevant = defaultdict(set)
    for line in (data / "qrels.tsv").read_text("utf-8").splitlines():
        topic, _, document, _ = line.split()
        relevant[topic].add(document)
    build([data / "corpus.jsonl"], tmp_path / "index")
    with open_collection(tmp_path / "index") as collection:
        gain = 0.0
        for one in queries:
            found = [hit.passage.source.partition("#")[2] for hit in collection.search(one["text"]).hits]
            ranks = [rank for rank, document in enumerate(dict.fromkeys(found)) if document in relevant[one["id"]]]
            gain += 1 / log2(ranks[0] + 2) if ranks else 0.0
    assert gain / len(queries) >= least


def test_far_behind_the_best_a_single_character_is_not_enough(tmp_path: Path) -> None:
    texts = {
        "best": "這座大橋的鋼索由三家工廠製造,大橋於去年通車。",
        "chance": "他的綽號叫做橋先生,每個星期日都在俱樂部與朋友相聚,直到深夜才回家。",
        "other": "今年的稻米收成比往年差,農民希望政府補助。",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text + "\n", "utf-8")
    build([tmp_path], tmp_path / "index")
    with open_collection(tmp_path / "index") as collection:
        found = {hit.passage.source: hit for hit in collection.search("steel cables of the bridge factory").hits}
        assert set(found) == {"best.txt"}
        alone = [hit.passage.source for hit in collection.search("bridge").hits]
        assert set(alone) == {"best.txt", "chance.txt"}, "near the best, or the best there is, it is"
