"""Organisations and the people in them."""

import zoneinfo

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from sanderling.accounts import auditing
from sanderling.accounts.actors import Actor
from sanderling.accounts.models import Membership, Organisation, Role, User
from sanderling.accounts.rights import Permission, require
from sanderling.lib.errors import Conflict, Invalid, NotFound


def create_organisation(
    name: str, *, time_zone: str = "UTC", currency: str = "USD", language: str = "en"
) -> Organisation:
    """Create an organisation without anybody in it."""
    if not name.strip():
        raise Invalid(problems={"name": ["Give the organisation a name."]})
    check_zone(time_zone)
    return Organisation.objects.create(
        name=name.strip(), time_zone=time_zone, currency=currency.upper(), language=language
    )


@transaction.atomic
def add_user(
    organisation: Organisation,
    *,
    email: str,
    role: str = Role.MARKETER,
    password: str | None = None,
    name: str = "",
) -> User:
    """Put a person into an organisation; the account is made when there is none yet."""
    if role not in Role.values:
        raise Invalid(problems={"role": [f"Choose one of: {', '.join(Role.values)}."]})
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        user = _new_user(email.strip(), password, name)
    _, added = Membership.objects.get_or_create(
        organisation=organisation, user=user, defaults={"role": role}
    )
    if not added:
        raise Conflict(f"{user.email} is already in {organisation.name}.")
    return user


def change_role(organisation_id: int, user_id: int, role: str, *, by: Actor) -> None:
    """Give a member another role; the last owner stays one."""
    require(by, Permission.ADMINISTER)
    with transaction.atomic():
        membership = _member(organisation_id, user_id)
        if role != Role.OWNER:
            _keep_an_owner(membership)
        membership.role = role
        membership.save(update_fields=["role"])
        auditing.record(by, "member.role", user_id, role=role)


def remove_user(organisation_id: int, user_id: int, *, by: Actor) -> None:
    """Take a person out of an organisation; the account itself stays."""
    require(by, Permission.ADMINISTER)
    with transaction.atomic():
        membership = _member(organisation_id, user_id)
        _keep_an_owner(membership)
        membership.delete()
        auditing.record(by, "member.remove", user_id)


def check_zone(time_zone: str) -> None:
    """Raise Invalid unless the time zone exists."""
    if time_zone not in zoneinfo.available_timezones():
        raise Invalid(problems={"time_zone": [f"There is no time zone {time_zone!r}."]})


def _new_user(email: str, password: str | None, name: str) -> User:
    try:
        if password is not None:
            validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise Invalid(problems={"password": list(error.messages)}) from error
    user = User(email=email, name=name)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    return user


def _member(organisation_id: int, user_id: int) -> Membership:
    found = (
        Membership.objects.select_for_update()
        .filter(organisation_id=organisation_id, user_id=user_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _keep_an_owner(membership: Membership) -> None:
    """Lock the owners, so that two who leave at once cannot both be the second-last."""
    owners = list(
        Membership.objects.select_for_update()
        .filter(organisation_id=membership.organisation_id, role=Role.OWNER)
        .values_list("user_id", flat=True)
    )
    if owners == [membership.user_id]:
        raise Conflict("An organisation needs an owner: make somebody else one first.")
