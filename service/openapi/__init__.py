"""The API's description: for programs as OpenAPI, for people as a page."""

from service.openapi.views import blueprint

__all__ = ["blueprint"]
