from __future__ import annotations

import re
import time
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.errors import QuerySyntaxError
from seedsearch.query import (
    MAX_DEPTH,
    MAX_WORDS,
    And,
    Compiled,
    Everything,
    Filter,
    Language,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Quoted,
    Start,
    Term,
    Within,
    Word,
    fair_share,
    parse,
    translate,
)

CHINESE = re.compile("[\u4e00-\u9fff]+|[^\\W\u4e00-\u9fff]+")


def show(node: Node) -> str:
    """A tree in few characters: +(...) for And, |(...) for Or, |2(...) for a minimum of 2."""
    match node:
        case Word(text, field) | Start(text, field) | Quoted(text, field):
            shape = {Word: "{}", Start: "{}*", Quoted: '"{}"'}[type(node)].format(text)
            return shape if field == "any" else f"{field}:{shape}"
        case Filter(name, value):
            return f"{name}:{value}"
        case Not(child):
            return f"-{show(child)}"
        case And(children):
            return f"+({' '.join(map(show, children))})"
        case Or(children, minimum):
            return f"|{minimum if minimum != 1 else ''}({' '.join(map(show, children))})"
        case Term(field, forms):
            return f"{field}={'/'.join(forms)}"
        case Phrase(field, positions):
            return f"{field}=<{' '.join('/'.join(forms) or '.' for forms in positions)}>"
        case Prefix(field, text):
            return f"{field}={text}*"
        case Language(prefix):
            return f"@{prefix}"
        case Within(documents):
            return f"#{sorted(documents)}"
    return "*"


def typed(text: str) -> str:
    return show(parse(text).tree)


def analyse(text: str) -> Sequence[tuple[str, ...]]:
    """Words in small letters, also without a plural s; runs of Chinese as bigrams."""
    positions: list[tuple[str, ...]] = []
    for run in CHINESE.findall(text.lower()):
        if "\u4e00" <= run[0] <= "\u9fff":
            positions += [(run[i : i + 2],) for i in range(max(1, len(run) - 1))]
        else:
            positions.append((run, run.rstrip("s")) if run.endswith("s") and len(run) > 1 else (run,))
    return positions


def documents(glob: str) -> frozenset[int]:
    return frozenset({4, 5}) if glob == "004*" else frozenset()


def compiled(text: str) -> Compiled:
    return translate(parse(text), analyse, documents, lambda start: (start.lower(),))


def terms(text: str) -> str:
    return show(compiled(text).node)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("assurances", "assurances"),
        ("six assurances", "|(six assurances)"),
        ("six six", "six"),
        ('"six assurances" Reagan', '+("six assurances" |0(Reagan))'),
        ('"a" "b c"', '+("a" "b c")'),
        ("six -draft", "+(six -draft)"),
        ("six NOT draft", "+(six -draft)"),
        ('six -"first draft" -(a b)', '+(six -"first draft" -|(a b))'),
        ("a AND b", "+(a b)"),
        ("a AND b c", "+(+(a b) |0(c))"),
        ("a b AND c OR d e", "|(a +(b c) d e)"),
        ("a OR b c", "|(a b c)"),
        ('"a b" OR "c d" e', '+(|("a b" "c d") |0(e))'),
        ("(a OR b) AND (c OR d)", "+(|(a b) |(c d))"),
        ("a OR -b", "+(a -b)"),
        ("a AND NOT b", "+(a -b)"),
        ("a AND (NOT b)", "+(a -b)"),
        ("(a -b) c", "|(+(a -b) c)"),
        ("assur* x", "|(assur* x)"),
        ("lang:zh assurances", "+(lang:zh assurances)"),
        ("lang:(zh en) x", "+(|(lang:zh lang:en) x)"),
        ("lang:zh", "lang:zh"),
        ("source:004* -lang:en", "+(source:004* -lang:en)"),
        ('source:"my file.txt" x', "+(source:my file.txt x)"),
        ("source:* x", "+(source:* x)"),
        ('heading:policy x heading:"a b"', '+(heading:policy heading:"a b" x)'),
        ("heading:(a b)", "|(heading:a heading:b)"),
        ("heading:(a AND b) x", "+(+(heading:a heading:b) x)"),
        ("-heading:x a", "+(a -heading:x)"),
        ('"p q" lang:zh c', '+("p q" lang:zh |0(c))'),
    ],
)
def test_what_is_typed_means(text: str, tree: str) -> None:
    assert typed(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("“六项 保证” 台湾", '+("六项 保证" |0(台湾))'),
        ("「六项」『保证』", '+("六项" "保证")'),
        ("”六项“ ＂a b＂", '+("六项" "a b")'),
        ("lang：zh 保证", "+(lang:zh 保证)"),
        ("（甲 OR 乙）AND 丙", "+(|(甲 乙) 丙)"),
        ("保证\u3000－草案", "+(保证 -草案)"),
        ("政＊", "政*"),
        ("台湾－美国", "台湾－美国"),
        ("问题：什么", "问题：什么"),
    ],
)
def test_chinese_keyboards(text: str, tree: str) -> None:
    assert typed(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("Taiwan-U.S. F-16", "|(Taiwan-U.S. F-16)"),
        ("http://x.org/a note: this 3:16", "|(http://x.org/a note: this 3:16)"),
        ("--help", "--help"),
        ("a - b", "|(a b)"),
        ("and or not", "|(and or not)"),
        ("AND x", "x"),
        ("x AND", "x"),
        ("x OR AND y", "+(x y)"),
        ("OR OR", "OR"),
        ("NOT", "NOT"),
        ("NOT NOT x", "x"),
        ("-(-x)", "x"),
        ("((((x))))", "x"),
        ("() x (", "x"),
        (")x)", "x"),
        ('"" x', "x"),
        ("f(x)", "|(f x)"),
        ("a\x00b\x1bc\ud800", "|(a b c?)"),
        ("C++ C#", "|(C++ C#)"),
    ],
)
def test_what_is_no_syntax_is_text(text: str, tree: str) -> None:
    assert typed(text) == tree


def test_an_unclosed_quotation_mark_is_closed_at_the_end() -> None:
    parsed = parse('x "unclosed phrase')
    assert show(parsed.tree) == '+("unclosed phrase" |0(x))'
    assert "left open" in parsed.notes[0]


def test_in_a_text_of_capitals_operators_are_words() -> None:
    parsed = parse("USE OF PROGRAMS IN TESTING AND DESIGN OR NOT")
    assert show(parsed.tree) == "|(USE OF PROGRAMS IN TESTING AND DESIGN OR NOT)"
    assert "capitals" in parsed.notes[0]
    assert typed("NATO AND UN") == "+(NATO UN)"
    assert typed("台湾 AND 美国 AND 日本 AND 德国") == "+(台湾 美国 日本 德国)"
    assert parse("NATO AND UN").notes == ()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "type a word"),
        (" \n\t", "type a word"),
        ("((", "type a word"),
        ("()", "type a word"),
        ("-", "type a word"),
        ("*", "type a word"),
        ('""', "type a word"),
        ("-x", "add a word"),
        ("NOT (a b)", "add a word"),
        ("-lang:zh", "add a word"),
        ("lang:", "lang:zh"),
        ("lang: zh", "lang:zh"),
        ("(lang:)", "lang:zh"),
        ("lang:*", "lang:zh"),
        ('heading:"" x', "heading:policy"),
        ("x source:", "source:004*"),
    ],
)
def test_nothing_to_find_is_an_error_that_says_what_to_type(text: str, hint: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["!!!", "… —", "“!”", "lang:zh -x ?"])
def test_punctuation_leaves_nothing_or_the_filters(text: str) -> None:
    if "lang" in text:
        assert terms(text) == "+(* @zh -any=x)"
    else:
        with pytest.raises(QuerySyntaxError, match="nothing to search for"):
            compiled(text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("Assurances", "any=assurances/assurance"),
        ("six assurances", "|(any=six any=assurances/assurance)"),
        ('"six assurances"', "any=<six assurances/assurance>"),
        ('"six"', "any=six"),
        ("六项保证", "any=六项|any=项保|any=保证"),
        ("assur* ASSUR*", "any=assur*"),
        ("Taiwan-U.S.", "|(any=taiwan any=u any=s)"),
        ("lang:zh", "+(* @zh)"),
        ("lang:zh_Hant -source:004*", "+(* @zh-Hant -#[4, 5])"),
        ("lang:zh OR source:004*", "+(* |(@zh #[4, 5]))"),
        ("source:004* six", "+(#[4, 5] any=six)"),
        ("heading:policies", "heading=policies/policie"),
        ("heading:台湾关系", "heading=<台湾 湾关 关系>"),
        ("台湾关系 AND six", "+(any=<台湾 湾关 关系> any=six)"),
        ("six -台湾关系", "+(any=six -any=<台湾 湾关 关系>)"),
        ("six AND !!!", "any=six"),
        ('"!" six', "|(any=six)"),
        ('"!" lang:zh six ten', "+(@zh |(any=six any=ten))"),
        ("(! -x) six", "any=six"),
    ],
)
def test_words_become_terms(text: str, tree: str) -> None:
    if text == "六项保证":
        tree = "|(any=六项 any=项保 any=保证)"
    assert terms(text) == tree


def test_a_long_run_needs_a_fair_share_of_its_bigrams() -> None:
    assert [fair_share(n) for n in (1, 2, 3, 4, 5, 19)] == [1, 1, 1, 2, 2, 2]
    node = compiled("台湾关系法 six").node
    assert show(node) == "|(|2(any=台湾 any=湾关 any=关系 any=系法) any=six)"


def test_a_star_after_several_terms_is_ignored_and_said_so() -> None:
    result = compiled("台湾关系* Taiwan-U*")
    assert show(result.node) == "|(any=台湾 any=湾关 any=关系 any=taiwan any=u)"
    assert len(result.notes) == 2


def test_of_many_stars_the_first_count() -> None:
    result = compiled(" ".join(f"w{number}*" for number in range(9)))
    assert show(result.node).count("*") == 5
    assert ["first 5 stars" in note for note in result.notes] == [True]


def test_gaps_in_a_phrase_are_kept_inside_and_cut_outside() -> None:
    gaps = [(), ("a",), (), ("b",), ()]
    node = translate(parse('"the a of b the"'), lambda text: gaps, documents, lambda start: (start.lower(),)).node
    assert show(node) == "any=<a . b>"


def test_sizes_are_bounded_and_said_so() -> None:
    many = parse("(".join(f"w{number} AND " for number in range(3000)))
    assert "first" in " ".join(many.notes)
    assert "deeper" in " ".join(many.notes)
    assert _depth(many.tree) <= 3 * MAX_DEPTH
    assert _leaves(many.tree) <= MAX_WORDS
    run = compiled("".join(chr(0x4E00 + number) for number in range(10_000)))
    assert _leaves(run.node) <= MAX_WORDS
    assert "first" in run.notes[0]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "x" + ")" * 5000,
        "(a AND (b OR " * 5000,
        "-(" * 5000 + "x",
        "x " * 50_000,
        "“" * 50_000,
        '"' * 50_001,
        "NOT " * 50_000 + "x",
        "heading:(" * 10_000 + "x",
        "lang:zh " * 20_000,
        "x" * 2_000_000,
        "-" * 1_000_000 + "x",
        "*" * 1_000_000 + "x",
        "保" * 1_000_000,
        "a)" * 50_000,
        "\x00" * 1_000_000 + "x",
    ],
    ids=lambda text: text[:12].encode("ascii", "replace").decode().replace("\x00", "0"),
)
def test_hostile_input_takes_no_time(text: str) -> None:
    begin = time.process_time()
    with suppress(QuerySyntaxError):
        parse(text)
    assert time.process_time() - begin < 2


MARKS = 'a b* 保证 " “ ” 「 」 ( ) （ - － AND OR NOT lang: lang:zh source:x heading: heading： : * ! U.S. -- F-16'
PIECES = st.sampled_from([*MARKS.split(), "\x00", "\ud800", " ", "\n", "\u3000"])


@given(st.one_of(st.lists(PIECES, max_size=14).map("".join), st.lists(PIECES, max_size=14).map(" ".join), st.text()))
def test_anything_gives_a_tree_or_one_line(text: str) -> None:
    try:
        node = compiled(text).node
    except QuerySyntaxError as error:
        assert "\n" not in str(error)
    else:
        assert _depth(node) < 100
        assert not re.search("Word|Quoted|Start|Filter", repr(node))
        assert not isinstance(node, Not)
        assert not isinstance(node, And) or not all(isinstance(child, Not) for child in node.children)


def _children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, (And, Or)):
        return node.children
    return (node.child,) if isinstance(node, Not) else ()


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, _children(node)), default=0)


def _leaves(node: Node) -> int:
    return sum(map(_leaves, _children(node))) if _children(node) else 1


def test_everything_is_asked_for_only_by_filters() -> None:
    assert isinstance(compiled("lang:ja").node, And)
    assert Everything() in compiled("lang:ja").node.children  # type: ignore[union-attr]
    assert Everything() not in compiled("lang:ja x").node.children  # type: ignore[union-attr]
