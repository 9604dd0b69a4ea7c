"""Apps of other makers that act for an organisation, on django-oauth-toolkit's tables."""

import base64

from django.db import models
from oauth2_provider import models as toolkit

from sanderling.accounts.models import KeyRights, Organisation


class Application(toolkit.AbstractApplication):  # type: ignore[misc]
    """An app, registered by a partner organisation ("For partners")."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    scopes = models.JSONField(default=list)  # of KeyRights
    form_name = models.CharField(max_length=200, blank=True, default="")
    logo = models.BinaryField(null=True)  # a PNG of 96 × 96
    is_public = models.BooleanField(default=False)  # a public app must use PKCE

    class Meta(toolkit.AbstractApplication.Meta):  # type: ignore[misc]
        pass

    @property
    def logo_address(self) -> str:
        """Return the logo as a ``data:`` address, so that no page of its own must show it."""
        if not self.logo:
            return ""
        return "data:image/png;base64," + base64.b64encode(bytes(self.logo)).decode()

    @property
    def rights(self) -> set[str]:
        """Return the rights that the app asks for."""
        return set(self.scopes) & set(KeyRights.values)


class Grant(toolkit.AbstractGrant):  # type: ignore[misc]
    """An authorization code, for the organisation that its user chose."""

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)

    class Meta(toolkit.AbstractGrant.Meta):  # type: ignore[misc]
        pass


class AccessToken(toolkit.AbstractAccessToken):  # type: ignore[misc]
    """A Bearer token."""

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    last_used_at = models.DateTimeField(null=True)

    class Meta(toolkit.AbstractAccessToken.Meta):  # type: ignore[misc]
        pass


class RefreshToken(toolkit.AbstractRefreshToken):  # type: ignore[misc]
    """A refresh token: used once, then it is another one.

    ``code_digest`` is the hash of the code that the first token of a family came of: a code that
    is shown again was stolen from somebody, and the family ends (RFC 6749, 4.1.2).
    """

    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    code_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)

    class Meta(toolkit.AbstractRefreshToken.Meta):  # type: ignore[misc]
        pass


class IDToken(toolkit.AbstractIDToken):  # type: ignore[misc]
    """Required by the toolkit's references; OpenID Connect is not offered."""

    class Meta(toolkit.AbstractIDToken.Meta):  # type: ignore[misc]
        pass
