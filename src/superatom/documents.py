"""Values as versioned JSON text and back: one line of format name and version, fields checked on reading.

A document names its format (``superatom-synthesis``) and version. Reading an older version passes the upgrades of that
format in order; reading a newer one is refused, because what it says cannot be known here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from superatom.errors import DocumentError

Value = TypeVar("Value")
Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DocumentFormat(Generic[Value]):
    """How one value type is written.

    Attributes
    ----------
    name
        Name in the document, such as ``superatom-synthesis``.
    value_type
        A frozen dataclass of text, numbers, booleans, enums, tuples, mappings and other such dataclasses.
    upgrades
        ``upgrades[i]`` turns the fields of version ``i + 1`` into those of version ``i + 2``; the version written is
        one more than their number.
    """

    name: str
    value_type: type[Value]
    upgrades: Sequence[Upgrade] = ()

    @property
    def version(self) -> int:
        """The version written."""
        return len(self.upgrades) + 1

    def to_document(self, value: Value) -> dict[str, Any]:
        """Return `value` as JSON-ready fields after ``format`` and ``version``."""
        import msgspec

        fields = cast("dict[str, Any]", msgspec.to_builtins(value, str_keys=True))
        return {"format": self.name, "version": self.version, **fields}

    def from_document(self, document: Mapping[str, Any]) -> Value:
        """Return the value of a document.

        Raises
        ------
        DocumentError
            For another format, a version of the future, a missing or unknown field, or a field of the wrong type; the
            sentence names the field.
        """
        import msgspec

        fields = dict(document)
        name, version = fields.pop("format", None), fields.pop("version", None)
        if name != self.name:
            raise DocumentError(f"a document of format {self.name!r} is needed; this one is {name!r}")
        if not isinstance(version, int) or not 1 <= version <= self.version:
            raise DocumentError(f"{self.name} of version {version!r}; this superatom reads 1 to {self.version}")
        for upgrade in self.upgrades[version - 1 :]:
            fields = upgrade(fields)
        try:
            value = msgspec.convert(fields, self.value_type)
        except msgspec.ValidationError as error:
            raise DocumentError(f"{self.name}: {error}") from error
        if msgspec.json.encode(fields, order="sorted") == msgspec.json.encode(value, order="sorted"):
            return value  # what this version wrote itself; the walk below takes ten times as long
        if unknown := _unknown(fields, msgspec.to_builtins(value, str_keys=True)):
            raise DocumentError(f"{self.name} has no field {', '.join(unknown)}: nothing that is written may be lost")
        return value

    def to_text(self, value: Value) -> str:
        """Return one line of JSON, the same for the same value; raises `DocumentError` for NaN and infinity."""
        try:
            return json.dumps(self.to_document(value), ensure_ascii=False, sort_keys=True, allow_nan=False)
        except ValueError as error:
            raise DocumentError(f"{self.name}: NaN and infinity cannot be written ({error})") from error

    def from_text(self, text: str) -> Value:
        """Return the value of JSON text; raises `DocumentError` also for text that is no JSON object."""
        try:
            document = json.loads(text, parse_constant=_refuse_constant)
        except ValueError as error:
            raise DocumentError(f"no JSON: {error}") from error
        if not isinstance(document, dict):
            raise DocumentError(f"a JSON object is needed; this is a {type(document).__name__}")
        return self.from_document(document)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _unknown(found: Any, kept: Any, path: str = "$") -> list[str]:
    """Return the fields of a document that the value read from it does not hold."""
    if isinstance(found, Mapping):
        return [
            one
            for key, inner in found.items()
            for one in (_unknown(inner, kept[key], f"{path}.{key}") if key in kept else [f"{path}.{key}"])
        ]
    if isinstance(found, list):
        return [one for i, pair in enumerate(zip(found, kept, strict=True)) for one in _unknown(*pair, f"{path}[{i}]")]
    return []
