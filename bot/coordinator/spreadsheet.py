"""Tables as files that Excel opens: CSV with a byte-order mark and guarded cells, and XLSX whose cells are
all text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from bot.coordinator.odd_characters import visible

# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"; ASVS 5.0, 1.2.10).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel in China reads UTF-8 as GBK
_LONGEST_CELL = 32767  # of Excel

Table = Iterable[Sequence[str]]

CSV = "csv"
XLSX = "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def guarded(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run; NUL and half surrogates are taken
    out.
    """
    plain = clean(cell)
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) or plain.startswith(_FORMULA) else plain


def clean(cell: str) -> str:
    """What a file can hold: no control characters but tab and line ends, nothing that is no character; what turns
    the line around is shown by its number.
    """
    kept = "".join(
        letter for letter in cell if letter in "\t\r\n" or (letter >= " " and letter not in "\x7f\ufffe\uffff")
    )
    whole = kept.encode("utf-8", "replace").decode("utf-8")
    return str(visible(whole))[:_LONGEST_CELL]


def as_csv(table: Table) -> bytes:
    """UTF-8 with a byte-order mark, lines ended as Excel ends them, every cell guarded."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in table)
    return (_BYTE_ORDER_MARK + out.getvalue()).encode("utf-8")


def as_xlsx(table: Table, title: str) -> bytes:
    """One sheet; the first row stays in sight. Every cell is written as text: none can be a formula or a
    link.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True})
    for row, cells in enumerate(table):
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, clean(cell), bold if row == 0 else None)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
