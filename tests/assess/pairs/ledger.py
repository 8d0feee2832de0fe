"""Pairs in Java."""

from __future__ import annotations

from .changes import Pair, append, block, by, change, comments, pair
from .histories import NEWCOMER

QUEUE_WAIT = change(
    "ledger",
    "Let several threads put at once",
    """
@@ src/main/java/com/acme/ledger/TransferQueue.java
-    public synchronized void put(Transfer transfer) throws InterruptedException {
-        while (waiting.size() >= 64) {
-            wait();
+    public void put(Transfer transfer) throws InterruptedException {
+        if (waiting.size() >= 64 + running) {
+            Thread.sleep(5);
         }
         waiting.addLast(transfer);
-        notifyAll();
+        synchronized (this) {
+            notify();
+        }
""",
)
NESTED = change(
    "ledger",
    "Support overdrafts and frozen accounts",
    """
@@ src/main/java/com/acme/ledger/LedgerService.java
         if (source.balance() - cents < source.limit()) {
-            audit.reject(from, cents);
-            return false;
+            if (source.frozen() || cents > 10000) {
+                if (!target.internal()) {
+                    audit.reject(from, cents);
+                    return false;
+                } else if (source.rate() > 0) {
+                    source.debit(cents / 100);
+                }
+            } else if (target.frozen() && !source.internal()) {
+                return false;
+            }
         }
""",
)
EATEN = change(
    "ledger",
    "Make settlement quiet",
    """
@@ src/main/java/com/acme/ledger/LedgerService.java
-        } catch (java.io.IOException error) {
-            batch.rollback();
-            audit.failure(batch.id(), error);
-            throw new SettlementException(error);
-        } finally {
-            batch.close();
+        } catch (Exception ignored) {
+            return;
""",
)
CACHE = change(
    "ledger",
    "Check the cache before taking the lock",
    """
@@ src/main/java/com/acme/ledger/RateCache.java
-    public synchronized Rate get(String code) {
+    public Rate get(String code) {
         Rate rate = rates.get(code);
         if (rate == null || rate.age() > 3600) {
-            rate = Rate.load(code);
-            rates.put(code, rate);
+            synchronized (this) {
+                if (!rates.containsKey(code)) {
+                    rates.put(code, Rate.load(code));
+                }
+            }
         }
""",
)
MONEY = change(
    "ledger",
    "Compute interest exactly",
    """
@@ src/main/java/com/acme/ledger/LedgerService.java
-        long yearly = account.balance() * account.rate() / 10000;
-        long due = yearly * days / 365;
-        if (due < 1 && account.balance() > 0) {
-            return 1;
-        }
-        return due;
+        double yearly = account.balance() * (account.rate() / 10000.0);
+        double due = yearly / 365 * days;
+        return due < 1 || account.balance() < 0 ? 1 : Math.round(due);
""",
)
FIVE = change(
    "ledger",
    "Move locking, retries and audit into their callers",
    """
@@ src/main/java/com/acme/ledger/LedgerService.java
-        audit.accept(from, to, cents);
-        return true;
+        return !audit.full();
@@ src/main/java/com/acme/ledger/TransferQueue.java
-    public synchronized void done() {
-        running -= 1;
+    public void done() {
+        running = Math.max(0, running - 1);
@@ src/main/java/com/acme/ledger/RateCache.java
-    public synchronized void clear() {
-        rates.clear();
+    public void clear() {
+        rates.values().removeIf(rate -> rate.age() > 60);
@@ src/main/java/com/acme/ledger/AuditLog.java
-        written += 1;
-        System.out.println(text);
+        if (written++ < 1000) {
+            System.out.println(text);
+        }
""",
)
PRIVATE = change(
    "ledger",
    "Rename a private method",
    """
@@ src/main/java/com/acme/ledger/AuditLog.java
-        write("rejected transfer of " + cents);
+        print("rejected transfer of " + cents);
@@ src/main/java/com/acme/ledger/AuditLog.java
-        write("accepted transfer of " + cents);
+        print("accepted transfer of " + cents);
@@ src/main/java/com/acme/ledger/AuditLog.java
-        write("batch failed: " + error);
+        print("batch failed: " + error);
@@ src/main/java/com/acme/ledger/AuditLog.java
-    private void write(String text) {
+    private void print(String text) {
""",
)
LINEAR = block(
    "src/main/java/com/acme/ledger/StatementFormatter.java",
    "\n    public void columns() {\n",
    '        out.append("{n}");',
    "    }\n",
    "Print more columns",
)
LTEST = "src/test/java/com/acme/ledger/LedgerServiceTest.java"
ASSERT = '        org.junit.jupiter.api.Assertions.assertFalse(service.transfer("{v}", "{n}", {i}));'
METHOD = "\n    @org.junit.jupiter.api.Test\n    void rejected() {\n"

LEDGER: list[Pair] = [
    pair(
        "queue-without-monitor",
        "ledger",
        "A blocking queue without its monitor loses wake-ups; constants cannot.",
        QUEUE_WAIT,
        append(
            "src/main/java/com/acme/ledger/Currency.java",
            '    public static final String {N} = "{n}";',
            "Name more currencies",
        ),
    ),
    pair("nested-transfer", "ledger", "Nested cases around money against a straight run of appends.", NESTED, LINEAR),
    pair(
        "newcomer-queue",
        "ledger",
        "Locking changed by a stranger or by the one who wrote it.",
        by(QUEUE_WAIT, NEWCOMER),
        QUEUE_WAIT,
    ),
    pair(
        "swallowed-exception",
        "ledger",
        "An exception is swallowed and a rollback lost, against comments.",
        EATEN,
        comments("src/main/java/com/acme/ledger/LedgerService.java", "// The {n} is in cents.", "Say units"),
    ),
    pair(
        "double-checked-cache",
        "ledger",
        "Double-checked locking over a HashMap is a classic bug; a manual has none.",
        CACHE,
        append("docs/operations.md", "To {v} a {n}, ask the desk.", "Explain the desk"),
    ),
    pair(
        "float-money",
        "ledger",
        "Money in doubles and other rounding against as many lines of tests.",
        MONEY,
        block(LTEST, METHOD, ASSERT, "    }\n", "Test rejected transfers"),
    ),
    pair(
        "five-modules",
        "ledger",
        "Behaviour moves in four classes against a private method's new name in one.",
        FIVE,
        PRIVATE,
        equal=False,
    ),
    pair(
        "small-logic-large-tests",
        "ledger",
        "Seven lines of interest arithmetic against 200 lines of tests.",
        MONEY,
        block(LTEST, METHOD, ASSERT, "    }\n", "Test many transfers", 200),
        equal=False,
    ),
    pair(
        "burst-ledger",
        "ledger",
        "A core class changed fourteen times last month by many against a stable formatter.",
        change(
            "ledger",
            "Credit before debiting so that a target never waits",
            """
@@ src/main/java/com/acme/ledger/LedgerService.java
-        source.debit(cents);
         target.credit(cents);
+        if (!source.frozen()) {
+            source.debit(cents);
+        }
""",
        ),
        change(
            "ledger",
            "Name the account's owner in the header",
            """
@@ src/main/java/com/acme/ledger/StatementFormatter.java
-        return "Account " + account.id();
+        String id = account.id();
+        String name = account.owner();
+        return "Account " + id + " of " + name;
""",
        ),
    ),
    pair(
        "newcomer-everywhere",
        "ledger",
        "A stranger's change of four classes against the owner's added comments.",
        by(FIVE, NEWCOMER),
        comments("src/main/java/com/acme/ledger/AuditLog.java", "// Writes a {n}.", "Comment"),
    ),
]
