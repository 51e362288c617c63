"""The Filter page's job: a row of steps, its result, its explanation, its export."""
