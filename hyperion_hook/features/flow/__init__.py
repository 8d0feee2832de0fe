"""The control flow of functions, one form for every language. In: tokens, syntax trees. Out: complexity, nesting."""
