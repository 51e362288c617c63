"""How percentages are written."""

NO_BREAK_SPACE = "\u00a0"


def format_percent(share: float) -> str:
    """Return a fraction as a percentage with one decimal.

    A fraction above 0 never reads as 0 %, one below 1 never as 100 %. It contains no line break.

    Parameters
    ----------
    share : float
        0 to 1.
    """
    text = f"{share * 100:.1f} %"
    if 0 < share < 0.0005:
        text = "< 0.1 %"
    elif 0.9995 <= share < 1:
        text = "> 99.9 %"
    return text.replace(" ", NO_BREAK_SPACE)
