"""How figures, dates and names stand in text files."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import polars as pl


def amount_text(cents: pl.Expr, decimal: str = ".") -> pl.Expr:
    """Return cents as text with two decimals after the given sign."""
    whole = (cents.abs() // 100).cast(pl.String)
    rest = (cents.abs() % 100).cast(pl.String).str.zfill(2)
    minus = pl.when(cents < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.concat_str(minus, whole, pl.lit(decimal), rest)


def encodable(text: str, encoding: str) -> str:
    """Return the text as old software would keep it: signs outside the encoding lose their marks, or become "?"."""
    for sign in sorted(set(text)):
        if not _fits(sign, encoding):
            text = text.replace(sign, _nearest(sign, encoding))
    return text


def _nearest(sign: str, encoding: str) -> str:
    bare = unicodedata.normalize("NFKD", sign.translate(_STROKED))[:1]
    return bare if _fits(bare, encoding) else "?"


_STROKED = str.maketrans("łŁøØ", "lLoO")


def _fits(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def write_text(path: Path, text: str, encoding: str) -> None:
    """Write the text, signs outside the encoding made to fit."""
    data = encodable(text, encoding) if encoding not in {"utf-8", "utf-8-sig"} else text
    path.write_bytes(data.encode(encoding))


def write_mapping(path: Path, settings: Mapping[str, str | int], columns: Mapping[str, str]) -> Path:
    """Write a mapping file beside `path` (same name, .toml) and return its path."""
    lines = [f"{key} = {_toml(value)}" for key, value in settings.items()]
    if columns:
        lines += ["", "[columns]", *(f"{field} = {_toml(heading)}" for field, heading in columns.items())]
    target = path.with_suffix(".toml")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def _toml(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'
