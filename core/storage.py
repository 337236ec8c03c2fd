"""Whether the place that keeps the files is away for a while, as against our code being wrong."""

import errno

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

# of a disk: full (for all, for this account), turned to reading alone by a fault, not answering, gone, taken from us
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.EACCES}


def is_away(error: BaseException) -> bool:
    """The storage cannot be reached or cannot work now. A file it does not have is ``FileNotFoundError``."""
    if isinstance(error, ClientError):
        return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    if isinstance(error, OSError) and error.errno in _DISK:
        return True
    return isinstance(error, ConnectionError | HTTPClientError)
