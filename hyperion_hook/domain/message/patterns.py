# ruff: noqa: RUF001 - letters of other alphabets are meant
"""The patterns by which messages are read: what kind of commit it is, which issues and people it names.

Every pattern works on bounded text and has no nested repetition, so a hostile message costs nothing.
"""

from __future__ import annotations

import re

from hyperion_hook.domain.late_patterns import late_pattern

_FIX = r"(?:hot|bug)?-?fix(?:e[sd]|ing|up|ups)?"
_COSMETIC = (
    r"(?:typos?|mispell\w*|misspell\w*|spelling|grammar|wording|docs?|doc-?strings?|docu\w{2,8}ion|javadocs?|rustdocs?"
    r"|comments?|read-?me(?:\.\w+)?|change-?logs?|changes|release notes|format|formatting|indent|indents|indentation"
    r"|white-?spaces?|code style|styles?|styling|lints?|linter|linting|flake8|pep-?8|pyflakes|pylint|mypy|eslint|jshint"
    r"|rubocop|check-?style|spotless|rustfmt|clippy|gofmt|black|isort|prettier|typing|type (?:hints?|annotations?)|ci"
    r"|travis|appveyor|jenkins|github actions?|workflows?|pipelines?|builds?(?: process)?|compilation"
    r"|(?:compiler |deprecation )?warnings?|tests?|test cases?|unit tests?|test-?suites?|link-?checks?|links?|urls?"
    r"|licen[cs]es?|copyrights?|headers?|imports|import order"
    r"|version|version numbers?|(?:merge )?conflicts?|badges?|examples?|nits?|cs|review(?: comments?)?"
    r"|scaladocs?|usings)"
)
_FILLER = (
    r"(?:(?:an?|the|some|few|minor|small|various|more|trivial|broken|failing|flaky|wrong|bad|missing|incorrect|invalid"
    r"|dead|several|all|remaining|new|another|other|up) ){0,3}"
)
_SERIOUS = (
    r"bugs?(?!(?: |-)?(?:report|track|template|zilla|bount))|buggy|bug-?fix(?:es)?|defects?"
    r"|crash(?:e[sd]|ing)?(?! ?report)|regress(?:ions?(?! tests?)|ed|es)|faults?(?!(?: |-)?(?:toleran|inject))|faulty"
    r"|npes?|nullpointerexceptions?|seg-?faults?|dead-?locks?|race conditions?|leak(?:s|ed|ing)?(?! detect)"
    r"|use[- ]after[- ]free|buffer overflows?|infinite loops?"
)
# matched against lower-case text: twice as fast as without regard to case
SERIOUS_WORD = late_pattern(rf"\b(?:{_SERIOUS})\b")
FIX_WORD = late_pattern(
    rf"\b(?:{_FIX}(?!(?<=fixed)[- ](?:width|size|length|height|point|position|layout|seed|rate|time|term))"
    r"|broken|wrong|wrongly|incorrect|incorrectly|fails|(?:can|may|could) fail|fail (?:to|on|if|when|with)"
    r"|hangs?|stuck|corrupt(?:s|ed|ion)?|(?:do(?:es)?n't|does not|not) work(?:ing)?)\b"
)
HARMLESS_FIX = late_pattern(
    # "fix typo in x", "fix the parser tests": a cosmetic noun, and after it an end or a preposition
    rf"\b{_FIX} {_FILLER}(?:(?!(?:{_SERIOUS})\b)[\w./'`-]+ )?(?:{_COSMETIC} ){{0,2}}{_COSMETIC}(?![\w-])"
    r"(?=$|[^\w ]| (?:in|of|for|and|on|from|to|at|by|with|within|after|due|when|that|which|about|under|inside|per|again"
    r"|across|caused|reported|\W))"
    # "fix wrong code in test", "fix Python 3 build"
    rf"|\b{_FIX} (?:(?!(?:{_SERIOUS}|of|for|when|if|with|to|after|by|from|and)\b)[\w./'`-]+ ){{2,3}}"
    r"(?:tests?|test-?cases?|builds?|change-?log)(?=$|\W*$| (?:on|in|with|for)\b)"
    # "typo fixes", "doc and test fixes"
    rf"|(?<![\w-]){_COSMETIC}(?:(?: and |, ?| & |/){_COSMETIC})?[ -]{_FIX}\b"
)
COSMETIC_SUBJECT = late_pattern(
    r"\b(?:typos?|spelling|grammar|white-?spaces?|docs?|doc-?fix|doc-?strings?|documentation|javadocs?|read-?me|flaky"
    r"|quick-?start|tutorials?|tests|(?:unit|system|integration) test|flake8|pep-?8|lint|linter|linting|eslint|rubocop"
    r"|check-?style|rustfmt|clippy|gofmt|ci|jenkinsfile"
    r"|link-?checks?|rst (?:syntax|markup|headers?)|fix(?:e[sd])? (?:the )?change-?log)\b"
)
OTHER_PURPOSE = late_pattern(
    r"(?:docs?|style|tests?|ci|build|feat|feature|refactor|release)(?:\([^()]{0,80}\))?!?:"
    r"|fix\((?:deps?(?:-dev)?|dependencies|docs?|tests?|ci|lint|build|examples?|style|typos?|readme)\)!?:"
    r"|updat(?:e[sd]?|ing) (?:the )?(?:change-?log|read-?me|release notes|documentation|docs|authors|copyrights?)\b"
    r"|(?:bump|document(?:s|ed|ing)?|release|prepare|merged?|merging|version|changelog)\b"
    r"|(?:add|adds|added|improve|write|more|new)\b(?![^:]*\band fix(?:e[sd])?\b)[^:]*\btests?\b"
)
FIX_REFERENCE = late_pattern(
    r"\bfix(?:e[sd])?:? +(?:(?:issue|bug):? +)?(?:[\w.-]{1,60}/[\w.-]{1,60})?(?:#\d|gh-\d|[A-Z][A-Z0-9]{1,9}-\d"
    r"|https?://[^\s<>]{3,200}/(?:issues|browse|pull)/)"
    r"|^fixes: [0-9a-f]{7,40}\b",
    re.IGNORECASE | re.MULTILINE,
)
NEW_ABILITY = late_pattern(
    # "parser: add x", "[Fix #12] Add x": the issue it closes is a wish
    r"(?:\[[^\]]{1,40}\]:? *|[\w./,()* -]{1,40}: *|[a-z][a-z0-9]+-\d+:? *|- *){0,2}"
    r"(?:add|adds|added|adding|implement(?:s|ed|ing)?|introduc(?:e|es|ed|ing)|supports?|supported|allows?|allowed"
    r"|deprecate[sd]?|document(?:s|ed)?|expose[sd]?|enable[sd]?|upgrade[sd]?|provide[sd]?|creates?|created|new)\b"
    r"(?! (?:an? |the |some )?missing)"
)
_BEFORE_REVERT = (
    # a ticket, a tag, an emoji by its name or itself, how much and by whom
    r"(?:[a-z][a-z0-9]+-\d+:? *|\[(?!revert)[^\]]{1,40}\] *|:[a-z0-9_]{1,30}: *|[^\w\x00-\x7f]{1,4} *"
    r"|(?:partial(?:ly)?|temporar(?:y|ily)|manual(?:ly)?|automat(?:ed|ic|ically)) ){0,3}+"
)
REVERT_SUBJECT = late_pattern(
    rf"{_BEFORE_REVERT}(?:\[?revert(?:s|ed|ing)?\b"
    # other words, and those after a component, need what they take back: "roll back transactions" takes nothing back
    rf"|(?:[\w./-]{{1,40}}+(?:\([^()]{{0,80}}\))?!?: *{_BEFORE_REVERT})?"
    r"(?:revert(?:s|ed|ing)?|back(?:s|ed|ing)?[ -]?out|roll(?:s|ed|ing)?[ -]?back|undo)(?: of)?:? "
    r"(?:[\"'`\u201c\u2018]|(?:commits?|changesets?|revisions?|prs?|pull requests?) [0-9a-f#]|[#!]\d|[0-9a-f]{7,64}\b))"
)
REVERT_BODY = late_pattern(
    r"^this reverts commits? [0-9a-f]{7,64}\b|^(?:summary: )?original commit changeset: [0-9a-f]{7,64}\b"
    r"|^(?:this )?reverts (?:(?:pr|pull request|merge request) )?[\w./-]{0,200}+[#!]\d{1,9}\b",
    re.IGNORECASE | re.MULTILINE,
)
MARK_OF_FIX = late_pattern(r"(?:\U0001f41b|\U0001fa79|\U0001f691|:adhesive_bandage:|:ambulance:)\ufe0f?")
"""What Gitmoji puts before a fix, a small one, an urgent one."""
FIX_ELSEWHERE = late_pattern(
    r"\b(?:corrig(?!end)|corregi|corregg|correzion|correcci[oó]n d|correç|corrections? d|arregla|soluciona|consert"
    r"|risol[tv]|beh(?:ebt|oben|eben)|fehler(?:behebung|korrektur)|korrig|abst[uü]rz|opgelost|verholpen|gerepareerd"
    r"|plantage|bogue|napraw|popraw\w{1,9} b[łl][eę]d|oprav|düzelt|åtgärd|rett(?:et|er) fe|isprav|popravlj|sửa lỗi"
    r"|исправ|почин|пофикс|фикс(?!ир)|баг(?:[аи]|ов)?\b|виправ|поправ)"
    r"|修复|修復|修正|解[决決].{0,30}(?:问题|問題|错误|錯誤|异常|異常)|崩[溃潰]|不具合|バグ|クラッシュ"
    r"|버그|(?:오류|에러|문제).{0,20}(?:수정|해결)"
)
"""How a fix is called in the other languages of which many messages are written."""
COSMETIC_ELSEWHERE = late_pattern(
    r"\b(?:fautes? de frappe|orth?ograf|orthograph|coquille|errata|tippfehler|rechtschreib|tikfout|typfout|literówk"
    r"|p[rř]eklep|skrivfel|stavfel|yazım|typos?\b|(?:php|java)?docs?\b|documenta[cç]|dokument|read-?me|tests?\b"
    r"|опечат|документац|комментар|тест|одрук)"
    r"|错别字|錯別字|拼写|拼寫|文档|文檔|注释|註釋|格式|笔误|测试|測試|誤字|タイポ|ドキュメント|コメント|テスト|오타|문서|주석|테스트"
)
MERGED = late_pattern(r"merged (?:pr \d{1,9}: |in \S{1,200} \(pull request #\d{1,9}\)$)")
HOTFIX = late_pattern(r"^(?:\U0001f691|:ambulance:)|\b(?:hot[- ]?fix(?:e[sd]|ing)?|emergency fix|urgent fix)\b")
TO_BE_SQUASHED = late_pattern(r"^(?:(?:fixup|squash|amend)! ){1,9}")
TRAILER_LINE = late_pattern(
    r"(?:[A-Za-z][A-Za-z0-9]{0,30}(?:-[A-Za-z0-9]{1,30}){1,5}|authors?|reviewers?|fixes|closes|refs|bug|committer"
    r"|approvers?|ticket|issue|see)\s?:\s|\(cherry picked from commit ",
    re.IGNORECASE,
)
ISSUE = late_pattern(
    r"(?<![\w&/#-])(?:[\w.-]{1,60}/[\w.-]{1,60})?#(?P<number>\d{1,9})\b"
    r"|(?<![\w-])GH-(?P<gh>\d{1,9})\b"
    r"|(?<![\w/.-])(?!(?:UTF|SHA|ISO|RFC|PEP|CVE|HTTP|TLS|MD|AES|BASE|X|GPL|LGPL|AGPL|BSD|RSA|ECMA|ES|JEP|JSR)-)"
    r"(?P<ticket>[A-Z][A-Z0-9]{1,9}-\d{1,7})\b(?!-)"
    r"|https?://[^\s<>()]{3,200}?/(?:(?:issues|pull|pulls|merge_requests)/(?P<url>\d{1,9})"
    r"|browse/(?P<browse>[A-Z][A-Z0-9]{1,9}-\d{1,7}))\b"
)
REVIEW_LINE = late_pattern(
    r"^[ \t]*(reviewed-by|acked-by|approved-by|reviewers?|approvers?)[ \t]*:[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE
)
PERSON_SEPARATOR = late_pattern(r"[,;]| and (?![^<>]{0,320}+>)")
