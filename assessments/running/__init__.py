"""The annual run: one press of a button makes every report of a year's assessment.

A ``ReportRun`` has a ``ReportDocument`` per report, archive and index. The rows are the truth, the queue only a nudge:

- ``beginning`` writes all rows in one transaction; ``workflow`` holds the moves: pause, go on, cancel, make again.
- ``nudging`` sends documents to the queue, a handful at a time, so that other work of the portal is not kept waiting
  behind thousands of reports, and a pause or a cancel counts at once.
- ``attempts`` works on one: claims the row with a token of its own, makes it (``papers``, ``archives``, ``index``) and
  ends it with one write that asks for the token. An attempt given up for dead can write nothing any more.
- ``watching`` is what beat does: puts back what fell silent, sends again what a broker forgot, ends what is done.

A report is known by the digest of what goes into it. One that was made before, in whichever run, is taken as it is.
"""
