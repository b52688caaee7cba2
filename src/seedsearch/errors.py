"""Everything that seedsearch raises on purpose. Each message is one line and says what to do next.

SeedsearchError
├── UnreadableError      a file that cannot become text (binary, no permission, missing, ...)
├── QuerySyntaxError     a query from which nothing can be searched
├── IndexMissingError    no index where one was looked for
├── IndexLockedError     another process is writing
├── IndexVersionError    written by another version
├── IndexCorruptError    not an index of ours, or damaged
└── EvaluationError      judged queries or runs that cannot be measured
"""

from __future__ import annotations


class SeedsearchError(Exception):
    """Base of all errors raised on purpose."""


class UnreadableError(SeedsearchError):
    """A file that cannot become text; the message gives the reason."""


class QuerySyntaxError(SeedsearchError):
    """A query from which nothing can be searched."""


class IndexMissingError(SeedsearchError):
    """No index where one was looked for."""


class IndexLockedError(SeedsearchError):
    """Another process is writing to the index."""


class IndexVersionError(SeedsearchError):
    """The index was written by another version of the format, engine or analysis."""


class IndexCorruptError(SeedsearchError):
    """The directory is not an index of ours, or is damaged."""


class EvaluationError(SeedsearchError):
    """A judged collection or a run that cannot be measured; the message names file and line."""
