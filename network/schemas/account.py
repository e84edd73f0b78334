"""What a person's account must be: the one declaration behind the first-run page, sign-in and the command line."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, pre_load, validate

from network.i18n import LANGUAGES, mark
from network.permissions import Role

PASSWORD_LENGTH = (12, 200)
"""Characters. Long beats complicated (NIST SP 800-63B-4, 3.1.1.2); the upper end bounds the hashing of one request."""

_REQUIRED: dict[str, Any] = {"required": mark("This is needed.")}
_EMAIL: dict[str, Any] = {**_REQUIRED, "invalid": mark("This does not look like an e-mail address.")}


class _AccountSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    @pre_load
    def tidy(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Strip blanks around everything but the password; e-mail addresses are kept in lower case."""
        tidied = {
            name: value.strip() if isinstance(value, str) and name != "password" else value
            for name, value in data.items()
        }
        if isinstance(tidied.get("email"), str):
            tidied["email"] = tidied["email"].lower()
        return {name: value for name, value in tidied.items() if value != ""}


class SignInSchema(_AccountSchema):
    """What a person types to sign in."""

    email = fields.Email(required=True, error_messages=_EMAIL, validate=validate.Length(max=254))
    password = fields.String(
        required=True, error_messages=_REQUIRED, validate=validate.Length(max=PASSWORD_LENGTH[1])
    )


class FirstOperatorSchema(_AccountSchema):
    """What the first-run page asks."""

    name = fields.String(
        required=True,
        error_messages=_REQUIRED,
        validate=validate.Length(max=200, error=mark("This is too long.")),
    )
    email = fields.Email(required=True, error_messages=_EMAIL, validate=validate.Length(max=254))
    password = fields.String(
        required=True,
        error_messages=_REQUIRED,
        validate=validate.Length(
            min=PASSWORD_LENGTH[0],
            max=PASSWORD_LENGTH[1],
            error=mark("Take between 12 and 200 characters; a short sentence is easy to keep in mind."),
        ),
    )


class AccountSchema(FirstOperatorSchema):
    """An account that the operator makes for somebody."""

    role = fields.Enum(Role, by_value=True, required=True)
    member_id = fields.UUID(load_default=None, allow_none=True)
    language = fields.String(load_default="en", validate=validate.OneOf(LANGUAGES))
