"""Mail addresses and hashes: every sentence of the design's matching rules, under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Found, Search

MAIL = "user.name+tag@evil.example"

MAIL_MATCHES = {
    "alone": (MAIL, MAIL),
    "any case": ("User.Name+Tag@Evil.Example", "User.Name+Tag@Evil.Example"),
    "angle brackets": (f"from=<{MAIL}>,", MAIL),
    "after an equals sign": (f"to={MAIL}", MAIL),
    "quotes": (f"'{MAIL}'", MAIL),
    "mailto": (f"href=mailto:{MAIL}?subject=x", MAIL),
    "encoded": ("?m=user.name+tag%40evil.example&x", "user.name+tag%40evil.example"),
    "encoded twice": ("?m=user.name+tag%2540evil.example&x", "user.name+tag%2540evil.example"),
    "final dot": (f"{MAIL}.", MAIL),
    "JSON escape before": (rf'"a\n{MAIL}"', MAIL),
    "escaped angle bracket": (rf"\u003c{MAIL}\u003e", MAIL),
    "percent escape before": (f"%20{MAIL}", MAIL),
    "BATV": (f"prvs=0123={MAIL}", MAIL),
    "dots before": (f"...{MAIL}", MAIL),
}


@pytest.mark.parametrize(("text", "match"), MAIL_MATCHES.values(), ids=MAIL_MATCHES.keys())
def test_mail_address_matches(search: Search, text: str, match: str) -> None:
    assert search(MAIL, f"x {text} y") == [Found(match)]


MAIL_MISSES = {
    "longer local part": f"other{MAIL}",
    "another tag before": f"x+{MAIL}",
    "below the domain": "user.name+tag@www.evil.example",
    "longer domain": f"{MAIL}.org",
    "longer last label": f"{MAIL}s",
    "its domain": "evil.example",
    "its local part": "user.name+tag@good.test",
    "followed by another at": f"{MAIL}@good.test",
    "accented letter before": f"é{MAIL}",
    "blank in it": "user.name+tag @evil.example",
}


@pytest.mark.parametrize("text", MAIL_MISSES.values(), ids=MAIL_MISSES.keys())
def test_other_mail_address_does_not_match(search: Search, text: str) -> None:
    assert search(MAIL, f"x {text} y") == []


def test_local_part_with_every_atext_character(search: Search) -> None:
    mail = "o'brien=x/y&z#1@evil.example"
    assert search(mail, f"<{mail}>") == [Found(mail)]


def test_local_part_has_64_characters_at_most(search: Search) -> None:
    assert search(f"{'a' * 64}@evil.example", f"x {'a' * 64}@evil.example") == [
        Found(f"{'a' * 64}@evil.example")
    ]
    assert search(f"{'a' * 64}@evil.example", f"x a{'a' * 64}@evil.example") == []


def test_mail_address_with_idn(search: Search) -> None:
    for text in ("u@bücher.example", "u@xn--bcher-kva.example", "U@BÜCHER.EXAMPLE"):
        assert search("u@bücher.example", f"x {text} y") == [Found(text)]


HASHES = {
    "md5": "0f" * 16,
    "sha1": "0f1e2" * 8,
    "sha256": "0f1e2d3c" * 8,
    "sha512": "0f1e2d3c" * 16,
}
by_kind = pytest.mark.parametrize("digest", HASHES.values(), ids=HASHES.keys())


@by_kind
def test_hash_matches(search: Search, digest: str) -> None:
    for text in (
        digest,
        f"({digest})",
        f"MD5={digest},",
        f"SHA256={digest}",
        f'"{digest}"',
        f"sha:{digest}",
        f"_{digest}_",
    ):
        assert search(digest, text) == [Found(digest)], text


@by_kind
def test_hash_is_case_free(search: Search, digest: str) -> None:
    assert search(digest.upper(), f"x {digest} y") == [Found(digest)]
    assert search(digest, f"x {digest.upper()} y") == [Found(digest.upper())]


@by_kind
def test_0x_before_is_not_part(search: Search, digest: str) -> None:
    for prefix in ("0x", "0X"):
        assert search(digest, f"h={prefix}{digest} y") == [Found(digest)]
    assert search(digest, f"10x{digest}") == []


@by_kind
def test_hash_is_bounded_by_non_alphanumerics(search: Search, digest: str) -> None:
    for text in (f"{digest}0", f"0{digest}", f"x{digest}", f"{digest}x", digest[:-1], f"{digest}{digest}"):
        assert search(digest, text) == [], text


@by_kind
def test_escape_before_a_hash(search: Search, digest: str) -> None:
    for escape in (r"\n", r"\t", r"\u0022", "%20", "%2520", r"\x22", r"\042", "#011", "\x1b[31m", r"\n0x"):
        assert search(digest, f"a{escape}{digest} y") == [Found(digest)], escape


def test_file_name_of_a_hash(search: Search) -> None:
    digest = HASHES["md5"]
    assert search(digest, f"/q/{digest}.exe") == [Found(digest)]
