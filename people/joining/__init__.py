"""入队申请: what somebody with a team's link fills in, and what becomes of it."""
