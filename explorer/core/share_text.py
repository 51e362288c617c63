"""How shares are written."""


def format_share(share: float) -> str:
    """Return a share as a percentage with one decimal.

    What is more than nothing or less than everything never reads as such.

    Parameters
    ----------
    share : float
        0 to 1.
    """
    if 0 < share < 0.0005:
        return "< 0.1 %"
    if 0.9995 <= share < 1:
        return "> 99.9 %"
    return f"{share * 100:.1f} %"
