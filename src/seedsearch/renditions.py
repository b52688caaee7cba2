"""How the words of a text are rendered in the other language: by the dictionary, and where in aligned documents."""

from __future__ import annotations

from collections.abc import Sequence

from seedsearch import query, snippets
from seedsearch.aligned import Use
from seedsearch.crosslingual import Interpreter, members
from seedsearch.errors import QuerySyntaxError
from seedsearch.query import Phrase, Term
from seedsearch.records import Counterpart
from seedsearch.searching import Collection
from seedsearch.translation import Rendering, Translation, renderings
from seedsearch.tuples import NamedTuple


class Place(NamedTuple):
    """A word in an aligned document, on these lines, and what stands opposite.

    `rendered` are the slices of it that translate the word; none, where it was rendered differently from all that is known.
    """

    source: str
    start_line: int
    end_line: int
    opposite: Counterpart
    rendered: tuple[str, ...]


class Rendition(NamedTuple):
    """A word or phrase, the language of its translations, and these with the number of passages that hold each.

    `aligned` is the number of aligned passages that hold the word, `places` tell where in some of them.
    """

    word: str
    language: str
    translations: tuple[tuple[Translation, int], ...]
    aligned: int
    places: tuple[Place, ...]


def renditions(collection: Collection, text: str, limit: int = 10) -> list[Rendition]:
    """The words of a Chinese or English text and, of several, the whole of it where it stands in aligned documents.

    At most `limit` aligned passages are looked at for each. Raises QuerySyntaxError for other languages.
    """
    direction = query.direction(text)
    if direction is None:
        raise QuerySyntaxError("only Chinese and English are translated; give a text in one of them")
    source, target = direction
    interpreter = collection.interpreter
    question = collection.question(text)
    # Where the collection does not speak the language, the dictionary still does.
    found = question.renderings if question else tuple(renderings(text, source, lambda _: True, lambda _word, _known: False))
    leaves = [node for rendering in found for _, node in members(rendering, target)]
    made = [_rendition(interpreter, rendering, direction, limit) for rendering in dict.fromkeys(found)]
    if len(found) > 1:
        phrase = " ".join(text.split())
        whole = Rendering(phrase, tuple(interpreter.aligned.learn(phrase, source, target)))
        first = _rendition(interpreter, whole, direction, limit, leaves)
        made = [first, *made] if first.places else made
    return made


def _rendition(
    interpreter: Interpreter,
    rendering: Rendering,
    direction: tuple[str, str],
    limit: int,
    parts: Sequence[Term | Phrase] = (),
) -> Rendition:
    """Where a word was rendered; a phrase by the translations of its `parts` too."""
    source, target = direction
    leaves = [*(node for _, node in members(rendering, target)), *parts]
    total, uses = interpreter.aligned.uses(rendering.word, source, limit)
    places = tuple(place for use in uses for place in _places(use, leaves, target))
    counted = tuple((one, interpreter.passages(one.text, target)) for one in rendering.translations)
    return Rendition(rendering.word, target, counted, total, places)


def _places(use: Use, leaves: Sequence[Term | Phrase], target: str) -> list[Place]:
    found = []
    for other in use.opposite:
        if query.speaks(other.language, target):
            [matches] = snippets.matches([(other.language, other.text)], leaves, [1.0] * len(leaves))
            slices = (slice_ for _, slice_ in snippets.words(other.text, matches, [""] * len(leaves)))
            found.append(Place(use.passage.source, use.start_line, use.end_line, other, tuple(slices)))
    return found
