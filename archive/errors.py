"""What can go wrong, as one tree.

    ArchiveError                 everything this package raises on purpose
    ├── UsageError               the call or an option is wrong                     (exit code 2)
    ├── CorpusError              a corpus cannot be opened, read or written          (exit code 2)
    │   ├── UnknownId            no row of the corpus bears that id
    │   └── Unproven             a record or file is not what the corpus says of it  (exit code 1)
    ├── RunInterrupted           the run could not finish; the same command resumes  (exit code 3)
    └── Rejected                 one capture yields no article; it becomes a row

What one document can cause is a ``Rejected``; what only the operator can mend is raised as one of the others.
"""

from __future__ import annotations


class ArchiveError(Exception):
    """Everything this package raises on purpose."""


class UsageError(ArchiveError):
    """The call or an option is wrong; nothing was done."""


class CorpusError(ArchiveError):
    """A corpus cannot be opened, read or written."""


class UnknownId(CorpusError):
    """No row of the corpus bears that id."""


class Unproven(CorpusError):
    """A record or file is not what the corpus says of it; nothing is made of it."""


class RunInterrupted(ArchiveError):
    """The run could not finish; what is done is kept, and the same command goes on."""


class Rejected(ArchiveError):
    """One capture yields no article. Not a failure of the run: it becomes a row.

    ``stage`` is where it was decided: ``record`` (what kind of record it is), ``payload`` (its bytes) or
    ``extraction`` (its text). ``reason`` is one word or two from a documented list, ``detail`` the figures.
    """

    def __init__(self, stage: str, reason: str, detail: str = "") -> None:
        super().__init__(f"{stage}: {reason}" + (f" ({detail})" if detail else ""))
        self.stage = stage
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[Rejected], tuple[str, str, str]]:
        return type(self), (self.stage, self.reason, self.detail)
