"""The house: imports go down only, each library has one owner, and the public surface is what it says."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
import types
from importlib import import_module
from pathlib import Path

import pytest

import archive

PACKAGE = Path(archive.__file__).parent
FLOORS = (  # from the roof down; a module imports from lower floors, and from its own where no cycle comes of it
    ("archive.__main__", "archive.training"),
    ("archive.cli", "archive"),
    ("archive.screen_diff", "archive.screen_convert", "archive.screen_check"),
    ("archive.screen", "archive.look"),
    ("archive.progress",),
    ("archive.api", "archive.remaining", "archive.sampling"),
    ("archive.run", "archive.compaction"),
    ("archive.engine",),
    ("archive.runlog", "archive.commit", "archive.growth", "archive.plan", "archive.mirrors", "archive.pool", "archive.proof", "archive.compare"),
    ("archive.shard",),
    ("archive.proof_files", "archive.proof_places", "archive.fragments", "archive.again", "archive.joining", "archive.watch",
     "archive.unfinished"),
    ("archive.furniture",),
    ("archive.corpus", "archive.merge"),
    ("archive.repeats",),
    ("archive.table",),
    ("archive.manifest", "archive.partition", "archive.schema"),
    ("archive.storage", "archive.rows", "archive.child", "archive.proof_ids", "archive.sofar", "archive.stages",
     "archive.cluster", "archive.check"),
    ("archive.sources", "archive.extraction"),
    ("archive.wrapping",),
    ("archive.warc",),
    ("archive.entity", "archive.identity", "archive.words"),
    ("archive.model", "archive.errors"),
)
LATE_AND_UPWARD = {
    ("archive.corpus", "archive.proof"),  # Corpus.verify() is the door to it
    ("archive", "archive.api"),  # the public names, for type checkers
}
OWNERS = {
    "warcio": ("entity", "warc", "wrapping", "sources", "training"),
    "trafilatura": ("extraction", "training"),
    "lxml": ("extraction", "training"),
    "pyarrow.parquet": ("table", "corpus", "proof_files"),
    "pyarrow.dataset": ("corpus",),
    "click": ("cli", "training"),
    "lightgbm": ("training",),
    "rapidfuzz": ("training",),
    "distributed": ("cluster",),
    "dask": ("cluster",),
    "rich": ("screen", "screen_check", "screen_convert", "screen_diff", "progress"),
    "publicsuffixlist": ("rows",),
    "isal": ("sources",),
    "fcntl": ("storage",),
}
HEAVY = {"dask", "distributed", "pyarrow", "numpy", "trafilatura", "lxml", "warcio", "rich", "pandas", "htmldate", "py3langid", "justext"}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(path: Path, *, late: bool = True) -> set[str]:
    """Every module that a file imports; without ``late``, only what is imported when it is."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if late else iter(tree.body)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            module = node.module or ""
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                found.add(whole if whole in MODULES or whole in OWNERS else module)
    return found


def floor_of(module: str) -> int:
    """The floor of a module; a package's modules live on the package's floor."""
    while not any(module in floor for floor in FLOORS):
        module = module.rpartition(".")[0]
    return next(number for number, floor in enumerate(FLOORS) if module in floor)


def test_every_module_has_its_floor() -> None:
    top = {name for name in MODULES if name.count(".") <= 1}
    assert top == {module for floor in FLOORS for module in floor}


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_only(module: str) -> None:
    ours = {name for name in imports(MODULES[module]) if name.split(".")[0] == "archive"} - {"archive"}
    upward = {(module, name) for name in ours if floor_of(name) < floor_of(module)}
    assert upward <= LATE_AND_UPWARD


def test_no_cycle_among_what_is_imported_at_once() -> None:
    waiting = {
        module: {name for name in imports(path, late=False) if name in MODULES and name != module}
        for module, path in MODULES.items()
    }
    while free := {module for module, needs in waiting.items() if not needs}:
        waiting = {module: needs - free for module, needs in waiting.items() if module not in free}
    assert waiting == {}


@pytest.mark.parametrize("library", OWNERS)
def test_each_library_has_its_owner(library: str) -> None:
    importers = {
        module.split(".")[1]
        for module, path in MODULES.items()
        if any(name == library or name.startswith(library + ".") for name in imports(path))
    }
    assert importers
    assert importers <= set(OWNERS[library])


def test_nothing_prints_or_exits_below_the_roof() -> None:
    for module, path in MODULES.items():
        if module in ("archive.cli", "archive.__main__"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in ("print", "sys.exit", "exit", "quit"), f"{module}:{node.lineno}"
            assert not (isinstance(node, ast.ExceptHandler) and node.type is None), f"{module}: bare except"


# ---- the public surface ------------------------------------------------------------------------------------------


def test_public_names() -> None:
    assert set(archive.__all__) == {
        "ArchiveError", "Corpus", "CorpusError", "Extraction", "Finding", "JsonFields", "Limits", "Manifest", "ReadOptions",
        "Rejected", "RunInterrupted", "Settings", "UnknownId", "UsageError", "__version__", "convert", "extract",
        "open_corpus", "check_warc", "compact", "reextract",
    }  # fmt: skip
    assert list(archive.__all__) == sorted(archive.__all__)
    assert dir(archive) == sorted(archive.__all__)
    assert set(archive.HOMES) | {"__version__"} == set(archive.__all__)


@pytest.mark.parametrize("name", archive.__all__)
def test_public_names_are_there_when_asked_for(name: str) -> None:
    found = getattr(archive, name)
    assert found is not None
    if name in archive.HOMES:
        assert found is getattr(import_module(archive.HOMES[name]), name)
        assert inspect.getdoc(found)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(archive, "nothing")  # noqa: B009 - a type checker knows that it is not there


def test_no_public_function_bears_the_name_of_a_module() -> None:
    modules = {name.rpartition(".")[2] for name in MODULES if name.count(".") == 1}
    assert not set(archive.__all__) & modules
    assert not any(isinstance(getattr(archive, name), types.ModuleType) for name in archive.__all__)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["convert", "--help"], ["verify", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import json, sys\nfrom archive.cli import main\n"
        f"try:\n    main({words!r}, prog_name='archive')\n"
        "except SystemExit:\n    print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout
    loaded = {name.split(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}
    assert "archive" in loaded
    assert not loaded & HEAVY
