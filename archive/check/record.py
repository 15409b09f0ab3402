"""One record against the standard: its fields, by name, type and value, and what its type asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archive.check.header import Header, Named
from archive.check.rules import (
    FIELDS,
    NOT_SEGMENTED,
    PROFILES,
    SEGMENT_FIELDS,
    TYPES,
    Fault,
    FieldRule,
    edition,
)
from archive.check.values import GRAMMARS, profile_of, shown

LOOKS_DEFINED = ("warc-", "content-")


def check_header(header: Header) -> Iterator[Fault]:
    """What is wrong with a whole header: fields that are missing, repeated, out of place, or have no legal value."""
    seen: set[str] = set()
    kind = header.kind
    for named in header.fields:
        lower = named.name.lower()
        rule = FIELDS.get(lower)
        known = rule is not None and (rule.clause_10 or edition(header.version) == "1.1")
        if rule is None or not known:
            if lower.startswith(LOOKS_DEFINED) and lower not in seen:
                since = "defined from WARC 1.1 on" if rule else f"no field of WARC {edition(header.version)}"
                message = f"is {since}; readers pass it over"
                yield Fault(rule="field-unknown", message=message, field=named.name, at=named.at)
            seen.add(lower)
            continue
        yield from _check_field(named, rule, header, repeated=lower in seen and not rule.repeatable)
        seen.add(lower)
    for lower, rule in FIELDS.items():
        # of a type that nobody knows, the four fields that all records shall have
        asked = kind in rule.mandatory if kind in TYPES else rule.mandatory == TYPES
        if asked and lower not in seen:
            of = f"; a {kind} record shall have it" if rule.mandatory != TYPES else "; all records shall have it"
            yield Fault(rule="field-missing", message="is missing" + of, field=rule.name)
    yield from _check_kind(header)


def _check_field(named: Named, rule: FieldRule, header: Header, *, repeated: bool) -> Iterator[Fault]:
    """One defined field."""
    if repeated:
        yield Fault(rule="field-repeated", message="stands in the record twice", field=rule.name, at=named.at)
        if named.value == header.get(rule.name):
            return  # what is wrong with its value has been said
    if header.kind in rule.never:
        message = f"shall not stand in a {header.kind} record"
        yield Fault(rule="field-not-allowed", message=message, field=rule.name, at=named.at)
    elif rule.name == "WARC-Profile" and header.kind in TYPES and header.kind != "revisit":
        message = f"is not defined for a {header.kind} record"
        yield Fault(rule="field-undefined", message=message, field=rule.name, at=named.at)
    if not named.value:
        yield Fault(rule="field-empty", message="has no value", field=rule.name, at=named.at)
        return
    fault = GRAMMARS[rule.grammar](named.value, header.version)
    if fault:
        yield replace(fault, field=rule.name, at=named.at)


def _check_kind(header: Header) -> Iterator[Fault]:
    """What a record of this type should have, besides single fields."""
    kind, has = header.kind, header.get
    on_web = header.target[:6].lower().startswith(("http:", "https:"))
    if kind in ("response", "request") and on_web and not has("WARC-IP-Address"):
        message = "should say which address was contacted, where that is known"
        yield Fault(rule="address-missing", message=message, field="WARC-IP-Address")
    if kind == "conversion" and not has("WARC-Refers-To"):
        message = "should say what was converted"
        yield Fault(rule="conversion-refers-to", message=message, field="WARC-Refers-To")
    if kind == "revisit" and has("WARC-Profile"):
        yield from _check_revisit(header)
    if "warc-segment-number" in header.values or kind == "continuation":
        yield from _check_segment(header)


def _check_revisit(header: Header) -> Iterator[Fault]:
    has, (profile, judge) = header.get, profile_of(header.get("WARC-Profile"))
    if not profile:
        if not GRAMMARS["uri"](has("WARC-Profile"), header.version):
            message = f"{shown(has('WARC-Profile'))} is no profile of the standard; readers do not interpret the record"
            yield Fault(rule="value-unknown", message=message, field="WARC-Profile")
        return
    if judge != edition(header.version):
        message = f"is that of WARC {judge} in a record of WARC {edition(header.version)}"
        yield Fault(rule="revisit-profile", message=message, field="WARC-Profile")
    wanted = ["WARC-Refers-To"]
    if edition(header.version) == "1.1":
        wanted += ["WARC-Refers-To-Target-URI"] if profile == PROFILES[0] else []
        wanted.append("WARC-Refers-To-Date")
    if missing := [name for name in wanted if not has(name)]:
        others = f" ({', '.join(missing[1:])} too)" if missing[1:] else ""
        message = f"is missing{others}; a revisit should say which record holds the payload"
        yield Fault(rule="revisit-refers-to", message=message, field=missing[0])
    if profile == PROFILES[0]:
        yield from _check_identical(header)


def _check_identical(header: Header) -> Iterator[Fault]:
    """A revisit of a payload with the same digest (6.7.2)."""
    if not header.get("WARC-Payload-Digest"):
        message = "is missing; a revisit of an identical payload shall have it"
        yield Fault(rule="revisit-digest", message=message, field="WARC-Payload-Digest")
    if header.get("Content-Length").strip("0") and header.get("WARC-Truncated").lower() != "length":
        message = 'shall be "length": the block leaves the payload out'
        yield Fault(rule="revisit-truncated", message=message, field="WARC-Truncated")


def _check_segment(header: Header) -> Iterator[Fault]:
    """The number of a segment, and what should not stand beside it."""
    kind, text = header.kind, header.get("WARC-Segment-Number")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - of 64 bits
    if number is not None and kind in TYPES:
        if kind == "continuation" and number < 2:  # noqa: PLR2004 - the first is no continuation
            message = f"is {number} in a continuation record; the first of these is 2"
            yield Fault(rule="segment-number", message=message, field="WARC-Segment-Number")
        if kind != "continuation" and number != 1:
            message = f"is {number} in a {kind} record; only a continuation may have another than 1"
            yield Fault(rule="segment-number", message=message, field="WARC-Segment-Number")
    if number is not None and kind in NOT_SEGMENTED:
        message = f"cutting a {kind} record into segments is not recommended"
        yield Fault(rule="segment-type", message=message, field="WARC-Segment-Number")
    if kind == "continuation":
        named = {one.name.lower(): one.name for one in header.fields if one.name.lower() in FIELDS}
        extra = [named[lower] for lower in named if lower not in SEGMENT_FIELDS and FIELDS[lower].mandatory != TYPES]
        if extra:
            message = f"a continuation record should not have other optional fields: {', '.join(extra)}"
            yield Fault(rule="segment-fields", message=message)
