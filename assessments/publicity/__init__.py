"""公示, 异议 and 申诉 of gradings and of annual assessments: the days, what is said against a result, who answers."""
