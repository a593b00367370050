"""Workbooks that open only with a password: msoffcrypto tries those that it is given."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xltool import kinds
from xltool.messages import finding
from xltool.spreadsheet.package import MAX_FILE, Refusal, damage_refusal, limit_refusal

if TYPE_CHECKING:
    from msoffcrypto.format.base import BaseOfficeFile

MAX_SPINS: Final = 1_000_000
"""Rounds of hashing that a file may ask for; Excel and WPS write 100,000."""
MAX_ROUNDS: Final = 4_000_000
"""Rounds of hashing spent on one file over all passwords, about five seconds: 40 passwords of a file that Excel
locked."""
WRITE_PROTECTED: Final = "VelvetSweatshop"
"""The password that Excel itself uses for a workbook that anyone may open but not change."""

_STANDARD_SPINS: Final = 50_000
_AGILE: Final = b"\4\0\4\0"
_SPIN: Final = b"spinCount"
_SPINS: Final = re.compile(rb"spinCount\s*=\s*[\"']([0-9]{1,20})[\"']")
_FILE_PASS: Final = b"\x2f\x00"


class DecryptedWorkbook(NamedTuple):
    """The bytes inside, and whether a password was needed that Excel does not know by itself."""

    data: bytes
    told: bool


def is_encrypted(data: bytes) -> bool:
    """Whether bytes are an Office file that is encrypted."""
    if not data.startswith(kinds.OLE2):
        return False
    if kinds.has_stream(data, "EncryptedPackage"):
        return True
    if _FILE_PASS not in data or not kinds.has_stream(data, "Workbook"):
        return False
    from msoffcrypto import OfficeFile

    try:
        return bool(OfficeFile(io.BytesIO(data)).is_encrypted())
    except _list_library_faults():
        return False  # it is read as what it says it is, and refused there


def decrypt_workbook(data: bytes, passwords: Sequence[str]) -> DecryptedWorkbook:
    """The workbook inside, by the first password that fits.

    Raises Refusal: `file.locked` when none was given, `file.password` when none fits, `file.damaged`, `file.limit`.
    """
    from msoffcrypto import OfficeFile

    try:
        spins = _count_spins(data)
        file = OfficeFile(io.BytesIO(data))
    except _list_library_faults():
        raise _damage_refusal() from None
    given = list(dict.fromkeys(passwords))
    tried = given[: MAX_ROUNDS // spins - 1] if spins else given
    for password in (WRITE_PROTECTED, *tried):
        if (content := _decrypt_file(file, password)) is not None:
            if len(content) > MAX_FILE:
                raise limit_refusal("解密后的文件大小（字节）", MAX_FILE, len(content))
            return DecryptedWorkbook(content, password != WRITE_PROTECTED)
    if not given:
        raise Refusal(finding("file.locked"))
    left = len(given) - len(tried)
    raise Refusal(
        finding(
            "file.password",
            count=len(tried),
            left=f"（另有 {left} 个来不及试，请把可能的密码写在前面）" if left else "",
        )
    )


def _count_spins(data: bytes) -> int:
    """How often a password is hashed, as the file asks for it; 0 for the old kinds, which hash once.

    Read apart from the library and before it, for a hostile number would keep it busy for hours.
    """
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        if not file.exists("EncryptionInfo"):
            return 0
        with file.openstream("EncryptionInfo") as stream:
            info: bytes = stream.read()
    if not info.startswith(_AGILE):
        return _STANDARD_SPINS
    if b"<!DOCTYPE" in info:
        raise damage_refusal("", "含有不允许的 DOCTYPE 声明")
    counts = [int(count) for count in _SPINS.findall(info)]
    if not counts or len(counts) != info.count(_SPIN):  # written so that only the library would understand it
        raise _damage_refusal()
    if max(counts) > MAX_SPINS:
        raise limit_refusal("密码运算的次数", MAX_SPINS, max(counts))
    return max(counts)


def _decrypt_file(file: BaseOfficeFile, password: str) -> bytes | None:
    """The content, or None when the password does not fit."""
    from msoffcrypto.exceptions import InvalidKeyError

    out = io.BytesIO()
    try:
        if not _password_fits(file, password):
            return None
        file.load_key(password=password)
        file.decrypt(out)
    except (InvalidKeyError, UnicodeEncodeError):
        return None
    except _list_library_faults():
        raise _damage_refusal() from None
    return out.getvalue()


def _password_fits(file: Any, password: str) -> bool:
    """Whether a password fits, where the library would hash it twice to tell; True where loading the key tells."""
    from msoffcrypto.format.ooxml import OOXMLFile
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    if not isinstance(file, OOXMLFile):
        return True
    if file.type != "agile":
        file.load_key(password=password, verify_password=True)
        return True
    names = (
        "passwordSalt",
        "passwordHashAlgorithm",
        "encryptedVerifierHashInput",
        "encryptedVerifierHashValue",
        "spinValue",
    )
    return bool(
        ECMA376Agile.verify_password(password, *(file.info[name] for name in names), file.info["passwordKeyBits"])
    )


def _damage_refusal() -> Refusal:
    return damage_refusal("", "加密的内容不完整，或加密方式不受支持")


def _list_library_faults() -> tuple[type[Exception], ...]:
    """What msoffcrypto and the parsers beneath it let out when a file is not what it says."""
    from xml.parsers.expat import ExpatError

    from cryptography.exceptions import UnsupportedAlgorithm
    from msoffcrypto.exceptions import DecryptionError, EncryptionError, FileFormatError, ParseError

    shallow = (
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        NotImplementedError,
        OSError,
        RecursionError,
    )
    libraries = (ExpatError, UnsupportedAlgorithm, DecryptionError, EncryptionError, FileFormatError, ParseError)
    return (*shallow, TypeError, ValueError, struct.error, *libraries)
