"""Sign-in at an OpenID Connect provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1).

Without KB_OIDC_ISSUER, no request and no redirect to a provider is made. Authlib makes the requests and checks the
claims; joserfc checks the signature.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.httpx_client import OAuth2Client, OAuthError
from authlib.oidc.core import CodeIDToken
from httpx2 import HTTPError
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from kb.core.errors import Forbidden, Misconfigured, Transient
from kb.core.settings import Settings
from kb.people.oidc_identities import IdentityClaims

__all__ = ["Flow", "Provider"]

_TIMEOUT_SECONDS = 10.0
# Only signatures with a public key: with HS256, anybody who knows the client secret could create tokens.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in in progress. It is stored in a cookie, so that only the browser that began it can complete it.

    Attributes:
        verifier: the PKCE code verifier.
        next: the path to open after sign-in.
    """

    state: str
    nonce: str
    verifier: str
    next: str

    @classmethod
    def begin(cls, target: str) -> Flow:
        """Return a new flow that leads to the path ``target``."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, target)

    def to_cookie(self) -> str:
        """Return the flow as the value of a cookie."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def from_cookie(cls, cookie: str) -> Flow:
        """Return the flow from the value of a cookie.

        Raises:
            Forbidden: ``oidc_refused`` if the value is not a flow.
        """
        try:
            return cls(**{name: str(value) for name, value in json.loads(base64.urlsafe_b64decode(cookie)).items()})
        except (ValueError, TypeError, AttributeError) as error:
            raise Forbidden("oidc_refused", reason="state") from error


class Provider:
    """The provider in the settings. Its metadata and keys are fetched when they are first needed."""

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.oidc_issuer.rstrip("/")
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret.get_secret_value()
        self._metadata: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._guard = threading.Lock()
        where = urlsplit(self.issuer)
        if where.scheme != "https" and where.hostname not in _LOCAL_HOSTS:
            raise Misconfigured("setting_invalid", setting="KB_OIDC_ISSUER", reason="https://")

    def address(self, redirect_uri: str, flow: Flow) -> str:
        """Return the URL at the provider to which the browser is redirected.

        Raises:
            Transient: ``oidc_down``.
        """
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                self._metadata_entry("authorization_endpoint"),
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
            )
        return str(url)

    def identity(self, redirect_uri: str, flow: Flow, code: str) -> IdentityClaims:
        """Exchange the authorization code for the claims about the person.

        Raises:
            Forbidden: ``oidc_refused`` if the provider refuses the code or the token is not valid.
            Transient: ``oidc_down``.
        """
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(
                    self._metadata_entry("token_endpoint"),
                    code=code,
                    code_verifier=flow.verifier,
                    grant_type="authorization_code",
                )
            claims = self._verified_claims(str(token["id_token"]), str(token.get("access_token", "")), flow.nonce)
        except HTTPError as error:
            raise self._down(error) from error
        except (OAuthError, JoseError, KeyError, ValueError) as error:
            raise Forbidden("oidc_refused", reason=type(error).__name__) from error
        return IdentityClaims.of(self.issuer, claims)

    def _verified_claims(self, id_token: str, access_token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token.

        It must be signed by this provider, be issued for this client and this sign-in, and not be expired.
        """
        offered = self._metadata_entry("id_token_signing_alg_values_supported", ["RS256"])
        registry = JWSRegistry(algorithms=[one for one in offered if one in _ALGORITHMS], strict_check_header=False)
        try:
            token = jwt.decode(id_token, KeySet.import_key_set(self._key_set()), registry=registry)
        except InvalidKeyIdError:  # the provider has new keys
            token = jwt.decode(id_token, KeySet.import_key_set(self._key_set(again=True)), registry=registry)
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": self._metadata_entry("issuer")},
            "aud": {"essential": True, "value": self._client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {"client_id": self._client_id, "nonce": nonce, "access_token": access_token}
        claims = CodeIDToken(token.claims, token.header, options, params)
        claims.validate(leeway=120)
        return dict(claims)

    def _client(self, redirect_uri: str) -> OAuth2Client:
        return OAuth2Client(
            self._client_id,
            self._secret or None,
            scope="openid email profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
        )

    def _metadata_entry(self, name: str, default: Any = None) -> Any:
        """Return an entry of the provider's metadata (OpenID Connect Discovery 1.0), which is fetched once."""
        with self._guard:
            if not self._metadata:
                found = self._fetch_json(f"{self.issuer}/.well-known/openid-configuration")
                if str(found.get("issuer", "")).rstrip("/") != self.issuer:
                    raise Misconfigured("setting_invalid", setting="KB_OIDC_ISSUER", reason=str(found.get("issuer")))
                self._metadata = found
        value = self._metadata.get(name, default)
        if value is None:
            raise Misconfigured("setting_invalid", setting="KB_OIDC_ISSUER", reason=name)
        return value

    def _key_set(self, again: bool = False) -> Any:
        if again or not self._keys:
            self._keys = self._fetch_json(self._metadata_entry("jwks_uri"))
        return self._keys

    def _fetch_json(self, url: str) -> dict[str, Any]:
        try:
            with self._client("") as client:
                answer = client.request("GET", url, withhold_token=True)
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
        except (HTTPError, ValueError) as error:
            raise self._down(error) from error
        return found

    def _down(self, error: Exception) -> Transient:
        return Transient("oidc_down", host=urlsplit(self.issuer).netloc, reason=type(error).__name__)
