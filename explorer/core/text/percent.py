"""How shares are written."""

NO_BREAK_SPACE = "\u00a0"


def format_percent(share: float) -> str:
    """Return a share as a percentage with one decimal.

    What is more than nothing or less than everything never reads as such. No line breaks inside it.

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
