"""Lists and prose: values are found in the text, refanged first.

A line is an *entry* when it is a value with its label or its row (``192.0.2.1  C2``, ``MD5: ...``), else a
*sentence*. Addresses and hashes are taken from both. A name, URL or e-mail address in a sentence is taken
only when it is defanged: a sentence names publishers and victims too, and nobody defangs those. What is
not taken is refused as a reference.

The description of a value is the heading above it and the rest of its row. Words there also say that a hash
is not a file's but that of a certificate, of a TLS client, or of something that is not searched. Comments
(``#``) are headings: a value in one is refused. The sink address of a hosts file is left out. YARA rules and
Suricata rules are refused whole, so that no domain is found in them. A labelled file name (``File name:
x.exe``) and a Windows path in an entry are taken; a path in a sentence is a mention, like a name that is not
defanged. What looks like an address or a hash and is none (``192.0.2.256``, a hash that lacks a digit) is
refused with the reason. A line that is nothing but ``::1`` or ``0_0.example`` is a value all the same, though
words of prose and of code look so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from traque import observables
from traque.bulletins import _lines
from traque.bulletins._build import (
    ADDRESS,
    HASH,
    NOT_FOR_DETECTION,
    PATTERN,
    Builder,
    Context,
    Head,
    observe,
    shorten,
)
from traque.bulletins._fields import pap_tag, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Bulletin, Observable
from traque.observables import RANGE

_NAMED_KINDS: Final = frozenset({"domain-name", "url", "email-addr"})
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512"})
_SENTENCE: Final = 5
"""Words beside the values from which on a line is a sentence."""

_STATEMENT: Final = 12
"""Words of a heading or of a row up to which it states a role; a paragraph speaks of many things."""

_HEADINGS: Final = 4
_HEADING: Final = 200
"""Lines of a heading that are kept, and characters of each."""

_WORD = expression(r"(?<![^\s(\"'“‘])[^\W\d_]{2,}(?=[.,;:!?)\"'”’]*(?:\s|$))")
_ENTRY_AFTER = expression(r"\s*(?:$|[\t,;|:#(–—-]|\s{2})")
_BARE = expression(r"[0-9A-Fa-f.:/]{7,150}")
"""A line that can only be an address or a hash, the commonest kind of line."""

_DEFANGING: Final = frozenset("[({\\")
_HASH_WORD = expression(r"(?i)\b(?:md-?5|sha-?(?:1|256|512))\s*[:=]")
_COMMENT = expression(r"\s#(?=\s|$)|\s//\s")
_RULER = expression(r"[\s=_*~#+|-]*$")
_MARKUP = b"<"
_OPENING: Final = 200
"""Lines in which a TLP or PAP mark of the whole bulletin is looked for."""


def _sniff(head: bytes, _name: str) -> float:
    start = head.lstrip()
    if start.startswith((b"{", b"[{", b'["', _MARKUP)):
        return 0.0
    return 0.2


def _read(data: bytes, _name: str) -> tuple[Bulletin, ...]:
    text = data.decode("utf-8", "replace")
    opening = "\n".join(text.split("\n", _OPENING)[:_OPENING])
    builder = Builder(Head(format=SPEC.name, tlp=tlp_tag(opening), pap=pap_tag(opening)))
    Prose(builder).state(numbered(text))
    return (builder.bulletin(),)


class _Line(msgspec.Struct):
    """One line: as written, and refanged without comment and paths."""

    written: str
    text: str
    comment: str
    where: str
    values: list[tuple[Observable, int, int]]

    def plain(self, start: int, end: int) -> bool:
        """Whether the value is written without defanging."""
        return self.text == self.written or self.text[start:end] in self.written

    def spellings(self) -> dict[str, str]:
        """The words of the line as written, by what they are refanged."""
        words = (word.strip(".,;") for word in self.written.split())
        return {observables.refang(word).strip(".,;:()"): word for word in words}

    def rest(self) -> str:
        """The line without its values."""
        kept, at = [], 0
        for _, start, end in self.values:
            kept.append(self.text[at:start])
            at = max(at, end)
        return _HASH_WORD.sub("", " ".join((*kept, self.text[at:], self.comment))).strip(
            " \t,;:|-–—•*()[]\"'"
        )


def numbered(text: str) -> Iterator[tuple[str, str]]:
    """The lines of ``text``, each with its place."""
    for number, line in enumerate(text.split("\n"), 1):
        for part in line.splitlines() or [""]:
            yield f"line {number}", part


def _of_all_below(headings: tuple[str, ...]) -> Context | None:
    """What such headings say of values that stand alone; None where it depends on the value."""
    if any(map(_lines.TAKEN_BACK_HEADING.fullmatch, headings)):
        return None
    if any(map(_lines.REFERENCE_HEADING.match, headings)) or _lines.other_hash((*headings, "")):
        return None
    return Context(description=_joined(headings), words=_short((*headings, "")))


def _joined(texts: tuple[str, ...]) -> str:
    return " / ".join(dict.fromkeys(filter(None, texts)))


def _short(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Those that may state a role."""
    return tuple(t for t in texts if t and len(t) <= _HEADING and len(_WORD.findall(t)) <= _STATEMENT)


class Prose:
    """Walks lines and remembers the headings above; documents of every layout are read through it.

    ``linked`` are the hosts and addresses (without scheme, lower case) that the document's links lead to.
    """

    def __init__(self, builder: Builder, linked: frozenset[str] = frozenset()) -> None:
        self._builder = builder
        self._linked = linked
        self._headings: list[str] = []
        self._closed = True
        """The heading above is complete: the next one replaces it."""
        self._alone_below: tuple[str, ...] | None = None
        self._alone_context: Context | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands above the line that follows."""
        return tuple(self._headings)

    def head(self, text: str) -> None:
        """Begin a section named ``text``: nothing above it is a heading of what follows."""
        self._headings.clear()
        self._closed = False
        self._head(text)

    def state(self, lines: Iterable[tuple[str, str]]) -> None:
        """State or refuse every value of the lines, each of which comes with its place."""
        places = list(lines)
        written = [line for _, line in places]
        index = 0
        while index < len(written):
            where, line = places[index]
            bare = line.strip()
            if (only := observables.lone(bare)) is not None:
                self._alone(only, bare, where)
                index += 1
                continue
            if rule := _lines.yara_rule(written, index):
                name, taken = rule
                self._builder.refuse(
                    f"rule {name}", PATTERN, "a YARA rule, not a value", kind="yara", where=where
                )
                self._closed = True
                index += taken
                continue
            self._line(line, where)
            index += 1

    def _alone(self, only: Observable, written: str, where: str) -> None:
        """State the one value of a line that holds nothing else, and so neither label nor words."""
        kind = only.kind
        about = self._about_alone()
        named = kind in _NAMED_KINDS
        if about is None or (named and (self._linked or _lines.CODE_NAME.fullmatch(written))):
            line = _Line(written, written, "", where, [(only, 0, len(written))])
            self._values(line, "")
        else:
            self._keep(only, written, about)
        self._closed = True

    def _about_alone(self) -> Context | None:
        """What the headings say of all that stands alone below them; None where it depends on the value."""
        headings = tuple(self._headings)
        if self._alone_below != headings:
            self._alone_below = headings
            self._alone_context = _of_all_below(headings)
        return self._alone_context

    def _line(self, written: str, where: str) -> None:
        if not written.strip():
            self._builder.tell("")
            self._closed = True
        elif _RULER.match(written) or _lines.HASH_LABEL.match(written):
            pass
        elif _lines.NETWORK_RULE.match(written):
            self._builder.refuse(
                written.strip(), PATTERN, "a network rule, not a value", kind="suricata", where=where
            )
        elif written.lstrip().startswith(("#", "//")):
            if self._refuse_all(written, where, "it stands in a comment"):
                self._headings.clear()  # it says something of that value, not of what follows
            else:
                self._builder.tell(written.strip("#/ \t"), where)
                self._head(written.strip("#/ \t"))
        elif label := _lines.FILE_LABEL.match(written):
            self._builder.state(label["value"], "file-name", self._about(where))
            self._head(written)
        else:
            self._content(written, where)

    def _content(self, written: str, where: str) -> None:
        mention = len(_WORD.findall(_lines.PATH.sub(" ", written))) >= _SENTENCE
        body = _lines.PATH.sub(lambda path: self._path(path[0], where, mention=mention), written)
        if (own := _lines.HOSTS_OWN.match(body)) is not None:
            reason = "the machine's own entry in a hosts file"
            self._builder.refuse(own["address"], NOT_FOR_DETECTION, reason, where=where)
            return
        body = RANGE.sub(lambda found: self._range(found, where), body)
        if (sink := _lines.HOSTS_ENTRY.match(body)) is not None:
            body = body[sink.end() :]
            if _lines.HOSTS_NAMES.fullmatch(body):
                for name in body.split():
                    self._builder.state(name, "domain-name", self._about(where))
                self._closed = True
                return
        parts = _COMMENT.split(body, maxsplit=1)
        text = observables.refang(parts[0])
        line = _Line(
            written, text, parts[1].strip() if len(parts) > 1 else "", where, _values(text, parts[0])
        )
        if line.comment:
            self._refuse_all(line.comment, where, "it stands in a comment")
        found = self._almost(line) or self._whole(line)
        if not line.values:
            if "\t" in written.strip():  # the head of a table
                self._headings.clear()
            elif body.strip() and not found:
                self._builder.tell(written, where)
                self._head(written)
            return
        ends_heading = written.rstrip().endswith(":")
        if ends_heading:
            self._head(written)
        self._values(line, "" if ends_heading else line.rest())
        self._closed = not ends_heading

    def _values(self, line: _Line, rest: str) -> None:
        sentence = self._is_sentence(line, rest)
        if sentence:
            self._builder.tell(line.written, line.where)
        taken_back = _lines.TAKEN_BACK.search(rest) or any(
            map(_lines.TAKEN_BACK_HEADING.fullmatch, self._headings)
        )
        reference = bool(
            _lines.REFERENCE_LABEL.match(line.text)
            or _lines.READ_MORE.match(line.text)
            or any(map(_lines.REFERENCE_HEADING.match, self._headings))
        )
        words = (*self._headings, rest)
        context = Context(
            description=_joined((*self._headings, line.written if sentence else rest)),
            words=_short(words),
            where=line.where,
        )
        spelled = {} if line.text == line.written else line.spellings()
        for observable, start, end in line.values:
            raw = line.text[start:end]
            plain = line.plain(start, end)
            if taken_back:
                self._withdraw(observable, context.description, line.where)
            elif observable.kind in _HASHES and (other := _lines.other_hash(words)):
                self._hash_of(other, raw, context)
            elif (
                observable.kind == "ipv4-addr"
                and plain
                and _lines.VERSION.search(line.text[max(0, start - 20) : start])
            ):
                self._refuse(observable, raw, line.where, "it is a version number, not an address")
            elif observable.kind == "domain-name" and plain and _lines.CODE_NAME.fullmatch(raw):
                self._refuse(observable, raw, line.where, "written like a field in code, not like a host")
            elif observable.kind in _NAMED_KINDS and plain and (reference or self._is_linked(observable)):
                self._refuse(observable, raw, line.where, "a reference for the reader, not an indicator")
            elif observable.kind in _NAMED_KINDS and plain and sentence:
                self._refuse(
                    observable,
                    raw,
                    line.where,
                    "named in a sentence and not defanged: a mention, not an indicator",
                )
            else:
                self._keep(observable, raw if plain else spelled.get(raw, raw), context)

    def _withdraw(self, observable: Observable, said: str, where: str) -> None:
        self._builder.drop(observable)
        self._builder.withdraw(observable.value, observable.kind, f"withdrawn: {shorten(said)}", where)

    def _hash_of(self, kind: str, raw: str, context: Context) -> None:
        """A hash that the words around it call that of something else than a file."""
        if kind in observables.registry():
            self._builder.state(raw, kind, context)
        else:
            self._builder.not_searched(raw, kind, context.where)

    def _is_linked(self, observable: Observable) -> bool:
        bare = observable.value.rpartition("://")[2].strip("/").lower()
        return bare.removeprefix("www.") in self._linked

    def _keep(self, observable: Observable, written: str, context: Context) -> None:
        self._builder.keep(observable, written, context)
        if observable.kind == "url" and "://" not in observable.value:
            # ``192.0.2.1/load`` in a list names a server too, which most logs know by its address alone.
            host = observables.guess(re.split(r"[/?:]", observable.value, maxsplit=1)[0])
            if host is not None and host.kind == "ipv4-addr":
                self._builder.keep(
                    host, written, msgspec.structs.replace(context, together=(observable.value,))
                )

    def _almost(self, line: _Line) -> bool:
        """Refuse what has the shape of a value and is none; True if there was any."""
        taken = bytearray(len(line.text))
        for _, start, end in line.values:
            taken[start:end] = b"\x01" * (end - start)
        found = False
        for shape in _lines.ALMOST.finditer(line.text):
            if any(taken[shape.start() : shape.end()]):
                continue
            found = True
            try:
                observe(shape[0], ADDRESS if "." in shape[0] else HASH)
            except ObservableError as error:
                self._builder.refuse(shape[0], error.code, error.what, where=line.where)
        return found

    def _whole(self, line: _Line) -> bool:
        """Take or refuse the one word of a line as a value that prose would pass over; True if it was."""
        word = line.text.strip()
        if line.values or any(map(str.isspace, word)):
            return False
        try:
            only = observables.whole(word, defanged=word not in line.written)
        except ObservableError as error:
            self._builder.refuse(word, error.code, error.what, where=line.where)
            return True
        if only is not None:
            start = line.text.index(word)
            line.values.append((only, start, start + len(word)))
        return only is not None

    def _is_sentence(self, line: _Line, rest: str) -> bool:
        _, start, end = line.values[0]
        leads = not _WORD.search(line.text[:start]) and _ENTRY_AFTER.match(line.text[end:])
        return not leads and "\t" not in line.text and len(_WORD.findall(rest)) >= _SENTENCE

    def _refuse_all(self, text: str, where: str, reason: str) -> bool:
        refanged = observables.refang(text)
        found = _values(refanged, text)
        for observable, start, end in found:
            self._refuse(observable, refanged[start:end], where, reason)
        return bool(found)

    def _refuse(self, observable: Observable, raw: str, where: str, reason: str) -> None:
        self._builder.refuse(raw, NOT_FOR_DETECTION, reason, kind=observable.kind, where=where)

    def _range(self, found: re.Match[str], where: str) -> str:
        """State the networks of a range of addresses, and leave a blank for it."""
        self._builder.state_range(found, self._about(where))
        return " "

    def _path(self, path: str, where: str, *, mention: bool) -> str:
        if mention:
            reason = "named in a sentence: a mention, not an indicator"
            self._builder.refuse(path, NOT_FOR_DETECTION, reason, kind="file-name", where=where)
        else:
            self._builder.state(path, "file-name", self._about(where))
        return " "

    def _about(self, where: str) -> Context:
        """What the headings say of a value below them."""
        return Context(description=" / ".join(self._headings), words=tuple(self._headings), where=where)

    def _head(self, text: str) -> None:
        if self._closed:
            self._headings.clear()
        self._closed = False
        if len(self._headings) < _HEADINGS and (heading := text.strip()):
            self._headings.append(heading[:_HEADING])


def _values(refanged: str, written: str) -> list[tuple[Observable, int, int]]:
    bare = refanged.strip()
    if (
        _BARE.fullmatch(bare)
        and (only := observables.guess(bare)) is not None
        and only.kind not in _NAMED_KINDS
    ):
        start = refanged.index(bare)
        return [(only, start, start + len(bare))]
    if refanged == written:
        return list(observables.extract(refanged))
    # Only words with a bracket or a backslash can be defanged ones.
    defanged = " ".join(word for word in written.split() if not _DEFANGING.isdisjoint(word))
    return list(observables.extract(refanged, raw=defanged))


SPEC: Final = BulletinReader(
    name="text",
    title="lists and prose",
    extensions=(".txt", ".text", ".list", ".ioc", ".hosts", ".netset", ".ipset"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
