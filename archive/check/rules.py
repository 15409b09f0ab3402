"""The rules of the standard as data: what each field may hold, on which records it may stand, and what breaks a rule.

WARC 1.1 is ISO 28500:2017, WARC 1.0 is ISO 28500:2009; the drafts 0.17 and 0.18 are judged as 1.0. A rule is an
``error`` where the standard says "shall" or "must" or gives a grammar, a ``warning`` where it says "should" or "is
recommended" (or where the IIPC's notes on it do), and a ``note`` where nothing is wrong.

Closed doors. What the standard itself does not keep is no error: a ``urn:uuid:`` that is no UUID is a warning, for its
examples B.3 and B.7 have such ids, and so is a digest with ``=`` or ``/``, which no token may hold and which padded
Base32 and Base64 have. Literals are matched in any case, as section 2.1 of RFC 2616 says of its grammar. A warcinfo
record of another type than ``application/warc-fields`` is a warning: clause 8 says "shall", clause 6.2 "may vary".
"""

from __future__ import annotations

from dataclasses import dataclass

TYPES = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")
DRAFTS = ("0.17", "0.18")
VERSIONS = ("1.0", "1.1", *DRAFTS)
SEVERITIES = ("error", "warning", "note")
REASONS = ("length", "time", "disconnect", "unspecified")
PROFILES = ("identical-payload-digest", "server-not-modified")
PROFILE = "http://netpreserve.org/warc/{}/revisit/{}"
WITHOUT_PAYLOAD = ("warcinfo", "metadata")
NOT_CAPTURED = ("warcinfo", "conversion", "continuation")
WITH_TARGET = ("response", "resource", "request", "revisit", "conversion", "continuation")
NOT_SEGMENTED = ("warcinfo", "request", "metadata", "revisit")
SEGMENT_FIELDS = (  # of a continuation: what clause 7 names, besides the four mandatory ones
    "warc-target-uri", "warc-segment-number", "warc-segment-origin-id", "warc-segment-total-length",
    "warc-block-digest", "warc-payload-digest", "warc-truncated",
)  # fmt: skip


def _all_but(*types: str) -> tuple[str, ...]:
    return tuple(one for one in TYPES if one not in types)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """One field that the standard defines."""

    name: str
    clause: str  # of WARC 1.1
    clause_10: str  # of WARC 1.0; "" where it does not know the field
    grammar: str  # of its value, in ``values.GRAMMARS``
    mandatory: tuple[str, ...] = ()  # types that shall have it
    never: tuple[str, ...] = ()  # types that shall not
    repeatable: bool = False


FIELDS = {
    rule.name.lower(): rule
    for rule in (
        FieldRule(name="WARC-Record-ID", clause="5.2", clause_10="5.2", grammar="id", mandatory=TYPES),
        FieldRule(name="Content-Length", clause="5.3", clause_10="5.3", grammar="number", mandatory=TYPES),
        FieldRule(name="WARC-Date", clause="5.4", clause_10="5.4", grammar="date", mandatory=TYPES),
        FieldRule(name="WARC-Type", clause="5.5", clause_10="5.5", grammar="type", mandatory=TYPES),
        FieldRule(name="Content-Type", clause="5.6", clause_10="5.6", grammar="media-type"),
        FieldRule(name="WARC-Concurrent-To", clause="5.7", clause_10="5.7", grammar="id", never=NOT_CAPTURED,
                  repeatable=True),
        FieldRule(name="WARC-Block-Digest", clause="5.8", clause_10="5.8", grammar="digest"),
        FieldRule(name="WARC-Payload-Digest", clause="5.9", clause_10="5.9", grammar="digest", never=WITHOUT_PAYLOAD),
        FieldRule(name="WARC-IP-Address", clause="5.10", clause_10="5.10", grammar="address", never=NOT_CAPTURED),
        FieldRule(name="WARC-Refers-To", clause="5.11", clause_10="5.11", grammar="id",
                  never=_all_but("metadata", "revisit", "conversion")),
        FieldRule(name="WARC-Refers-To-Target-URI", clause="5.12", clause_10="", grammar="uri",
                  never=_all_but("revisit")),
        FieldRule(name="WARC-Refers-To-Date", clause="5.13", clause_10="", grammar="date", never=_all_but("revisit")),
        FieldRule(name="WARC-Target-URI", clause="5.14", clause_10="5.12", grammar="uri", mandatory=WITH_TARGET,
                  never=("warcinfo",)),
        FieldRule(name="WARC-Truncated", clause="5.15", clause_10="5.13", grammar="reason"),
        FieldRule(name="WARC-Warcinfo-ID", clause="5.16", clause_10="5.14", grammar="id", never=("warcinfo",)),
        FieldRule(name="WARC-Filename", clause="5.17", clause_10="5.15", grammar="text", never=_all_but("warcinfo")),
        FieldRule(name="WARC-Profile", clause="5.18", clause_10="5.16", grammar="uri", mandatory=("revisit",)),
        FieldRule(name="WARC-Identified-Payload-Type", clause="5.19", clause_10="5.17", grammar="media-type",
                  never=WITHOUT_PAYLOAD),
        FieldRule(name="WARC-Segment-Number", clause="5.20", clause_10="5.18", grammar="number",
                  mandatory=("continuation",)),
        FieldRule(name="WARC-Segment-Origin-ID", clause="5.21", clause_10="5.19", grammar="id",
                  mandatory=("continuation",), never=_all_but("continuation")),
        FieldRule(name="WARC-Segment-Total-Length", clause="5.22", clause_10="5.20", grammar="number",
                  never=_all_but("continuation")),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What can be found, and how bad it is."""

    severity: str
    clause: str = ""  # of WARC 1.1; "" for that of the field; "none" for what the standard says nothing about
    clause_10: str = ""  # of WARC 1.0, where it is another


RULES = {
    # the file
    "unreadable": Rule(severity="error", clause="none"),
    "not-warc": Rule(severity="error", clause="4"),
    "no-record": Rule(severity="error", clause="4"),
    "garbage": Rule(severity="error", clause="4"),
    "truncated": Rule(severity="error", clause="4"),
    "header-unreadable": Rule(severity="error", clause="4"),
    "trailer": Rule(severity="error", clause="4"),
    "warcinfo-first": Rule(severity="warning", clause="5.5"),
    "file-size": Rule(severity="note", clause="C", clause_10="B"),
    # how it is packed
    "gzip": Rule(severity="error", clause="RFC 1952, 2.3"),
    "gzip-mixed": Rule(severity="error", clause="RFC 1952, 2.2"),
    "gzip-bomb": Rule(severity="error", clause="D.1", clause_10="A.1"),
    "gzip-member": Rule(severity="warning", clause="D.2", clause_10="A.2"),
    "gzip-name": Rule(severity="warning", clause="D.3", clause_10="A.3"),
    # the header
    "version-line": Rule(severity="error", clause="4"),
    "version-unknown": Rule(severity="error", clause="4"),
    "version-draft": Rule(severity="warning", clause="4"),
    "line-end": Rule(severity="error", clause="4"),
    "field-syntax": Rule(severity="error", clause="4"),
    "field-folded": Rule(severity="warning", clause="4"),
    "control-character": Rule(severity="error", clause="4"),
    "not-utf-8": Rule(severity="error", clause="4"),
    # fields
    "field-missing": Rule(severity="error"),
    "field-empty": Rule(severity="error"),
    "field-repeated": Rule(severity="error", clause="5.1"),
    "field-not-allowed": Rule(severity="error"),
    "field-undefined": Rule(severity="warning"),
    "field-unknown": Rule(severity="note", clause="5.1"),
    "value": Rule(severity="error"),
    "value-odd": Rule(severity="warning"),
    "value-unknown": Rule(severity="note"),
    # the block
    "content-length": Rule(severity="error", clause="5.3"),
    "content-type-missing": Rule(severity="warning", clause="5.6"),
    "content-type-warcinfo": Rule(severity="warning", clause="6.2"),
    "content-type-http": Rule(severity="warning", clause="6.3.2"),
    "content-type-false": Rule(severity="error", clause="5.6"),
    "content-type-dns": Rule(severity="error", clause="6.4.4"),
    "http-message": Rule(severity="warning", clause="6.3.2"),
    "http-chunks": Rule(severity="warning", clause="6.3.2"),
    "http-in-resource": Rule(severity="error", clause="6.4.2"),
    "http-in-resource-perhaps": Rule(severity="warning", clause="6.4.2"),
    "warc-fields": Rule(severity="error", clause="4"),
    "block-digest": Rule(severity="error", clause="5.8"),
    "payload-digest": Rule(severity="error", clause="5.9"),
    "payload-digest-chunked": Rule(severity="error", clause="6.3.2"),
    "address-missing": Rule(severity="note", clause="6.3.2"),
    # revisits and conversions
    "revisit-digest": Rule(severity="error", clause="6.7.2"),
    "revisit-truncated": Rule(severity="error", clause="6.7.2"),
    "revisit-headers": Rule(severity="warning", clause="6.7.2"),
    "revisit-headers-perhaps": Rule(severity="note", clause="6.7.2"),
    "revisit-refers-to": Rule(severity="warning", clause="6.7.2"),
    "revisit-profile": Rule(severity="warning", clause="6.7"),
    "conversion-refers-to": Rule(severity="warning", clause="6.8"),
    # segments
    "segment-number": Rule(severity="error", clause="5.20", clause_10="5.18"),
    "segment-type": Rule(severity="warning", clause="7"),
    "segment-place": Rule(severity="warning", clause="7"),
    "segment-fields": Rule(severity="warning", clause="7"),
    "segment-origin": Rule(severity="error", clause="7"),
    "segment-order": Rule(severity="error", clause="7"),
    "segment-total": Rule(severity="error", clause="5.22", clause_10="5.20"),
    "segment-open": Rule(severity="note", clause="7"),
    # one record and another
    "id-repeated": Rule(severity="error", clause="5.2"),
    "record-repeated": Rule(severity="warning", clause="5.2"),
    "refers-to": Rule(severity="warning", clause="5.11"),
    "refers-to-differs": Rule(severity="warning", clause="6.7.2"),
    "warcinfo-id": Rule(severity="warning", clause="5.16", clause_10="5.14"),
    "concurrent-date": Rule(severity="error", clause="5.4"),
    "filename": Rule(severity="note", clause="5.17", clause_10="5.15"),
    # the check itself
    "more": Rule(severity="note", clause="none"),
    "not-compared": Rule(severity="note", clause="none"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A rule that a record breaks: what is said of it, the field that it is about, and how far into the record."""

    rule: str
    message: str
    field: str = ""
    at: int = 0  # bytes from the record's start


def edition(version: str) -> str:
    """The edition of the standard that a record of this version is judged by: 1.0 or 1.1."""
    return "1.0" if version == "1.0" or version in DRAFTS else "1.1"


def severity_of(fault: Fault) -> str:
    """``error``, ``warning`` or ``note``."""
    return RULES[fault.rule].severity


def clause_of(fault: Fault, version: str) -> str:
    """Standard and clause, such as ``WARC 1.1, 5.4``, in the edition that a record of this version is judged by."""
    rule, field, judge = RULES[fault.rule], FIELDS.get(fault.field.lower()), edition(version)
    clause, clause_10 = (rule.clause, rule.clause_10) if rule.clause or not field else (field.clause, field.clause_10)
    if clause.startswith(("RFC", "none")):
        return clause
    return f"WARC {judge}, {clause_10 or clause if judge == '1.0' else clause}"
