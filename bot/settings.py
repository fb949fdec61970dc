"""One frozen class of settings: the environment, prefix PEBBLE_, secrets also from files (PEBBLE_…_FILE)."""

import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "PEBBLE_"
ROLES = ("door", "rota", "pump")
"""What a process can be there for: hear people and answer; look at what is due; send."""
SECRETS = ("telegram_token", "discord_token", "webhook_secret", "secret_keys", "person_keys", "database")
"""Settings that can be read from the file that PEBBLE_<NAME>_FILE names."""


class WrongSetting(ValueError):
    """A setting is wrong or missing. The message is one line that names it; the process exits with 78."""


class _FromFiles(PydanticBaseSettingsSource):
    """Reads secrets from files, as Docker and Kubernetes hand them over."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE") if field_name in SECRETS else None
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise WrongSetting(
                f"{PREFIX}{field_name.upper()}_FILE: cannot read that file ({type(error).__name__})"
            ) from None

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(None, name)[0] for name in self.settings_cls.model_fields}
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """Everything a host can choose. `.env.example` has one line on each."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    telegram_token: SecretStr | None = None
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_per_second: int = Field(default=30, ge=1, le=1000)
    discord_token: SecretStr | None = None
    discord_api: str = "https://discord.com/api/v10"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    database: SecretStr = SecretStr("sqlite:///data/pebble.db")
    secret_keys: SecretStr | None = None
    person_keys: SecretStr | None = None
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=0, le=65535)
    web_chat: bool = False
    web_url: str | None = None
    migrate: bool = True
    catalogue_folder: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"

    @field_validator("log_level", "log_format", "telegram_mode", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("telegram_api", "discord_api", "webhook_url", "web_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
            if not value.startswith(("https://", "http://")):
                raise ValueError("must begin with https:// or http://")
            if not urlsplit(value).hostname or any(c.isspace() for c in value):
                raise ValueError("names no server; an example is https://pebble.example")
        return value.rstrip("/") if value else value

    @field_validator("catalogue_folder")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("there is no such folder")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        token = value.get_secret_value() if value else "0:x"
        number, colon, secret = token.partition(":")
        if not (number.isdecimal() and colon and secret) or any(c.isspace() for c in token):
            raise ValueError("does not look like a token; @BotFather gives one such as 123456:ABC-DEF")
        return value

    @field_validator("discord_token")
    @classmethod
    def _discord_token(cls, value: SecretStr | None) -> SecretStr | None:
        # Discord, "Reference", "Authentication": three parts of letters, digits, _ and - with dots between.
        parts = value.get_secret_value().split(".") if value else ["x"] * 3
        if len(parts) != 3 or not all(part and part.replace("-", "").replace("_", "").isalnum() for part in parts):
            raise ValueError("does not look like a token; the developer portal shows it under Bot, Reset Token")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        # Bot API, setWebhook: 1-256 characters, A-Z a-z 0-9 _ and -.
        text = value.get_secret_value() if value else "x"
        if not 0 < len(text) <= 256 or not all(c.isascii() and (c.isalnum() or c in "_-") for c in text):
            raise ValueError("must be 1 to 256 letters, digits, _ or -")
        return value

    @model_validator(mode="after")
    def _webhook(self) -> "Settings":
        if self.telegram_token and self.telegram_mode == "webhook":
            for name in ("webhook_url", "webhook_secret"):
                if getattr(self, name) is None:
                    raise ValueError(f"{name}: needed when PEBBLE_TELEGRAM_MODE is webhook")
        return self

    @property
    def pack_folders(self) -> tuple[Path, ...]:
        """Folders with packs of the host's own."""
        return (self.catalogue_folder,) if self.catalogue_folder else ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FromFiles(settings_cls)


def read_settings(**chosen: Any) -> Settings:
    """Return the settings; `chosen` wins over the environment. Raises WrongSetting: one line that names the setting."""
    try:
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        said = first["msg"].removeprefix("Value error, ")
        name = str(first["loc"][0]) if first["loc"] else ""
        if not name:
            name, _, said = said.partition(": ")
        raise WrongSetting(f"{PREFIX}{name.upper()}: {said}") from None
