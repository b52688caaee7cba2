"""`python -m seedsearch`."""

from seedsearch.cli import main

if __name__ == "__main__":
    main()
