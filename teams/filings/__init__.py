"""登记备案件: what one says, its draft, its checks, its way through the offices, what it brings about, its paper."""
