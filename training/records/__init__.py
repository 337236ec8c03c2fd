"""演练和培训记录: what is checked and remarked, results, hours, certificates, and the record on paper."""
