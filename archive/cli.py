"""The command line: parse, call, print. What a command does is in the module that it calls.

Exit codes: 0 done; 1 something in the data is wrong, and is named; 2 the call is wrong; 3 the run could not finish, and
the same command goes on.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from archive import __version__
from archive.errors import ArchiveError, Rejected, RunInterrupted, Unproven

# Arrow's own allocator keeps 25 MB more of what it freed; with the system's a run stays smaller
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _say(why: object) -> None:
    """A message on standard error. Names of files and members may stand in it, so it is escaped like what is shown."""
    click.echo(f"archive: {_escaped(str(why))}", err=True)


def _escaped(words: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in words)


@contextmanager
def _shown_as_escapes() -> Iterator[None]:
    """Words of a wrong call, which may be names of files that a shell found, as a terminal may be shown them."""
    try:
        yield
    except click.UsageError as why:
        words = why.format_message()
        if words == _escaped(words):
            raise
        raise click.UsageError(_escaped(words), why.ctx) from why


@contextmanager
def named_errors() -> Iterator[None]:
    """Errors of ours as a message and an exit code."""
    try:
        yield
    except RunInterrupted as why:
        _say(why)
        sys.exit(3)
    except KeyboardInterrupt:
        _say("stopped; run the same command again")
        sys.exit(3)
    except Rejected as why:
        _say(f"no article: {why}")
        sys.exit(1)
    except (ArchiveError, OSError) as why:
        _say(why)
        sys.exit(1 if isinstance(why, Unproven) else 2)


class Commands(click.Group):
    """The commands; Ctrl-C while one is being loaded is exit code 3 too. No file's name drives the terminal."""

    def make_context(self, *words: Any, **more: Any) -> click.Context:  # noqa: ANN401 - click's own
        """What the words of the command line mean."""
        with _shown_as_escapes():
            return super().make_context(*words, **more)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Runs the command that was called."""
        try:
            with _shown_as_escapes():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            _say("stopped; run the same command again")
            sys.exit(3)


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="archive")
def main() -> None:
    """Raw captures of news pages in, a research corpus that proves itself out."""


def size_of(_: click.Context | None, __: click.Parameter | None, value: str) -> int:
    """The bytes of a size as people write it: 256MB, 1.5 GB; k, M and G are powers of 1,024."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kmg]?)b?", value.strip().lower())
    size = int(float(found[1]) * 1024 ** " kmg".index(found[2] or " ")) if found else 0
    if size < 1:
        message = f'"{value}" is no size; write 256MB'
        raise click.BadParameter(message)
    return size


def _fields(command: Callable[..., Any]) -> Callable[..., Any]:
    for name in ("headers", "status", "time", "text", "html", "url"):
        what = {"time": "capture time", "url": "URL", "html": "HTML", "status": "HTTP status"}.get(name, name)
        if name == "headers":
            what = "HTTP headers"
        command = click.option(f"--{name}-field", metavar="NAME", help=f"JSONL field that holds the {what}.")(command)
    return command


def _where(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say where the work is done."""
    for option in (
        click.option("--scheduler", metavar="URL", help="Address of the Dask scheduler: tcp://HOST:8786."),
        click.option(
            "--engine",
            type=click.Choice(["local", "dask"]),
            default="local",
            show_default=True,
            help="Work in processes of this machine, or on the workers of a Dask scheduler.",
        ),
        click.option(
            "--workers", type=click.IntRange(1), default=lambda: os.cpu_count() or 1, show_default="all cores"
        ),
    ):
        command = option(command)
    return command


@contextmanager
def _executor(options: dict[str, Any]) -> Iterator[Any]:
    """The executor that ``--engine`` and ``--scheduler`` name; None for processes of this machine."""
    from archive.cluster import executor_of

    with executor_of(options.pop("engine"), options.pop("scheduler")) as executor:
        stated = click.get_current_context().get_parameter_source("workers")
        if executor and stated is click.core.ParameterSource.COMMANDLINE:
            _say("--workers means nothing here: the scheduler's workers do the work")
        yield executor


_repairing = click.option(
    "--repair-mojibake", is_flag=True, help="Read UTF-8 that was taken for windows-1252 as it was meant, in the text."
)


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option("-o", "--output", "corpus", required=True, metavar="CORPUS", help="Folder of the corpus to make.")
@_where
@click.option(
    "--partition-by",
    default="capture_month",
    show_default=True,
    metavar="KEY[,KEY]",
    help="capture_month, capture_year, publication_month, publication_year, text_language, host_bucket.",
)
@click.option(
    "--captured-at", metavar="TIME", help="Capture time of inputs that do not know their own: 2024-08-27[T10:00:00Z]."
)
@click.option("--copy-records", is_flag=True, help="Copy the records of WARC inputs into the corpus.")
@click.option(
    "--repeated-lines", is_flag=True, help="Take lines that several pages of a site have out of the articles."
)
@click.option("--dedupe-payloads", is_flag=True, help="Write repeated payloads of one URI as revisits.")
@click.option(
    "--target-file-size",
    callback=size_of,
    default="256MB",
    show_default=True,
    metavar="SIZE",
    help="Bytes of a table's files.",
)
@click.option("--extractor", default="news", show_default=True, metavar="NAME")
@_repairing
@_fields
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def convert(inputs: tuple[str, ...], corpus: str, **options: Any) -> None:  # noqa: ANN401 - click's own
    """Make a corpus from INPUTs: WARC, HTML, text dumps, JSONL, zip, tar and others, and folders of these.

    The others are ARC, WACZ, HAR, MHTML, pages that SingleFile saved, and mirrors by wget and HTTrack.

    INPUT - reads a list of paths, one a line, from standard input. The same command over a corpus that is finished
    changes nothing; over one that is not, it goes on. INPUTs that a finished corpus does not have are added to it.
    """
    from archive import progress, screen, screen_convert
    from archive.run import convert as run

    with named_errors():
        told = progress.Converting(quiet=options["quiet"] or options["as_json"])
        settings, workers = _settings(options), options["workers"]
        with _executor(options) as executor, told:
            given = _paths(inputs)
            manifest = run(given, corpus, settings=settings, workers=workers, executor=executor, progress=told)
        if options["as_json"]:
            click.echo(screen.convert_json(corpus, manifest, told.seconds))
        elif not options["quiet"]:
            screen_convert.show(corpus, manifest, told)
        sys.exit(1 if _wrong(manifest) else 0)


def _wrong(manifest: Any) -> bool:  # noqa: ANN401 - a Manifest; imported late
    """True where some input is damaged, or could not be read."""
    return bool(manifest.counts.damaged) or any(name == "skipped: unreadable" for name, _ in manifest.reasons)


def _paths(inputs: tuple[str, ...]) -> list[str]:
    paths: list[str] = []
    for named in inputs:
        if named == "-":
            paths += [line for line in sys.stdin.read().replace("\0", "\n").split("\n") if line]
        else:
            paths.append(named)
    return paths


def _settings(options: dict[str, Any]) -> Any:  # noqa: ANN401 - a Settings; imported late
    from archive.errors import UsageError
    from archive.model import JsonFields, ReadOptions, Settings
    from archive.warc import read_date

    stated = options["captured_at"]
    when = read_date(stated) if stated else None
    if stated and when is None:
        message = f'--captured-at "{stated}": no date; write 2024-08-27 or 2024-08-27T10:00:00Z'
        raise UsageError(message)
    fields = JsonFields(
        url=options["url_field"],
        html=options["html_field"],
        text=options["text_field"],
        captured_at=options["time_field"],
        status=options["status_field"],
        headers=options["headers_field"],
    )
    return Settings(
        reading=ReadOptions(captured_at=when, captured_at_precision=_precision(stated), json_fields=fields),
        extractor=options["extractor"],
        repair_mojibake=options["repair_mojibake"],
        repeated_lines=options["repeated_lines"],
        copy_records=options["copy_records"],
        dedupe_payloads=options["dedupe_payloads"],
        partition_by=tuple(key.strip() for key in options["partition_by"].split(",")),
        target_file_bytes=options["target_file_size"],
    )


def _precision(stated: str | None) -> str:
    """How much of a time was stated: 2024, 2024-08, 2024-08-27, or more."""
    digits = sum(map(str.isdigit, stated or ""))
    return {4: "year", 6: "month", 8: "day"}.get(digits, "second")


@main.command()
@click.argument("corpus", metavar="CORPUS")
@click.option("-o", "--output", "new", required=True, metavar="NEW", help="Folder of the corpus to make.")
@click.option("--extractor", metavar="NAME", help="Another extractor than that of CORPUS.")
@_where
@click.option("--source-root", "roots", multiple=True, metavar="FOLDER", help="Where referenced inputs are now.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def reextract(corpus: str, new: str, *, as_json: bool, quiet: bool, roots: tuple[str, ...], **options: Any) -> None:  # noqa: ANN401 - click's own
    """Make a new corpus from the records of CORPUS, with the extractor of today or another.

    The inputs that CORPUS was made from are not read, but for WARC files that it refers to in place. Ids and places
    stay. The same command over a finished NEW changes nothing; over one that is not finished, it goes on.
    """
    from archive import api, progress, screen, screen_convert

    with named_errors():
        told = progress.Converting(quiet=quiet or as_json, unit="slices of records")
        with _executor(options) as executor, told:
            manifest = api.reextract(corpus, new, source_roots=roots, executor=executor, progress=told, **options)
        if as_json:
            click.echo(screen.convert_json(new, manifest, told.seconds))
        elif not quiet:
            screen_convert.show(new, manifest, told)
        sys.exit(1 if _wrong(manifest) else 0)


@main.command()
@click.argument("corpus", metavar="CORPUS")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers of files as one JSON object.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def compact(corpus: str, *, as_json: bool, quiet: bool) -> None:
    """Put the small files together that additions to CORPUS have left in its tables.

    Rows, ids and WARC files stay. The same command over a corpus that is compact changes nothing.
    """
    from archive import progress, screen
    from archive.compaction import compact as run
    from archive.corpus import open_corpus

    with named_errors():
        before = open_corpus(corpus).manifest
        rows = rows_to_check(before, None)
        with progress.Verifying(quiet=quiet or as_json, rows=rows, tells_wrong=False) as told:
            manifest = run(corpus, told=lambda rows: told.checked(rows, 0))
        if as_json:
            click.echo(screen.compact_json(corpus, before, manifest))
        elif not quiet:
            screen.compacted(corpus, before, manifest)


@main.command()
@click.argument("source", metavar="INPUT")
@click.option("--url", metavar="URL", help="URL of the capture, where the input does not say it.")
@_repairing
@click.option("--json", "as_json", is_flag=True, help="Print the extraction as one JSON object.")
def extract(source: str, url: str | None, *, as_json: bool, repair_mojibake: bool) -> None:
    """Show text and metadata of one capture; nothing is written.

    Of a text dump a terminal shows what was removed too, dimmed, each stretch with its reason and how sure that is.
    INPUT is a page, a text dump, or an archive, of which the first article is shown; - reads one payload from standard
    input.
    """
    from archive import screen
    from archive.look import first_look

    with named_errors():
        look = first_look(source, url, repair_mojibake=repair_mojibake)
        click.echo(screen.extraction_json(look.extraction)) if as_json else screen.extraction(
            look.extraction, look.payload
        )


@main.command()
@click.argument("corpus", metavar="CORPUS")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Make only N rows of each table anew.")
@click.option("--source-root", "roots", multiple=True, metavar="FOLDER", help="Where referenced inputs are now.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON object.")
def verify(corpus: str, sample: int | None, roots: tuple[str, ...], *, as_json: bool) -> None:
    """Check every file, digest, count and article of a corpus against the records' bytes."""
    from archive import progress, screen
    from archive.corpus import open_corpus

    with named_errors():
        opened = open_corpus(corpus, source_roots=roots)
        with progress.Verifying(quiet=as_json, rows=rows_to_check(opened.manifest, sample)) as told:
            verdict = opened.verify(sample=sample, told=told.checked)
        click.echo(screen.verdict_json(verdict)) if as_json else screen.verdict(corpus, verdict)
        sys.exit(0 if verdict.ok else 1)


def rows_to_check(manifest: Any, sample: int | None) -> int:  # noqa: ANN401 - a Manifest; imported late
    """How many rows ``verify`` makes anew."""
    tables = (manifest.counts.records + manifest.counts.damaged, manifest.counts.articles)
    return sum(rows if sample is None else min(rows, sample) for rows in tables)


@main.command()
@click.argument("corpus", metavar="CORPUS")
@click.argument("other", metavar="[CORPUS_B]", required=False)
@click.option("--extractors", metavar="A,B", help="Compare what two extractors make of the records of CORPUS.")
@click.option(
    "--rows",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    metavar="N",
    help="Show the N rows that changed most.",
)
@click.option("--field", metavar="NAME", help="Look at one field only.")
@click.option("--source-root", "roots", multiple=True, metavar="FOLDER", help="Where referenced inputs are now.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
def diff(
    corpus: str,
    other: str | None,
    extractors: str | None,
    *,
    roots: tuple[str, ...],
    as_json: bool,
    **asked: Any,  # noqa: ANN401 - click's own
) -> None:
    """Show what changed between two corpora, by field, and the rows that changed most.

    With --extractors, between what two extractors make of the records of one corpus; nothing is written. Exit code 0
    where nothing differs, 1 where something does.
    """
    from archive import compare, screen_diff
    from archive.corpus import open_corpus
    from archive.errors import UsageError

    with named_errors():
        names = tuple(name.strip() for name in (extractors or "").split(",") if name.strip())
        first = open_corpus(corpus, source_roots=roots)
        if other is not None and not names:
            found = compare.diff_corpora(first, open_corpus(other), **asked)
        elif other is None and len(names) == 2:  # noqa: PLR2004
            found = compare.diff_extractors(first, (names[0], names[1]), source_roots=roots, **asked)
        else:
            message = "name two corpora, or one corpus and --extractors A,B"
            raise UsageError(message)
        click.echo(screen_diff.as_json(found)) if as_json else screen_diff.show(found)
        sys.exit(0 if found.same else 1)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--strict", is_flag=True, help="Exit code 1 for warnings too.")
@click.option("--all", "every", is_flag=True, help="Show each finding on a line of its own.")
@click.option("--json", "as_json", is_flag=True, help="Print all findings as one JSON object.")
def check(files: tuple[str, ...], *, strict: bool, every: bool, as_json: bool) -> None:
    """Check WARC files, clause by clause, against the standard: ISO 28500, WARC 1.0 and 1.1.

    Of a folder the WARC files in it are checked, of a corpus those that it wrote. An error is what the standard says
    shall not be, a warning what it says should not, a note is neither. Exit code 1 where an error is found.
    """
    from archive import check as checking
    from archive import progress, screen_check
    from archive.model import Limits

    with named_errors():
        paths = checking.warc_files(files)
        quiet = as_json or every
        with progress.Checking(quiet=quiet, size=sum(map(checking.size_of, paths))) as told:
            found = checking.check_files(paths, Limits(), told.reached)
            if as_json:
                tallies = screen_check.as_json(found, strict=strict, echo=lambda text: click.echo(text, nl=False))
            else:
                tallies = screen_check.tallied(found, each=screen_check.line if every else None)
        if not as_json:
            screen_check.show(tallies, grouped=not every)
        sys.exit(1 if screen_check.wrong(tallies, strict=strict) else 0)


@main.command()
@click.argument("corpus", metavar="CORPUS")
@click.argument("row_id", metavar="ID")
@click.option("--raw", is_flag=True, help="Write the original payload, bit for bit, to standard output.")
@click.option("--source-root", "roots", multiple=True, metavar="FOLDER", help="Where referenced inputs are now.")
def trace(corpus: str, row_id: str, roots: tuple[str, ...], *, raw: bool) -> None:
    """Show the way of an article or capture back to its bytes."""
    from archive import screen
    from archive.corpus import open_corpus

    with named_errors():
        opened = open_corpus(corpus, source_roots=roots)
        if raw:
            for piece in opened.payload_pieces(row_id):
                sys.stdout.buffer.write(piece)
            return
        found = opened.trace(row_id)
        screen.trace(found)
        sys.exit(0 if found.ok else 1)


@main.group(cls=Commands, context_settings=CONTEXT)
def export() -> None:
    """Write a corpus as another format."""


@export.command()
@click.argument("corpus", metavar="CORPUS")
@click.option("-o", "--output", "file", required=True, metavar="FILE", help="The file to write, FILE.wacz.")
@click.option(
    "--title", metavar="TEXT", help="What the collection is called; how many articles, unless said otherwise."
)
@click.option("--text", is_flag=True, help="Put the articles' texts into the list of pages, for viewers to search.")
@click.option("--source-root", "roots", multiple=True, metavar="FOLDER", help="Where referenced inputs are now.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as one JSON object.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
def wacz(corpus: str, file: str, roots: tuple[str, ...], *, as_json: bool, quiet: bool, **stated: Any) -> None:  # noqa: ANN401 - click's own
    """Write CORPUS as a WACZ 1.1.1, which ReplayWeb.page opens: all its records, an index, and its articles as pages.

    Each record is compared with the digest of its row before it is written. Exit code 1, and no file, where one differs.
    """
    from archive import progress, screen
    from archive.corpus import open_corpus
    from archive.wacz.export import export_wacz

    with named_errors():
        records = open_corpus(corpus).manifest.counts.records
        with progress.Verifying(quiet=quiet or as_json, rows=records, tells_wrong=False) as told:
            made = export_wacz(corpus, file, source_roots=roots, told=lambda done: told.checked(done, 0), **stated)
        if as_json:
            click.echo(screen.exported_json(made))
        elif not quiet:
            screen.exported(made)


@main.command()
@click.argument("table", required=False, type=click.Choice(["articles", "captures", "inputs"]))
def schema(table: str | None) -> None:
    """Print the JSON Schema of TABLE, or the columns of all tables."""
    from archive import screen
    from archive.schema import json_schema

    if table:
        click.echo(json_schema(table), nl=False)
    else:
        screen.columns()
