"""A zip archive whose entries can be copied as they are.

zipfile cannot keep an entry's compressed bytes, local header, extra fields and flags; this can. Only what a package of
Office needs is read: one file, stored and deflated entries, zip64. The format is PKWARE's APPNOTE 6.3. zlib-ng takes half
the time of zlib to inflate and a third to pack.
"""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from zlib_ng import zlib_ng

STORED, DEFLATED = 0, 8

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX32, _MAX16 = 0xFFFFFFFF, 0xFFFF
_CHUNK = 1 << 16
_LEVEL = 3  # a sixth larger than at the usual 6, in two fifths of the time; Excel packs faster still
_IN_MEMORY = 8 << 20  # smaller files are read once; larger ones are opened for every look

_InflateError: type[Exception] = zlib_ng.error  # type: ignore[assignment]  # its stub has an instance there


class BadArchive(Exception):
    """The bytes are no zip that can be relied on. The message says why, in Chinese."""


class Entry(NamedTuple):
    """One entry, as the central directory describes it."""

    number: int  # its place in the central directory
    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int  # of its local header in the file
    central: bytes  # its record in the central directory

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")


Chunks = Callable[[], Iterable[bytes]]  # content, piece by piece, from the start each time it is called


class Archive:
    """The entries of a zip file. Nothing is inflated before it is asked for."""

    def __init__(self, path: str | os.PathLike[str], most_entries: int):
        self.path = path
        with open(path, "rb") as file:
            self._state = _state(os.fstat(file.fileno()))
            self.file_size = self._state[0]
            self._data = file.read() if self.file_size <= _IN_MEMORY else None
        self.comment = b""
        self.entries = self._directory(most_entries)

    # --- reading ------------------------------------------------------------------------------

    def unchanged(self) -> bool:
        """Whether the file on disk is still the one that was opened."""
        with contextlib.suppress(OSError):
            return _state(os.stat(self.path)) == self._state
        return False

    @contextlib.contextmanager
    def _source(self) -> Iterator[Callable[[int, int], bytes]]:
        """A function that reads some bytes at an offset; fewer at the end of the file."""
        data = self._data
        if data is not None:
            yield lambda offset, count: data[offset : offset + count]
            return
        with open(self.path, "rb") as file:
            if _state(os.fstat(file.fileno())) != self._state:
                raise BadArchive("在处理过程中被别的程序改动了")

            def read(offset: int, count: int) -> bytes:
                file.seek(offset)
                return file.read(count)

            yield read

    def _directory(self, most: int) -> list[Entry]:
        with self._source() as read:
            tail_at = max(0, self.file_size - _MAX16 - _END.size)
            tail = read(tail_at, _MAX16 + _END.size)
            found = tail.rfind(b"PK\5\6")
            if found < 0 or len(tail) - found < _END.size:
                raise BadArchive("不完整（缺少结尾的目录），可能没有传完或没有存完")
            end = tail_at + found
            _, disk, start_disk, _, count, size, offset, length = _END.unpack_from(tail, found)
            self.comment = tail[found + _END.size : found + _END.size + length]
            if disk or start_disk:
                raise BadArchive("是分卷压缩的一部分")
            self.end = end
            directory_end = end
            if (
                end >= _LOCATOR.size
                and (locator := read(end - _LOCATOR.size, _LOCATOR.size))[:4] == b"PK\6\7"
            ):
                at = end - _LOCATOR.size - _END64.size
                record = read(at, _END64.size) if at >= 0 else b""
                if record[:4] != b"PK\6\6":
                    at = _LOCATOR.unpack(locator)[2]
                    record = read(at, _END64.size)
                if len(record) < _END64.size or record[:4] != b"PK\6\6":
                    raise BadArchive("不完整（结尾的目录已损坏）")
                count, size, offset = _END64.unpack(record)[7:10]
                directory_end = at
            if count > most:
                raise BadArchive(f"内部有 {count} 个部件，超过上限 {most} 个")
            start = directory_end - size
            if start < 0:
                raise BadArchive("不完整（结尾的目录已损坏）")
            self.start_of_directory = start
            return _records(read(start, size), start - offset, start, most)

    def data_at(self, entry: Entry, read: Callable[[int, int], bytes]) -> int:
        """Where the packed bytes of an entry begin. Raises BadArchive when its local header does not fit."""
        header = read(entry.offset, _LOCAL.size + len(entry.raw_name))
        if len(header) < _LOCAL.size or header[:4] != b"PK\3\4":
            raise BadArchive(f"已损坏：“{entry.name}”不在目录所说的位置")
        fields = _LOCAL.unpack_from(header)
        if fields[9] != len(entry.raw_name) or header[_LOCAL.size :] != entry.raw_name:
            raise BadArchive(f"已损坏：“{entry.name}”与目录所记的名称不符")
        at: int = entry.offset + _LOCAL.size + fields[9] + fields[10]
        if at + entry.packed > self.start_of_directory:
            raise BadArchive(f"已损坏：“{entry.name}”不完整")
        return at

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """The content of an entry, piece by piece, never more than its declared size; checked at the end."""
        if entry.flags & 1:
            raise BadArchive("已加密，请先用 Excel 或 WPS 打开并取消密码")
        if entry.method not in (STORED, DEFLATED):
            yield from self._rare(entry)
            return
        crc, total = 0, 0
        try:
            for piece in self._inflated(entry):
                crc, total = zlib_ng.crc32(piece, crc), total + len(piece)
                if total > entry.size:
                    raise BadArchive(f"已损坏：“{entry.name}”比所说的大")
                yield piece
        except _InflateError:
            raise BadArchive(f"已损坏：“{entry.name}”无法解压") from None
        if crc != entry.crc:
            raise BadArchive(f"已损坏：“{entry.name}”的校验和不符")

    def content(self, entry: Entry) -> bytes:
        """The whole content of an entry, never more than its declared size; checked."""
        data = self._data
        if data is None or entry.method != DEFLATED or entry.flags & 1:
            return b"".join(self.chunks(entry))
        at = self.data_at(entry, lambda offset, count: data[offset : offset + count])
        try:
            content = zlib_ng.decompressobj(-15).decompress(data[at : at + entry.packed], entry.size + 1)
        except _InflateError:
            raise BadArchive(f"已损坏：“{entry.name}”无法解压") from None
        if len(content) > entry.size:
            raise BadArchive(f"已损坏：“{entry.name}”比所说的大")
        if zlib_ng.crc32(content) != entry.crc:
            raise BadArchive(f"已损坏：“{entry.name}”的校验和不符")
        return content

    def _inflated(self, entry: Entry) -> Iterator[bytes]:
        with self._source() as read:
            at = self.data_at(entry, read)
            inflater = zlib_ng.decompressobj(-15)
            if entry.packed <= _CHUNK >= entry.size and entry.method == DEFLATED:
                yield inflater.decompress(read(at, entry.packed), entry.size + 1)
                return
            for offset in range(at, at + entry.packed, _CHUNK):
                packed = read(offset, min(_CHUNK, at + entry.packed - offset))
                if entry.method == STORED:
                    yield packed
                    continue
                while packed and not inflater.eof:
                    yield inflater.decompress(packed, _CHUNK * 4)
                    packed = inflater.unconsumed_tail
            while entry.method == DEFLATED and not inflater.eof:
                rest = inflater.decompress(inflater.unconsumed_tail, _CHUNK * 4)
                if not rest:
                    return  # cut short; the checksum will tell
                yield rest

    def _rare(self, entry: Entry) -> Iterator[bytes]:
        """Entries packed with bzip2 or LZMA, through zipfile."""
        import zipfile

        try:
            with (
                zipfile.ZipFile(self.path) as archive,
                archive.open(archive.infolist()[entry.number]) as file,
            ):
                total = 0
                while piece := file.read(_CHUNK):
                    total += len(piece)
                    if total > entry.size:
                        raise BadArchive(f"已损坏：“{entry.name}”比所说的大")
                    yield piece
        except NotImplementedError:
            raise BadArchive(f"中的“{entry.name}”用了不支持的压缩方式") from None
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, zlib.error):
            raise BadArchive(f"已损坏：“{entry.name}”无法解压") from None

    # --- writing ------------------------------------------------------------------------------

    def write(
        self,
        out: BinaryIO,
        changed: Mapping[int, Chunks],
        removed: Iterable[int],
        added: Mapping[bytes, Chunks],
    ) -> None:
        """Write the archive with the content of some entries changed, some removed and some added at the end.

        Entries are named by their number. All others keep every byte, from their local header to their data
        descriptor, and their place; so does whatever stands before the first entry, and the comment.
        """
        gone = set(removed)
        central: dict[int, bytes] = {}
        with self._source() as read:
            order = self._extents(read)
            _copy(read, out, 0, order[0][1] if order else self.start_of_directory)
            for entry, start, end in order:
                if entry.number in gone:
                    continue
                at = out.tell()
                if entry.number in changed:
                    central[entry.number] = _write_entry(
                        out, entry.central, entry.raw_name, changed[entry.number]
                    )
                else:
                    _copy(read, out, start, end)
                    central[entry.number] = _moved(entry.central, at)
        records = [central[entry.number] for entry in self.entries if entry.number in central]
        records += [_write_entry(out, _blank(name), name, content) for name, content in added.items()]
        _write_directory(out, records, self.comment)

    def _extents(self, read: Callable[[int, int], bytes]) -> list[tuple[Entry, int, int]]:
        """The entries in the order of the file, each with all bytes up to the next. Raises BadArchive on overlaps."""
        order = sorted(self.entries, key=lambda entry: entry.offset)
        ends = [entry.offset for entry in order[1:]] + [self.start_of_directory]
        for entry, end in zip(order, ends, strict=True):
            if self.data_at(entry, read) + entry.packed > end:
                raise BadArchive(f"已损坏：“{entry.name}”与别的部件重叠")
        return [(entry, entry.offset, end) for entry, end in zip(order, ends, strict=True)]


def _state(state: os.stat_result) -> tuple[int, int, int]:
    return state.st_size, state.st_mtime_ns, state.st_ino


def _records(data: bytes, shift: int, start: int, most: int) -> list[Entry]:
    """The entries of a central directory. `shift` is how far the whole archive stands behind its own offsets."""
    entries: list[Entry] = []
    at = 0
    while at < len(data):
        if len(data) - at < _CENTRAL.size:
            raise BadArchive("不完整（结尾的目录已损坏）")
        signature, _, _, flags, method, _, _, crc, packed, size, names, extras, comments, _, _, _, offset = (
            _CENTRAL.unpack_from(data, at)
        )
        extra_at = at + _CENTRAL.size + names
        end = extra_at + extras + comments
        if signature != b"PK\1\2" or end > len(data):
            raise BadArchive("不完整（结尾的目录已损坏）")
        raw = data[at + _CENTRAL.size : extra_at]
        if _MAX32 in (size, packed, offset):
            size, packed, offset = _zip64(data[extra_at : extra_at + extras], (size, packed, offset))
        if not 0 <= offset + shift < start:
            raise BadArchive("不完整（结尾的目录已损坏）")
        name = raw.decode("utf-8" if flags & 0x800 or raw.isascii() else "cp437", "replace").partition("\0")[0]
        entries.append(
            Entry(len(entries), name, raw, flags, method, crc, packed, size, offset + shift, data[at:end])
        )
        if len(entries) > most:
            raise BadArchive(f"内部的部件超过上限 {most} 个")
        at = end
    return entries


def _zip64(extra: bytes, values: tuple[int, int, int]) -> tuple[int, int, int]:
    """Size, packed size and offset, taken from the zip64 extra field where the record says so."""
    found = list(values)
    at = _zip64_at(extra)
    for n, value in enumerate(values):
        if value == _MAX32:
            if at is None or at + 8 > len(extra):
                raise BadArchive("不完整（结尾的目录已损坏）")
            found[n] = int.from_bytes(extra[at : at + 8], "little")
            at += 8
    return found[0], found[1], found[2]


def _zip64_at(extra: bytes) -> int | None:
    """Where the content of the zip64 extra field begins."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            return at + 4
        at += 4 + length
    return None


def _without_zip64(extra: bytes) -> bytes:
    at = _zip64_at(extra)
    if at is None:
        return extra
    length = struct.unpack_from("<H", extra, at - 2)[0]
    return extra[: at - 4] + extra[at + length :]


def _moved(central: bytes, new: int) -> bytes:
    """A central record with another offset of its local header."""
    fields = list(_CENTRAL.unpack_from(central))
    if fields[16] != _MAX32:
        name, extra = _CENTRAL.size + fields[10], _CENTRAL.size + fields[10] + fields[11]
        if new >= _MAX32 and _zip64_at(central[name:extra]) is not None:
            raise BadArchive("超过 4 GB，不能处理")
        return _record(fields, central[_CENTRAL.size : name], central[name:extra], central[extra:], new)
    at = _zip64_at(central[_CENTRAL.size + fields[10] :])
    assert at is not None
    at += _CENTRAL.size + fields[10] + 8 * (fields[9] == _MAX32) + 8 * (fields[8] == _MAX32)
    return central[:at] + new.to_bytes(8, "little") + central[at + 8 :]


def _record(fields: list[Any], name: bytes, extra: bytes, comment: bytes, at: int) -> bytes:
    """A central record with the offset of its local header, in an extra field of zip64 where it is beyond 4 GB."""
    if at >= _MAX32:
        fields[2], extra = max(fields[2], 45), struct.pack("<HHQ", 1, 8, at) + extra
    fields[11], fields[16] = len(extra), min(at, _MAX32)
    return _CENTRAL.pack(*fields) + name + extra + comment


def _blank(name: bytes) -> bytes:
    """A central record for a new entry: deflated, of 1 January 1980, made by nobody in particular."""
    flags = 0 if name.isascii() else 0x800
    return (
        _CENTRAL.pack(b"PK\1\2", 20, 20, flags, DEFLATED, 0, 0x21, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
        + name
    )


def _write_entry(out: BinaryIO, central: bytes, name: bytes, content: Chunks) -> bytes:
    """Write a local header and the packed content; return the central record that fits them."""
    fields = list(_CENTRAL.unpack_from(central))
    names, extras = fields[10], fields[11]
    extra = _without_zip64(central[_CENTRAL.size + names : _CENTRAL.size + names + extras])
    method = STORED if fields[4] == STORED else DEFLATED
    flags = fields[3] & 0x800
    at = out.tell()

    def header(crc: int, packed: int, size: int) -> bytes:
        return (
            _LOCAL.pack(b"PK\3\4", 20, flags, method, fields[5], fields[6], crc, packed, size, names, 0)
            + name
        )

    out.write(header(0, 0, 0))
    crc, packed, size = _pack(out, method, content)
    end = out.tell()
    if packed >= _MAX32 or size >= _MAX32:
        raise BadArchive("有一个部件超过 4 GB，不能处理")
    out.seek(at)
    out.write(header(crc, packed, size))
    out.seek(end)
    fields[2:5] = 20, flags, method
    fields[7:10], fields[13] = (crc, packed, size), 0
    return _record(fields, name, extra, central[_CENTRAL.size + names + extras :], at)


def _pack(out: BinaryIO, method: int, content: Chunks) -> tuple[int, int, int]:
    """Write content packed. Returns its checksum, packed size and size."""
    start, crc, size = out.tell(), 0, 0
    packer = zlib_ng.compressobj(_LEVEL, zlib_ng.DEFLATED, -15)
    for piece in content():
        crc, size = zlib_ng.crc32(piece, crc), size + len(piece)
        out.write(piece if method == STORED else packer.compress(piece))
    if method != STORED:
        out.write(packer.flush())
    return crc, out.tell() - start, size


def _write_directory(out: BinaryIO, records: list[bytes], comment: bytes) -> None:
    start = out.tell()
    out.writelines(records)
    end, count, size = out.tell(), len(records), out.tell() - start
    if count >= _MAX16 or start >= _MAX32:
        out.write(_END64.pack(b"PK\6\6", _END64.size - 12, 45, 45, 0, 0, count, count, size, start))
        out.write(_LOCATOR.pack(b"PK\6\7", 0, end, 1))
    out.write(
        _END.pack(
            b"PK\5\6", 0, 0, min(count, _MAX16), min(count, _MAX16), size, min(start, _MAX32), len(comment)
        )
    )
    out.write(comment)


def _copy(read: Callable[[int, int], bytes], out: BinaryIO, start: int, end: int) -> None:
    step = 1 << 20
    out.writelines(read(at, min(step, end - at)) for at in range(start, end, step))
