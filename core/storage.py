"""Whether the place that keeps the files is away for a while, as against our code being wrong."""

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError


def is_away(error: BaseException) -> bool:
    """The object storage cannot be reached or cannot work now. A file it does not have is ``FileNotFoundError``."""
    if isinstance(error, ClientError):
        return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return isinstance(error, ConnectionError | HTTPClientError)
