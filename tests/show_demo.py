"""Shows what became of each capture of a corpus; ``--id`` prints the id of one article instead, for ``archive trace``.

python tests/show_demo.py CORPUS [--id]
"""

from __future__ import annotations

import sys
from typing import Any

import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table
from rich.text import Text

import archive

COLORS = {"article": "green", "damaged": "red", "skipped": "dim"}


def rows(corpus: archive.Corpus) -> list[tuple[str, str, str, str]]:
    """Source file, place in it, outcome and what there is to say, in the order of the inputs."""
    articles = corpus.articles(columns=["capture_id", "title", "text"]).to_pylist()
    titles = {row["capture_id"]: row["title"] or f"“{row['text'][:60]}…”" for row in articles}
    found: list[tuple[tuple[str, str, int], tuple[str, str, str, str]]] = []
    for row in corpus.captures().to_pylist():
        say = titles.get(row["capture_id"]) or f"{row['stage']}: {row['reason']} ({row['detail']})"
        key = (row["source_path"], row["source_member"] or "", row["source_offset"] or 0)
        found.append((key, (row["source_path"], _place(row), row["outcome"], say)))
    for row in corpus.table("inputs").to_pylist():
        if row["skipped"]:
            key = (row["path"], row["member"] or "", 0)
            found.append((key, (row["path"], row["member"] or "", "skipped", row["skipped"])))
    return [shown for _, shown in sorted(found)]


def _place(row: dict[str, Any]) -> str:
    if row["source_line"] is not None:
        return f"line {row['source_line']}"
    if row["source_member"]:
        return str(row["source_member"])
    return f"byte {row['source_offset']}" if row["source_offset"] is not None else ""


def main() -> None:
    """Prints the table, or the id."""
    corpus = archive.open_corpus(sys.argv[1])
    if "--id" in sys.argv[2:]:
        where = pc.field("source_path") == "crawl.warc.gz"
        sys.stdout.write(corpus.articles(columns=["article_id"], where=where)["article_id"][0].as_py() + "\n")
        return
    table = Table(box=None, pad_edge=False, expand=True, title="what became of each capture", title_justify="left")
    found = rows(corpus)
    for index, name in enumerate(("source", "where", "outcome")):
        table.add_column(name, no_wrap=True, min_width=max(len(shown[index]) for shown in found))
    table.add_column("title, or why not", no_wrap=True, overflow="ellipsis", ratio=1)
    last = ""
    for source, place, outcome, say in found:
        table.add_row("" if source == last else source, place, Text(outcome, style=COLORS.get(outcome, "")), Text(say))
        last = source
    Console(highlight=False).print(table)


if __name__ == "__main__":
    main()
