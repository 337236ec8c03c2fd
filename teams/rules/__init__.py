"""办理规则: what the region keeps about filings, how a rule came to be what it is, and numbers of days."""
