"""Pairs in Python."""

from __future__ import annotations

from .changes import Pair, append, block, by, change, comments, pair
from .histories import NEWCOMER

CHECKOUT = change(
    "shop",
    "Lock the order before it is charged",
    """
@@ shop/checkout.py
-    order = inventory.reserve(cart)
-    order.amount = total(cart, coupon)
-    receipt = charge(order, gateway)
-    if receipt.status == 2 or receipt.amount != order.amount:
+    amount = total(cart, coupon)
+    order = inventory.reserve(cart)
+    order.amount = amount if amount > 0 else order.amount
+    receipt = charge(order, gateway) if order.amount else None
+    if receipt and (receipt.status >= 2 or receipt.amount < order.amount):
         inventory.release(order)
""",
)
POOL = change(
    "shop",
    "Take idle connections without waiting for the lock",
    """
@@ shop/pool.py
-        with self._lock:
-            while not self._idle:
-                if self._open < self._size:
-                    self._open += 1
-                    return self._connect()
-                remaining = deadline - time.monotonic()
-                if remaining <= 0:
+        while not self._idle:
+            if self._open < self._size:
+                self._open += 1
+                return self._connect()
+            remaining = deadline - time.monotonic()
+            if remaining <= 0:
+                with self._lock:
                     raise TimeoutError("no connection")
-                self._lock.wait(remaining)
-            return self._idle.popleft()
+            time.sleep(0.01)
+        return self._idle.popleft()
""",
)
LEXER = change(
    "shop",
    "Read tokens with one pass",
    """
@@ shop/query_parser.py
-        start = position
-        if text[position] == '"':
-            position = text.find('"', position + 1)
-            if position < 0:
-                position = len(text)
-            yield text[start + 1 : position]
-            position += 1
-        elif text[position] == " ":
-            position += 1
-        else:
-            while position < len(text) and text[position] != " ":
-                position += 1
-            yield text[start:position]
+        quoted = text[position] == '"'
+        end = position + 1
+        while end < len(text) and text[end] != ('"' if quoted else " "):
+            if text[end] == chr(92):
+                end += 1
+            end += 1
+        if end > position + 1 or text[position] != " ":
+            yield text[position + quoted : end]
+        position = end + 1
""",
)
RENAME = change(
    "shop",
    "Rename a variable",
    """
@@ shop/query_parser.py
-    wanted, unwanted, fields = [], [], {}
+    words, unwanted, fields = [], [], {}
@@ shop/query_parser.py
-            wanted.append(token)
-    return wanted, unwanted, fields
+            words.append(token)
+    return words, unwanted, fields
""",
)
SWALLOW = change(
    "shop",
    "Simplify charging",
    """
@@ shop/checkout.py
-    try:
-        receipt = gateway.charge(order.id, order.amount)
-    except TimeoutError:
-        log.warning("payment of %s timed out", order.id)
-        return gateway.lookup(order.id)
-    except ConnectionError as error:
-        log.warning("payment of %s failed: %s", order.id, error)
-        raise
-    return receipt
+    return gateway.charge(order.id, order.amount)
""",
)
WIDE = change(
    "shop",
    "Count money in fractions everywhere",
    """
@@ shop/checkout.py
-    if amount < 0:
-        amount = 0
-    return amount
+    return max(amount, 0) / 100
@@ shop/inventory.py
-        line.item.stock += line.count
+        line.item.stock += int(line.count)
@@ shop/mail.py
-    if order.age > days:
+    if order.age > days and order.amount > 0.01:
@@ shop/reports.py
-    return sum(order.amount for order in orders) / len(orders)
+    return round(sum(order.amount for order in orders) / len(orders), 2)
@@ shop/formatting.py
-    return f"{cents / 100:.2f} EUR"
+    return f"{cents:.2f} EUR"
@@ shop/pool.py
-            if connection.broken and self._open > 0:
+            if connection.broken or self._open > self._size:
""",
)
REFACTOR = change(
    "shop",
    "Rework checkout around an order object that charges itself",
    "\n".join(
        [
            "@@ shop/checkout.py",
            *(
                f"-{line}"
                for line in [
                    "def place(cart, gateway, coupon=None):",
                    "    if len(cart.lines) > MAX_LINES:",
                    '        raise ValueError("too many lines")',
                    "    order = inventory.reserve(cart)",
                    "    order.amount = total(cart, coupon)",
                    "    receipt = charge(order, gateway)",
                    "    if receipt.status == 2 or receipt.amount != order.amount:",
                    "        inventory.release(order)",
                    "        return None",
                    "    order.paid = True",
                    "    mail.confirm(order)",
                    "    return order",
                ]
            ),
            *(
                f"+{line}"
                for line in [
                    "class Placement:",
                    "    def __init__(self, cart, gateway, coupon=None):",
                    "        self.cart, self.gateway, self.coupon = cart, gateway, coupon",
                    "        self.order = None",
                    '        self.state = "new"',
                    "",
                    "    def step(self):",
                    '        if self.state == "new" and len(self.cart.lines) <= MAX_LINES:',
                    "            self.order = inventory.reserve(self.cart)",
                    '            self.state = "reserved"',
                    '        elif self.state == "reserved":',
                    "            self.order.amount = total(self.cart, self.coupon)",
                    "            receipt = charge(self.order, self.gateway)",
                    '            self.state = "charged" if receipt.amount == self.order.amount else "failed"',
                    '        elif self.state == "failed":',
                    "            inventory.release(self.order)",
                    '            self.state = "done"',
                    "        else:",
                    "            self.order.paid = True",
                    "            mail.confirm(self.order)",
                    '            self.state = "done"',
                    "        return self.state",
                    "",
                    "",
                    "def place(cart, gateway, coupon=None):",
                    "    placement = Placement(cart, gateway, coupon)",
                    '    while placement.step() != "done":',
                    '        if placement.state == "failed" and gateway.closed:',
                    "            break",
                    "    return placement.order if placement.order.paid else None",
                ]
            ),
        ]
    ),
)
GUARD = change(
    "shop",
    "Return 0 as the average of no orders",
    """
@@ shop/reports.py
-    return sum(order.amount for order in orders) / len(orders)
+    return sum(order.amount for order in orders) / len(orders) if orders else 0
""",
)

SHOP: list[Pair] = [
    pair(
        "pool-without-lock",
        "shop",
        "Waiting without the lock in a pool full of fixed races breaks; constants do not.",
        POOL,
        append("shop/constants.py", "{V}_{N}_LIMIT = {i}", "Name more limits"),
    ),
    pair(
        "checkout-flow",
        "shop",
        "Another control flow in the often broken checkout against comments in that same file.",
        CHECKOUT,
        comments("shop/checkout.py", "# Works on any {n}, see the guide.", "Comment checkout"),
    ),
    pair(
        "lexer-rewrite",
        "shop",
        "A tokenizer written anew has new edge cases; a local rename in it has none.",
        LEXER,
        RENAME,
        equal=False,
    ),
    pair(
        "newcomer-checkout",
        "shop",
        "The same edit by somebody who never saw the repository, or by the file's owner.",
        by(CHECKOUT, NEWCOMER),
        CHECKOUT,
    ),
    pair(
        "drop-error-handling",
        "shop",
        "No more handling of payment errors against more lines in the guide.",
        SWALLOW,
        append("docs/guide.md", "The {n} of an order is shown in its page.", "Explain the order page"),
    ),
    pair(
        "wide-money",
        "shop",
        "A new unit of money in six modules at once against one plain report added to one.",
        WIDE,
        block("shop/reports.py", "\n\ndef names():\n", '    yield "{n}"', "", "List the columns of reports"),
    ),
    pair(
        "late-refactor",
        "shop",
        "A big rework of the most fixed file against a one-line guard in a report.",
        REFACTOR,
        GUARD,
        equal=False,
    ),
    pair(
        "small-lock-large-docs",
        "shop",
        "A few lines of locking break more than a long guide.",
        POOL,
        append("docs/guide.md", "{i}. To {v} the {n}, open its page.", "Add a list of tasks", 150),
        equal=False,
    ),
    pair(
        "code-or-tests",
        "shop",
        "New ways through the checkout against the same number of lines of tests.",
        CHECKOUT,
        block(
            "tests/test_checkout.py",
            "\n\ndef test_totals(cart):\n",
            "    assert checkout.total(cart.with_{n}({i})) >= 0",
            "",
            "Test more totals",
        ),
    ),
    pair(
        "burst-parser",
        "shop",
        "A case in a parser changed a dozen times last month by many against a stable formatter.",
        change(
            "shop",
            "Allow ranges in fields",
            """
@@ shop/query_parser.py
             name, _, value = token.partition(":")
-            fields[name] = value
+            low, dots, high = value.partition("..")
+            if dots and low <= high:
+                fields[name] = (low, high)
+            elif not dots or name not in fields:
+                fields[name] = value or low
""",
        ),
        change(
            "shop",
            "Add formatting of percents",
            """
@@ shop/formatting.py
+
+
+def percents(share):
+    \"\"\"Return a share as text.\"\"\"
+    number = share * 100
+    return f"{number:.1f} %"
""",
        ),
    ),
]
