"""The hunt as a library: what a caller gets back, on small logs made here."""

from __future__ import annotations

import gzip
import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values, load
from traque.errors import UsageError
from traque.hunt import HuntOptions, exit_status, hunt
from traque.hunt.clock import YearWatch
from traque.model import Bulletin, HuntResult, Indicator, Observable, Verdict, Window

LISTED = "198.51.100.7"
SSHD = "2021-01-{day:02}T04:18:07+00:00 bastion sshd[5105]: Failed password for alice from {ip} port 41390 ssh2\n"


def sshd(*days: int, ip: str = LISTED) -> str:
    return "".join(SSHD.format(day=day, ip=ip) for day in days)


def values(*wanted: str) -> list[Bulletin]:
    return [from_values(wanted)]


def run(wanted: list[Bulletin], *paths: Path, **options: object) -> HuntResult:
    return hunt(wanted, list(paths), options=HuntOptions(engine="python", **options))  # type: ignore[arg-type]


def codes(result: HuntResult) -> dict[str, int]:
    return {d.code: d.count for d in result.diagnostics}


def test_a_record_that_names_the_indicator_twice_counts_once(tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    log.write_text(
        f"2021-01-01T00:00:00Z h sshd[1]: Failed password for {LISTED} from {LISTED} port 22 ssh2\n"
    )
    (sighting,) = run(values(LISTED), log).sightings
    assert sighting.count == 1


def test_an_own_address_on_the_list_is_found_without_any_match(tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    log.write_text(sshd(1, ip="192.0.2.1"))
    result = run(values("203.0.113.9", LISTED), log, own=("203.0.113.0/24",))
    (finding,) = result.findings
    assert (finding.code, finding.indicator.value, finding.asset) == (
        "own-asset",
        "203.0.113.9",
        "203.0.113.0/24",
    )
    assert result.sightings == ()
    assert exit_status(result) == 1


def test_the_window_labels_and_never_hides(tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    log.write_text(sshd(1, 5, 9))
    window = {"since": datetime(2021, 1, 4, tzinfo=UTC), "until": datetime(2021, 1, 9, tzinfo=UTC)}
    (sighting,) = run(values(LISTED), log, **window).sightings
    assert sighting.count == 3
    assert sighting.outside_window is not None
    assert sighting.outside_window.count == 2
    assert sighting.outside_window.first_seen.day == 1
    assert sighting.outside_window.last_seen.day == 9


def test_the_bulletins_own_window_is_the_default_and_its_date_is_not(tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    log.write_text(sshd(1))
    since = datetime(2021, 1, 1, tzinfo=UTC)
    indicator = Indicator(
        observable=Observable("ipv4-addr", LISTED), bulletin="B", valid_from=datetime(2020, 1, 1, tzinfo=UTC)
    )
    plain = Bulletin(
        id="B", format="test", published=datetime(2022, 1, 1, tzinfo=UTC), indicators=(indicator,)
    )
    stated = Bulletin(id="B", format="test", window=Window(since, None), indicators=(indicator,))
    assert run([plain], log).hunt.since is None
    assert run([plain], log).coverage.window_covered is None
    result = run([stated], log)
    assert (result.hunt.since, result.hunt.window_from) == (since, "bulletin")


def test_a_clean_no_needs_a_covered_window(tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    log.write_text(sshd(1, 2, 3))
    days = {"since": datetime(2021, 1, 1, tzinfo=UTC), "until": datetime(2021, 1, 4, tzinfo=UTC)}
    clean = run(values("192.0.2.99"), log, **days)
    assert clean.coverage.window_covered is True
    assert exit_status(clean) == 0
    longer = run(values("192.0.2.99"), log, **{**days, "until": datetime(2021, 1, 6, tzinfo=UTC)})
    assert (longer.coverage.searched_days, longer.coverage.asked_days) == (3, 5)
    assert exit_status(longer) == 3


def test_unreadable_beats_sightings(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(sshd(1))
    whole = gzip.compress(os.urandom(5_000))
    (tmp_path / "b.log.gz").write_bytes(whole[: len(whole) // 2])
    result = run(values(LISTED), tmp_path)
    assert len(result.sightings) == 1
    assert exit_status(result) == 3
    assert codes(result)["source-unreadable"] == 1


def test_years_come_from_the_rotation_date_in_the_name(tmp_path: Path) -> None:
    line = "Dec 29 03:12:45 fw1 sshd[1]: Failed password for root from 198.51.100.7 port 1 ssh2\n"
    (tmp_path / "auth.log-20210104").write_text(line + line.replace("Dec 29", "Jan  2"))
    result = run(values(LISTED), tmp_path)
    (sighting,) = result.sightings
    assert sighting.first_seen == datetime(2020, 12, 29, 3, 12, 45, tzinfo=UTC)
    assert sighting.last_seen == datetime(2021, 1, 2, 3, 12, 45, tzinfo=UTC)
    assert result.coverage.sources[0].year_from == "name"


def test_years_come_from_the_file_time_where_the_name_has_none_and_it_is_said(tmp_path: Path) -> None:
    log = tmp_path / "auth.log"
    log.write_text("Jul  1 03:12:45 fw1 sshd[1]: Failed password for root from 198.51.100.7 port 1 ssh2\n")
    os.utime(log, (datetime(2019, 7, 2, tzinfo=UTC).timestamp(),) * 2)
    result = run(values(LISTED), log)
    assert result.sightings[0].first_seen == datetime(2019, 7, 1, 3, 12, 45, tzinfo=UTC)
    assert codes(result)["year-from-mtime"] == 1
    asked = run(values(LISTED), log, year=2015)
    assert asked.sightings[0].first_seen == datetime(2015, 7, 1, 3, 12, 45, tzinfo=UTC)
    assert "year-from-mtime" not in codes(asked)


@pytest.mark.parametrize(
    ("days", "folded"),
    [([10, 100, 200, 300, 360, 5], False), ([10, 100, 200, 300, 360, 5, 100], True), ([300, 340, 10], False)],
)
def test_a_file_of_more_than_a_year_is_told(days: list[int], *, folded: bool) -> None:
    watch = YearWatch()
    for day in days:
        watch.see(946_684_800_000_000 + day * 86_400_000_000)
    assert watch.folded is folded


def test_the_same_content_twice_is_counted_once(tmp_path: Path) -> None:
    text = "".join(sshd(1 + n % 28) for n in range(100))
    (tmp_path / "auth.log.1").write_text(text)
    (tmp_path / "auth.log.1.gz").write_bytes(gzip.compress(text.encode()))
    result = run(values(LISTED), tmp_path)
    assert result.sightings[0].count == 100
    assert codes(result)["source-duplicate"] == 1
    assert sum(bool(s.duplicate_of) for s in result.coverage.sources) == 1


def test_the_bulletins_own_text_in_a_log_is_self(tmp_path: Path) -> None:
    listed = [f"198.51.100.{n}" for n in range(1, 9)]
    (tmp_path / "push.log").write_text(f"2021-01-01T00:00:00Z fw mgmt[1]: EDL update {' '.join(listed)}\n")
    result = run(values(*listed), tmp_path)
    assert {s.verdict for s in result.sightings} == {Verdict.SELF}


def test_a_url_split_over_columns_is_found_and_another_path_of_the_host_is_not(tmp_path: Path) -> None:
    header = "#separator \\x09\n#path\thttp\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\tstatus_code\n"
    row = "1609459798.04\tC1\t10.0.0.5\t53868\t192.0.2.80\t80\tGET\tevil.example\t{}\t200\n"
    (tmp_path / "http.log").write_text(header + row.format("/a/Payload.bin") + row.format("/other"))
    (sighting,) = run(values("http://evil.example/a/Payload.bin"), tmp_path).sightings
    assert (sighting.count, sighting.verdict, sighting.relations) == (1, Verdict.OUTBOUND, {"exact": 1})
    assert run(values("http://evil.example/a/payload.bin"), tmp_path).sightings == ()


def test_a_url_on_the_webmail_page_is_not_taken_for_the_indicator_bare_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        values("/")


def test_unknown_text_is_searched_and_said_so(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text(f"met {LISTED} somewhere\n")
    result = run(values(LISTED), tmp_path)
    assert result.sightings[0].verdict is Verdict.UNCLEAR
    assert result.sightings[0].undated == 1
    assert codes(result)["format-unknown"] == 1


def test_a_stop_gives_what_was_found_so_far_and_is_incomplete(tmp_path: Path) -> None:
    for n in range(5):
        (tmp_path / f"{n}.log").write_text(sshd(1))
    stop = threading.Event()
    stop.set()
    result = hunt(values(LISTED), [tmp_path], options=HuntOptions(engine="python", jobs=1), stop=stop)
    assert result.hunt.interrupted
    assert exit_status(result) == 3


@pytest.mark.parametrize(
    "options",
    [
        {"since": datetime(2021, 2, 1, tzinfo=UTC), "until": datetime(2021, 1, 1, tzinfo=UTC)},
        {"own": ("203.0.113.0/33",)},
        {"internal": ("office",)},
        {"zone": "Mars/Olympus"},
        {"engine": "warp"},
    ],
)
def test_options_that_make_no_question(tmp_path: Path, options: dict[str, object]) -> None:
    (tmp_path / "a.log").write_text("x\n")
    with pytest.raises(UsageError):
        hunt(values(LISTED), [tmp_path], options=HuntOptions(**options))  # type: ignore[arg-type]


def test_nothing_to_search(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        hunt(values(LISTED), [])
    with pytest.raises(UsageError):
        hunt(values(LISTED), [tmp_path / "missing"])


def test_local_times_are_read_in_the_zone_given(tmp_path: Path) -> None:
    log = tmp_path / "auth.log-20210801"
    log.write_text("Jul 21 12:00:00 h sshd[1]: Failed password for root from 198.51.100.7 port 1 ssh2\n")
    assert run(values(LISTED), log, zone="Europe/Paris").sightings[0].first_seen == datetime(
        2021, 7, 21, 10, tzinfo=UTC
    )


def test_utf16_offsets_are_of_the_original_bytes(tmp_path: Path) -> None:
    text = "\ufeff" + sshd(1, 2, ip="192.0.2.1") + sshd(3)
    (tmp_path / "a.log").write_bytes(text.encode("utf-16-le"))
    (evidence,) = run(values(LISTED), tmp_path).sightings[0].evidence
    raw = (tmp_path / "a.log").read_bytes()
    assert raw[evidence.offset :].decode("utf-16-le").startswith(LISTED)
    assert evidence.line == 3


def test_without_the_compiled_kernel_the_specification_searches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "traque._kernel", None)
    monkeypatch.delattr("traque._kernel", raising=False)
    (tmp_path / "auth.log").write_text(sshd(1))
    result = hunt(values(LISTED), [tmp_path])
    assert result.hunt.engine == "python"
    assert result.sightings[0].count == 1
    with pytest.raises(UsageError, match="kernel"):
        hunt(values(LISTED), [tmp_path], options=HuntOptions(engine="kernel"))


def test_both_engines_give_the_same_answer(tmp_path: Path) -> None:
    (tmp_path / "auth.log").write_text(sshd(1, 2) + sshd(3, ip="192.0.2.1") + "no time evil.example\n")
    wanted = values(LISTED, "evil.example", "192.0.2.0/24")
    python, kernel = (
        hunt(wanted, [tmp_path], options=HuntOptions(engine=name)) for name in ("python", "kernel")
    )
    assert python.sightings == kernel.sightings
    assert python.coverage == kernel.coverage


def test_the_bulletin_file_itself_among_the_logs_is_self(tmp_path: Path) -> None:
    bulletin = tmp_path / "markers.csv"
    rows = "".join(f"198.51.100.{n},relay of a campaign\n" for n in range(1, 30))
    bulletin.write_text(f"value,description\n{rows}")
    (tmp_path / "auth.log").write_text(sshd(1))
    result = run(load([str(bulletin)]), tmp_path)
    verdicts = {s.indicator.value: s.verdicts for s in result.sightings}
    assert verdicts.pop(LISTED) == {Verdict.AUTH_FAILED: 1, Verdict.SELF: 1}
    assert len(verdicts) == 28
    assert all(found == {Verdict.SELF: 1} for found in verdicts.values())
