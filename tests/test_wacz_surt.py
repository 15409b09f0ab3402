"""The keys of an index are those that pywb and wabac.js look for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.wacz.surt import LONGEST, keys_of, surt

# as surt 0.3.1 (pywb 2.10) and warcio.js 2.4.11 (wabac.js 2.27) give them; tests/test_replay.py asks the first again
BOTH = {
    "http://example.com": "com,example)/",
    "http://example.com?": "com,example)/",
    "http://example.com:8080/x": "com,example:8080)/x",
    "https://user:pw@example.com/x": "com,example)/x",
    "https://EXAMPLE.com/Path/Index.HTML?Q=A": "com,example)/path/index.html?q=a",
    "https://www2.example.com:443/c?b=2&a=1#x": "com,example)/c?a=1&b=2",
    "https://example.com/x?a=b&a&a=": "com,example)/x?a&a=&a=b",
    "https://bücher.example/a": "example,xn--bcher-kva)/a",
    "http://10.1/a": "1,0,0,10)/a",
    "https://www.com/": "com)/",
    "https://a_b.example.com/": "com,example,a_b)/",
    "urn:uuid:5e8e4142-c463-5e29-bee0-5e11096b6c45": "urn:uuid:5e8e4142-c463-5e29-bee0-5e11096b6c45",
    "dns:www.example.com": "dns:www.example.com",
}
EACH = {
    "https://www.example.com/News/": ("com,example)/news", "com,example)/news/"),
    "https://example.com/a//b/../c/?b": ("com,example)/a/c?b", "com,example)/a//c/?b"),
    "https://example.com/a%20b/%7Eme?q=%C3%A4": (
        "com,example)/a%20b/~me?q=%c3%a4",
        "com,example)/a%20b/%7eme?q=%c3%a4",
    ),
    "https://example.com/straße?ü=1": ("com,example)/stra%c3%9fe?%c3%bc=1", "com,example)/stra%C3%9Fe?%C3%BC=1"),
    "https://example.com/%25/%2525": ("com,example)/%25/%25", "com,example)/%25/%2525"),
    "https://example.com./x": ("com,example)/x", ",com,example)/x"),
    "http://[::1]:80/x": ("::1)/x", "[::1])/x"),
    "ftp://ftp.example.com/A/b/": ("com,example,ftp)/a/b", "ftp://ftp.example.com/A/b/"),
    "https://example.com/?a&PHPSESSID=0123456789abcdef0123456789ABCDEF": (
        "com,example)/?&a",
        "com,example)/?a&phpsessid=0123456789abcdef0123456789abcdef",
    ),
    "https://example.com/(S(0123456789abcdefghijklmn))/p.aspx": (
        "com,example)/p.aspx",
        "com,example)/(s(0123456789abcdefghijklmn))/p.aspx",
    ),
}


@pytest.mark.parametrize("url", BOTH)
def test_one_key_where_both_make_the_same(url: str) -> None:
    assert keys_of(url) == (BOTH[url],)


@pytest.mark.parametrize("url", EACH)
def test_a_key_for_each_where_they_do_not(url: str) -> None:
    assert keys_of(url) == EACH[url]


@given(st.one_of(st.text(), st.from_regex(r"https?://[^ ]{0,20}/[^ ]{0,30}(\?[^ ]{0,30})?", fullmatch=True)))
def test_a_key_can_stand_in_a_line(url: str) -> None:
    for key in keys_of(url):
        assert key.isascii()
        assert " " not in key
        assert key.isprintable()


def test_a_url_that_is_too_long_is_escaped_only() -> None:
    url = "https://www.Example.com/a/../ä?b&a" + "x" * LONGEST
    assert surt(url) == "https://www.example.com/a/../%c3%a4?b&a" + "x" * LONGEST


def test_a_host_of_thousands_of_digits_is_a_name() -> None:
    assert keys_of("http://" + "1" * 5000 + "/")
