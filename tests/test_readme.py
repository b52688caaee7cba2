"""The README's examples are run: what it shows is what the program prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import ROOT, Program

README = (ROOT / "README.md").read_text("utf-8")
CONSOLE = re.findall(r"```console\n\$ seedsearch (.*?)\n(.*?)\n```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "output"), CONSOLE, ids=[command for command, _ in CONSOLE])
def test_an_example_prints_what_the_readme_shows(program: Program, copied: Path, command: str, output: str) -> None:
    run = program(*shlex.split(command), cwd=copied)
    assert run.returncode == 0
    assert run.stdout.rstrip() == output


def test_the_python_example_runs(copied: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert example
    monkeypatch.chdir(copied)
    exec(compile(example[1], "README.md", "exec"), {})
    assert capsys.readouterr().out.startswith("seeds/000_b130eba34a500f11.txt:75-86 Six Assurances")


def test_every_command_is_in_the_readme() -> None:
    from seedsearch.cli import COMMANDS

    assert len(CONSOLE) >= 3
    assert [name for name in COMMANDS if f"`seedsearch {name}" not in README] == []
