"""URLs: every sentence of the design's matching rules, under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Found, Search, observable

URL = "http://evil.example/Gate/a.php?id=1&k=V"

MATCHES = {
    "alone": URL,
    "scheme and host in upper case": "HTTP://EVIL.example/Gate/a.php?id=1&k=V",
    "user information": "http://u:p@evil.example/Gate/a.php?id=1&k=V",
    "default port": "http://evil.example:80/Gate/a.php?id=1&k=V",
    "empty port": "http://evil.example:/Gate/a.php?id=1&k=V",
    "final dot of the host": "http://evil.example./Gate/a.php?id=1&k=V",
    "unreserved letters encoded": "http://evil.example/%47ate/%61.php?id=1&k=%56",
    "slashes escaped": r"http:\/\/evil.example\/Gate\/a.php?id=1&k=V",
    "slashes escaped twice": r"http:\\/\\/evil.example\\/Gate\\/a.php?id=1&k=V",
    "JSON code points": r"http:\u002f\u002fevil.example\u002fGate\u002fa.php\u003fid\u003d1\u0026k\u003DV",
    "HTML ampersand": "http://evil.example/Gate/a.php?id=1&amp;k=V",
    "HTML ampersand, twice": "http://evil.example/Gate/a.php?id=1&amp;amp;k=V",
    "HTML ampersand as a number": "http://evil.example/Gate/a.php?id=1&#38;k=V",
    "JSON in HTML": r"http://evil.example/Gate/a.php?id=1\u0026amp;k=V",
}


@pytest.mark.parametrize("text", MATCHES.values(), ids=MATCHES.keys())
@pytest.mark.parametrize("around", ["{}", "x {} y", '"{}"', "<{}>", "url={}|"])
def test_written_otherwise_is_the_same_url(search: Search, text: str, around: str) -> None:
    assert search(URL, around.format(text)) == [Found(text)]


def test_fragment_is_dropped(search: Search) -> None:
    assert search(URL, f"x {URL}#top y") == [Found(URL)]
    assert search(f"{URL}#top", f"x {URL} y") == [Found(URL)]


MISSES = {
    "path in another case": "http://evil.example/gate/a.php?id=1&k=V",
    "query in another case": "http://evil.example/Gate/a.php?id=1&k=v",
    "longer path": "http://evil.example/Gate/a.php5?id=1&k=V",
    "longer query": "http://evil.example/Gate/a.php?id=1&k=VV",
    "more parameters": "http://evil.example/Gate/a.php?id=1&k=V&z",
    "no query": "http://evil.example/Gate/a.php",
    "only the host": "http://evil.example/",
    "another scheme": "https://evil.example/Gate/a.php?id=1&k=V",
    "no scheme": "evil.example/Gate/a.php?id=1&k=V",
    "another port": "http://evil.example:8080/Gate/a.php?id=1&k=V",
    "port of another scheme": "http://evil.example:443/Gate/a.php?id=1&k=V",
    "doubly encoded": "http://evil.example/%2547ate/a.php?id=1&k=V",
    "slash encoded": "http://evil.example/Gate%2Fa.php?id=1&k=V",
}


@pytest.mark.parametrize("text", MISSES.values(), ids=MISSES.keys())
def test_another_url_on_the_host_is_the_host(search: Search, text: str) -> None:
    assert search(URL, f"x {text} y") == [Found("evil.example", "host")]


@pytest.mark.parametrize(
    "text", ["http://www.evil.example/Gate/a.php?id=1&k=V", "http://evil.example.org/Gate/a.php?id=1&k=V"]
)
def test_another_host_is_nothing(search: Search, text: str) -> None:
    assert search(URL, f"x {text} y") == []


def test_query_is_not_a_prefix(search: Search) -> None:
    assert search("http://evil.example/a", "x http://evil.example/a?b y") == [Found("evil.example", "host")]
    assert search("http://evil.example/a", "x http://evil.example/a/b y") == [Found("evil.example", "host")]


@pytest.mark.parametrize("indicator", ["http://evil.example/a", "http://evil.example/a/"])
@pytest.mark.parametrize("text", ["http://evil.example/a", "http://evil.example/a/"])
def test_trailing_slash_is_not_a_difference(search: Search, indicator: str, text: str) -> None:
    assert search(indicator, f"GET {text} 200") == [Found(text)]


@pytest.mark.parametrize("text", ["http://evil.example", "http://evil.example/", "http://evil.example:80/"])
def test_url_that_is_only_a_host(search: Search, text: str) -> None:
    assert search("http://evil.example/", f"GET {text} 200") == [Found(text)]


SCHEMELESS = [
    "http://evil.example/a?b",
    "https://evil.example/a?b",
    "hxyz://evil.example/a?b",
    "//evil.example/a?b",
    "evil.example/a?b",
]


@pytest.mark.parametrize("text", SCHEMELESS)
def test_indicator_without_scheme_matches_any_and_none(search: Search, text: str) -> None:
    assert search("evil.example/a?b", f"x {text} y") == [Found("evil.example/a?b")]


@pytest.mark.parametrize("port", ["", ":80", ":443"])
def test_indicator_without_scheme_and_the_usual_ports(search: Search, port: str) -> None:
    for indicator in ("evil.example/a", "evil.example:80/a"):
        assert search(indicator, f"x https://evil.example{port}/a y") == [Found(f"evil.example{port}/a")]
    assert search("evil.example/a", "x https://evil.example:8443/a y") == [Found("evil.example", "host")]


@pytest.mark.parametrize(
    "end",
    [
        *' \t"<>|^{}`\\\x00\x7f',
        "\u201d",
        "\u00a0",
        "\\n",
        '\\"',
        "&quot;",
        "&lt;",
        "&#34;",
        "\\u0022",
        "\\u003c",
    ],
)
def test_what_ends_a_url(search: Search, end: str) -> None:
    url = "http://evil.example/a?b=c"
    assert search(url, f"x {url}{end}z y") == [Found(url)]


@pytest.mark.parametrize(
    "end", [",", ";", "'", ")", "]", ").", "',", "&#39;", "\\u0027", "%22", "%20", "%2520", "%0d%0a"]
)
def test_shorter_readings_are_tried(search: Search, end: str) -> None:
    url = "http://evil.example/a?b=c"
    assert search(url, f"x {url}{end}z y") == [Found(url)]


@pytest.mark.parametrize("end", [".", ":", "!", "?", "...", "?!"])
def test_punctuation_at_the_end_is_tried_without(search: Search, end: str) -> None:
    url = "http://evil.example/a"
    assert search(url, f"x {url}{end} y") == [Found(url)]
    assert search(url, f"x {url}{end}, y") == [Found(url)]


def test_punctuation_inside_is_kept(search: Search) -> None:
    url = "http://evil.example/a,b;c(d)[e]'f.g:h!i?j"
    assert search(url, f"({url})") == [Found(url)]


ENCODED = {
    "parameter": "?u=http%3A%2F%2Fevil.example%2FA%3Fb%3Dc%26d&z=1",
    "lower-case hex": "?u=http%3a%2f%2fevil.example%2fA%3fb%3dc%26d",
    "port": "?u=http%3A%2F%2Fevil.example%3A80%2FA%3Fb%3Dc%26d",
    "user information": "?u=http%3A%2F%2Fme%40evil.example%2FA%3Fb%3Dc%26d",
    "another parameter before": "?x=1&u=http%3A%2F%2Fevil.example%2FA%3Fb%3Dc%26d HTTP/1.1",
}


@pytest.mark.parametrize("text", ENCODED.values(), ids=ENCODED.keys())
def test_wholly_encoded_url_is_decoded_once(search: Search, text: str) -> None:
    (found,) = search("http://evil.example/A?b=c&d", f"GET https://good.test/{text}")
    assert found.relation == "exact"
    assert found.text.startswith("http%3")


def test_wholly_encoded_url_keeps_what_was_encoded_in_it(search: Search) -> None:
    text = "u=http%3A%2F%2Fevil.example%2Fa%2520b"
    assert search("http://evil.example/a%20b", text) == [Found(text[2:])]


def test_url_encoded_twice_is_only_its_host(search: Search) -> None:
    assert search("http://evil.example/a", "u=http%253A%252F%252Fevil.example%252Fa") == [
        Found("evil.example", "host")
    ]


def test_schemeless_url_encoded(search: Search) -> None:
    assert search("evil.example/a", "u=evil.example%2Fa&b") == [Found("evil.example%2Fa")]


HOSTS = {
    "IPv4": ("http://192.0.2.1/a", "http://192.0.2.1/a"),
    "IPv4, padded": ("http://192.0.2.1/a", "http://192.000.002.001/a"),
    "IPv4 and port": ("http://192.0.2.1:8080/a", "http://192.0.2.1:8080/a"),
    "IPv6": ("http://[2001:db8::1]/a", "http://[2001:DB8:0::1]/a"),
    "IPv6 and port": ("http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a"),
    "IPv6 and zone": ("http://[2001:db8::1]/a", "http://[2001:db8::1%25eth0]/a"),
    "mapped": ("http://192.0.2.1/a", "http://[::ffff:c000:201]/a"),
    "IDN": ("http://bücher.example/a", "http://xn--bcher-kva.example/a"),
    "IDN the other way": ("http://xn--bcher-kva.example/a", "http://BÜCHER.example/a"),
}


@pytest.mark.parametrize(("indicator", "text"), HOSTS.values(), ids=HOSTS.keys())
def test_hosts(search: Search, indicator: str, text: str) -> None:
    assert search(indicator, f"GET {text} 200") == [Found(text)]


def test_non_ascii_path(search: Search) -> None:
    for text in (
        "http://evil.example/caf\u00e9",
        "http://evil.example/caf%C3%A9",
        "http://evil.example/caf%c3%a9",
    ):
        assert search("http://evil.example/café", f"x {text} y") == [Found(text)]


SPLIT = {
    "Zeek columns": "1609\tC1\t192.0.2.9\tGET\tevil.example\t/Gate/a.php?id=1&k=V",
    "web server and vhost": 'evil.example 192.0.2.9 - - "GET /Gate/a.php?id=1&k=V HTTP/1.1" 200',
    "JSON fields": '{"host":"evil.example","uri":"/Gate/a.php?id=1&k=V"}',
    "CONNECT": "CONNECT evil.example:443",
}


@pytest.mark.parametrize("record", SPLIT.values(), ids=SPLIT.keys())
def test_host_alone_triggers_and_the_record_decides(search: Search, record: str) -> None:
    assert search(URL, record) == [Found("evil.example", "host")]


def test_host_is_not_reported_beside_the_url(search: Search) -> None:
    assert search(URL, f"host=evil.example url={URL}") == [Found(URL)]
    assert search(URL, f"host=evil.example\nurl={URL}") == [Found("evil.example", "host"), Found(URL)]


def test_host_that_is_an_address(search: Search) -> None:
    assert search("http://192.0.2.1/a", "dst=192.0.2.1 uri=/a") == [Found("192.0.2.1", "host")]
    assert search("http://[2001:db8::1]/a", "dst=2001:db8::1 uri=/a") == [Found("2001:db8::1", "host")]
    assert search("http://192.0.2.1/a", "dst=192.0.2.10 uri=/a") == []


def test_host_below_is_not_the_host(search: Search) -> None:
    assert search(URL, "host=www.evil.example") == []


def test_url_and_its_domain_are_reported_independently(search: Search) -> None:
    hits = search.hits([observable(URL), observable("evil.example")], URL.encode())
    assert [(hit.start, hit.end, hit.indicator) for hit in hits] == [(0, len(URL), 0), (7, 19, 1)]


def test_words_before_the_scheme(search: Search) -> None:
    for before in ("x", "url=", "see:", r"\n", "%22", "git+", "-", "("):
        hits = search(URL, f"{before}{URL} y")
        expected = Found("evil.example", "host") if before == "x" else Found(URL)
        assert hits == [expected], before


def test_at_most_4096_bytes_follow_the_host(search: Search) -> None:
    compiled = search.compile([observable("evil.example/a" + "b" * 4000)])
    data = b"x evil.example/a" + b"b" * 4000
    assert len(compiled.scanner().feed(data + b" \n").matched[0].hits) == 1
    long = b"x evil.example/" + b"b" * 4095
    scanner = search.compile([observable("evil.example/b")]).scanner()
    assert [hit.relation for hit in scanner.feed(long + b",c \n").matched[0].hits] == ["host"]
