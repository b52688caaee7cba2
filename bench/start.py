"""What a cold `seedsearch query` costs, against a one-line typer app and a bare interpreter, interleaved in one run.

    python bench/start.py [--runs 15] [--folder seeds | --index DIR] [--engine auto] [--query "Six Assurances" ...]

CPU time (user and system) of whole processes, medians; the ratio is what is compared, the times depend on the machine. With
--index an index that is already there is asked, else one of the folder is built first.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ONE_LINE_APP = "import typer; typer.run(lambda name='x': print(name))"


def cpu_ms(command: list[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def measured(commands: dict[str, list[str]], environment: dict[str, str], runs: int) -> dict[str, list[float]]:
    """The times of each command in milliseconds; what the first round has to read from the disk does not count."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            taken = cpu_ms(command, environment)
            if run:
                times[name].append(taken)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[1] / "seeds")
    parser.add_argument("--index", type=Path)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--query", nargs="+", default=["Six Assurances"])
    options = parser.parse_args()
    program = [sys.executable, "-m", "seedsearch"]
    with tempfile.TemporaryDirectory() as temporary:
        index = options.index.resolve() if options.index else Path(temporary) / "index"
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "SEEDSEARCH_INDEX": str(index)}
        if not options.index:
            build = [*program, "index", "--engine", options.engine, str(options.folder)]
            subprocess.run(build, check=True, env=environment, stdout=subprocess.DEVNULL)
        commands = {
            "bare interpreter": [sys.executable, "-c", "pass"],
            "one-line typer app": [sys.executable, "-c", ONE_LINE_APP],
            **{f"query {query}": [*program, "query", query] for query in options.query},
            "seedsearch --version": [*program, "--version"],
        }
        times = measured(commands, environment, options.runs)
    medians = {name: statistics.median(values) for name, values in times.items()}
    base = medians["one-line typer app"]
    for name, median in medians.items():
        print(f"{median:7.1f} ms CPU (min {min(times[name]):6.1f})  {median / base:.2f} of the typer app  {name}")


if __name__ == "__main__":
    main()
