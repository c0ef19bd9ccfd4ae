"""What is chosen for detection, until when, and what a second export into the same folder does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from traque.bulletins import from_values, read_bytes
from traque.detect import DetectOptions, detect
from traque.detect.choose import choose
from traque.errors import UsageError
from traque.exporters._suricata_check import grammar
from traque.model import Bulletin, Observable
from traque.model.detection import Detection

MADE = datetime(2026, 1, 15, tzinfo=UTC)


def bulletin(*values: str, **changes: object) -> Bulletin:
    made = from_values(values or ("192.0.2.1", "evil.example", "2001:db8::1"))
    return msgspec.structs.replace(made, **changes)


def with_each(made: Bulletin, **changes: object) -> Bulletin:
    return msgspec.structs.replace(
        made, indicators=tuple(msgspec.structs.replace(i, **changes) for i in made.indicators)
    )


def run(folder: Path, *bulletins: Bulletin, **options: object) -> Detection:
    return detect(list(bulletins), folder, options=DetectOptions(**options), made=MADE)  # type: ignore[arg-type]


def lives(made: Bulletin, **options: object) -> set[timedelta]:
    items, _ = choose([made], DetectOptions(**options), MADE, None)  # type: ignore[arg-type]
    return {item.expires - MADE for item in items}


def test_relays_and_addresses_of_no_stated_role_live_30_days() -> None:
    assert lives(bulletin("192.0.2.1", "192.0.2.0/24")) == {timedelta(days=30)}
    assert lives(with_each(bulletin("192.0.2.1"), role="relay")) == {timedelta(days=30)}


def test_other_indicators_live_90_days_or_as_long_as_asked() -> None:
    assert lives(bulletin("evil.example")) == {timedelta(days=90)}
    assert lives(with_each(bulletin("192.0.2.1"), role="c2")) == {timedelta(days=90)}
    assert lives(bulletin("192.0.2.1"), expire=timedelta(days=7)) == {timedelta(days=7)}


def test_an_indicator_never_outlives_its_own_validity() -> None:
    ends = MADE + timedelta(days=3)
    assert lives(with_each(bulletin("evil.example"), valid_until=ends)) == {timedelta(days=3)}


def test_what_is_no_longer_valid_is_left_out() -> None:
    old = with_each(bulletin("192.0.2.1"), valid_until=MADE - timedelta(days=1))
    items, left_out = choose([old], DetectOptions(), MADE, None)
    assert items == []
    assert [(left.code, left.value) for left in left_out] == [("expired", "192.0.2.1")]


def test_victims_are_not_blocked() -> None:
    items, left_out = choose([with_each(bulletin("192.0.2.1"), role="victim")], DetectOptions(), MADE, None)
    assert items == []
    assert [left.code for left in left_out] == ["victim"]


def test_warninglisted_values_are_left_out_unless_included() -> None:
    def warned(observable: Observable) -> str | None:
        return "on the list Public resolvers" if observable.value == "192.0.2.1" else None

    asked = [bulletin("192.0.2.1", "192.0.2.2")]
    items, left_out = choose(asked, DetectOptions(), MADE, warned)
    assert [item.value for item in items] == ["192.0.2.2"]
    assert [(left.code, left.value) for left in left_out] == [("warninglist", "192.0.2.1")]
    assert "Public resolvers" in left_out[0].reason
    items, left_out = choose(asked, DetectOptions(include=("192.0.2[.]1",)), MADE, warned)
    assert len(items) == 2
    assert not left_out


def test_tlp_red_is_not_written_without_consent(tmp_path: Path) -> None:
    red = bulletin(tlp="red")
    with pytest.raises(UsageError, match="TLP:RED"):
        run(tmp_path, red, targets=("csv",))
    assert list(tmp_path.iterdir()) == []
    assert run(tmp_path, red, targets=("csv",), accept_tlp=True).complete


@pytest.mark.parametrize("pap", ["red", "amber"])
def test_a_strict_pap_forbids_blocking(tmp_path: Path, pap: str) -> None:
    result = run(tmp_path, bulletin(pap=pap), targets=("nftables",), action="block")
    assert "block" in result.targets[0].refused
    assert not result.complete
    assert not (tmp_path / "nftables").exists()
    assert run(tmp_path, bulletin(pap=pap), targets=("nftables",)).complete


def test_an_unknown_target_is_named() -> None:
    with pytest.raises(UsageError, match=r"'fortress'.*--list"):
        run(Path("/nowhere"), bulletin(), targets=("csv,fortress",))


def test_kinds_that_a_target_cannot_say_are_counted(tmp_path: Path) -> None:
    (export,) = run(tmp_path, bulletin(), targets=("nftables",)).targets
    assert export.indicators == 2
    assert [(left.code, left.kind, left.count) for left in export.left_out] == [("kind", "domain-name", 1)]


def test_a_second_export_says_what_was_withdrawn(tmp_path: Path) -> None:
    run(tmp_path, bulletin("192.0.2.1", "192.0.2.2"), targets=("nftables",))
    second = run(tmp_path, bulletin("192.0.2.2"), targets=("nftables",))
    assert second.withdrawn == 1
    assert "192.0.2.1," not in (tmp_path / "nftables/traque.nft").read_text()


def test_two_exports_of_a_day_are_the_same_bytes(tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
        run(tmp_path / name, bulletin(), targets=("all",))
    one, two = (
        {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("1", "2")
    )
    differing = {str(path) for path in one if one[path] != two[path]}
    assert one.keys() == two.keys()
    assert differing == {"detection.json"}  # it names the folder


def test_a_folder_of_others_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "indicators.csv").write_text("mine\n")
    with pytest.raises(UsageError, match=r"indicators\.csv"):
        run(tmp_path, bulletin(), targets=("csv",))
    assert (tmp_path / "indicators.csv").read_text() == "mine\n"


def test_the_result_reloads(tmp_path: Path) -> None:
    result = run(tmp_path, bulletin(), targets=("csv", "nftables"))
    assert msgspec.json.decode((tmp_path / "detection.json").read_bytes(), type=Detection) == result


def test_two_bulletins_make_one_rule_of_one_value(tmp_path: Path) -> None:
    one = read_bytes(b"192.0.2.1\n", "one.txt")
    two = read_bytes(b"192.0.2.1\n192.0.2.2\n", "two.txt")
    items, _ = choose([one, two], DetectOptions(), MADE, None)
    assert [(item.value, item.bulletins) for item in items] == [
        ("192.0.2.1", ("one", "two")),
        ("192.0.2.2", ("two",)),
    ]


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ('alert tcp any any -> any any (msg:"x"; sid:1;)', "passed"),
        ('alert tcp any any -> any (msg:"x"; sid:1;)', "failed"),
        ('alert tcp any any -> any any (msg:"x"; sid:1;', "failed"),
    ],
)
def test_the_grammar_of_rules_refuses_what_is_broken(tmp_path: Path, rule: str, status: str) -> None:
    (tmp_path / "x.rules").write_text(f"# head\n{rule}\n")
    assert grammar(tmp_path / "x.rules").status == status


def rules(folder: Path, target: str = "suricata") -> dict[str, tuple[str, str]]:
    """Number and version of each rule, by what it is called and looks for."""
    text = (folder / target / "traque.rules").read_text("utf-8")
    found = re.findall(r"^(\w+ \S+.*?) metadata:(.*) sid:(\d+); rev:(\d+);\)$", text, re.MULTILINE)
    return {sid: (rule, rev) for rule, _, sid, rev in found}


@pytest.mark.parametrize("target", ["suricata", "snort3"])
def test_a_rule_that_says_something_else_gets_the_next_version(tmp_path: Path, target: str) -> None:
    first = bulletin("evil.example", "bad.example", tlp="clear")
    run(tmp_path, first, targets=(target,))
    before = rules(tmp_path, target)
    assert before
    assert {rev for _, rev in before.values()} == {"1"}

    for day in (0, 10):  # renewed, not changed
        made = MADE + timedelta(days=day)
        detect([first], tmp_path, options=DetectOptions(targets=(target,)), made=made)
        assert rules(tmp_path, target) == before

    run(tmp_path, msgspec.structs.replace(first, tlp="amber"), targets=(target,))
    after = rules(tmp_path, target)
    assert after.keys() == before.keys()
    assert {rev for _, rev in after.values()} == {"2"}

    run(tmp_path, bulletin("bad.example", tlp="amber"), targets=(target,))
    left = rules(tmp_path, target)
    assert left == {sid: rule for sid, rule in after.items() if "bad" in rule[0]}


def test_a_changed_rule_says_since_when(tmp_path: Path) -> None:
    run(tmp_path, bulletin("evil.example"), targets=("suricata",))
    later = MADE + timedelta(days=3)
    blocking = DetectOptions(targets=("suricata",), action="block")
    detect([bulletin("evil.example")], tmp_path, options=blocking, made=later)
    text = (tmp_path / "suricata/traque.rules").read_text("utf-8")
    assert "created_at 2026_01_15, updated_at 2026_01_18" in text


def test_versions_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    run(tmp_path, bulletin(), targets=("suricata",))
    (tmp_path / "revisions.json").write_text("[")
    with pytest.raises(UsageError, match=r"revisions\.json"):
        run(tmp_path, bulletin(), targets=("suricata",))


def test_what_is_withdrawn_is_taken_out_of_what_only_grows(tmp_path: Path) -> None:
    targets = ("cisco-asa", "cloudflare", "defender")
    run(tmp_path, bulletin("192.0.2.1", "192.0.2.2", "evil.example"), targets=targets)
    run(tmp_path, bulletin("192.0.2.2"), targets=targets)
    groups = (tmp_path / "cisco-asa/traque.cfg").read_text("utf-8")
    assert " network-object host 192.0.2.2\n no network-object host 192.0.2.1\n" in groups
    assert (tmp_path / "cloudflare/traque_hostname.json").read_text("utf-8").split() == ["[", "]"]
    assert 'fill "$id" traque_hostname.json' in (tmp_path / "cloudflare/load.sh").read_text("utf-8")
    gone = (tmp_path / "defender/withdrawn.txt").read_text("utf-8").split()
    assert gone == ["evil.example", "192.0.2.1"]
