"""测评标准: versions of a standard, its tree of indicators, drafting, checks, comparison; as a spreadsheet."""
