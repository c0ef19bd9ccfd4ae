"""Records by which a device says that it dropped others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.hunt import HuntOptions, exit_status, hunt
from traque.hunt.losses import Losses
from traque.logs import LossWord
from traque.proof.certificate import certify

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
    assert losses.by_day == {"2021-01-02": 1, "2021-01-04": 1, "2021-01-05": 1}


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
