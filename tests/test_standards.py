"""Each trap that archives and files hold, by its name in the list of them, and the tests that show what we do."""

from __future__ import annotations

import ast
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest

from archive import sources
from archive.model import Capture, Damage, Limits, Origin, ReadOptions, Skip
from tests import making

HERE = Path(__file__).parent
READING = {  # the first column of the table
    "one corrupt record of ten": "sources_warc.any_byte_flipped_in_a_packed_file sources_warc.eight_bytes_of_one_member_flipped",
    "file cut inside the eighth record": "sources_warc.a_file_cut_inside_the_eighth_record sources_warc.any_cut_of_a_packed_file",
    "Content-Length missing, huge, negative, too short": "sources_warc.a_wrong_length_costs_one_record "
    "sources_warc.a_length_too_short_by_any_figure_costs_one_record bad_captures.each_archive_is_read_as_the_table_says",
    "whole file as one gzip member": "sources_warc.every_shape_is_read_whole sources_warc.captures_of_every_shape_know_their_place",
    "`br` body with PyPI brotli": "content_coding.any_nesting_comes_back",
    "zstd, `gzip, gzip`, X-GZIP, deflate raw or zlib, mislabelled": "content_coding.any_nesting_comes_back "
    "content_coding.gzip_by_any_name content_coding.another_coding_than_the_label content_coding.text_with_a_label_that_lies",
    "two-member or truncated gzip body": "content_coding.all_members_and_frames content_coding.truncated",
    "broken chunked body": "warc.chunks_that_are_none_are_flagged entity.a_body_that_breaks_off_is_kept_as_far_as_it_goes",
    "plain HTML named .warc, BOM first, WARC/0.17, 0.18, 9.9": "standards.html_named_warc_is_read_as_what_it_is "
    "standards.any_version_is_read sources_warc.a_byte_order_mark_and_zeros_are_named",
    "ARC v1/v2": "sources_arc.every_shape_is_read_whole",
    "mixed-case headers, LF-only, no warcinfo": "standards.field_names_in_any_case_and_bare_newlines warc.field_names_in_any_case",
    "decompression bombs (1 MB to 1 GB), 100 MB header line, a million headers": "sources_warc.a_bomb_stops_within_little_memory "
    "content_coding.a_bomb_stops_at_the_limit sources_packed.a_bomb_is_skipped_with_its_figures standards.a_header_over_the_bound",
}
WRITING = {  # the number of the paragraph
    1: "warc.the_payload_digest_is_taken_after_dechunking_and_before_decoding wrapping.warcio_reads_what_we_write_and_agrees_with_every_digest",
    2: "wrapping.warcinfo_asks_no_clock_and_has_no_payload_digest warc.types_without_a_payload",
    3: "check.fields_stand_where_they_may check.what_we_write_passes",
    4: "wrapping.a_revisit_names_the_first_and_holds_no_payload fragments.repeated_payloads_of_one_uri_become_revisits",
    5: "wrapping.a_file_without_http_headers_is_a_resource",
    6: "wrapping.nothing_that_is_handed_over_makes_a_field_of_its_own identity.any_text_makes_a_legal_uri_or_none "
    "wrapping.a_capture_without_a_url_has_a_urn_of_its_payload",
    7: "wrapping.a_time_known_to_the_day_says_so identity.dates_claim_no_more_than_is_known",
    8: "wrapping.the_same_capture_gives_the_same_bytes identity.a_record_id_depends_on_content_head_url_time_and_own_name",
    9: "identity.digests_in_every_spelling",
    10: "wrapping.members_are_one_a_record_and_tell_their_lengths commit.the_warc_files_hold_about_as_much_as_is_asked",
}
FILES = {
    "follows a symlink loop": "plan.links_are_followed_once_and_loops_end",
    "never extract to disk": "security.nothing_is_written_but_in_the_corpus_and_nothing_drives_the_terminal "
    "sources_tarred.what_is_no_file_is_named",
    "a limit on their number, size and ratio": "sources_tarred.bounds sources_zipped.bounds",
    "Disk full": "commit.a_full_disk_is_said_and_the_run_goes_on commit.a_disk_that_is_really_full",
    "Unreadable files, sockets, devices": "plan.what_is_no_regular_file_is_named_and_never_opened "
    "run.a_file_that_may_not_be_read_stays_named",
}


@cache
def named_in(module: str) -> set[str]:
    tree = ast.parse((HERE / f"test_{module}.py").read_text(encoding="utf-8"))
    return {item.name for item in tree.body if isinstance(item, ast.FunctionDef)}


@pytest.mark.parametrize(
    ("row", "nodes"),
    [(str(row), nodes) for table in (READING, WRITING, FILES) for row, nodes in table.items()],
)
def test_each_row_is_shown_by_tests_that_exist(row: str, nodes: str) -> None:
    for node in nodes.split():
        module, _, name = node.partition(".")
        assert f"test_{name}" in named_in(module), f"{row}: {node}"


def test_no_row_is_left_out() -> None:
    standards = making.material("STANDARDS.md")
    parts = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", standards.read_text(encoding="utf-8"), re.MULTILINE))
    table = re.findall(r"^\| (.+?) \|", parts["Archives, when reading"], re.MULTILINE)
    assert set(table) - {"input"} == set(READING)
    writing = parts["WARC 1.1 (ISO 28500:2017), when writing"]
    assert {int(number) for number in re.findall(r"^(\d+)\.", writing, re.MULTILINE)} == set(WRITING)
    assert [words for words in FILES if words not in parts["Files"]] == []


def found_in(data: bytes, name: str = "x.warc", limits: Limits | None = None) -> list[Capture | Damage | Skip]:
    door = sources.Opened(file=BytesIO(data), size=len(data), origin=Origin(path=name), in_place=True)
    return list(sources.captures(door, ReadOptions(limits=limits or Limits())))


def test_html_named_warc_is_read_as_what_it_is() -> None:
    [found] = found_in(making.page(1))
    assert isinstance(found, Capture)
    assert found.media_type == "text/html"
    assert found.payload == making.page(1)


@pytest.mark.parametrize("version", ["0.17", "0.18", "1.0", "1.1", "9.9"])
def test_any_version_is_read(version: str) -> None:
    data = b"".join(making.responses(range(3))).replace(b"WARC/1.1\r\n", f"WARC/{version}\r\n".encode())
    assert [type(one) for one in found_in(data)] == [Capture] * 3


def test_field_names_in_any_case_and_bare_newlines() -> None:
    for change in (bytes.upper, bytes.lower, bytes.title):
        records = []
        for one in making.responses(range(3)):
            head, _, rest = one.partition(b"\r\n\r\n")
            first, *fields = head.split(b"\r\n")
            changed = [change(name) + b":" + value for name, _, value in (field.partition(b":") for field in fields)]
            records.append(b"\n".join([first, *changed]) + b"\n\n" + rest.removesuffix(b"\r\n\r\n") + b"\n\n")
        found = found_in(b"".join(records))
        assert [type(one) for one in found] == [Capture] * 3
        assert [one.record_type for one in found if isinstance(one, Capture)] == ["response"] * 3


@pytest.mark.parametrize("more", [b"X-Long: " + b"y" * 3_000_000 + b"\r\n", b"X-Many: z\r\n" * 300_000])
def test_a_header_over_the_bound(more: bytes) -> None:
    before, bad, behind = making.responses(range(3))
    found = found_in(before + bad.replace(b"WARC-Type", more + b"WARC-Type", 1) + behind)
    assert [type(one) for one in found] == [Capture, Damage, Capture]
    assert isinstance(found[1], Damage)
    assert str(Limits().header_bytes) in found[1].detail
