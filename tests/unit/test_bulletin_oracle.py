"""Reading prose, against ioc-finder on the real documents: nothing true is missed, and less is wrong.

What ioc-finder finds and traque does not hunt was judged by reading: :data:`FALSE` are files, publishers and
links for the reader. A hash that the bulletin calls a certificate's is an indicator of that kind.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from traque import bulletins

ioc_finder = pytest.importorskip("ioc_finder")

KINDS = {
    "ipv4s": "ipv4-addr",
    "ipv6s": "ipv6-addr",
    "domains": "domain-name",
    "urls": "url",
    "email_addresses": "email-addr",
    "md5s": "md5",
    "sha1s": "sha1",
    "sha256s": "sha256",
    "sha512s": "sha512",
}
FALSE = {
    "text/Hiatus_IoCs.txt": {"update_mips32.sh"},
    "text/KVbotnet_IOCs.txt": {"kv-all.sh"},
    "documents/eset-casbaneiro.adoc": {
        "www.welivesecurity.com",
        "https://www.welivesecurity.com/2019/10/03/casbaneiro-trojan-dangerous-cooking/.",
    },
    "certfr/press-article-2021-07.txt": {
        "cert.fr",
        "pic.twitter.com",
        "t.co",
        "https://t.co/kgfo9p0xri",
        "pic.twitter.com/a7xipe72qf",
    },
}
DOCUMENTS = [
    "text/AVrecon_IOCs.txt",
    "text/Hiatus_IoCs.txt",
    "text/KVbotnet_IOCs.txt",
    "text/Raptor_Train_IOCs.txt",
    "text/ZuoRAT_IoCs.txt",
    "documents/prodaft-pti-257.md",
    "documents/eset-casbaneiro.adoc",
    "documents/eset-dark-iot.adoc",
    "certfr/press-article-2021-07.txt",
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_nothing_true_is_missed(name: str, samples: Path) -> None:
    path = samples / "bulletins" / name
    stated = ioc_finder.find_iocs(path.read_text("utf-8", "replace"))
    oracle = {str(value).lower() for key in KINDS for value in stated.get(key) or ()}
    (found,) = bulletins._parse(path.read_bytes(), path.name, "")
    values = {i.observable.value.lower() for i in found.indicators}
    urls = [i.observable.value.lower() for i in found.indicators if i.observable.kind == "url"]
    missed = {value for value in oracle - values if not any(value.strip("/.") in url for url in urls)}
    assert missed == FALSE.get(name, set())


def test_less_is_wrong(samples: Path) -> None:
    wrong = 0
    for name, false in FALSE.items():
        path = samples / "bulletins" / name
        (found,) = bulletins._parse(path.read_bytes(), path.name, "")
        wrong += len(false & {i.observable.value.lower() for i in found.indicators})
    assert wrong < sum(map(len, FALSE.values()))
    assert wrong == 0
