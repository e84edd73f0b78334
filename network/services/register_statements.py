"""The statements by which a part of a register's file becomes rows: from `pg_temp.arriving`, by set.

A row that says what is there already is left alone, so that the monthly file writes what changed in the month.
"""

import polars as pl

from network.registers.layouts import Source

_ENTRY = ("name", "usual_name", "legal_form", "activity", "is_active", "ceased_on", "is_person")
_PLACED = ("postcode", "city", "country", "siren")


def shaped(source: Source, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a part with each key once, the last one given: a statement writes a row once."""
    key = ["child", "parent", "kind"] if source is Source.GLEIF_LINKS else ["value"]
    return frame.unique(key, keep="last", maintain_order=True)


def _entries(scheme: str, given: tuple[str, ...], country: str) -> str:
    """Return the statement that writes entries with the columns `given`; the others keep what they hold.

    What is there already is left out before the insertion, for a row that it meets is locked, and so written, even where
    nothing changes. A company that turns out to be a person loses all but its number. What another file of the same register gave (place,
    a head office's sign as usual name) stays where this one is silent.
    """
    kept = {
        "usual_name": "COALESCE(excluded.usual_name, held.usual_name)",
        "postcode": "held.postcode",
        "city": "held.city",
    }
    silent = [
        name for name in ("usual_name", "postcode", "city") if name not in given or name == "usual_name"
    ]
    changed = [name for name in given if name not in silent]
    sets = [f"{name} = excluded.{name}" for name in changed]
    sets += [f"{name} = CASE WHEN NOT excluded.is_person THEN {kept[name]} END" for name in silent]
    now = ", ".join(f"held.{name}" for name in given)
    columns = ", ".join(given)
    country_of = f", CASE WHEN NOT arriving.is_person THEN '{country}' END" if country else ""
    told = ", ".join(kept[name] if name in silent else f"arriving.{name}" for name in given)
    return f"""
        INSERT INTO register_entry AS held (scheme, value, as_of, {columns}{", country" if country else ""})
        SELECT '{scheme}', arriving.value, :as_of, {", ".join(f"arriving.{name}" for name in given)}{country_of}
        FROM pg_temp.arriving
        LEFT JOIN register_entry held ON held.scheme = '{scheme}' AND held.value = arriving.value
        WHERE held.value IS NULL OR ({now}) IS DISTINCT FROM ({told.replace("excluded.", "arriving.")})
        ORDER BY arriving.value
        ON CONFLICT (scheme, value) DO UPDATE SET {", ".join(sets)}, as_of = excluded.as_of
    """  # noqa: S608  # our own names


BY_KEY = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
"""For the statements below: a part is met with the table by its key, whatever a planner without statistics of the part
thinks. Reading 25 million rows for each of 300 parts would take hours."""

UPSERTS: dict[Source, str] = {
    Source.SIRENE_UNITS: _entries("siren", _ENTRY, "FR"),
    Source.SIRENE_SITES: """
        UPDATE register_entry AS held
        SET postcode = arriving.postcode, city = arriving.city, country = arriving.country,
            usual_name = COALESCE(held.usual_name, NULLIF(arriving.usual_name, held.name)), as_of = :as_of
        FROM pg_temp.arriving
        WHERE held.scheme = 'siren' AND held.value = arriving.value AND NOT held.is_person
        AND (held.postcode, held.city, held.country, held.usual_name) IS DISTINCT FROM
            (arriving.postcode, arriving.city, arriving.country,
             COALESCE(held.usual_name, NULLIF(arriving.usual_name, held.name)))
    """,
    Source.GLEIF_ENTITIES: _entries(
        "lei", tuple(name for name in (*_ENTRY, *_PLACED) if name not in {"usual_name", "activity"}), ""
    ),
    Source.GLEIF_LINKS: """
        INSERT INTO parent_link AS held
            (child_scheme, child_value, parent_scheme, parent_value, kind, source, as_of, is_refused)
        SELECT 'lei', child, 'lei', parent, kind, 'gleif', :as_of, false FROM pg_temp.arriving
        ORDER BY child, parent, kind
        ON CONFLICT (child_scheme, child_value, parent_scheme, parent_value, kind, source)
        DO UPDATE SET as_of = excluded.as_of, ended_on = CASE WHEN held.is_refused THEN held.ended_on END
    """,
}

END_OF_LINKS = """
    UPDATE parent_link SET ended_on = :as_of
    WHERE source = 'gleif' AND ended_on IS NULL AND as_of < :as_of
"""
"""A golden copy is whole: a link that it no longer has has ended."""
