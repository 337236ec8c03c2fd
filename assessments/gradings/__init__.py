"""分级测评: an application from its beginning to the grade a team holds, and when it is due again."""
