"""队员能力测评: begun for one or many of a team, scored on one sheet, finished onto the person's record.

A sheet is open until it is finished. Then it changes no more, and stands as a ``people.Capability``. Taken back with a
reason, that record ends and a new sheet with the same scores begins; nothing is deleted.
"""
