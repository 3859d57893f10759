"""What QTI's rules mean: values, expressions, rules."""
