"""The source map: what it may say, what is wrong in it, and which table a source belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from traque.errors import UsageError
from traque.source_map import FILE_NAME, SourceMap, find_source_map, read_source_map, spellings

WHOLE = """\
tz = "Europe/Paris"
own = ["203.0.113.0/24", "2001:db8::/32"]
internal = "198.51.100.0/24"

[[source]]
files = ["firewall/fw*.log*", "./firewall/old/[[]x].log"]
format = "netfilter"
tz = "America/New_York"
year = 2021
name = "edge firewall"
owner = "network team"
own = ["192.0.2.1"]

[[source]]
files = "*.json"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.write_text(text)
    return path


def test_a_whole_map(tmp_path: Path) -> None:
    read = read_source_map(written(tmp_path, WHOLE))
    assert (read.tz, read.own, read.internal) == (
        "Europe/Paris",
        ("203.0.113.0/24", "2001:db8::/32"),
        ("198.51.100.0/24",),
    )
    first, second = read.sources
    assert first.files == ("firewall/fw*.log*", "./firewall/old/[[]x].log")
    assert (first.format, first.tz, first.year) == ("netfilter", "America/New_York", 2021)
    assert (first.name, first.owner, first.own, first.internal) == (
        "edge firewall",
        "network team",
        ("192.0.2.1",),
        (),
    )
    assert (first.line, second.line) == (5, 14)
    assert (second.format, second.tz, second.year) == ("", "", None)


def test_an_empty_map_says_nothing(tmp_path: Path) -> None:
    assert read_source_map(written(tmp_path, "# nothing\n")).sources == ()


def test_the_map_of_a_folder(tmp_path: Path) -> None:
    assert find_source_map(tmp_path) is None
    path = written(tmp_path, "")
    assert find_source_map(tmp_path) == path


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('tzz = "UTC"\n', 1, ("tzz", "did you mean tz?")),
        ('\n\nowners = "x"\n', 3, ("owners", "not a key")),
        ('[[source]]\nfiles = ["a"]\nfromat = "syslog"\n', 3, ("fromat", "did you mean format?")),
        (
            '[[source]]\nfiles = ["a"]\n\n[[source]]\nfiles = ["b"]\nformat = "sysl"\n',
            6,
            ("sysl", "number 2"),
        ),
        ('tz = "Paris"\n', 1, ("Paris", "not a time zone")),
        ('tz = "../../etc/passwd"\n', 1, ("not a time zone",)),
        ('[[source]]\nfiles = ["a"]\ntz = "Europe/Pariss"\n', 3, ("Europe/Pariss",)),
        ('[[source]]\nfiles = ["a"]\nyear = 21\n', 3, ("21", "not a year")),
        ('[[source]]\nfiles = ["a"]\nyear = true\n', 3, ("True", "not a year")),
        ('own = ["203.0.113.0/33"]\n', 1, ("203.0.113.0/33", "no address or network")),
        ('[[source]]\nfiles = ["a"]\ninternal = ["inside"]\n', 3, ("inside",)),
        ("own = [1]\n", 1, ("own", "not a list of texts")),
        ('[[source]]\nformat = "syslog"\n', 1, ("files", "names nothing")),
        ("[[source]]\nfiles = []\n", 2, ("files", "names nothing")),
        ('[[source]]\nfiles = ["a", ""]\n', 2, ("is empty",)),
        ('[[source]]\nfiles = ["../a"]\n', 2, ("leads out of its folder",)),
        ('[[source]]\nfiles = ["a[b"]\n', 2, ("opens a bracket",)),
        ("[[source]]\nfiles = ['a\\b']\n", 2, ("backslash",)),
        ('[[source]]\nfiles = ["a"]\nname = ""\n', 3, ("name", "not a line of text")),
        ('[[source]]\nfiles = ["a"]\nowner = "x\\u001b[31m"\n', 3, ("owner", "not a line of text")),
        ('[source]\nfiles = ["a"]\n', 1, ("source", "[[source]]")),
        ("source = [1]\n", 1, ("source", "not a list of tables")),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, words: tuple[str, ...]
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_source_map(path)
    said = str(caught.value)
    assert said.startswith(f"{path}:{line}: "), said
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"own = [\n", "no TOML"),
        (b"\xff\xfe", "no TOML"),
        (b"a = " + b"[" * 5000, "no TOML"),
        (b"#" * (1 << 20) + b"\n", "more than"),
    ],
)
def test_what_is_no_map(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(data)
    with pytest.raises(UsageError, match=word):
        read_source_map(path)


def test_a_map_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_source_map(tmp_path / "none.toml")


def globs(folder: Path, *tables: str) -> SourceMap:
    return read_source_map(written(folder, "".join(f'[[source]]\nfiles = ["{glob}"]\n' for glob in tables)))


def taken(found: object) -> str | None:
    return None if found is None else found[1]  # type: ignore[index]


def test_globs_lead_from_the_folder_of_the_map(tmp_path: Path) -> None:
    read = globs(tmp_path, "fw/a*.log", "*.json", "/elsewhere/*")
    assert taken(read.find(tmp_path / "fw" / "abc.log")) == "fw/a*.log"
    assert taken(read.find(tmp_path / "other" / "fw" / "abc.log")) is None
    assert taken(read.find(tmp_path / "fw" / "abc.txt")) is None
    assert taken(read.find(tmp_path / "deep" / "er" / "x.json")) == "*.json"
    assert taken(read.find(Path("/elsewhere/deep/x"))) == "/elsewhere/*"


def test_a_name_alone_is_looked_for_everywhere_but_after_dot_slash(tmp_path: Path) -> None:
    read = globs(tmp_path, "./a.log", "a.log")
    assert taken(read.find(tmp_path / "a.log")) == "./a.log"
    assert taken(read.find(tmp_path / "deep" / "a.log")) == "a.log"


def test_the_first_table_that_fits_counts(tmp_path: Path) -> None:
    read = globs(tmp_path, "a.log", "*.log")
    assert taken(read.find(tmp_path / "a.log")) == "a.log"
    assert taken(read.find(tmp_path / "b.log")) == "*.log"


def test_members_of_archives_and_standard_input(tmp_path: Path) -> None:
    read = globs(tmp_path, "old.tar.gz/var/log/*", "stdin")
    assert taken(read.find(tmp_path / "old.tar.gz", "var/log/auth.log")) == "old.tar.gz/var/log/*"
    assert taken(read.find(tmp_path / "old.tar.gz", "etc/passwd")) is None
    assert taken(read.find(None)) == "stdin"


def test_links_are_followed_both_ways(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "fw").mkdir(parents=True)
    (real / "fw" / "a.log").write_bytes(b"")
    (tmp_path / "link").symlink_to(real)
    through = globs(tmp_path / "link", "fw/a.log")
    assert taken(through.find(real / "fw" / "a.log")) == "fw/a.log"
    assert taken(through.find(tmp_path / "link" / "fw" / "a.log")) == "fw/a.log"
    assert spellings(tmp_path / "link" / "fw" / "a.log", "", tmp_path)[0] == "link/fw/a.log"
