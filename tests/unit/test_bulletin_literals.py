r"""File names, user agents, keys... in bulletins: what becomes an indicator, and what stays beside it."""

from __future__ import annotations

import json
from pathlib import Path

from traque import bulletins
from traque.model import Bulletin

SHA1 = "0123456789abcdef0123456789abcdef01234567"
MD5 = "0123456789abcdef0123456789abcdef"


def values(bulletin: Bulletin) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(i.observable.kind, i.observable.value, i.together) for i in bulletin.indicators]


def refused(bulletin: Bulletin) -> list[tuple[str, str]]:
    return [(r.value, r.code) for r in bulletin.refused]


def misp(path: Path, *attributes: tuple[str, str], **more: object) -> Bulletin:
    listed = [{"type": kind, "value": value, "to_ids": True} for kind, value in attributes]
    file = path / "event.json"
    file.write_text(json.dumps({"Event": {"uuid": "u", "info": "x", "Attribute": listed, **more}}))
    return bulletins.read(file)


def test_misp_types(tmp_path: Path) -> None:
    found = misp(
        tmp_path,
        ("filename", "Evil.exe"),
        ("user-agent", "EvilBot/1.0 (x)"),
        ("regkey", r"HKLM\Software\Evil"),
        ("mutex", "evil-mutex"),
        ("named pipe", r"\\.\pipe\evil1"),
        ("windows-service-name", "EvilSvc"),
        ("ja3-fingerprint-md5", MD5),
        ("AS", "AS64496"),
        ("x509-fingerprint-sha1", ":".join(SHA1[at : at + 2] for at in range(0, 40, 2))),
    )
    assert values(found) == [
        ("file-name", "evil.exe", ()),
        ("user-agent", "evilbot/1.0 (x)", ()),
        ("registry-key", r"hkey_local_machine\software\evil", ()),
        ("mutex", "evil-mutex", ()),
        ("named-pipe", "evil1", ()),
        ("windows-service", "evilsvc", ()),
        ("ja3", MD5, ()),
        ("asn", "as64496", ()),
        ("x509-certificate", SHA1, ()),
    ]
    assert found.indicators[0].original == "Evil.exe"
    assert found.refused == ()


def test_misp_composites_keep_their_parts_together(tmp_path: Path) -> None:
    found = misp(
        tmp_path,
        ("filename|sha1", f"evil.exe|{SHA1}"),
        ("regkey|value", r"HKLM\Software\Evil|C:\x.exe"),
        ("malware-sample", f"b.exe|{MD5}"),
        ("filename|md5", f".exe|{MD5}"),
    )
    assert values(found) == [
        ("file-name", "evil.exe", (f"sha1 {SHA1}",)),
        ("sha1", SHA1, ()),
        ("registry-key", r"hkey_local_machine\software\evil", (r"value C:\x.exe",)),
        ("file-name", "b.exe", (f"md5 {MD5}",)),
        ("md5", MD5, ()),
    ]
    assert refused(found) == [(".exe", "too-common")]


def test_a_file_object_names_its_hashes_beside_the_name(tmp_path: Path) -> None:
    parts = [{"type": "filename", "value": "evil.exe"}, {"type": "md5", "value": MD5}]
    found = misp(tmp_path, Object=[{"name": "file", "Attribute": parts}])
    assert values(found) == [("file-name", "evil.exe", (f"md5 {MD5}",)), ("md5", MD5, ())]


def stix(path: Path, *patterns: str) -> Bulletin:
    identifier = "indicator--6c000000-0000-4000-8000-00000000000{}"
    file = path / "bundle.json"
    things = [
        {"type": "indicator", "id": identifier.format(number), "pattern": pattern, "pattern_type": "stix"}
        for number, pattern in enumerate(patterns)
    ]
    file.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": things}))
    return bulletins.read(file)


def test_parts_of_a_stix_and_do_not_become_lone_extensions(tmp_path: Path) -> None:
    found = stix(
        tmp_path,
        f"[file:name = 'evil.exe' AND file:hashes.MD5 = '{MD5}' AND file:name = '.exe' AND file:size = 7]",
        "[file:name LIKE '%evil%' OR file:name = 'cmd.exe' OR file:name = 'C:\\\\x\\\\bad.exe']",
        "[mutex:name = 'evil-mutex' OR windows-registry-key:key = 'HKEY_CURRENT_USER\\\\Software\\\\Evil']",
        "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'EvilBot/1.0']",
        f"[x509-certificate:hashes.'SHA-1' = '{SHA1}' AND file:name != 'good.exe']",
    )
    kinds = {(kind, value): together for kind, value, together in values(found)}
    assert kinds["file-name", "evil.exe"] == (
        f"file:hashes.MD5 = {MD5}",
        "file:name = .exe",
        "file:size = 7",
    )
    assert set(kinds) == {
        ("file-name", "evil.exe"),
        ("md5", MD5),
        ("file-name", "c:\\x\\bad.exe"),
        ("mutex", "evil-mutex"),
        ("registry-key", "hkey_current_user\\software\\evil"),
        ("user-agent", "evilbot/1.0"),
        ("x509-certificate", SHA1),
    }
    assert refused(found) == [
        (".exe", "too-common"),
        ("7", "not-searched-kind"),
        ("%evil%", "pattern"),
        ("cmd.exe", "too-common"),
        ("good.exe", "negated"),
    ]


def test_a_name_too_short_does_not_become_a_domain(tmp_path: Path) -> None:
    found = stix(tmp_path, "[file:name = 'a.sh' OR mutex:name = 'evil.example']")
    assert values(found) == [("mutex", "evil.example", ())]
    assert refused(found) == [("a.sh", "too-short")]


def test_backslashes_are_not_refanged(tmp_path: Path) -> None:
    found = stix(tmp_path, r"[file:name = 'C:\\x\\.hidden\\evil[.]exe']")
    assert values(found) == [("file-name", r"c:\x\.hidden\evil.exe", ())]


def test_columns_and_types_of_a_table(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "type,value,comment\n"
        "user-agent,EvilBot/1.0 (Windows; x),a b\n"
        "filename,My Invoice.exe,\n"
        "registry key,HKCU\\Software\\Evil Corp,\n"
        f"ja3,{MD5},\n"
        "user-agent,Mozilla/5.0,\n"
    )
    found = bulletins.read(file)
    assert values(found) == [
        ("user-agent", "evilbot/1.0 (windows; x)", ()),
        ("file-name", "my invoice.exe", ()),
        ("registry-key", "hkey_current_user\\software\\evil corp", ()),
        ("ja3", MD5, ()),
    ]
    assert refused(found) == [("Mozilla/5.0", "too-common")]
    file.write_text(f"File Name,MD5,Certificate SHA1\nevil loader.exe,{MD5},{SHA1}\n")
    assert values(bulletins.read(file)) == [
        ("file-name", "evil loader.exe", (MD5, SHA1)),
        ("md5", MD5, ()),
        ("x509-certificate", SHA1, ()),
    ]


def test_paths_in_a_list_and_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text(
        "Files\n"
        "File name: evil-loader.sh\n"
        "C:\\ProgramData\\evil\\x.dll\n"
        "\n"
        "The loader then copies itself as usual into the folder C:\\Windows\\Temp and waits there.\n"
        "\n"
        "JA3S hashes\n"
        f"{MD5}\n"
        "\n"
        "Imphash\n"
        f"{MD5[::-1]}\n"
    )
    found = bulletins.read(file)
    assert values(found) == [
        ("file-name", "evil-loader.sh", ()),
        ("file-name", "c:\\programdata\\evil\\x.dll", ()),
        ("ja3s", MD5, ()),
    ]
    assert refused(found) == [("C:\\Windows\\Temp", "not-for-detection"), (MD5[::-1], "not-searched-kind")]
