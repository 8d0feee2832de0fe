"""Classes of a file: members, visibility, inheritance, cohesion. In: tokens or a syntax tree. Out: class metrics."""
