"""LCOM4, inheritance depth, and the reading of classes in every language that has them here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperion_hook.domain.vector import Missing
from hyperion_hook.features.classes.cohesion import MethodUse, lcom4
from hyperion_hook.features.code.metrics import ClassMetrics, SourceMetrics
from hyperion_hook.features.source.measure import measure_source


def classes(path: str, text: str) -> dict[str, ClassMetrics]:
    metrics = measure_source(path, text)
    assert isinstance(metrics, SourceMetrics), metrics
    assert metrics.classes is not None
    return {item.name: item for item in metrics.classes}


def test_no_methods_have_no_components() -> None:
    assert lcom4([]) == 0


def test_methods_are_linked_by_shared_fields_and_by_calls() -> None:
    # the textbook picture: A-B by a call, B and C by a field; D and E by another field
    methods = [
        MethodUse("a", frozenset({"b"})),
        MethodUse("b", frozenset({"x"})),
        MethodUse("c", frozenset({"x"})),
        MethodUse("d", frozenset({"y"})),
        MethodUse("e", frozenset({"y"})),
    ]
    assert lcom4(methods) == 2
    assert lcom4([*methods, MethodUse("e", frozenset({"a", "d"}))]) == 1


uses = st.frozensets(st.sampled_from("abcdxyz"), max_size=3)
methods = st.lists(st.builds(MethodUse, st.sampled_from("abcd"), uses), max_size=8)


@given(methods, st.randoms())
def test_the_order_of_methods_does_not_matter_and_there_are_no_more_components_than_methods(
    listed: list[MethodUse], random: object
) -> None:
    shuffled = list(listed)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert lcom4(shuffled) == lcom4(listed)
    assert bool(listed) <= lcom4(listed) <= len(listed)


@given(methods, uses)
def test_a_method_that_uses_more_never_splits_a_class(listed: list[MethodUse], more: frozenset[str]) -> None:
    if listed:
        first = MethodUse(listed[0].name, listed[0].uses | more)
        assert lcom4([first, *listed[1:]]) <= lcom4(listed)


# two groups: x with getX and setX, y with getY; the constructor touches both and does not count
TWO_GROUPS = {
    "a.py": """
class Pair(Base):
    limit = 3

    def __init__(self):
        self.x = self.y = 0

    def get_x(self):
        return self.x

    def set_x(self, x):
        self.x = x

    def get_y(self):
        return self.y

    @staticmethod
    def make():
        return Pair()

    def later(self):
        '''To be written by subclasses.'''
        raise_ = None
        return self.get_y()
""",
    "a.java": """
public class Pair extends Base implements Runnable, Other<Pair> {
    private static final int LIMIT = 3;
    private int x = 0, spare;
    @Deprecated(since = "1") private final Map<String, Integer> y = new HashMap<>();
    public Pair(int x) { this.x = x; y.clear(); }
    public int getX() { return x; }
    public void setX(int value) { this.x = value; }
    int getY() { return y.size(); }
    static Pair make() { return new Pair(LIMIT); }
    abstract void later();
    enum Kind { ONE, TWO(2) { int size() { return 2; } }; int size() { return 1; } }
}
""",
    "a.kt": """
open class Pair(private val x: Int, start: Int) : Base(start), Runnable {
    private val y = mutableListOf<Int>()
    fun getX(): Int = x
    fun twiceX(): Int {
        return x * 2
    }
    fun getY() = y.size
    init {
        y.clear()
    }
}
""",
    "a.cs": """
public class Pair : Base, IRunnable {
    private int x;
    public int Y { get; set; } = 1;
    public Pair(int start) { x = start; Y = start; }
    public int GetX() { return x; }
    public void SetX(int value) => x = value;
    public int GetY() { return Y; }
    public static Pair Make() { return new Pair(1); }
}
""",
    "a.ts": """
export class Pair<T> extends Base<T> implements Runnable {
  private x: number = 0
  constructor(private readonly y: T) { super(); this.x = 1 }
  getX(): number { return this.x }
  setX = (value: number): void => { this.x = value }
  getY(): T { return this.y }
  static make() { return new Pair(1) }
}
""",
    "a.js": """
class Pair extends Base {
  #x = 0
  y = 0
  constructor() { super(); this.#x = this.y = 1 }
  getX() { return this.#x }
  setX(value) { this.#x = value }
  get why() { return this.y }
}
""",
    "a.cpp": """
template <class T> class Pair : public Base {
 public:
  Pair() : x_(0), y_{1} {}
  int x() const { return x_; }
  void set_x(int value) { this->x_ = value; }
  int y() const;
 private:
  int x_;
  std::vector<int> y_;
};
int Pair::y() const { return y_.size(); }
""",
    "a.php": """<?php
class Pair extends Base implements Runnable {
    private $x = 0;
    private int $y = 0;
    public function __construct() { $this->x = $this->y = 1; }
    public function getX() { return $this->x; }
    public function setX($value) { $this->x = $value; }
    public function getY() { return $this->y; }
}
""",
    "a.swift": """
class Pair: Base, Runnable {
    private var x = 0
    let y: Int
    init(y: Int) { self.y = y; x = 1 }
    func getX() -> Int { return x }
    func setX(value: Int) { self.x = value }
    func getY() -> Int { return y }
}
""",
    "a.scala": """
class Pair(val x: Int) extends Base(x) with Runnable {
  private val y = 2
  def getX(): Int = { x }
  def twiceX(): Int = { x * 2 }
  def getY(): Int = { y }
}
""",
}


@pytest.mark.parametrize("path", TWO_GROUPS)
def test_a_class_of_two_groups_has_two_components_and_one_level_above_it(path: str) -> None:
    pair = classes(path, TWO_GROUPS[path])["Pair"]
    assert pair.lcom4 == 2
    assert pair.depth == 1
    assert pair.bases[0] == "Base"


@pytest.mark.parametrize(
    ("path", "bases"),
    [
        ("a.java", ("Base", "Runnable", "Other")),
        ("a.kt", ("Base", "Runnable")),
        ("a.cs", ("Base", "IRunnable")),
        ("a.ts", ("Base", "Runnable")),
        ("a.php", ("Base", "Runnable")),
        ("a.swift", ("Base", "Runnable")),
        ("a.scala", ("Base", "Runnable")),
        ("a.cpp", ("Base",)),
    ],
)
def test_bases_are_named_as_written(path: str, bases: tuple[str, ...]) -> None:
    assert classes(path, TWO_GROUPS[path])["Pair"].bases == bases


def test_the_members_of_an_outer_class_are_none_of_an_inner_one() -> None:
    text = (
        "class A { int x; class B { int f() { return A.this.x; } int g() { return A.this.x; } int h() { return x; } } }"
    )
    assert classes("a.java", text)["A.B"].lcom4 == 3
    text = "class A { int x; int f() { return new C() { int g() { return A.this.x; } }.g(); } int h() { return x; } }"
    assert classes("a.java", text)["A"].lcom4 == 1


def test_members_may_be_called_like_words_that_begin_classes() -> None:
    text = "class A { private final Record record; int f() { return record.a; } void g() { record.b(); } }"
    assert classes("a.java", text)["A"].lcom4 == 1


def test_a_member_used_after_an_arrow_counts() -> None:
    text = "class A { int x; int f() { return g(() -> x); } int h() { return x; } }"
    assert classes("a.java", text)["A"].lcom4 == 1


@pytest.mark.parametrize(("field", "components"), [("int[] x;", 2), ("int x[];", 1), ("int[][] y, x[];", 1)])
def test_the_type_of_an_array_is_no_field(field: str, components: int) -> None:
    text = f"class A {{ {field} void f() {{ int i; x[0]++; }} void g() {{ int j; {'x[1]--;' * (components == 1)} }} }}"
    assert classes("a.java", text)["A"].lcom4 == components


def test_a_method_whose_annotation_names_a_class_counts() -> None:
    text = "class A { @B(c = {D.class, E.class}) void f() { x(); } @Test(expected = F.class) void g() { y(); } }"
    assert classes("a.java", text)["A"].lcom4 == 2


def test_a_member_called_self_is_not_the_object_itself() -> None:
    text = "class A extends B { int f() { return self.x; } int g() { return self.x; } }"
    assert classes("a.java", text)["A"].lcom4 == 2
    assert classes("a.swift", text.replace("int f", "func f").replace("int g", "func g"))["A"].lcom4 == 1


def test_a_call_joins_the_groups() -> None:
    text = TWO_GROUPS["a.java"].replace("return y.size();", "return y.size() + getX();")
    assert classes("a.java", text)["Pair"].lcom4 == 1
    text = TWO_GROUPS["a.py"].replace("return self.y\n", "return self.y + self.get_x()\n")
    assert classes("a.py", text)["Pair"].lcom4 == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "class A: pass\nclass B(A): pass\nclass C(B): pass\nclass D(C, other.Thing): pass\n"),
        ("a.java", "class A {} class B extends A {} class C extends B {} class D extends C implements Thing {}"),
        ("a.kt", "open class A\nopen class B : A()\nopen class C : B()\nclass D : C(), Thing\n"),
        ("a.cs", "class A {} class B : A {} class C : B {} class D : C, IThing {}"),
        ("a.ts", "class A {}\nclass B extends A {}\nclass C extends B {}\nclass D extends C {}\n"),
        (
            "a.cpp",
            "class A {}; class B : public A {}; struct C : B {}; class D final : private C, virtual public Thing {};",
        ),
    ],
)
def test_depth_counts_the_levels_above_a_class(path: str, text: str) -> None:
    assert {name: item.depth for name, item in classes(path, text).items()} == {"A": 0, "B": 1, "C": 2, "D": 3}


def test_a_base_from_another_file_is_one_level_and_markers_are_none() -> None:
    found = classes(
        "a.py", "class A(elsewhere.Base): pass\nclass B(object): pass\nclass C(Generic[T], Protocol): pass\n"
    )
    assert {name: item.depth for name, item in found.items()} == {"A": 1, "B": 0, "C": 0}
    assert found["A"].bases == ("elsewhere.Base",)


def test_classes_that_inherit_from_each_other_end() -> None:
    found = classes("a.py", "class A(B): pass\nclass B(A): pass\nclass C(C): pass\n")
    assert all(not isinstance(item.depth, Missing) and item.depth <= 2 for item in found.values())


def test_interfaces_and_empty_classes_have_no_cohesion() -> None:
    found = classes(
        "a.java", "interface A { void f(); } class B { int x; } class C { abstract void g(); C() { h(); } }"
    )
    assert all(isinstance(item.lcom4, Missing) for item in found.values())
    found = classes("a.py", "class A(Protocol):\n    def f(self) -> int: ...\n    def g(self):\n        '''Say.'''\n")
    assert isinstance(found["A"].lcom4, Missing)
    assert found["A"].method_count == 2


def test_a_header_without_bodies_says_so() -> None:
    found = classes("a.h".replace(".h", ".hpp"), "class A { int x; public: int f(); int g(); };")
    assert found["A"].lcom4 == Missing("the bodies of its methods are in another file")


def test_nested_and_local_classes_are_found_with_their_names() -> None:
    assert list(classes("a.py", "class A:\n    class B:\n        pass\ndef f():\n    class C:\n        pass\n")) == [
        "A",
        "A.B",
        "f.C",
    ]
    assert list(classes("a.java", "class A { static class B { interface C {} } enum D { X } record E(int a) {} }")) == [
        "A",
        "A.B",
        "A.B.C",
        "A.D",
        "A.E",
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.java", "class A { Class<?> f() { return String.class; } }"),
        ("a.cpp", "enum class Colour { RED }; struct Point *f(struct Point *p) { return p; } class A {}; class B;"),
        ("a.ts", "class A {}\nconst x = { class: 1 }\nobj.class = 2\n"),
        ("a.php", "<?php class A {} $x = A::class;"),
        ("a.kt", "class A\nval x = A::class\n"),
    ],
)
def test_the_word_class_elsewhere_is_no_class(path: str, text: str) -> None:
    assert list(classes(path, text)) == ["A"]


def test_languages_without_classes_here_say_none() -> None:
    metrics = measure_source("a.go", "package a\ntype A struct { x int }\n")
    assert isinstance(metrics, SourceMetrics)
    assert metrics.classes is None
