"""What is wrong with the value of a setting, for somebody who does not program."""

from __future__ import annotations

from typing import Any


def in_words(error: Any) -> str:
    """One of pydantic's errors without the value, which may be a secret typed into the wrong line."""
    limits = error.get("ctx", {})
    match error["type"]:
        case "int_parsing" | "int_type" | "int_from_float":
            return "is not a whole number"
        case "float_parsing" | "float_type":
            return "is not a number"
        case "bool_parsing":
            return "is neither true nor false"
        case "greater_than_equal" | "greater_than":
            return f"is too small: at least {limits.get('ge', limits.get('gt'))}"
        case "less_than_equal":
            return f"is too large: at most {limits['le']}"
        case "less_than":
            return f"must be below {limits['lt']}"
        case "literal_error":
            return f"may be {limits['expected']}"
    return str(error["msg"]).removeprefix("Value error, ")
