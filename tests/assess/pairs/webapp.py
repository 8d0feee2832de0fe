"""Pairs in TypeScript."""

from __future__ import annotations

from .changes import Pair, append, block, by, change, comments, owner, pair
from .histories import NEWCOMER

REFRESH = change(
    "webapp",
    "Refresh the token early",
    """
@@ src/session.ts
-  if (token !== "" && expires - now > 30) {
+  if (token !== "" && expires > now) {
+    if (expires - now < 60) {
+      void refresh(now);
+    }
     return token;
   }
-  if (refreshing === null) {
-    refreshing = refresh(now).finally(() => {
-      refreshing = null;
-    });
-  }
-  return refreshing;
+  return refresh(now);
""",
)
ROUTES = change(
    "webapp",
    "Support optional and typed parameters",
    """
@@ src/router.ts
-  const source = path.replace(/:(\\w+)/g, "([^/]+)");
-  routes.push({ pattern: new RegExp("^" + source + "$"), open, secret });
+  let source = path.replace(/\\/:(\\w+)\\?/g, "(?:/([^/]*))?");
+  source = source.replace(/:(\\w+)<(\\w+)>/g, (_, name, kind) => (kind === "int" ? "(\\\\d+)" : "(.+)"));
+  source = source.replace(/:(\\w+)/g, "([^/]*)").replace(/\\*/g, "(.*)");
+  const index = routes.findIndex((route) => route.secret !== secret);
+  routes.splice(index + 1, 0, { pattern: new RegExp("^" + source, "i"), open, secret });
""",
)
NOAWAIT = change(
    "webapp",
    "Do not wait for the logout",
    """
@@ src/session.ts
-  try {
-    const reply = await post("/token", { token });
-    token = reply.token;
-    expires = now + TOKEN_MINUTES * 60;
-  } catch (error) {
-    console.warn("refresh failed", error);
-    await logout();
-    throw error;
-  }
+  post("/token", { token }).then((reply) => {
+    token = reply.token;
+    expires = now + TOKEN_MINUTES * 60;
+  });
""",
)
REDUCER = change(
    "webapp",
    "Merge lines of the same item",
    """
@@ src/cart.ts
-      return [...lines, action.line];
+      for (const line of lines) {
+        if (line.id === action.line.id) {
+          if (line.count + action.line.count > 0) {
+            line.count += action.line.count;
+          } else if (action.line.count < 0) {
+            lines.splice(lines.indexOf(line), 1);
+          }
+        }
+      }
+      return lines;
""",
)
SECRET = change(
    "webapp",
    "Ask for a login only once",
    """
@@ src/router.ts
-    if (route.secret && (await getToken(Date.now() / 1000)) === "") {
-      return go("/login");
-    }
-    route.open(match.slice(1).map(decodeURIComponent));
+    if (route.secret) {
+      getToken(Date.now()).then((token) => token === "" && go("/login"));
+    }
+    route.open(match.slice(1));
""",
)
MIXED = change(
    "webapp",
    "Fix login, update cart totals, new retries and cleanup",
    """
@@ src/session.ts
-  if (token !== "" && expires - now > 30) {
+  if (token !== "" || expires - now > 30) {
@@ src/cart.ts
-  return lines.reduce((cents, line) => cents + line.cents * line.count, 0);
+  return Math.round(lines.reduce((cents, line) => cents + line.cents * line.count * 1.19, 0));
@@ src/http.ts
-  if (reply.status >= 400) {
+  if (reply.status >= 500) {
+    return post(path, body);
+  } else if (reply.status > 400) {
@@ src/router.ts
-    if (match === null) {
+    if (match === null || match[0] === "/") {
""",
)
CONSTANT = 'export const {V}_{N} = "#{i:02}88aa";'

WEBAPP: list[Pair] = [
    pair(
        "token-race",
        "webapp",
        "Parallel token refreshes in the most fixed file against new colors.",
        REFRESH,
        append("src/constants.ts", CONSTANT, "Add colors of the new theme"),
    ),
    pair(
        "route-patterns",
        "webapp",
        "Three stacked regular expressions and a new order of routes against the readme.",
        ROUTES,
        append("README.md", "Set `{N}` to change the {n}.", "List the settings"),
    ),
    pair(
        "dropped-await",
        "webapp",
        "An await and its error handling are gone, against comments in that file.",
        NOAWAIT,
        comments("src/session.ts", "// Takes the {n} in seconds.", "Comment the session"),
    ),
    pair(
        "nested-reducer",
        "webapp",
        "A reducer that mutates its state in nested loops against a table of words.",
        REDUCER,
        block(
            "src/format.ts",
            "\nexport const WORDS: Record<string, string> = {\n",
            '  {n}: "{v} {n}",',
            "};\n",
            "Add words",
        ),
    ),
    pair(
        "session-or-vendored",
        "webapp",
        "Ten lines of session code against a vendored library's 72 more lines.",
        REFRESH,
        append(
            "vendor/emitter.js",
            "exports.on{v}{n} = function (value) {{ return value + {i}; }};",
            "Update the vendored emitter",
            72,
        ),
        equal=False,
    ),
    pair(
        "secret-routes",
        "webapp",
        "Pages open before their login is checked, against tests of sums.",
        SECRET,
        block(
            "src/cart.test.ts",
            '\ntest("sums", () => {\n',
            '  expect(sum([{{ id: "{n}", count: {i}, cents: 1 }}])).toBe({i});',
            "});\n",
            "Test sums",
        ),
    ),
    pair(
        "newcomer-session", "webapp", "The token refresh by a stranger or by its owner.", by(REFRESH, NEWCOMER), REFRESH
    ),
    pair(
        "mixed-concerns",
        "webapp",
        "Four unrelated changes of behaviour in one commit against one helper added.",
        MIXED,
        block(
            "src/format.ts",
            "\nexport function legend(): string[] {\n  const found: string[] = [];\n",
            '  found.push("{n}");',
            "  return found;\n}\n",
            "Add a legend",
        ),
    ),
    pair(
        "code-or-colors",
        "webapp",
        "Five lines of routing against 72 colors.",
        SECRET,
        append("src/constants.ts", CONSTANT, "Add all colors", 72),
        equal=False,
    ),
    pair(
        "mixed-or-comments",
        "webapp",
        "Login, money and retries change at once, against comments in a stable file.",
        by(MIXED, owner("webapp", "README.md")),
        comments("src/format.ts", "// For any {n}.", "Comment formats"),
    ),
]
