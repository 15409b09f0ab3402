"""``python -m archive.training``."""

from __future__ import annotations

from pathlib import Path

import click

from archive.training.dumps import read_dumps
from archive.training.evaluate import table, without_doubtful
from archive.training.fit import train, write
from archive.training.fit_dumps import table_of_dumps, train_dumps
from archive.training.pages import read_sets


@click.command()
@click.argument("bench", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="write the weights to this file")
@click.option("--evaluate", is_flag=True, help="print word F1 on sites that were not learned from")
@click.option("--dumps", is_flag=True, help="learn from the text dumps of BENCH, for lines of text dumps")
def main(bench: Path, output: Path | None, *, evaluate: bool, dumps: bool) -> None:
    """Learn from the pages of BENCH which blocks of a page are its article, or which lines of a text dump."""
    if dumps:
        _from_dumps(bench, output, evaluate=evaluate)
        return
    pages = without_doubtful(read_sets(bench))
    click.echo(f"{len(pages)} pages, {sum(len(page.label) for page in pages)} blocks, "
               f"{sum(not page.weight for page in pages)} pages with a doubtful gold left out")  # fmt: skip
    if evaluate:
        click.echo(table(pages))
    if output:
        write(train([page for page in pages if page.weight]), output)
        click.echo(f"{output}: {output.stat().st_size} bytes")


def _from_dumps(bench: Path, output: Path | None, *, evaluate: bool) -> None:
    found = read_dumps(bench)
    click.echo(f"{len(found)} dumps, {sum(len(dump.lines) for dump in found)} lines")
    if evaluate:
        click.echo(table_of_dumps(found))
    if output:
        write(train_dumps(found), output)
        click.echo(f"{output}: {output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
