"""Two records of one human being: found and compared, made one, taken apart again."""
