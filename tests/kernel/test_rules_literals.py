r"""Literals and the hashes that only a bulletin can tell: every sentence of the rules, under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Found, Search

from traque.errors import ObservableError
from traque.model import Observable
from traque.observables import canonical

NAME = canonical("file-name", "Evil-Loader.exe")
PATH = canonical("file-name", r"C:\ProgramData\Evil Corp\loader.dll")
KEY = canonical("registry-key", r"HKLM\Software\EvilCorp\Run")
AGENT = canonical("user-agent", "EvilBot/1.0 (Windows NT 10.0; x64)")
MUTEX = canonical("mutex", r"Global\evil-mutex")
PIPE = canonical("named-pipe", r"\\.\pipe\evil_pipe_1")
SERVICE = canonical("windows-service", "Evil Update Service")
ASN = canonical("asn", "AS64496")
JA3 = canonical("ja3", "e7d705a3286e19ea42f587b344ee6865")
JA4 = canonical("ja4", "t13d1516h2_8daaf6152771_e5627efa2ab1")

MATCHES = {
    "alone": (NAME, "evil-loader.exe", "evil-loader.exe"),
    "any case": (NAME, "ran EVIL-LOADER.EXE now", "EVIL-LOADER.EXE"),
    "in a Windows path": (NAME, r"C:\Temp\evil-loader.exe", "evil-loader.exe"),
    "in a Unix path": (NAME, "/opt/x/evil-loader.exe", "evil-loader.exe"),
    "in a JSON path": (NAME, r'{"p":"C:\\Temp\\evil-loader.exe"}', "evil-loader.exe"),
    "in a URL": (NAME, "GET /x/evil-loader.exe?a=1", "evil-loader.exe"),
    "quoted": (NAME, '"evil-loader.exe"', "evil-loader.exe"),
    "in brackets": (NAME, "(evil-loader.exe)", "evil-loader.exe"),
    "at the end of a sentence": (NAME, "we saw evil-loader.exe. Then", "evil-loader.exe"),
    "at the end of the record": (NAME, "evil-loader.exe.", "evil-loader.exe"),
    "after two dots": (NAME, "x..evil-loader.exe", "evil-loader.exe"),
    "with an alternate stream": (NAME, "evil-loader.exe:Zone.Identifier", "evil-loader.exe"),
    "after a currency sign": (NAME, "€evil-loader.exe€", "evil-loader.exe"),
    "after a JSON escape": (NAME, r'"m":"x\tevil-loader.exe\n"', "evil-loader.exe"),
    "after a percent escape": (NAME, "x%20evil-loader.exe%20y", "evil-loader.exe"),
    "after an ANSI escape": (NAME, "x\x1b[31mevil-loader.exe", "evil-loader.exe"),
    "NUL on both sides": (NAME, "\0evil-loader.exe\0", "evil-loader.exe"),
    "a path": (PATH, r"C:\ProgramData\Evil Corp\loader.dll", r"C:\ProgramData\Evil Corp\loader.dll"),
    "a path in JSON": (PATH, r"C:\\ProgramData\\Evil Corp\\loader.dll", r"C:\\ProgramData\\Evil Corp\\loader.dll"),
    "a path in JSON in JSON": (PATH, r"c:\\\\programdata\\\\evil corp\\\\loader.dll",
                               r"c:\\\\programdata\\\\evil corp\\\\loader.dll"),
    "a path with slashes": (PATH, "C:/ProgramData/Evil Corp/loader.dll", "C:/ProgramData/Evil Corp/loader.dll"),
    "a path with escaped slashes": (PATH, r"C:\/ProgramData\/Evil Corp\/loader.dll",
                                    r"C:\/ProgramData\/Evil Corp\/loader.dll"),
    "a path with encoded blanks": (PATH, "C:/ProgramData/Evil%20Corp/loader.dll",
                                   "C:/ProgramData/Evil%20Corp/loader.dll"),
    "sixteen backslashes": (PATH, "C:" + "\\" * 16 + r"ProgramData\Evil Corp\loader.dll",
                            "C:" + "\\" * 16 + r"ProgramData\Evil Corp\loader.dll"),
    "a share": (canonical("file-name", r"\\server\share\evil.exe"), r"x \\\\server\\share\\evil.exe",
                r"\server\\share\\evil.exe"),
    "a variable": (canonical("file-name", r"%TEMP%\evil.exe"), r"x%temp%\evil.exe", r"%temp%\evil.exe"),
    "what lies in a folder": (canonical("file-name", "C:\\Evil Folder\\"), r"C:\Evil Folder\x.exe",
                              r"C:\Evil Folder"),
    "a key": (KEY, r"HKLM\SOFTWARE\EvilCorp\Run", r"HKLM\SOFTWARE\EvilCorp\Run"),
    "a key below": (KEY, r"HKLM\SOFTWARE\EvilCorp\Run\x", r"HKLM\SOFTWARE\EvilCorp\Run"),
    "the hive's long name": (KEY, r"HKEY_LOCAL_MACHINE\\Software\\EvilCorp\\Run",
                             r"HKEY_LOCAL_MACHINE\\Software\\EvilCorp\\Run"),
    "the hive in PowerShell": (KEY, r"HKLM:\Software\EvilCorp\Run", r"HKLM:\Software\EvilCorp\Run"),
    "the hive in the kernel": (KEY, r"\REGISTRY\MACHINE\SOFTWARE\EvilCorp\Run",
                               r"\REGISTRY\MACHINE\SOFTWARE\EvilCorp\Run"),
    "the first control set": (canonical("registry-key", r"HKLM\System\CurrentControlSet\Services\EvilSvc"),
                              r"HKLM\System\ControlSet001\Services\EvilSvc",
                              r"HKLM\System\ControlSet001\Services\EvilSvc"),
    "a user agent": (AGENT, '"EvilBot/1.0 (Windows NT 10.0; x64)"', "EvilBot/1.0 (Windows NT 10.0; x64)"),
    "a user agent in IIS": (AGENT, "x EvilBot/1.0+(Windows+NT+10.0;+x64) y",
                            "EvilBot/1.0+(Windows+NT+10.0;+x64)"),
    "a user agent in Squid": (AGENT, "[EvilBot/1.0%20(Windows%20NT%2010.0;%20x64)]",
                              "EvilBot/1.0%20(Windows%20NT%2010.0;%20x64)"),
    "a user agent in PHP's JSON": (AGENT, r'"EvilBot\/1.0 (Windows NT 10.0; x64)"',
                                   r"EvilBot\/1.0 (Windows NT 10.0; x64)"),
    "a mutex": (MUTEX, r"\BaseNamedObjects\Global\Evil-Mutex", r"Global\Evil-Mutex"),
    "a pipe": (PIPE, r"PipeName: \evil_pipe_1", "evil_pipe_1"),
    "a pipe, whole": (PIPE, r"\\.\pipe\evil_pipe_1", "evil_pipe_1"),
    "a service": (SERVICE, "ServiceName=Evil Update Service,", "Evil Update Service"),
    "an AS number": (ASN, "from AS64496, x", "AS64496"),
    "JA3": (JA3, '"ja3":"E7D705A3286E19EA42F587B344EE6865"', "E7D705A3286E19EA42F587B344EE6865"),
    "JA4": (JA4, "ja4=t13d1516h2_8daaf6152771_e5627efa2ab1 x", "t13d1516h2_8daaf6152771_e5627efa2ab1"),
    "accents": (canonical("file-name", "facturé-2021.exe"), "x Facturé-2021.EXE y", "Facturé-2021.EXE"),
    "ideographs": (canonical("file-name", "发票.exe"), r"C:\发票.exe", "发票.exe"),
    "brackets at both ends": (canonical("mutex", "(evil mutex)"), "x(evil mutex)y", "(evil mutex)"),
}  # fmt: skip


@pytest.mark.parametrize(("indicator", "text", "match"), MATCHES.values(), ids=MATCHES.keys())
def test_matches(search: Search, indicator: Observable, text: str, match: str) -> None:
    assert search(indicator, text) == [Found(match)]


MISSES = {
    "a longer name": (NAME, "notevil-loader.exe"),
    "a hyphen joins": (NAME, "x-evil-loader.exe"),
    "an underscore joins": (NAME, "my_evil-loader.exe"),
    "a letter with an accent joins": (NAME, "éevil-loader.exe"),
    "a digit of another script joins": (NAME, "evil-loader.exe٣"),
    "a longer extension": (NAME, "evil-loader.exe2"),
    "another extension": (NAME, "evil-loader.exe.bak"),
    "a dotted name": (NAME, "my.evil-loader.exe"),
    "an escape that means a letter": (NAME, "x%41evil-loader.exe"),
    "a backslash that begins no escape": (NAME, r"C:\devil-loader.exe"),
    "across a line end": (NAME, "evil-\nloader.exe"),
    "another separator": (PATH, r"C:\ProgramData\Evil Corp:loader.dll"),
    "no separator": (PATH, r"C:\ProgramDataEvil Corp\loader.dll"),
    "too long a separator": (PATH, "C:" + "\\" * 17 + r"ProgramData\Evil Corp\loader.dll"),
    "another hive": (KEY, r"HKCU\Software\EvilCorp\Run"),
    "a longer key": (KEY, r"HKLM\Software\EvilCorp\RunOnce"),
    "a longer hive": (KEY, r"XHKLM\Software\EvilCorp\Run"),
    "another version": (AGENT, "EvilBot/1.0.1 (Windows NT 10.0; x64)"),
    "a longer AS number": (ASN, "AS644960"),
    "a name before the AS number": (ASN, "CLAS64496"),
    "longer hex": (JA3, "e7d705a3286e19ea42f587b344ee68650"),
    "another case of an accent": (canonical("file-name", "facturé-2021.exe"), "FACTURÉ-2021.EXE"),
}


@pytest.mark.parametrize(("indicator", "text"), MISSES.values(), ids=MISSES.keys())
def test_misses(search: Search, indicator: Observable, text: str) -> None:
    assert search(indicator, text) == []


def test_latin_1(search: Search) -> None:
    indicator = canonical("file-name", "facturé-2021.exe")
    assert len(search(indicator, b"x factur\xe9-2021.exe y")) == 1
    assert search(indicator, b"\xe9factur\xe9-2021.exe") == []


def test_both_readings_of_a_backslash(search: Search) -> None:
    r"""``\t`` may be a tab or the beginning of a name."""
    assert search(canonical("file-name", "tevil.exe"), r"C:\tevil.exe") == [Found("tevil.exe")]
    assert search(canonical("file-name", "evil.exe"), r"C:\tevil.exe") == [Found("evil.exe")]


def test_one_name_in_another_is_reported_independently(search: Search) -> None:
    hits = search.hits(
        [NAME, canonical("file-name", r"C:\Temp\evil-loader.exe")], rb"C:\Temp\evil-loader.exe"
    )
    assert [(hit.start, hit.end, hit.indicator) for hit in hits] == [(0, 23, 1), (8, 23, 0)]


def test_overlapping_occurrences(search: Search) -> None:
    indicator = canonical("mutex", "((((((")
    assert [(hit.start, hit.end) for hit in search.hits([indicator], b"(" * 13)] == [(1, 7), (7, 13)]


def test_several_in_one_record(search: Search) -> None:
    text = "evil-loader.exe,EVIL-LOADER.EXE;x evil-loader.exe"
    assert len(search(NAME, text)) == 3


PRINT = "3b1efd3a66ea28b16697394703a72ca340a05bd5"
COLONS = ":".join(PRINT[at : at + 2] for at in range(0, 40, 2))

PRINTS = {
    "plain": (PRINT, PRINT),
    "colons": (COLONS, COLONS),
    "upper case": (f"SHA1 Fingerprint={COLONS.upper()}", COLONS.upper()),
    "after the algorithm": (f"sha1:{COLONS},", COLONS),
    "after a word that ends in two digits": (f"sha-256x32:{COLONS}", COLONS),
    "after an escape": (rf'"\n{COLONS}"', COLONS),
    "colon after": (f"{COLONS}: x", COLONS),
    "something longer after": (f"{COLONS}:abc", COLONS),
}


@pytest.mark.parametrize(("text", "match"), PRINTS.values(), ids=PRINTS.keys())
@pytest.mark.parametrize(
    "written", [PRINT, COLONS, COLONS.upper(), COLONS.replace(":", " "), f"SHA1:{PRINT}"]
)
def test_fingerprint_of_a_certificate(search: Search, written: str, text: str, match: str) -> None:
    assert search(canonical("x509-certificate", written), text) == [Found(match)]


@pytest.mark.parametrize(
    "text",
    [f"{COLONS}:ab", f"ab:{COLONS}", f"{COLONS}a", f"x{COLONS}", COLONS.replace(":", "::", 1), COLONS[:-3]],
)
def test_other_fingerprints(search: Search, text: str) -> None:
    assert search(canonical("x509-certificate", PRINT), text) == []


@pytest.mark.parametrize("pairs", [16, 20, 32])
def test_fingerprints_of_every_length(search: Search, pairs: int) -> None:
    digits = "0123456789abcdef" * 4
    indicator = canonical("x509-certificate", digits[: 2 * pairs])
    text = ":".join(digits[at : at + 2] for at in range(0, 2 * pairs, 2))
    assert search(indicator, f"x {text} y") == [Found(text)]


def test_the_hash_of_a_file_is_not_that_of_a_certificate(search: Search) -> None:
    assert search(Observable("sha1", PRINT), COLONS) == []
    same = [Observable("md5", JA3.value), JA3, canonical("ja3s", JA3.value)]
    assert [hit.indicator for hit in search.hits(same, JA3.value.encode())] == [0, 1, 2]


CANONICAL = {
    "case": ("file-name", "Evil.EXE", "evil.exe"),
    "quotes": ("file-name", '"evil.exe"', "evil.exe"),
    "slashes of a Windows path": ("file-name", "C:/a//evil.exe", r"c:\a\evil.exe"),
    "escaped backslashes": ("file-name", r"C:\\a\\evil.exe", r"c:\a\evil.exe"),
    "a share": ("file-name", r"\\\\srv\\x\\evil.exe", r"\\srv\x\evil.exe"),
    "a Unix path": ("file-name", "//var//tmp/evil.sh/", "/var/tmp/evil.sh"),
    "a file URL": ("file-name", "file:///var/tmp/evil.sh", "/var/tmp/evil.sh"),
    "a variable": ("file-name", "%APPDATA%/x/evil.exe", r"%appdata%\x\evil.exe"),
    "a hive": ("registry-key", r"HKLM\Software\Evil", r"hkey_local_machine\software\evil"),
    "a hive in PowerShell": ("registry-key", r"hkcu:\Software\Evil\\", r"hkey_current_user\software\evil"),
    "a hive in the kernel": ("registry-key", r"\REGISTRY\MACHINE\Software\Evil",
                             r"hkey_local_machine\software\evil"),
    "no hive": ("registry-key", r"\Software\Evil", r"software\evil"),
    "a label": ("user-agent", "User-Agent: Evil/1.0  x", "evil/1.0 x"),
    "a pipe": ("named-pipe", r"\\.\pipe\evil1", "evil1"),
    "a bare AS number": ("asn", "064496", "as64496"),
    "a wordy AS number": ("asn", "ASN 64496", "as64496"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "written", "value"), CANONICAL.values(), ids=CANONICAL.keys())
def test_canonical(kind: str, written: str, value: str) -> None:
    assert canonical(kind, written) == Observable(kind, value)
    assert canonical(kind, value) == Observable(kind, value)


REFUSED = [
    ("file-name", "", "empty"),
    ("file-name", ".exe", "too-common"),
    ("file-name", "a.sh", "too-short"),
    ("file-name", "/a/b/c/d", "too-short"),
    ("file-name", "cmd.exe", "too-common"),
    ("file-name", "/bin/sh", "too-common"),
    ("file-name", "*.exe", "pattern"),
    ("file-name", "x" * 1021 + ".exe", "too-long"),
    ("file-name", "x\ny.exe", "malformed"),
    ("user-agent", "Mozilla/5.0", "too-common"),
    ("user-agent", "", "empty"),
    ("registry-key", "HKLM", "too-common"),
    ("registry-key", r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run", "too-common"),
    ("registry-key", "EvilCorp", "malformed"),
    ("registry-key", r"HKLM\*\Evil", "pattern"),
    ("mutex", "abcd", "too-short"),
    ("mutex", "мьютекс", "too-short"),
    ("asn", "AS1", "too-short"),
    ("asn", "AS4294967296", "malformed"),
    ("ja3", "771,4865-4866,0-23,29,0", "malformed"),
    ("ja4", "t13d1516h2", "malformed"),
    ("x509-certificate", "ab" * 64, "malformed"),
]


@pytest.mark.parametrize(("kind", "written", "code"), REFUSED)
def test_refused(kind: str, written: str, code: str) -> None:
    with pytest.raises(ObservableError) as refusal:
        canonical(kind, written)
    assert refusal.value.code == code
