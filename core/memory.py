"""Garbage collection in processes that live long."""

import gc


def settle(new_objects: int) -> None:
    """Take what is loaded out of garbage collection, which else looks through all of it again and again.

    To be called once, when the process has loaded what it works with.

    :param new_objects: between two collections; Python's own 700 come together within a single page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(new_objects, *gc.get_threshold()[1:])
