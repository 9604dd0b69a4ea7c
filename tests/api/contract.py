"""The contract as data: requests made from its schemas, answers compared with them.

``api-contract.json`` names every method with its members and types.  What it cannot say (which
lists collapse, which members clients need besides it) stands here, by section of api.md.
"""

import json
from pathlib import Path
from typing import Any

# R1 (§1.5): a list with one element is sent as the element itself, in these members and no other.
COLLAPSED = {
    ("AddressBooks", "addressBook"), ("AddressBook", "fieldGroups"), ("FieldGroup", "fields"),
    ("ContactBulkUpdateResult", "failedContacts"), ("ContactEmails", "results"),
    ("InstantMessagesStatusDto", "results"), ("SendMessageResultsDto", "results"),
    ("Workflow", "tags"),
}  # fmt: skip
# Members that the contract's file lacks and clients read, with the section that says so.
EXTRA = {
    "AccountInfo": {"orgId": "integer"},  # §5.1.2
    "BaseContact": {"externalCustomerId": "string"},  # §3.1
    "ContactBulkUpdateResult": {"id": "integer"},  # §5.4.3
    "FileValidationResult": {"asyncSessionId": "string"},  # §5.4.5
    "SendMessageResultsDto": {"id": "integer"},  # §3.4
    "SendMessageResultDto": {"id": "integer"},
    "BaseEmailMessage": {"plainText": "string"},  # §5.2
    "EmailMessage": {"plainText": "string"},
    "ContactActivity": {"hardBounce": "boolean"},  # §5.6.1
}
# A value for a member of a request, by its name.
VALUES: dict[str, Any] = {
    "firstName": "Olena", "lastName": "Marsh", "languageCode": "en", "timeZone": "Europe/Kyiv",
    "contactKey": "K-1", "region": "Lviv", "town": "Lviv", "address": "Green st 4",
    "postcode": "79000", "from": '"Demo Shop" <news@shop.example>', "subject": "Hi!",
    "htmlText": "<p>Hello</p>", "rawHtml": "<p>Hello</p>", "css": "p{color:red}", "name": "Welcome",
    "title": "Welcome", "text": "Hello", "link": "https://shop.example/sale", "ttlSec": 3600,
    "imageSource": "https://shop.example/a.png", "customData": "{}", "tags": ["welcome"],
    "subscriptionsKeys": ["news"], "externalRequestId": "r-1", "plainText": "Hello",
    "phoneNumbers": ["380670000001"], "emails": ["kozak@example.com"], "currency": "USD",
    "date": "2025-03-01T09:30:00Z", "img": "https://shop.example/a.png", "caption": "Go",
    "action": "https://shop.example/", "smsSender": "SHOP", "smsContent": "Hello",
    "images": ["https://shop.example/a.png"], "actionId": "a-1", "label": "Go",
}  # fmt: skip


class Contract:
    """The methods and the schemas of the file."""

    def __init__(self, file: Path) -> None:
        read = json.loads(file.read_text())
        self.schemas: dict[str, Any] = read["schemas"]
        self.operations = {(one["method"], one["path"]): one for one in read["operations"]}

    def body(self, method: str, path: str, **members: Any) -> dict[str, Any]:
        """Return a body with every member of its schema that VALUES or ``members`` know."""
        name = _name(self.operations[method, path]["body"])
        return self.example(name, **members)

    def example(self, name: str, **members: Any) -> dict[str, Any]:
        """Return an object of a schema; a member of None is left out."""
        known = {
            member: VALUES[member]
            for member in self.schemas[name]["properties"]
            if member in VALUES and VALUES[member] is not None
        }
        unknown = set(members) - set(self.schemas[name]["properties"])
        assert not unknown, f"{name} has no {unknown}"
        return {member: value for member, value in (known | members).items() if value is not None}

    def answer_schema(self, method: str, path: str) -> tuple[dict[str, Any] | None, str]:
        """Return the schema of the 200 and its media type; None where no body is described."""
        answers = self.operations[method, path]["responses"]
        described = answers.get("200") or answers.get("default") or []
        if not described:
            return None, ""
        return described[0].get("schema"), described[0]["contentType"]

    def problems(self, value: Any, schema: dict[str, Any], at: str = "$") -> list[str]:
        """Return where a value is not what the contract describes (R1, R3, names, types)."""
        if value is None:
            return [f"{at}: null is not sent (R3)"]
        if "$ref" in schema:
            return self._object_problems(value, _name(schema), at)
        if schema.get("type") == "array":
            if not isinstance(value, list):
                return [f"{at}: an array is wanted"]
            return [
                problem
                for number, one in enumerate(value)
                for problem in self.problems(one, schema["items"], f"{at}[{number}]")
            ]
        return _scalar_problems(value, schema, at)

    def _object_problems(self, value: Any, name: str, at: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{at}: an object {name} is wanted"]
        properties = self.schemas[name].get("properties", {})
        extra = EXTRA.get(name, {})
        found = []
        for member, inner in value.items():
            here = f"{at}.{member}"
            if member in properties:
                found += self._member_problems(inner, properties[member], (name, member), here)
            elif member in extra:
                found += _scalar_problems(inner, {"type": extra[member]}, here)
            else:
                found.append(f"{here}: {name} has no such member")
        return found

    def _member_problems(
        self, value: Any, schema: dict[str, Any], member: tuple[str, str], at: str
    ) -> list[str]:
        if member in COLLAPSED:
            if isinstance(value, list) and len(value) == 1:
                return [f"{at}: one element is sent as itself (R1)"]
            value = value if isinstance(value, list) else [value]
        return self.problems(value, schema, at)


def _scalar_problems(value: Any, schema: dict[str, Any], at: str) -> list[str]:
    kinds: dict[str, Any] = {
        "string": str, "integer": int, "boolean": bool, "number": (int, float),
    }  # fmt: skip
    kind = kinds.get(schema.get("type", ""))
    if kind is None:
        return []
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return [f"{at}: {schema['type']} is wanted, not {value!r}"]
    if schema.get("format") == "int32" and not -(2**31) <= value < 2**31:
        return [f"{at}: {value} is no int32"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    return []


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"].rpartition("/")[2])
