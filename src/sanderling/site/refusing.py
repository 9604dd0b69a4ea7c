"""Settings that are only used later are tried at the start: nonsense should stop it then."""

from sanderling.lib.environment import BadSetting, Environment
from sanderling.lib.hosts import Allowed
from sanderling.lib.sealing import BadKeyring, Keyring

SHORTEST_SECRET = 32
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def private_hosts(environment: Environment) -> tuple[str, ...]:
    """Return what the operator allows connectors to reach, if it can be understood."""
    words = environment.words("SANDERLING_ALLOWED_PRIVATE_HOSTS")
    try:
        Allowed.from_words(words)
    except ValueError as error:
        raise BadSetting(f"SANDERLING_ALLOWED_PRIVATE_HOSTS cannot be used: {error}") from None
    return words


def origins(environment: Environment) -> tuple[str, ...]:
    """Return more origins whose forms are accepted."""
    words = environment.words("SANDERLING_TRUSTED_ORIGINS")
    for word in words:
        if not word.startswith(("http://", "https://")):
            raise BadSetting(
                "SANDERLING_TRUSTED_ORIGINS must be addresses that begin with http:// or https://,"
                f" not {word!r}."
            )
    return words


def log_level(environment: Environment) -> str:
    """Return how much is logged."""
    return environment.one_of("SANDERLING_LOG_LEVEL", LEVELS, "INFO")


def short_secret(secret: str) -> str:
    """Return the secret when it is long enough to sign with; it is never shown."""
    if len(secret) < SHORTEST_SECRET:
        raise BadSetting(
            f"SANDERLING_SECRET_KEY has fewer than {SHORTEST_SECRET} characters; make one with:"
            ' python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return secret


def broken_keyring(words: str) -> str:
    """Return the sealing keys when they can be read; they are never shown."""
    try:
        Keyring.from_text(words)
    except BadKeyring as error:
        raise BadSetting(f"SANDERLING_SEALING_KEYS cannot be used: {error}") from None
    return words


def odd_mail_server(environment: Environment) -> None:
    """Refuse a port or a flag of the product's own mail server that is none."""
    environment.number("SANDERLING_SMTP_PORT", 587, least=1, most=65535)
    environment.flag("SANDERLING_SMTP_STARTTLS", default=True)
