"""People as they are named where there is little space."""


def initials(name: str) -> str:
    """Return up to two letters that stand for a person: "Anna Maria von Lindt" is "AL"."""
    letters = [part[0] for part in name.split() if part[0].isalnum()]
    return "".join(letters[:1] + letters[1:][-1:]).upper()
