"""How sensitive values look on lists and in exports unless somebody may see them whole and asked to."""


def phone(value: str) -> str:
    """``13800001234`` → ``138****1234``; a value too short to keep anything is hidden whole."""
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 10 else "*" * len(value)


def id_number(value: str) -> str:
    """First six (the division) and last two stay: enough to tell two people of one name apart, no birthday."""
    return f"{value[:6]}{'*' * (len(value) - 8)}{value[-2:]}" if len(value) >= 15 else "*" * len(value)


def email(value: str) -> str:
    """``wang@example.cn`` → ``w***@example.cn``."""
    name, at, host = value.partition("@")
    return f"{name[:1]}***{at}{host}" if at else "*" * len(value)
