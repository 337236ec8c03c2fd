"""后续动作: what a year's result leads to, who carries it out, when it is needed and reminded of."""
