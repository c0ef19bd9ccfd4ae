"""Records by which a device says that it dropped others."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.hunt import HuntOptions, exit_status, hunt
from traque.hunt.losses import Losses
from traque.logs import LossWord, loss_words, read_as
from traque.model import Loss, Stamp
from traque.proof.certificate import certify
from traque.timestamps import YearRule
from traque.timestamps import resolve as resolved
from traque.triage.losses import larger, lost_days


def resolve(stamp: Stamp) -> datetime:
    return resolved(stamp, zone=UTC, year_rule=YearRule(year=2000, latest=datetime(2000, 12, 31, tzinfo=UTC)))


FLOW = "2 123456789010 eni-0a1b2c3d 192.0.2.7 10.0.0.9 51022 22 6 1 40 {0} {1} REJECT OK\n"
SKIPPED = "2 123456789010 eni-0a1b2c3d - - - - - - - {0} {1} - SKIPDATA\n"
DAY = 1_609_459_200  # 2021-01-01


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_however_it_is_cut(size: int) -> None:
    data = b"1 a\n2 LOST\n3 b\r\n\n4 LOST LOST\r\n5 LOST"
    seen: list[bytes] = []
    losses = Losses(
        [LossWord("lost", b"LOST", "lost")],
        lambda record: seen.append(record) or datetime(2021, 1, int(record[:1]), tzinfo=UTC),
    )
    for at in range(0, len(data), size):
        losses.feed(data[at : at + size])
    losses.finish()
    assert seen == [b"2 LOST", b"4 LOST LOST", b"5 LOST"]
    assert losses.dropped == 3
    assert [loss.count for loss in losses.told()] == [3]
    assert lost_days(losses.told()) == {"2021-01-02": 1, "2021-01-04": 1, "2021-01-05": 1}


@pytest.mark.parametrize("engine", ["python", "auto"])
def test_skipped_flows_are_on_the_certificate(tmp_path: Path, engine: str) -> None:
    lines = [FLOW.format(at, at + 60) for at in range(DAY, DAY + 3 * 86_400, 600)]
    lines.insert(200, SKIPPED.format(DAY + 90_000, DAY + 90_060))
    (tmp_path / "flow.log").write_text("".join(lines))
    window = {"since": datetime(2021, 1, 1, tzinfo=UTC), "until": datetime(2021, 1, 4, tzinfo=UTC)}
    result = hunt([from_values(["198.51.100.9"])], [tmp_path], options=HuntOptions(engine=engine, **window))  # type: ignore[arg-type]
    assert exit_status(result) == 0
    (source,) = result.coverage.sources
    assert source.losses == {"2021-01-02": 1}
    assert [d.count for d in result.diagnostics if d.code == "records-dropped"] == [1]
    certificate = certify(result, "0" * 64)
    (stream,) = certificate.streams
    assert [day.state for day in stream.days] == ["searched", "lossy", "searched"]
    assert any("dropped records or kept a sample on 1 stream day" in said for said in certificate.statement)


def watched(name: str, text: str) -> dict[str, Loss]:
    """What the words of a format find in a text, by code."""
    data = text.encode()
    reader = read_as(name, data, "x.log").reader

    def when(record: bytes) -> datetime | None:
        event = reader.parse(record)
        return None if event is None or event.time is None else resolve(event.time)

    losses = Losses(loss_words(name, data), when)
    losses.feed(data)
    losses.finish()
    return {loss.code: loss for loss in losses.told()}


SYSLOG = "Jan  7 04:18:0{n} srv {said}\n"
SAID = [
    ("rsyslogd: imuxsock begins to drop messages from pid 12 due to rate-limiting", "rate-limited", 0),
    ("rsyslogd-2177: imuxsock lost 480 messages from pid 12 due to rate-limiting", "rate-limited", 480),
    (
        "rsyslogd: imjournal: 236 messages lost due to rate-limiting (20000 allowed in 600 s)",
        "rate-limited",
        236,
    ),
    ("rsyslogd: imuxsock[pid: 5]: begin to drop messages due to rate-limiting", "rate-limited", 0),
    ("systemd-journald[12]: Suppressed 917 messages from nginx.service", "rate-limited", 917),
    ("systemd-journald[12]: Missed 1427 kernel messages", "journal-missed", 1427),
    ("systemd-journald[12]: Forwarding to syslog missed 3 messages.", "journal-missed", 3),
    ("kernel: [12.5] net_ratelimit: 45 callbacks suppressed", "kernel-limited", 45),
    ("kernel: [12.5] printk: 12 messages suppressed.", "kernel-limited", 12),
    ("kernel: [12.5] audit: audit_lost=3 audit_rate_limit=0 audit_backlog_limit=320", "audit-lost", 0),
    ("kernel: [12.5] audit: kauditd hold queue overflow", "audit-lost", 0),
    ("syslog-ng[12]: Destination queue full, dropping messages; queue_len='10000'", "queue-full", 0),
    ("%SEC-6-IPACCESSLOGRL: access-list logging rate-limited or missed 17 packets", "rate-limited", 17),
]


@pytest.mark.parametrize(("said", "code", "lost"), SAID)
def test_words_in_any_syslog_file(said: str, code: str, lost: int) -> None:
    fill = "".join(SYSLOG.format(n=n, said="sshd[12]: Connection closed by 192.0.2.7") for n in range(3))
    (loss,) = watched("sshd", fill + SYSLOG.format(n=4, said=said)).values()
    assert (loss.code, loss.count, loss.lost, loss.by_day) == (code, 1, lost, {"2000-01-07": 1})


@pytest.mark.parametrize(
    "said",
    [
        "rsyslogd: message repeated 3 times: [ sshd[12]: Connection closed]",
        "last message repeated 12 times",
        "kernel: audit: audit_lost=0 audit_rate_limit=0",
        "app: Suppressed the warning",
        "app: new kernel messages were read",
        "app: docs due to rate-limiting rules",
    ],
)
def test_what_is_no_loss(said: str) -> None:
    assert not watched(
        "syslog", SYSLOG.format(n=1, said="sshd[1]: hello") * 3 + SYSLOG.format(n=4, said=said)
    )


STATS = '{{"timestamp":"2021-01-0{day}T04:18:07.000000+0000","event_type":"stats","stats":{{"capture":{{"kernel_packets":9,"kernel_drops":{drops}}}}}}}\n'


@pytest.mark.parametrize(
    ("totals", "count", "lost"),
    [
        ([0, 0, 0], 0, 0),
        ([5, 5, 5], 0, 0),
        ([5, 7, 7, 12], 2, 7),
        ([9, 0, 4], 1, 4),
        ([7], 1, 7),
        ([8, 3], 1, 3),
    ],
)
def test_running_totals_count_by_what_they_grow(totals: list[int], count: int, lost: int) -> None:
    found = watched("suricata", "".join(STATS.format(day=day, drops=n) for day, n in enumerate(totals, 1)))
    loss = found.get("capture-dropped")
    assert (loss.count, loss.lost) == (count, lost) if loss else count == 0


def test_a_sample_is_told_with_its_rate_and_not_looked_at_in_each_record() -> None:
    line = '{{"@format":"netflow","@timestamp":"2021-01-0{day}T04:18:07Z","sourceIPv4Address":"192.0.2.7","samplingInterval":{rate}}}\n'
    text = line.format(day=1, rate=1000) * 2000 + line.format(day=2, rate=512) * 2000
    (loss,) = watched("netflow", text).values()
    assert loss.code == "sampled"
    assert loss.sampled == 1000
    assert loss.count < 20
    assert set(loss.by_day) == {"2021-01-01", "2021-01-02"}
    assert loss.said == "only a sample of the packets was looked at (1 of 1,000)"
    assert not watched("netflow", line.format(day=1, rate=1) * 10)
    (loss,) = watched("json", '{"type":"SFLOW","SamplingRate":400,"src_addr":"192.0.2.7"}\n').values()
    assert loss.sampled == 400


def test_firewalls_and_windows() -> None:
    forti = 'date=2021-01-07 time=04:18:07 logid="0100022019" type="event" subtype="system" msg="Log rate limit exceeded"\n'
    assert [loss.count for loss in watched("fortigate", forti).values()] == [1]
    event = '{{"@format":"evtx","@timestamp":"2021-01-07T04:18:07Z","Event":{{"System":{{"Provider":{{"#attributes":{{"Name":"Microsoft-Windows-Eventlog"}}}},"EventID":{0}}}}}}}\n'
    assert set(watched("evtx", event.format(1102))) == {"log-cleared"}
    assert set(watched("evtx", event.format(1101))) == {"events-dropped"}
    assert not watched("evtx", event.format(1100))


ZEEK = "#separator \\x09\n#path\tcapture_loss\n#fields\tts\tts_delta\tpeer\tgaps\tacks\tpercent_lost\n"


def test_what_a_sensor_lost_holds_for_all_that_it_writes(tmp_path: Path) -> None:
    rows = "".join(f"{DAY + at}.5\t900.0\tzeek\t{at}\t9\t{at / 90000}\n" for at in (0, 90_000, 180_000))
    (tmp_path / "zeek").mkdir()
    (tmp_path / "zeek" / "capture_loss.log").write_text(ZEEK + rows)
    conn = '{{"ts":{0}.5,"uid":"C1","id.orig_h":"192.0.2.9","id.orig_p":5,"id.resp_h":"192.0.2.7","id.resp_p":443,"proto":"tcp","conn_state":"SF"}}\n'
    (tmp_path / "zeek" / "conn.json").write_text(
        "".join(conn.format(DAY + at) for at in range(0, 250_000, 900))
    )
    (tmp_path / "other.json").write_text(
        "".join(conn.format(DAY + at) for at in range(0, 250_000, 900)).replace("C1", "C2")
    )
    result = hunt([from_values(["198.51.100.9"])], [tmp_path])
    days = {
        stream.name: sorted(day for loss in stream.losses for day in loss.by_day)
        for stream in result.coverage.streams
    }
    assert days == {
        "other.json": [],
        "zeek/capture_loss.log": ["2021-01-02", "2021-01-03"],
        "zeek/conn.json": ["2021-01-02", "2021-01-03"],
    }
    states = {stream.name: [day.state for day in stream.days] for stream in certify(result, "0" * 64).streams}
    assert states["zeek/conn.json"] == ["searched", "lossy", "lossy"]


def test_netflow_v5_states_its_sampling(tmp_path: Path) -> None:
    header = struct.pack(">HHIIIIBBH", 5, 1, 1000, DAY, 0, 1, 0, 0, 0x4000 | 100)
    record = struct.pack(
        ">4s4s4sHHIIIIHHBBBBHHBBH",
        bytes([192, 0, 2, 7]),
        bytes([192, 0, 2, 8]),
        bytes(4),
        1,
        2,
        5,
        500,
        900,
        950,
        5000,
        443,
        0,
        16,
        6,
        0,
        0,
        0,
        0,
        0,
        0,
    )
    (tmp_path / "flows.dat").write_bytes(header + record)
    (stream,) = hunt([from_values(["198.51.100.9"])], [tmp_path]).coverage.streams
    assert [loss.sampled for loss in stream.losses] == [100]


def test_merged_results_keep_the_larger_number() -> None:
    one = Loss(code="a", count=3, text="t", lost=5, by_day={"2021-01-01": 3})
    two = Loss(code="a", count=2, text="t", lost=9, by_day={"2021-01-01": 1, "2021-01-02": 1})
    (both,) = larger([one, two])
    assert (both.count, both.lost, both.by_day) == (3, 9, {"2021-01-01": 3, "2021-01-02": 1})
