"""Jobs for the tests of exporters: one for goldens, one of hostile text, and random ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from traque.errors import ObservableError
from traque.exporters import Item, Job, Numbers, Target
from traque.model import Indicator, Observable
from traque.model.detection import Action, DetectionBulletin, Direction
from traque.observables import canonical

MADE = datetime(2026, 1, 15, tzinfo=UTC)
BULLETIN = DetectionBulletin(
    id="CERT-EXAMPLE-2026-001",
    title="Relays and tools of an intrusion set",
    producer="CERT-EXAMPLE",
    published=datetime(2026, 1, 14, 9, 30, tzinfo=UTC),
    tlp="clear",
    pap="clear",
    actors=("Example Panda",),
)
HOSTILE = DetectionBulletin(
    id='x"; drop table t; --\n*/ ?> $(reboot) `reboot`',
    title="a\r\nalert ip any any -> any any (sid:1;)\n#\x1b[31m\u202eevil </script>",
    producer="% ${jndi:ldap://x} '",
    published=datetime(2026, 1, 14, tzinfo=UTC),
    tlp="amber+strict",
    pap="green",
    actors=("\u00c9quipe\u2028 \\", "'; DROP"),
)

VALUES: tuple[tuple[str, str], ...] = (
    ("ipv4-addr", "192.0.2.10"),
    ("ipv4-addr", "198.51.100.0"),
    ("ipv6-addr", "2001:db8::1"),
    ("ipv4-net", "203.0.113.0/25"),
    ("ipv4-net", "203.0.113.64/26"),  # inside the one before
    ("ipv6-net", "2001:db8:f::/48"),
    ("domain-name", "evil.example"),
    ("domain-name", "b\u00fccher.example"),
    ("domain-name", "_dmarc.cdn.evil.example"),  # below another
    ("url", "http://evil.example/a/b.php?x=1&y='2';z"),
    ("url", "https://192.0.2.77:8443/gate"),
    ("url", "https://[2001:db8::7]/p%20q"),
    ("email-addr", "o'brien+x@evil.example"),
    ("md5", "0123456789abcdef0123456789abcdef"),
    ("sha1", "0123456789abcdef0123456789abcdef01234567"),
    ("sha256", "0123456789abcdef" * 4),
    ("sha512", "0123456789abcdef" * 8),
    ("file-name", 'C:\\Users\\Public\\\u00e9vil "a";b\'.exe'),
    ("file-name", "evil$(id).dll"),
    ("user-agent", 'Evil/1.0 (X11; "q"; |2a|)'),
    ("registry-key", "HKLM\\Software\\Evil\\Run"),
    ("mutex", "Global\\Evil'Mutex"),
    ("named-pipe", "\\\\.\\pipe\\evilpipe"),
    ("windows-service", "EvilService"),
    ("asn", "AS64496"),
    ("ja3", "e7d705a3286e19ea42f587b344ee6865"),
    ("ja3s", "f7d705a3286e19ea42f587b344ee6865"),
    ("ja4", "t13d1516h2_8daaf6152771_e5627efa2ab1"),
    ("x509-certificate", "00112233445566778899aabbccddeeff00112233"),
)
"""One of every kind and every awkward form; all are documentation values."""


def items(values: Iterable[tuple[str, str]], bulletin: DetectionBulletin = BULLETIN) -> list[Item]:
    """The values as items, in the order of an export."""
    written = {canonical(kind, value): value for kind, value in values}
    return [item(observable, written[observable], bulletin) for observable in sorted(written)]


def item(observable: Observable, original: str, bulletin: DetectionBulletin = BULLETIN) -> Item:
    """One item, with all that a bulletin can say of it."""
    indicator = Indicator(
        observable=observable,
        bulletin=bulletin.id,
        role="c2" if observable.kind in ("domain-name", "url") else None,
        confidence=80,
        valid_from=datetime(2026, 1, 2, tzinfo=UTC),
        description="seen in 'spear' phishing; \"quoted\", 50 % \\ \u00e9",
        original=original if original != observable.value else None,
        actors=bulletin.actors,
    )
    days = 90 if indicator.role else 30
    return Item(indicator=indicator, bulletins=(bulletin.id,), expires=MADE + timedelta(days=days))


def job(
    target: Target,
    chosen: Sequence[Item] | None = None,
    *,
    bulletin: DetectionBulletin = BULLETIN,
    action: Action | None = None,
    direction: Direction = "both",
    withdrawn: Sequence[Observable] = (),
) -> Job:
    """A job of the target's kinds."""
    chosen = items(VALUES, bulletin) if chosen is None else chosen
    return Job(
        target.name,
        [item for item in chosen if item.kind in target.kinds],
        bulletins=(bulletin,),
        made=MADE,
        version="0.0.0",
        action=action or target.actions[0],
        direction=direction,
        withdrawn=[observable for observable in withdrawn if observable.kind in target.kinds],
        numbers=Numbers({}),
    )


_label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
_name = st.lists(
    _label | st.sampled_from(["\u00fcber", "\u4f8b", "xn--bcher-kva"]), min_size=1, max_size=3
).map(lambda labels: ".".join([*labels, "example"]))
_hex = st.binary(min_size=64, max_size=64).map(bytes.hex)
_odd = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF), min_size=4, max_size=40).filter(
    str.isprintable
)
_path = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60)
values = st.one_of(
    st.tuples(st.just("ipv4-addr"), st.ip_addresses(v=4).map(str)),
    st.tuples(
        st.just("ipv6-addr"),
        st.ip_addresses(v=6).filter(lambda ip: int(ip) >> 96 and int(ip) % 2**64 > 2**32).map(str),
    ),
    st.tuples(
        st.just("ipv4-net"),
        st.tuples(st.ip_addresses(v=4), st.integers(9, 31)).map(lambda t: f"{t[0]}/{t[1]}"),
    ),
    st.tuples(
        st.just("ipv6-net"),
        st.tuples(st.ip_addresses(v=6), st.integers(32, 127)).map(lambda t: f"{t[0]}/{t[1]}"),
    ),
    st.tuples(st.just("domain-name"), _name),
    st.tuples(st.just("domain-name"), st.just(".".join(["a" * 63] * 3 + ["b" * 50, "example"]))),
    st.tuples(st.just("url"), st.tuples(_name, _path).map(lambda t: f"http://{t[0]}/{t[1]}")),
    st.tuples(st.just("email-addr"), _name.map(lambda name: f"o'x+y@{name}")),
    st.tuples(st.just("md5"), _hex.map(lambda digits: digits[:32])),
    st.tuples(st.just("sha1"), _hex.map(lambda digits: digits[:40])),
    st.tuples(st.just("sha256"), _hex.map(lambda digits: digits[:64])),
    st.tuples(st.just("sha512"), _hex),
    st.tuples(st.just("file-name"), _odd.map(lambda text: f"C:\\evil\\{text}.exe")),
    st.tuples(st.just("file-name"), st.just("n" * 251 + ".exe")),
    st.tuples(st.just("user-agent"), _odd.map(lambda text: f"Evil/1.0 {text}")),
    st.tuples(st.just("mutex"), _odd.map(lambda text: f"Evil{text}")),
    st.tuples(st.just("registry-key"), _odd.map(lambda text: f"HKLM\\Software\\Evil\\{text}")),
)


@st.composite
def random_items(draw: st.DrawFn) -> list[Item]:
    """Items of every kind, with quotes, backslashes, separators, Unicode and names of 255 bytes."""
    found: dict[Observable, str] = {}
    for kind, value in draw(st.lists(values, min_size=1, max_size=12)):
        try:
            found[canonical(kind, value)] = value
        except ObservableError:
            continue  # what no bulletin can hold (too wide, too common) is no item
    return [item(observable, found[observable]) for observable in sorted(found)]
