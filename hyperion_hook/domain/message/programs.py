"""Which names and addresses are those of programs: bots, which work by rules, and coding agents, which write changes.

What a bot commits is left out of what is learned; what an agent commits is judged like anybody's. Nobody can ask either
for a review. Names are compared word by word in sets, which a hook can afford, unlike patterns of their size.
"""

from __future__ import annotations

from functools import lru_cache

from hyperion_hook.domain.author import Author

_BETWEEN_WORDS = str.maketrans(dict.fromkeys(" ._()[]+,/", "-"))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_GITHUB = "users.noreply.github.com"

BOTS = _set(
    # build servers and their users
    "actions-user circleci cirrus-ci drone-ci azure-pipelines azure-pipeline appveyor buildkite concourse-ci teamcity"
    " semaphore-ci jenkinsci jenkins-builder read-the-docs atlassian-bamboo runbot codecov phabricator teamcity"
    " cockroach-teamcity kibanamachine elasticsearchmachine argo-cd argocd updatecli image-updater git-sync"
    " forgejo-actions gitea-actions bitbucket-pipelines automated-commit automatic-release conda-forge-admin autobump"
    " machine-user asf-gitbox-commits blathers-crl servo-wpt-sync transbot terraform-docs"
    # dependencies and code style
    " depfu requires-io whitesource-bolt-for-github autofix-ci restyled-io restyled-commits deepsource-autofix"
    " deepsource codefactor-io codacy-badger the-gitter-badger imgbotapp imgbothelp step-security-bot"
    # merging
    " bors-ng bors-servo bors-diem kodiakhq bulldozer merge-queue commit-queue github-merge-queue webkit-commit-queue"
    " kubernetes-submit-queue k8s-merge-robot gerrit-code-review luci-cq openstack-proposal asfgit"
    # translation, releases, mirrors
    " hosted-weblate transifex transifex-integration gitlocalize gitlocalize-app lokalise translatewiki-net l10n-daemon"
    " argocd-image-updater release-please release-drafter dotnet-maestro elastic-machine elasticmachine"
    " copybara-service google-oss-copybara googleapis-publisher tensorflower-gardener a-unique-tensorflower rust-timer"
    " all-contributors allcontributors sonatype-lift netlify-cms"
)
_SURNAMES = _set("flux snyk pyup jenkins hudson bors homu zuul prow weblate buildbot bamboo ci automation autobot")
"""Bots whose names are people's, too, or anybody's: only as the whole of a name, never in an address."""

_PHRASES = tuple(
    "github-action github-actions gitlab-ci travis-ci travisci circle-ci pre-commit-ci scala-steward "
    "semantic-release snyk-bot k8s-ci-robot dependabot renovate greenkeeper imgbot mergify fossabot "
    "crowdin-bot unique-tensorflower build-service build-agent build-server build-user service-account service-user "
    "ci-user deploy-key daemon-script".split()
)
"""Names that are a bot's wherever they stand in a name."""

_WORDS_BEFORE_BOT = _set(
    "merge sync commit release build deploy lint format fmt test patch update version bump changelog doc docs"
    " backport i18n l10n translation rust llvm node python pytorch pytorchmerge github gitlab git repo pull review"
    " triage stale license snyk sonar renovate crowdin pyup auto ci code img depend depa skia wpt web webkit"
    " conda-forge mozilla flux fluxcd fossa zulip bedevere chrome chromium"
)
_WORDS_BEFORE_ROBOT = _set("prow merge submit release build ci copybara proposal jenkins sync test")
_LAST_WORDS = frozenset(("bot", "bots", "autoroll", "autoroller", "autoland"))
_BOT_ADDRESSES = frozenset(
    "actions@github.com action@github.com noreply@weblate.org hosted@weblate.org gardener@tensorflow.org "
    "zuul@review.openstack.org zuul@review.opendev.org jenkins@review.openstack.org jenkins@openstack.org "
    "review@openstack.org infra-root@openstack.org me@scala-steward.org commits@restyled.io bors@rust-lang.org "
    "dn-bot@microsoft.com scripty@kde.org".split()
)
_SERVICE_ACCOUNTS = ".gserviceaccount.com"

AGENTS = _set(
    "copilot github-copilot copilot-swe-agent copilot-coding-agent copilot-autofix copilot-cli cursor cursor-agent"
    " cursoragent devin-ai devin-ai-integration opendevin swe-agent mini-swe-agent aider openhands chatgpt codex"
    " codex-cli openai-codex chatgpt-codex-connector google-labs-jules jules-agent gemini gemini-cli gemini-code-assist"
    " amp ampcode ampcode-com sourcegraph-amp opencode opencode-agent sweep-ai codegen-sh factory-droid kiro kiro-agent"
    " amazon-q amazon-q-developer junie junie-agent jetbrains-junie roomote roomote-v0 roo-code replit-agent lovable"
    " lovable-dev gpt-engineer gpt-engineer-app windsurf cline qwen-coder mistral-vibe ellipsis-dev pixeebot tembo"
    " tembo-io auggie augmentcode warp-agent zencoder blackboxai blackbox-ai terragon-labs cosine-genie ai-agent"
    " coding-agent code-agent anthropic-code-agent claude-code claude-ai qwen-code kilo-code kilo-code-bot kilocode"
    " augment-code amp-code cline-bot trae vercel-v0 bolt-new tabnine autogpt codebuff terragon"
    " plandex antigravity google-antigravity copilot-workspace seer-by-sentry greptile greptileai"
)
_AGENTS_OR_PEOPLE = _set(
    "claude devin jules goose crush warp sweep grok v0 cody continue charlie genie droid bolt kimi"
)
"""Agents whose names are people's or anything's, too: they show by ``[bot]``, a model's name, or their address."""

_AGENT_FAMILIES = {
    "claude": frozenset(("code", "opus", "sonnet", "haiku", "ai", "agent", "bot", "claude")),
    "copilot": frozenset(("autofix", "swe", "coding", "cli", "agent")),
    "gemini": frozenset(("cli", "code", "pro", "flash", "agent")),
    "aider": None,
    "openhands": None,
    "chatgpt": None,
    "gpt": None,
    "codex": None,
    "deepseek": None,
    "grok": frozenset(("code", "fast")),
    "kimi": frozenset(("k2", "cli", "code")),
}
"""First words of agents' names, and what may follow them beside numbers; ``None``: anything."""

_AGENT_DOMAINS = _set(
    "anthropic.com cursor.com cursor.sh all-hands.dev openhands.dev aider.chat openai.com ampcode.com opencode.ai"
    " cognition.ai cognition.com cognition-labs.com devin.ai factory.ai kiro.dev cline.bot roocode.com charm.land"
    " warp.dev replit.com sweep.dev codegen.com windsurf.com codeium.com lovable.dev mistral.ai x.ai vercel.com"
    " augmentcode.com tembo.io zencoder.ai alibabacloud.com google.com github.com block.xyz trae.ai coderabbit.ai"
    " continue.dev codebuff.com stackblitz.com cosine.sh zed.dev kilocode.ai sourcery.ai"
)
_RUNNERS = _set("build jenkins ci devops release deploy backup teamcity buildkite pipeline pipelines test")
"""Words before "agent" in the name of what runs builds, and writes nothing of its own."""
_SENDERS = frozenset(("noreply", "no-reply", "agent", "bot"))
_SENDERS_OF_MANY = frozenset(("google.com", "github.com", "alibabacloud.com", "vercel.com"))
"""Domains whose ``noreply`` is not an agent's."""


@lru_cache(maxsize=4_096)
def is_agent(author: Author) -> bool:
    """Return whether a name or an address is that of a coding agent.

    Examples
    --------
    >>> is_agent(Author("Claude", "noreply@anthropic.com")), is_agent(Author("Claude Paroz", "claude@example.org"))
    (True, False)
    """
    name = author.name.strip().lower()[:200]
    local, domain, marked = _address(author)
    words = _words(name.replace("[bot]", ""))
    if "-".join(words) in AGENTS or _is_of_family(words) or ("[bot]" in name and "-".join(words) in _AGENTS_OR_PEOPLE):
        return True
    if len(words) > 1 and words[-1] == "agent" and words[-2] not in _RUNNERS:
        return True
    # "Manus AI", "sourcery-ai[bot]"; a person's last name is written "Ai"
    if len(words) > 1 and words[-1] == "ai" and ("[bot]" in name or author.name.rstrip().endswith("AI")):
        return True
    sender = "-".join(_words(local))
    if domain == _GITHUB:
        return sender in AGENTS or (marked and sender in _AGENTS_OR_PEOPLE)
    if domain in _AGENT_DOMAINS:
        known = sender in AGENTS or sender in _AGENTS_OR_PEOPLE
        return known or (sender in _SENDERS and domain not in _SENDERS_OF_MANY)
    return sender in {"cursoragent", "openhands", "aider"}


@lru_cache(maxsize=4_096)
def is_bot(author: Author) -> bool:
    """Return whether a name or an address is that of a program that works by rules.

    Examples
    --------
    >>> is_bot(Author("dependabot[bot]", "")), is_bot(Author("Abbot", "abbot@example.org"))
    (True, False)
    """
    if is_agent(author):
        return False
    name = author.name.strip()[:200]
    local, domain, marked = _address(author)
    if marked or "[bot]" in name.lower() or "(bot)" in name.lower() or f"{local}@{domain}" in _BOT_ADDRESSES:
        return True
    # "Woodpecker CI", "swift-ci": of a person's name the last word is no abbreviation
    if domain.endswith(_SERVICE_ACCOUNTS) or (len(name) > 3 and name.endswith((" CI", "-ci", "_ci"))):
        return True
    words, sender = _words(name.lower()), _words(local)
    if "-".join(words) in _SURNAMES or _is_camel_case(name):
        return True
    if len(words) > 1 and (words[-1] == "automation" or (words[-1] == "agent" and words[-2] in _RUNNERS)):
        return True
    # "Mr Robot" is a person, "x-ci-robot" none
    if len(words) > 1 and words[-1] == "robot" and (" " not in name or words[-2] in _WORDS_BEFORE_ROBOT):
        return True
    return _is_known(words) or _is_known(sender) or local.endswith("-robot") or local == "robot"


def is_program(author: Author) -> bool:
    """Return whether nobody is behind a name: it is a bot's or a coding agent's."""
    return is_bot(author) or is_agent(author)


def without_agent(name: str) -> str:
    """Return a person's name without the agent that committed with it.

    Examples
    --------
    >>> without_agent("Ada (aider)")
    'Ada'
    """
    return name.removesuffix("(aider)").rstrip() or name


def _words(text: str) -> list[str]:
    return [word for word in text.translate(_BETWEEN_WORDS).split("-") if word]


def _address(author: Author) -> tuple[str, str, bool]:
    """Return the parts before and after the ``@``, without a user's number, and whether it is marked as a bot's."""
    local, _, domain = author.email.strip().lower()[:200].partition("@")
    number, plus, rest = local.partition("+")
    if plus and number.isdigit():
        local = rest
    return local.removesuffix("[bot]"), domain, local.endswith("[bot]")


def _is_of_family(words: list[str]) -> bool:
    if not words or words[0] not in _AGENT_FAMILIES:
        return False
    following = _AGENT_FAMILIES[words[0]]
    return following is None or (len(words) > 1 and (words[1] in following or words[1][0].isdigit()))


def _is_camel_case(name: str) -> bool:
    """Whether a name is one word such as ``ImgBot``."""
    return name.endswith("Bot") and name[:-3].isalnum()


def _is_known(words: list[str]) -> bool:
    if not words:
        return False
    whole, last = "-".join(words), words[-1]
    if whole in BOTS or last in _LAST_WORDS or (last.endswith("bot") and last[:-3] in _WORDS_BEFORE_BOT):
        return True
    if len(words) > 2 and words[0] in {"project", "group"} and words[1].isdigit() and words[2] == "bot":
        return True
    padded = f"-{whole}-"
    return any(f"-{phrase}-" in padded for phrase in _PHRASES)
