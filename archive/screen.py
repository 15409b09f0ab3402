"""What a person sees: tables and colours; and the same answers as JSON for programs.

Text that comes from captures is data: control characters, which could drive a terminal, are shown as escapes.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from archive.extraction.decoding import codecs_of
from archive.model import Exported, Extraction, Manifest, Removed
from archive.progress import bytes_of
from archive.storage import to_json

if TYPE_CHECKING:
    from archive.corpus import Trace
    from archive.proof import Verdict

out = Console(highlight=False, soft_wrap=False)
SHOWN_FAILURES = 20
COUNTED = ("records", "articles", "rejections", "damaged", "skipped")


def safe(text: object, *, lines: bool = False) -> Text:
    """Text of a capture as a terminal may see it: control and direction characters as escapes, no markup.

    A newline is one of them where only one line is expected: a name may not forge a line of its own.
    """
    kept = "\n" if lines else ""
    return Text("".join(c if c.isprintable() or c in kept else f"\\x{ord(c):02x}" for c in str(text)))


def whole(line: Text, style: str = "") -> None:
    """One line, however long: the terminal may wrap it, but an id or path in it can be copied as it stands."""
    out.print(line, style=style, soft_wrap=True)


# ---- convert ---------------------------------------------------------------------------------------------------


def convert_json(corpus: str, manifest: Manifest, seconds: float) -> str:
    """The answer of ``convert --json``."""
    counts = {name: getattr(manifest.counts, name) for name in COUNTED}
    return json.dumps({"corpus": str(corpus), "inputs": manifest.inputs, **counts, "seconds": round(seconds, 3)})


# ---- compact ---------------------------------------------------------------------------------------------------


def compact_json(corpus: str, before: Manifest, after: Manifest) -> str:
    """The answer of ``compact --json``."""
    return json.dumps({"corpus": str(corpus), "files_before": len(before.files), "files": len(after.files)})


def compacted(corpus: str, before: Manifest, after: Manifest) -> None:
    """How many files there are now."""
    if before == after:
        out.print(safe(f"{corpus}: compact before; nothing to do"), soft_wrap=True)
        return
    size = sum(file.size for file in after.files)
    words = f"{corpus}: {len(before.files):,} files are now {len(after.files):,}, {bytes_of(size)}"
    out.print(safe(words), soft_wrap=True)


# ---- export ----------------------------------------------------------------------------------------------------


def exported_json(made: Exported) -> str:
    """The answer of ``export wacz --json``."""
    return json.dumps(asdict(made))


def exported(made: Exported) -> None:
    """What was written, and what was not."""
    files = f"{made.warc_files:,} WARC file{'' if made.warc_files == 1 else 's'}"
    whole(safe(f"{made.path}: {bytes_of(made.size)}, {made.records:,} records in {files}"))
    whole(Text(f"{made.indexed:,} of them can be replayed; {made.pages:,} articles are pages"))
    for count, what, why in (
        (made.unindexed, "capture%s without a URL, or a time that can be read", "not in the index"),
        (made.articles_without_page, "article%s that cannot be replayed", "no pages"),
        (made.damaged, "damaged range%s of the inputs", "no record, not in it"),
    ):
        if count:
            whole(Text(f"{count:,} {what % ('' if count == 1 else 's')}: {why}"), style="yellow")


# ---- extract ---------------------------------------------------------------------------------------------------


def extraction_json(seen: Extraction) -> str:
    """The answer of ``extract --json``: the fields of ``Extraction``."""
    said = to_json(asdict(seen)).decode().rstrip()
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in said)


COLOURS = {
    "script": "blue", "markup": "blue", "consent": "magenta", "promotion": "magenta", "teaser": "yellow",
    "navigation": "cyan", "byline": "green", "caption": "green", "repeated-on-site": "red",
}  # fmt: skip
FIELDS = (
    "title", "authors", "published_at", "modified_at", "language", "site_name", "section", "tags", "canonical_url",
    "image_url", "description", "access",
)  # fmt: skip


def extraction(seen: Extraction, payload: bytes = b"") -> None:
    """Metadata with origins, then the text; of a dump, what was removed stands between, dimmed, with its reason.

    ``payload`` is what the spans are of. In a pipe, where nobody sees what is dimmed, only the reasons are shown.
    """
    table = Table(box=None, show_header=False, pad_edge=False)
    for name in FIELDS:
        value = getattr(seen, name)
        if value:
            shown = ", ".join(value) if isinstance(value, tuple) else value
            table.add_row(name, safe(shown), Text(getattr(seen, f"{name}_origin") or "", style="dim"))
    if seen.flags:
        table.add_row("flags", safe(", ".join(seen.flags)), style="yellow")
    table.add_row("charset", seen.charset or "", Text(seen.charset_origin or "", style="dim"))
    out.print(table)
    out.print()
    pieces = [(b.source_start if b.source_start is not None else i, _kept(seen, b)) for i, b in enumerate(seen.blocks)]
    pieces += [(r.start, _removed(seen, r, payload)) for r in seen.removed if r.reason != "blank"]
    for _, shown in sorted(pieces, key=lambda piece: piece[0]):
        out.print(shown)
        out.print()


def _removed(seen: Extraction, span: Removed, payload: bytes) -> Text:
    """What was removed, dimmed, its reason before it; or in a pipe that something was."""
    if not out.is_terminal or not payload:
        return Text(f"[{span.end - span.start} bytes removed: {span.reason} {span.score:.2f}]", style="dim")
    words = payload[span.start : span.end].decode(codecs_of(seen.charset or "utf-8")[0], "replace")
    label = (f"{span.reason} {span.score:.2f}", f"italic {COLOURS.get(span.reason, 'white')}")
    return Text.assemble(label, "  ", Text(safe(" ".join(words.split(" ")).strip(), lines=True).plain, style="dim"))


def _kept(seen: Extraction, block: Any) -> Text:  # noqa: ANN401 - a Block
    words = safe(seen.text[block.start : block.end], lines=True)
    words.stylize({"heading": "bold", "quote": "italic"}.get(block.kind, ""))
    return Text("• ") + words if block.kind == "list-item" else words


# ---- verify and trace ------------------------------------------------------------------------------------------


def verdict_json(found: Verdict) -> str:
    """The answer of ``verify --json``."""
    return json.dumps({"ok": found.ok, "rows": found.rows, "failures": [asdict(failure) for failure in found.failures]})


def verdict(corpus: str, found: Verdict) -> None:
    """What ``verify`` found."""
    if found.ok:
        out.print(safe(f"{corpus}: proven"), style="green", end="; ")
        out.print(f"{found.rows:,} rows made anew from their records and compared")
        return
    out.print(safe(f"{corpus}: {len(found.failures):,} things are not as the corpus says"), style="red", end="; ")
    out.print(f"{found.rows:,} rows compared")
    for failure in found.failures[:SHOWN_FAILURES]:
        whole(Text.assemble(f"{failure.table:<10}", safe(failure.id), f"  {failure.what}"))
        whole(Text.assemble(" " * 10, safe(failure.detail)), style="dim")
    if len(found.failures) > SHOWN_FAILURES:
        out.print(f"… and {len(found.failures) - SHOWN_FAILURES:,} more: --json names them all")
    if any(failure.what == "extractor" for failure in found.failures):
        out.print("archive reextract makes a corpus of the same records with the extractor that is installed")


def trace(found: Trace) -> None:
    """The chain from a row to its bytes."""
    row = found.values

    def link(label: str, value: object) -> None:
        whole(Text.assemble(f"{label:<19}", safe(value)))

    link("row", f"{found.table} {row.get('article_id') if found.table == 'articles' else row['capture_id']}")
    link("in", f"{found.file}, row group {found.row_group}, row {found.row}")
    if row.get("outcome"):
        link("became", " ".join(filter(None, (row["outcome"], row["stage"], row["reason"], row["detail"]))))
    if row.get("title"):
        link("title", row["title"])
    if found.warc_file:
        inside = row["unpacked_offset"] not in (None, 0)
        unpacked = f", at {row['unpacked_offset']} of what that unpacks to" if inside else ""
        place = f"bytes {row['warc_record_offset']} + {row['warc_record_length']}{unpacked}"
        link("record", f"{row['warc_filename']}, {place}")
        link("  on this machine", found.warc_file)
    places = ("member", "offset", "line")
    source = [f"{name} {row[f'source_{name}']}" for name in places if row[f"source_{name}"] is not None]
    link("source", ", ".join([row["source_path"], *source]))
    if row["captured_at"]:
        link("captured", f"{row['captured_at']:%Y-%m-%d %H:%M:%S} UTC, known from: {row['captured_at_origin']}")
    if row["flags"]:
        link("flags", ", ".join(row["flags"]))
    _digests(found)
    for head in (found.record_head, found.http_head):
        if head:
            out.print()
            out.print(safe(head.strip().replace("\r\n", "\n"), lines=True), style="dim", soft_wrap=True)


def _digests(found: Trace) -> None:
    """The row's digests, each whole on a line of 80, and those of the bytes where they differ."""
    for check in found.checks:
        whole(Text(f"{check.name:<15}{check.stored}"))
        if check.stored != check.computed:
            whole(Text(f"the bytes give {check.computed}", style="red"))
    if found.checks and found.ok:
        whole(Text("these digests are those of the bytes", style="green"))


# ---- schema ----------------------------------------------------------------------------------------------------


def columns() -> None:
    """All columns of all tables."""
    from archive.schema import TABLES, describe

    for name in TABLES:
        table = Table(box=None, pad_edge=False, title=name, title_justify="left", title_style="bold")
        for head in ("column", "type", "meaning"):
            table.add_column(head, overflow="fold")
        for column, kind, meaning in describe(name):
            table.add_row(column, kind if len(kind) < 30 else kind.partition("<")[0] + "<…>", meaning)  # noqa: PLR2004
        out.print(table)
        out.print()
