"""What a cold `seedsearch query` costs, against a one-line typer app and a bare interpreter, interleaved in one run.

    python bench/start.py [--runs 15] [--folder seeds] [--engine auto] [--query "Six Assurances"]

CPU time (user and system) of whole processes, medians; the ratio is what is compared, the times depend on the machine.
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[1] / "seeds")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--query", default="Six Assurances")
    options = parser.parse_args()
    python = sys.executable
    with tempfile.TemporaryDirectory() as temporary:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "SEEDSEARCH_INDEX": f"{temporary}/index"}
        build = [python, "-m", "seedsearch", "index", "--engine", options.engine, str(options.folder)]
        subprocess.run(build, check=True, env=environment, stdout=subprocess.DEVNULL)
        commands = {
            "bare interpreter": [python, "-c", "pass"],
            "one-line typer app": [python, "-c", ONE_LINE_APP],
            "seedsearch query": [python, "-m", "seedsearch", "query", options.query],
            "... --limit 10": [python, "-m", "seedsearch", "query", options.query, "--limit", "10"],
            "seedsearch --version": [python, "-m", "seedsearch", "--version"],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(options.runs):
            for name, command in commands.items():
                times[name].append(cpu_ms(command, environment))
    medians = {name: statistics.median(values) for name, values in times.items()}
    base = medians["one-line typer app"]
    for name, median in medians.items():
        print(f"{name:22} {median:7.1f} ms CPU (min {min(times[name]):.1f})  {median / base:.2f} of the typer app")


if __name__ == "__main__":
    main()
