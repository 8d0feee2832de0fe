"""Pairs in Ruby."""

from __future__ import annotations

from .changes import Pair, append, block, by, change, comments, pair, reword
from .histories import NEWCOMER

PAY = change(
    "billing",
    "Accept payments in parts and refunds",
    """
@@ app/models/invoice.rb
-    return false if state == "void" || cents <= 0
-    transaction do
-      lock!
-      self.paid += cents
-      self.state = "paid" if paid >= total
-      self.paid_at = at if state == "paid"
-      save!
-    end
-    true
+    if cents < 0 || state == "void"
+      self.paid = [paid + cents, 0].max
+      self.state = "open" unless paid > total
+    elsif paid + cents > total && state != "paid"
+      self.paid = total
+    end
+    save
""",
)
RESCUE = change(
    "billing",
    "Let importing fail early",
    """
@@ lib/importer.rb
-      begin
-        record = parse(line)
-        store(record) if record
-      rescue ArgumentError => error
-        @errors << [number, error.message]
-      rescue ActiveRecord::RecordNotUnique
-        @errors << [number, "duplicate"]
-      end
+      record = parse(line)
+      store(record)
""",
)
QUOTED = change(
    "billing",
    "Read quoted fields",
    """
@@ lib/importer.rb
-    fields = line.chomp.split(";", -1)
-    raise ArgumentError, "fields" if fields.size != 4
-    id, name, cents, due = fields
-    return nil if id.empty?
+    fields = [+""]
+    quoted = false
+    line.each_char do |char|
+      if char == '"'
+        quoted = !quoted
+      elsif char == ";" && !quoted
+        fields << +""
+      else
+        fields.last << char unless char == "\\\\"
+      end
+    end
+    id, name, cents, due = fields
""",
)
VOID = change(
    "billing",
    "Void paid invoices with a refund",
    """
@@ app/models/invoice.rb
-    raise StateError, "already paid" if state == "paid"
-    self.state = "void"
-    lines.each { |line| line.release if line.count > 0 }
-    save!
+    customer.refund(paid) if state == "paid" || paid > 0
+    lines.each { |line| line.release unless line.count < 0 }
+    update_columns(state: "void", paid: 0)
""",
)
BMIXED = change(
    "billing",
    "Fix taxes, speed up imports, quieter mails",
    """
@@ lib/tax.rb
-    cents * rate(country) / 100
+    (cents * rate(country) / 100.0).floor
@@ lib/importer.rb
-    Invoice.create!(record)
+    Invoice.insert(record)
@@ lib/mailer.rb
-    customer.mails.create!(template: template)
+    customer.mails.create(template: template) if customer.active?
@@ app/models/invoice.rb
-    state == "open" && due < today
+    state != "paid" && due <= today
""",
)
DISCOUNT = change(
    "billing",
    "Apply discounts by line",
    """
@@ app/models/invoice.rb
-    sum = lines.sum { |line| line.cents * line.count }
-    sum -= sum * discount / 100 if discount > 0
-    sum
+    lines.sum { |line| line.cents * line.count * (100 - discount) / 100 }
""",
)
LOCALE = append("config/locales/en.yml", '  {v}_{n}: "The {n}"', "Add texts")
PLANS = append("lib/plan_names.rb", '  {N}_{V} = "{n} {v}"', "Name more plans")
SPEC = ('\n  it "knows its states" do\n', '    expect(build(:invoice, note: "{n}")).to be_valid', "  end\n")

BILLING: list[Pair] = [
    pair(
        "payment-states",
        "billing",
        "State transitions of money, without lock or transaction, against translations.",
        PAY,
        LOCALE,
    ),
    pair(
        "rescue-removed",
        "billing",
        "An importer without its rescues aborts on bad input; comments do nothing.",
        RESCUE,
        comments("lib/importer.rb", "# Gives the {n} of a line.", "Comment the importer"),
    ),
    pair(
        "quoted-fields",
        "billing",
        "A parser written by hand in a file changed twelve times last month against names.",
        QUOTED,
        PLANS,
    ),
    pair(
        "newcomer-payment", "billing", "The core model changed by a stranger or by its owner.", by(PAY, NEWCOMER), PAY
    ),
    pair(
        "burst-importer",
        "billing",
        "The busiest file loses its error handling, against formats in a stable one.",
        RESCUE,
        block("lib/labels.rb", "\n  def all\n    [\n", '      "{n}",', "    ]\n  end\n", "List labels"),
    ),
    pair(
        "void-or-spec",
        "billing",
        "Refunds and skipped validations against as many lines of specs.",
        VOID,
        block("spec/invoice_spec.rb", *SPEC, "Specify notes"),
    ),
    pair(
        "mixed-billing",
        "billing",
        "Taxes, imports, mails and due dates in one commit against log texts in one file.",
        BMIXED,
        reword("lib/mailer.rb", r'(logger\.info\(")', r"\1billing: ", "Prefix log lines"),
    ),
    pair(
        "discount-or-locale",
        "billing",
        "Four lines of rounding in invoices against 70 translations.",
        DISCOUNT,
        append("config/locales/en.yml", '  {v}_{n}: "The {n}"', "Add all texts", 70),
        equal=False,
    ),
    pair(
        "newcomer-mixed",
        "billing",
        "A stranger changes four core files against the owner adding names of plans.",
        by(BMIXED, NEWCOMER),
        PLANS,
    ),
    pair(
        "parser-or-typo",
        "billing",
        "A new parser of imports against one typo fixed in the docs.",
        QUOTED,
        change(
            "billing",
            "Fix a typo",
            """
@@ docs/billing.md
-Reminders go out after 3 days more.
+Reminders go out after 3 more days.
""",
        ),
        equal=False,
    ),
]
