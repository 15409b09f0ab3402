"""The README: its blocks run, its options exist, and its lists name every reason and flag that the code has."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import archive
from archive.child import REASONS
from archive.cli import export, main
from archive.partition import KEYS
from archive.schema import TABLES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|python)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
CONSOLE = [text for kind, text in BLOCKS if kind == "console"]
PYTHON = [text for kind, text in BLOCKS if kind == "python"]
SOURCES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "archive").rglob("*.py"))}
NAME = re.compile(r"[a-z]+(-[a-z]+)*")
DAMAGE_MAKERS = ("Broken", "Damage", "Gap", "Unreadable", "Unusable", "_back", "damaged")
ONLY_IN_VERIFY = {"length"}  # what a record that has changed since is called
ONE_WORD = ("listing", "mojibake", "paywall", "truncated", "unsure")
FAMILIES = {  # flags that are put together, as the README has them
    "-digest-mismatch": ("block-digest-mismatch", "payload-digest-mismatch"),
    "-digest-unreadable": ("block-digest-unreadable", "payload-digest-unreadable"),
    "capture-time-to-the-": tuple(f"capture-time-to-the-{part}" for part in ("day", "month", "year")),
    "http-status-": ("http-status-",),
}
NO_FLAGS = {"content-type", "content-length", "content-encoding", "transfer-encoding", "json-ld"}


# ---- blocks ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the samples as ``captures``, and their corpus."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "tests" / "samples", folder / "captures")
    archive.convert([folder / "captures"], folder / "corpus")
    return folder


@pytest.fixture
def place(ready: Path, tmp_path: Path) -> Path:
    """A copy of it for one block."""
    shutil.copytree(ready, tmp_path / "place")
    return tmp_path / "place"


def run(command: list[str | Path], place: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    return subprocess.run(
        command,
        cwd=place,
        env=os.environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def matches(expected: str, shown: str) -> bool:
    """True where ``shown`` is what is expected; … stands for anything, and runs of blanks for one."""
    parts = [re.escape(" ".join(part.split())) for part in expected.split("…")]
    return re.fullmatch(r"\s?" + r".*?".join(rf"{part}\s?" for part in parts), " ".join(shown.split())) is not None


@pytest.mark.parametrize("block", CONSOLE)
def test_console_block(block: str, place: Path) -> None:
    if "-o corpus" in block:
        shutil.rmtree(place / "corpus")
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    assert steps
    for command, expected in steps:
        done = run(["bash", "-o", "pipefail", "-c", command], place)
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        assert matches(expected, done.stdout), f"{command}\n{done.stdout}"


@pytest.mark.parametrize("block", PYTHON)
def test_python_block(block: str, place: Path) -> None:
    done = run([sys.executable, "-W", "error", "-c", block], place)
    assert done.returncode == 0, done.stdout


def test_there_are_blocks() -> None:
    assert len(CONSOLE) >= 4
    assert len(PYTHON) >= 6


# ---- the page on clusters -----------------------------------------------------------------------------------------


def test_the_page_on_clusters_is_linked_and_knows_the_commands() -> None:
    path = "archive/docs/cluster.md"
    page = (ROOT / path).read_text(encoding="utf-8")
    assert f"]({path})" in README
    lines = re.findall(r"^ {4}((?:archive|dask) [a-z]+ .*)$", page, re.MULTILINE)
    assert len(lines) >= 4
    for line in lines:
        program, command, *rest = line.split()
        shown = run([program, command, "--help"], ROOT).stdout
        asked = {word for word in rest if word.startswith("--")}
        assert asked
        assert asked <= set(re.findall(r"--[a-z-]+", shown)), line
    assert "--tls-ca-file" in run(["dask", "worker", "--help"], ROOT).stdout
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert [ast.parse(block) for block in blocks]


# ---- lists -------------------------------------------------------------------------------------------------------


def options() -> set[str]:
    found = {"--help", "--version"}
    for command in (*main.commands.values(), *export.commands.values()):
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                found.update(name for name in parameter.opts if name.startswith("--"))
    return found


def test_options_are_those_of_the_command_line() -> None:
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", README)) == options()


def test_commands_keys_and_tables_are_named() -> None:
    assert set(re.findall(r"^ {4}archive ([a-z]+) ", README, re.MULTILINE)) == set(main.commands)
    assert set(re.findall(r"^ {4}archive export ([a-z]+) ", README, re.MULTILINE)) == set(export.commands)
    assert [key for key in KEYS if f"`{key}`" not in README] == []
    assert [table for table in TABLES if f"{table}/" not in README] == []


def test_every_rejection_is_listed() -> None:
    listed = set(re.findall(r"^\| `(record|payload|extraction)` \| `([a-z-]+)` \|", README, re.MULTILINE))
    made: set[tuple[str, str]] = set()
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if path.name != "proof.py" and isinstance(node, ast.Call) and called(node) == "Rejected":
                stage, reason = ("".join(names(argument)) for argument in node.args[:2])
                made.add((stage, reason))
    made = made - {("extraction", "")} | {("extraction", reason) for reason in REASONS}  # those of a child that died
    assert made == listed


def test_every_damage_is_listed() -> None:
    table = README.partition("\n| reason | when |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE))
    made: set[str] = set()
    for path, tree in SOURCES.items():
        if path.parent.name != "sources":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in DAMAGE_MAKERS:
                values = [*node.args[:2], *(word.value for word in node.keywords if word.arg == "reason")]
                made.update(name for value in values for name in names(value))
            elif isinstance(node, ast.Assign) and any(target_name(target) == "reason" for target in node.targets):
                made.update(names(node.value))
    assert made - ONLY_IN_VERIFY | set(REASONS) == listed


def test_every_flag_is_listed() -> None:
    table = README.partition("| flag | meaning |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"^\| `([a-z-]+)…?` \|", table, re.MULTILINE))
    made = {name for tree in SOURCES.values() for flag in flags_of(tree) for name in FAMILIES.get(flag, (flag,))}
    assert made == listed


def flags_of(tree: ast.Module) -> set[str]:
    """Names that are assigned, appended, passed or returned as flags, and those that a docstring lists."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(re.search(r"flags?$", target_name(target)) for target in targets):
                found.update(names(node.value))
        elif isinstance(node, ast.keyword) and node.arg == "flags":
            found.update(names(node.value))
        elif isinstance(node, ast.Call) and called(node) == "append" and isinstance(node.func, ast.Attribute):
            if "flags" in target_name(node.func.value):
                found.update(name for value in node.args for name in names(value))
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple | ast.IfExp):
            inner = [part for part in ast.walk(node.value) if isinstance(part, ast.Tuple)]
            found.update(name for part in inner for name in names(part) if "-" in name)
    lines = re.findall(r"^ {4}([a-z]+(?:-[a-z]+)*) {2,}\S", ast.get_docstring(tree) or "", re.MULTILINE)
    return {flag for flag in (found | set(lines)) - NO_FLAGS if "-" in flag or flag in ONE_WORD}


def names(node: ast.AST) -> Iterator[str]:
    """Words such as ``short-text`` among the constants in an expression, but not what it is compared with."""
    if isinstance(node, ast.IfExp):
        yield from names(node.body)
        yield from names(node.orelse)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and NAME.fullmatch(node.value):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        fixed = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        if re.fullmatch(r"-[a-z-]+|[a-z-]+-", fixed):
            yield fixed
    elif not isinstance(node, ast.Compare | ast.Subscript):
        for child in ast.iter_child_nodes(node):
            yield from names(child)


def called(node: ast.Call) -> str:
    return target_name(node.func)


def target_name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


# ---- what many captures take -----------------------------------------------------------------------------------------

BULK = Path(archive.__file__).parent / "docs" / "bulk.md"


def test_the_cost_model_follows_from_the_unit_costs() -> None:
    text = BULK.read_text()
    unit = {name: float(value) for name, value in re.findall(r"^\| ([^|]*?) \| ([\d.]+) \|$", text, re.MULTILINE)}
    rows = re.findall(r"^\| (1 million|100 million|10 billion) \|(.*)\|$", text, re.MULTILINE)
    assert len(rows) == 3
    for name, cells in rows:
        captures = {"1 million": 1e6, "100 million": 1e8, "10 billion": 1e10}[name]
        packed = captures * unit["packed input, kB a record"] * 1e3
        hours = captures * unit["CPU, ms a record"] / 3.6e6
        parts = packed / 8e6
        run = unit["memory of the run itself, MB"] * 1e6 + captures * unit["and bytes for each record"]
        tables = captures * unit["tables, kB a record"] * 1e3
        expected = [
            packed,
            hours,
            hours / 64,
            captures * unit["room for parts while the run lasts, kB a record"] * 1e3,
            tables,
            run + parts * unit["and kB for each part of the inputs"] * 1e3,
            tables / (unit["size of a table's file, MB"] * 1e6),
            parts,
        ]
        stated = [number_of(cell) for cell in cells.split("|")]
        for value, said in zip(expected, stated, strict=True):
            assert abs(said - value) <= max(0.04 * value, 0.05 if value < 1 else 0.5), (name, value, said)


def number_of(cell: str) -> float:
    """A number with its unit, as the page writes it."""
    value, _, unit = cell.strip().partition(" ")
    return float(value.replace(",", "")) * {"": 1.0, "GB": 1e9, "TB": 1e12}[unit]
