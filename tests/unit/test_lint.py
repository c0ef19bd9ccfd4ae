"""Each mistake that lint knows, planted; and a bulletin without any."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from traque.bulletins import from_values, read_bytes
from traque.errors import UsageError
from traque.lint import cleaned, lint
from traque.model import Bulletin, Refused, Statement
from traque.model.lint import SEVERITIES, Complaint, Lint

NOW = datetime(2026, 1, 15, tzinfo=UTC)
GOOD = (
    "45.155.205.7",
    "evil-update.example",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a09",
)


def bulletin(*values: str, **changes: object) -> Bulletin:
    """Values of a careful publisher: dated, with roles and a marking."""
    made = from_values(values)
    dated = tuple(
        msgspec.structs.replace(each, valid_from=NOW - timedelta(days=9), role="c2")
        for each in made.indicators
    )
    careful = {"id": "EX-1", "tlp": "green", "published": NOW - timedelta(days=2), "indicators": dated}
    return msgspec.structs.replace(made, **(careful | changes))


def each(made: Bulletin, **changes: object) -> Bulletin:
    return msgspec.structs.replace(
        made, indicators=tuple(msgspec.structs.replace(i, **changes) for i in made.indicators)
    )


def codes(*bulletins: Bulletin, **options: object) -> dict[str, Complaint]:
    return {complaint.code: complaint for complaint in lint(bulletins, now=NOW, **options).complaints}  # type: ignore[arg-type]


def test_a_careful_bulletin_has_no_complaint() -> None:
    assert codes(bulletin(*GOOD)) == {}


@pytest.mark.parametrize(
    ("value", "code", "severity"),
    [
        ("10.1.2.3", "private", "error"),
        ("fd00::1", "private", "error"),
        ("100.64.3.4", "private", "error"),
        ("192.0.2.7", "documentation", "error"),
        ("2001:db8::7", "documentation", "error"),
        ("239.1.2.3", "multicast", "error"),
        ("127.0.0.1", "reserved", "error"),
        ("169.254.10.10", "reserved", "error"),
        ("45.0.0.0/12", "too-wide", "error"),
        ("45.155.0.0/18", "wide", "warning"),
        ("45.155.205.0", "zero-host", "note"),
        ("8.8.8.8", "public-resolver", "error"),
        ("104.16.1.1", "cdn", "warning"),
        ("52.95.110.1", "cloud", "warning"),
        ("google.com", "top-site", "warning"),
        ("evil.duckdns.org", "dynamic-dns", "note"),
        ("https://drive.google.com/file/d/xyz", "shared-hosting", "warning"),
        (hashlib.md5(b"").hexdigest(), "trivial-file", "error"),
        (hashlib.sha256(b"test").hexdigest(), "trivial-file", "error"),
    ],
)
def test_a_planted_value_is_found(value: str, code: str, severity: str) -> None:
    found = codes(bulletin(*GOOD, value))
    assert code in found, sorted(found)
    assert found[code].severity == severity
    assert found[code].values == (value,)
    assert found[code].why
    assert found[code].advice


@pytest.mark.parametrize(
    ("value", "own"),
    [
        ("45.155.205.7", "45.155.205.0/24"),
        ("45.155.0.0/18", "45.155.10.10"),
        ("mail.example.org", "example.org"),
        ("https://portal.example.org/x", "example.org"),
        ("ceo@example.org", "example.org"),
        ("212.27.48.10", "AS12322"),
    ],
)
def test_what_is_yours_is_found(value: str, own: str) -> None:
    assert codes(bulletin(value), own=(own,))["own"].values == (value,)


@pytest.mark.parametrize("own", ["45.155.206.0/24", "ample.org", "AS64496"])
def test_what_only_looks_like_yours_is_not(own: str) -> None:
    assert "own" not in codes(bulletin("45.155.205.7", "mail.example.org"), own=(own,))


def test_own_that_is_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="--own 'not a thing'"):
        lint([bulletin(*GOOD)], own=("not a thing",), now=NOW)


def test_addresses_typed_as_destinations_that_attack() -> None:
    said = Statement(topic="role", value="relay", sentence="They serve as relays.", taken=True)
    relays = each(bulletin("45.155.205.7", "45.155.205.9"), typed="ip-dst", role="relay")
    found = codes(msgspec.structs.replace(relays, statements=(said,)))["typed-destination"]
    assert found.severity == "warning"
    assert "They serve as relays." in found.why
    found = codes(each(relays, role=None))["typed-destination"]
    assert found.severity == "note"
    assert "typed-destination" not in codes(each(relays, role="c2"))


def test_one_role_although_the_prose_tells_of_others() -> None:
    said = tuple(
        Statement(topic="role", value=role, sentence=f"Some are {role}.", taken=role == "relay")
        for role in ("relay", "c2")
    )
    found = codes(each(bulletin("45.155.205.7", statements=said), role="relay"))
    assert found["one-role"].details == {"c2": "Some are c2."}


def test_dates() -> None:
    assert codes(each(bulletin(*GOOD), valid_from=None))["no-dates"].severity == "warning"
    ended = each(bulletin(*GOOD), valid_until=NOW - timedelta(days=1))
    assert codes(ended)["expired"].values == GOOD
    assert codes(each(bulletin(*GOOD), valid_from=NOW + timedelta(days=30)))["future"].values == GOOD
    assert "stale" in codes(bulletin(*GOOD, published=NOW - timedelta(days=900)))
    assert "stale" not in codes(
        bulletin(*GOOD, published=NOW - timedelta(days=900), modified=NOW - timedelta(days=3))
    )


def test_what_was_taken_back() -> None:
    back = Refused(value="45.155.205.8", code="withdrawn", reason="revoked", kind="ipv4-addr")
    assert codes(bulletin(*GOOD, refused=(back,)))["withdrawn"].values == ("45.155.205.8",)


def test_victims_beside_attackers() -> None:
    assert codes(each(bulletin("45.155.205.7"), role="victim"))["victim"].drops


def test_markings() -> None:
    assert "no-tlp" in codes(bulletin(*GOOD, tlp=None))
    assert codes(each(bulletin(*GOOD), tlp="red"))["tlp"].severity == "error"
    assert "tlp" not in codes(each(bulletin(*GOOD), tlp="clear"))
    assert "tlp" in codes(bulletin(*GOOD), bulletin(*GOOD, tlp="amber"))


def test_a_pool_and_its_owner() -> None:
    pool = [f"156.222.{n}.{n}" for n in range(1, 8)]
    found = codes(bulletin(*GOOD, *pool))["dynamic-pool"]
    assert set(found.values) == set(pool)
    assert list(found.details) == ["156.222.0.0/16"]
    assert "7 addresses of AS" in found.details["156.222.0.0/16"]


def test_values_that_another_covers() -> None:
    made = bulletin(
        *("45.155.205.7", "45.155.205.0/24", "evil-update.example", "www.evil-update.example"),
        *("http://evil-update.example/a", "notevil-update.example"),
    )
    assert codes(made)["duplicate"].details == {
        "45.155.205.7": "in 45.155.205.0/24",
        "www.evil-update.example": "below evil-update.example",
        "http://evil-update.example/a": "on the listed host evil-update.example",
    }


def test_a_url_that_is_only_a_path() -> None:
    read = read_bytes(b"type,value\nurl,/\nurl,/index.php\nip-dst,45.155.205.7\n", "x.csv")
    assert codes(read)["bare-path"].values == ("/", "/index.php")


def test_fix_drops_what_does_harm_and_nothing_else() -> None:
    made = bulletin(*GOOD, "10.1.2.3", "8.8.8.8", "google.com", hashlib.md5(b"").hexdigest())
    result = lint([made], now=NOW)
    (kept,), changes = cleaned([made], result)
    assert {i.observable.value for i in kept.indicators} == {*GOOD, "google.com"}
    assert {(change.value, change.code) for change in changes} == {
        ("10.1.2.3", "private"),
        ("8.8.8.8", "public-resolver"),
        (hashlib.md5(b"").hexdigest(), "trivial-file"),
    }
    assert lint([kept], now=NOW).worst() == "warning"


def test_the_worst_come_first_and_the_document_reloads() -> None:
    result = lint([bulletin("10.1.2.3", "google.com", "45.155.205.0")], now=NOW)
    found = [c.severity for c in result.complaints]
    assert found == sorted(found, key=SEVERITIES.index)
    assert set(found) == set(SEVERITIES)
    assert msgspec.json.decode(msgspec.json.encode(result), type=Lint) == result
