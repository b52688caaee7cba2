# The commands of the project's daily work; `just` lists them.

default:
    @just --list

# install for development into the active environment
install:
    pip install -e '.[dev]'

# style, types, tests
check: lint test

lint:
    ruff check .
    ruff format --check .
    mypy

test *ARGS:
    pytest {{ARGS}}

# what CI runs, in a fresh virtual environment
ci:
    .ci/run

# accuracy of encoding and language detection; SHARED is the folder that holds the judged data
bench-detection SHARED:
    python bench/detection.py --encoding {{SHARED}}/eval-encoding --language {{SHARED}}/eval-langid

# alignment quality on gold documents
bench-alignment SHARED:
    python bench/alignment.py {{SHARED}}/eval-align

# relevance on judged collections, kept with its date and held to a floor
bench-relevance SHARED:
    python bench/relevance.py {{SHARED}}/eval

# CPU of a cold query against a one-line typer app
bench-start:
    python bench/start.py

# engines beside raw Tantivy, stock Whoosh, SQLite FTS5, recoll and ripgrep, on a folder or a JSON Lines file
bench-speed PATH *ARGS:
    python bench/speed.py {{PATH}} --save bench/results {{ARGS}}

# CPU of a search over 100,000 vectors
bench-dense *ARGS:
    python bench/dense.py {{ARGS}}
