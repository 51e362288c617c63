"""Times as a person says them."""


def short_duration(seconds: float) -> str:
    """Return a time in two units at most: "45 s", "3 min 20 s", "2 h 5 min"; at least a second."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    if minutes >= 60:
        return f"{minutes // 60}\N{NO-BREAK SPACE}h {minutes % 60}\N{NO-BREAK SPACE}min"
    if minutes:
        return f"{minutes}\N{NO-BREAK SPACE}min {rest}\N{NO-BREAK SPACE}s"
    return f"{rest}\N{NO-BREAK SPACE}s"
