"""Pairs in C."""

from __future__ import annotations

from .changes import Pair, append, block, by, change, comments, pair, reword
from .histories import NEWCOMER

COPY = change(
    "netlib",
    "Parse lines with pointers",
    """
@@ src/parse.c
-	size_t i = 0;
-	while (i < len && in[i] != ':')
-		i++;
-	if (i == len || i >= sizeof(out->name))
-		return -1;
-	memcpy(out->name, in, i);
-	out->name[i] = '\\0';
-	i++;
+	const char *p = in;
+	char *to = out->name;
+	while (*p != ':' && p <= in + len)
+		*to++ = *p++;
+	*to = '\\0';
+	size_t i = (size_t)(p - in) + 1;
""",
)
GROW = change(
    "netlib",
    "Grow buffers by what is needed",
    """
@@ src/buffer.c
-	while (size - b->used < need) {
-		if (size > MAX_BUFFER / 2)
-			return -1;
-		size *= 2;
-	}
-	char *data = realloc(b->data, size);
-	if (data == NULL)
-		return -1;
-	b->data = data;
+	if (size < b->used + need)
+		size = b->used + need + size / 2;
+	b->data = realloc(b->data, size);
""",
)
BOUNDS = change(
    "netlib",
    "Trust lengths that were checked before",
    """
@@ src/parse.c
-	if (i == len || i >= sizeof(out->name))
-		return -1;
@@ src/parse.c
-	if (len - i >= sizeof(out->value))
-		return -2;
@@ src/parse.c
-		if (value > 100000000)
-			return -2;
""",
)
CLEANUP = change(
    "netlib",
    "Open without goto",
    """
@@ src/conn.c
-	if (c->fd < 0)
-		goto fail;
-	if (buffer_grow(&c->in, 4096) != 0)
-		goto fail_fd;
-	return 0;
-fail_fd:
-	close(c->fd);
-fail:
-	return -1;
+	if (c->fd < 0 || buffer_grow(&c->in, 4096) != 0) {
+		conn_close(c);
+		return -1;
+	}
+	return 0;
""",
)
STATE = change(
    "netlib",
    "Accept bare line feeds and folded headers",
    """
@@ src/parse.c
-	if (state == 0 && c == '\\r')
-		return 1;
-	if (state == 1 && c == '\\n')
-		return 2;
-	return 0;
+	switch (state) {
+	case 0:
+		return c == '\\r' ? 1 : c == '\\n' ? 2 : 0;
+	case 1:
+		if (c != '\\n')
+			return 0;
+	case 2:
+		return is_space(c) ? 0 : 3;
+	default:
+		return state + 1;
+	}
""",
)
NWIDE = change(
    "netlib",
    "Count bytes with int",
    """
@@ include/net.h
-int buffer_grow(struct buffer *b, size_t need);
-int buffer_add(struct buffer *b, const char *in, size_t len);
+int buffer_grow(struct buffer *b, int need);
+int buffer_add(struct buffer *b, const char *in, int len);
@@ src/buffer.c
-int buffer_grow(struct buffer *b, size_t need)
+int buffer_grow(struct buffer *b, int need)
@@ src/buffer.c
-int buffer_add(struct buffer *b, const char *in, size_t len)
+int buffer_add(struct buffer *b, const char *in, int len)
@@ src/conn.c
-	if (got <= 0)
+	if (got < 0)
 		return -1;
-	return buffer_add(&c->in, chunk, (size_t)got);
+	return buffer_add(&c->in, chunk, (int)got + 1);
@@ src/parse.c
-int parse_line(const char *in, size_t len, struct header *out)
+int parse_line(const char *in, int len, struct header *out)
""",
)
CNEST = change(
    "netlib",
    "Read until the peer pauses",
    """
@@ src/conn.c
-	if (got <= 0)
-		return -1;
+	while (got != 0) {
+		if (got < 0) {
+			if (c->in.used == 0)
+				return -1;
+			else if (c->in.used < sizeof(chunk))
+				break;
+		} else if (buffer_add(&c->in, chunk, (size_t)got) == 0) {
+			got = read(c->fd, chunk, sizeof(chunk));
+		}
+	}
""",
)
LOGTEXT = reword("src/log.c", r'(fprintf\(stderr, ")', r"\1net: ", "Name the library in log lines")
MESSAGES = append("src/errors.c", '\t"bad {n} in {v}",', "Add texts of errors")

NETLIB: list[Pair] = [
    pair(
        "pointer-copy", "netlib", "An unbounded copy in the most fixed parser against texts in a table.", COPY, MESSAGES
    ),
    pair(
        "realloc",
        "netlib",
        "Growing a buffer without limit or check against the manual.",
        GROW,
        append("docs/manual.md", "A {n} has {i} bytes.", "Give sizes"),
    ),
    pair(
        "bounds-removed",
        "netlib",
        "Bounds checks removed from a parser in C against its comments.",
        BOUNDS,
        comments("src/parse.c", "/* Stops at the first bad {n}. */", "Comment the parser"),
    ),
    pair(
        "cleanup-or-log",
        "netlib",
        "Another order of clean-up, with a close of a bad descriptor, against log texts.",
        CLEANUP,
        LOGTEXT,
        equal=False,
    ),
    pair(
        "state-machine",
        "netlib",
        "A state machine with fall-through against comments in the logging of text.",
        STATE,
        comments("src/log.c", "/* Prints the {n}. */", "Comment the log"),
    ),
    pair(
        "bounds-or-manual",
        "netlib",
        "Six lines of bounds checks deleted against 150 lines of manual.",
        BOUNDS,
        append("docs/manual.md", "{i}. {v} the {n}.", "Add a checklist", 150),
        equal=False,
    ),
    pair("newcomer-buffer", "netlib", "Memory management by a stranger or by its owner.", by(GROW, NEWCOMER), GROW),
    pair(
        "wide-signature",
        "netlib",
        "Signed sizes through every layer against a helper in one file.",
        NWIDE,
        block(
            "src/util.c",
            "\nint util_sum(const int *v)\n{\n\tint sum = 0;\n",
            "\tsum += v[{i}];",
            "\treturn sum;\n}\n",
            "Add a sum",
        ),
    ),
    pair(
        "nested-read",
        "netlib",
        "A nested loop around read() in a file fixed often of late against linear code.",
        CNEST,
        block("src/util.c", "\nvoid util_clear(int *v)\n{\n", "\tv[{i}] = 0;", "}\n", "Add a clear function"),
    ),
    pair(
        "copy-or-tests",
        "netlib",
        "A parser's copy loop rewritten against a longer test of numbers.",
        COPY,
        block(
            "tests/test_parse.c",
            "\nint test_numbers(void)\n{\n\tunsigned value = 0;\n",
            '\tassert(parse_number("{i}", {i} > 9 ? 2 : 1, &value) == 0);',
            "\treturn 0;\n}\n",
            "Test more numbers",
            60,
        ),
        equal=False,
    ),
]
