"""`seedsearch eval`: how well the search does on judged collections."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seedsearch.cli.output import complain, harmless_name, has_colour, print_json, table
from seedsearch.errors import EvaluationError, SeedsearchError
from seedsearch.measures import MEASURES, compare, mean, measure
from seedsearch.runs import Run, read_run, write_run

if TYPE_CHECKING:
    from rich.progress import TaskID

    from seedsearch.evaluation import Evaluation, Step

EPILOG = """Examples: seedsearch eval scifact; seedsearch eval scifact nfcorpus --json;
seedsearch eval scifact --run before.run, then, after a change, seedsearch eval scifact --against before.run --worst 10.
A collection is a folder with corpus.jsonl, queries.jsonl (both also as .gz) and qrels.tsv or qrels/test.tsv."""
SHOWN = 20  # notes that are told one by one
LONGEST = 100  # characters of a query


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("eval", help="Measure the search on collections with judged queries.", epilog=EPILOG)
    def evaluate(
        collections: Annotated[
            list[Path], typer.Argument(metavar="COLLECTION...", readable=False, help="Folders, each with a judged collection.")
        ],
        index: Annotated[
            Path | None,
            typer.Option("--index", metavar="DIR", readable=False, help="Keep indexes in DIR/NAME/index, and use them again."),
        ] = None,
        engine: Annotated[
            str, typer.Option("--engine", metavar="auto|whoosh|tantivy", help="Of a new index, as for `seedsearch index`.")
        ] = "auto",
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each collection.")] = False,
        run: Annotated[
            Path | None,
            typer.Option("--run", metavar="FILE", help="Write a TREC run file; of several collections FILE/NAME.run."),
        ] = None,
        semantic: Annotated[bool, typer.Option("--semantic", help="Index with vectors too.")] = False,
        worst: Annotated[int, typer.Option("--worst", metavar="N", min=0, help="List the N worst queries by nDCG@10.")] = 0,
        against: Annotated[
            Path | None,
            typer.Option("--against", metavar="RUN", readable=False, help="Compare with a run file, by a paired test."),
        ] = None,
    ) -> None:
        names = _names(collections)
        others = [read_run(_of(against, name, names)) for name in names] if against else []
        done: list[Evaluation] = []
        for folder, name in zip(collections, names, strict=True):
            try:
                evaluation = _measured(folder, index, engine, semantic)
                if run:
                    write_run(_of(run, name, names), evaluation.run)
            except SeedsearchError as error:
                complain(str(error))
                continue
            done.append(evaluation)
            if as_json:
                print_json(as_record(evaluation))
                sys.stdout.flush()
        _show(done, worst, dict(zip(names, others, strict=False)), as_json)
        if len(done) < len(collections) or any(evaluation.broken for evaluation in done):
            raise typer.Exit(2)
        if not any(ranked for evaluation in done for ranked in evaluation.run.values()):
            raise typer.Exit(1)


def _names(collections: Sequence[Path]) -> list[str]:
    """The names of the collections: those of their folders. Raises EvaluationError where two are the same."""
    names = [folder.resolve().name for folder in collections]
    for name in names:
        if names.count(name) > 1:
            raise EvaluationError(f"two collections are named {name}; measure them one at a time")
    return names


def _of(place: Path, name: str, names: Sequence[str]) -> Path:
    """The run file of a collection: the one named, or one in the folder named."""
    return place / f"{name}.run" if len(names) > 1 or place.is_dir() else place


def _measured(folder: Path, index: Path | None, engine: str, semantic: bool) -> Evaluation:
    from seedsearch.evaluation import evaluate

    with _progress() as notify:
        evaluation = evaluate(folder, index, engine=engine, semantic=semantic, notify=notify)
    for note in evaluation.notes[:SHOWN]:
        complain(note)
    if len(evaluation.notes) > SHOWN:
        complain(f"... and {len(evaluation.notes) - SHOWN} more of {evaluation.judged.name}")
    return evaluation


def _show(done: Sequence[Evaluation], worst: int, others: dict[str, Run], as_json: bool) -> None:
    """The table and what was asked for beside it; with --json all for people goes to stderr."""
    out = sys.stderr if as_json else sys.stdout
    if done and not as_json:
        print(as_table(done))
    for evaluation in done:
        if evaluation.judged.name in others:
            print(f"\n{compared(evaluation, others[evaluation.judged.name])}", file=out)
        if worst:
            print(f"\n{worst_queries(evaluation, worst)}", file=out)


def as_record(evaluation: Evaluation) -> dict[str, Any]:
    """The measures of a collection as the JSON contract has them; seconds of the whole evaluation, as a clock counts them."""
    return {
        "collection": evaluation.judged.name,
        "documents": evaluation.documents,
        "queries": len(evaluation.judged.queries),
        **{name: round(value, 6) for name, value in evaluation.means().items()},
        "seconds": round(evaluation.seconds, 3),
    }


def as_table(done: Sequence[Evaluation]) -> str:
    """A line for each collection; for several also one of their means, in which each collection counts the same."""
    means = [evaluation.means() for evaluation in done]
    rows = [
        [
            harmless_name(evaluation.judged.name),
            str(evaluation.documents),
            str(len(evaluation.judged.queries)),
            *(f"{values[measure]:.4f}" for measure in MEASURES),
            f"{evaluation.seconds:.1f}",
        ]
        for evaluation, values in zip(done, means, strict=True)
    ]
    if len(rows) > 1:
        over = [mean([values[measure] for values in means]) for measure in MEASURES]
        rows.append(["mean", "", "", *(f"{value:.4f}" for value in over), f"{sum(each.seconds for each in done):.1f}"])
    return table(rows, ("collection", "documents", "queries", *MEASURES, "seconds"))


def compared(evaluation: Evaluation, other: Run) -> str:
    """The means of this run and another, and how likely a difference like theirs is by chance."""
    rows = [
        (
            each.measure,
            f"{each.ours:.4f}",
            f"{each.theirs:.4f}",
            f"{each.ours - each.theirs:+.4f}",
            f"{each.p:.4f}",
            f"{each.wins}/{each.losses}/{each.ties}",
        )
        for each in compare(evaluation.values, measure(evaluation.judged.judgments, other))
    ]
    name = harmless_name(evaluation.judged.name)
    return table(rows, (name, "this run", "the other", "difference", "p (randomization)", "better/worse/same"))


def worst_queries(evaluation: Evaluation, count: int) -> str:
    """The worst queries, with where the first relevant document came, and what came first instead."""
    from seedsearch.evaluation import worst

    rows = []
    for miss in worst(evaluation, count):
        text = harmless_name(miss.text)
        fields = (miss.query, miss.first or "(nothing)", text if len(text) <= LONGEST else f"{text[:LONGEST]}...")
        query, first, text = map(harmless_name, fields)
        rows.append((query, f"{miss.value:.4f}", str(miss.rank or "-"), first, text))
    name = harmless_name(evaluation.judged.name)
    return table(rows, (f"{name}: worst", "nDCG@10", "first relevant", "came first", "query"))


@contextmanager
def _progress() -> Iterator[Callable[[Step], None] | None]:
    """A bar with what is being done and the remaining time on a terminal; silence in a pipe."""
    if not has_colour(sys.stderr):
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(show_speed=True), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def notify(step: Step) -> None:
            if step.doing not in tasks:
                tasks[step.doing] = bar.add_task(f"{escape(harmless_name(step.collection))}: {step.doing}")
            bar.update(tasks[step.doing], total=step.total, completed=step.done)

        yield notify
