"""Bots, coding agents and people, by names and addresses as they stand in public histories."""

from __future__ import annotations

import pytest

from hyperion_hook.domain.author import Author
from hyperion_hook.domain.history import CommitFlag
from hyperion_hook.domain.message.classify import classify_message, trailers
from hyperion_hook.domain.message.programs import is_agent, is_bot, is_program

_AT_GITHUB = "users.noreply.github.com"
PEOPLE = [
    "Ada <ada@example.org>",
    "Bob Abbott <abbott@example.org>",
    "Abbot <abbot@example.org>",
    "Tom Talbot <talbot@x.org>",
    "Botond <botond@example.org>",
    "Robot Jones <robot.jones@x.org>",
    "Bo Thomas <bo@x.org>",
    "Mr. Robot <mr.robot@x.com>",
    "Cabot <cabot@x.org>",
    "Turbot <t@x.org>",
    "Rowbotham <r@x.org>",
    "Lambot <l@x.org>",
    "Ibotta <i@x.org>",
    "Leroy Jenkins <jenkins@example.org>",
    "Max Bors <max.bors@x.de>",
    "Travis Scott <travis@x.com>",
    "Hudson Hawk <hudson@x.org>",
    "Action Jackson <action@jackson.com>",
    "Flux Capacitor <flux@x.org>",
    "Claude Martin <claude@free.fr>",
    "Claude <claude@free.fr>",
    "Jean-Claude <jc@x.org>",
    "Devin Smith <devin@x.com>",
    "Jules Verne <jules@x.org>",
    "Cody <cody@x.org>",
    "Amber <amp@x.com>",
    "Grace <grace@anthropic.com>",
    "Lin <lin@transifex.com>",
    f"claude <12345+claude@{_AT_GITHUB}>",
    "GitHub <noreply@github.com>",
    " <>",
    "Ada (aider) <ada@example.org>",
    "Copilotti <c@x.org>",
    "Cursorio <c@x.org>",
    "Renata <r@renovate.example>",
    "Ai Weiwei <ai@x.org>",
    "Wang Ai <wang.ai@x.org>",
    "Ci Wang <ci.wang@x.org>",
    "Grok Ng <g@x.org>",
    "Kimi Raikkonen <k@x.org>",
    "Agent Smith <smith@x.org>",
    "Usain Bolt <bolt@x.org>",
    "Ada <ada@coderabbit.ai>",
]
BOTS = [
    "GitHub Actions <actions@github.com>",
    "GitHub Action <action@github.com>",
    "actions-user <action@github.com>",
    f"github-actions[bot] <41898282+github-actions[bot]@{_AT_GITHUB}>",
    "github-actions <github-actions@github.com>",
    "GitHub Actions Bot <x@y.z>",
    "Ada <action@github.com>",
    f"actions-user <65916846+actions-user@{_AT_GITHUB}>",
    "Github Actions Workflow <x@y.z>",
    "github_actions <x@y.z>",
    "GitLab CI <x@y.z>",
    "Travis CI <t@x.y>",
    "CircleCI <x@y.z>",
    "Azure Pipelines <x@y.z>",
    "Jenkins <x@y.z>",
    "Jenkins CI <x@y.z>",
    "jenkins-bot <x@y.z>",
    "CI Bot <x@y.z>",
    "project_42_bot_abc <project_42_bot_abc@noreply.gitlab.com>",
    "Scala Steward <me@scala-steward.org>",
    "scala-steward-bot <x@y.z>",
    "ImgBot <ImgBotHelp@gmail.com>",
    f"imgbot[bot] <31301654+imgbot[bot]@{_AT_GITHUB}>",
    "ImgBotApp <x@y.z>",
    "Renovate Bot <bot@renovateapp.com>",
    "Mend Renovate <x@y.z>",
    "dependabot-preview[bot] <x@y.z>",
    f"renovate <29139614+renovate[bot]@{_AT_GITHUB}>",
    "WhiteSource Renovate <x@y.z>",
    "Dependabot <x@dependabot.com>",
    f"bors[bot] <26634292+bors[bot]@{_AT_GITHUB}>",
    "bors <bors@rust-lang.org>",
    "bors-servo <x@y.z>",
    "homu <x@y.z>",
    "mergify[bot] <x@y.z>",
    "Mergify <x@y.z>",
    "k8s-ci-robot <x@y.z>",
    "openshift-merge-robot <x@y.z>",
    "Kubernetes Prow Robot <k8s.ci.robot@x.com>",
    "Kubernetes Submit Queue <x@y.z>",
    "Zuul <zuul@review.openstack.org>",
    "Jenkins <jenkins@review.openstack.org>",
    "OpenStack Proposal Bot <x@y.z>",
    "Gerrit Code Review <review@openstack.org>",
    "Commit Queue <x@y.z>",
    "WebKit Commit Bot <x@y.z>",
    "chromium-autoroll <x@y.z>",
    "GitHub Merge Queue <x@y.z>",
    "Hosted Weblate <hosted@weblate.org>",
    "Weblate (bot) <noreply@weblate.org>",
    "Weblate <x@y.z>",
    "Transifex <x@y.z>",
    "Crowdin Bot <support+bot@crowdin.com>",
    "translatewiki.net <l10n-bot@translatewiki.net>",
    "Release Bot <x@y.z>",
    "semantic-release-bot <x@y.z>",
    "release-please[bot] <x@y.z>",
    "pre-commit-ci <x@y.z>",
    "pre-commit.ci <x@y.z>",
    f"pre-commit-ci[bot] <66853113+pre-commit-ci[bot]@{_AT_GITHUB}>",
    "PyTorch MergeBot <x@y.z>",
    "rustbot <x@y.z>",
    "Facebook Github Bot <x@y.z>",
    "A. Unique TensorFlower <gardener@tensorflow.org>",
    "dotnet-maestro[bot] <x@y.z>",
    "DotNet-Bot <dn-bot@microsoft.com>",
    "Yoshi Automation <x@y.z>",
    "LLVM GN Syncbot <x@y.z>",
    "snyk-bot <x@y.z>",
    "allcontributors[bot] <x@y.z>",
    "greenkeeper[bot] <x@y.z>",
    "Copybara-Service <x@y.z>",
    "Restyled.io <x@y.z>",
    "fluxcdbot <x@y.z>",
    "Ada <release-bot@example.org>",
    "coderabbitai[bot] <x@y.z>",
    "anything-new[bot] <x@y.z>",
    "Woodpecker CI <x@y.z>",
    "swift-ci <x@y.z>",
    "Project Collection Build Service (org) <x@y.z>",
    "deployer <deploy@project-1.iam.gserviceaccount.com>",
    "forgejo-actions <noreply@forgejo.org>",
    "Gitea Actions <teabot@gitea.io>",
    "bitbucket-pipelines <commits-noreply@bitbucket.org>",
    "kibanamachine <x@y.z>",
    "Script Kiddy <scripty@kde.org>",
    "Jenkins Agent <x@y.z>",
    "Azure DevOps Service Account <x@y.z>",
]
AGENTS = [
    "Claude <noreply@anthropic.com>",
    f"claude[bot] <209825114+claude[bot]@{_AT_GITHUB}>",
    "Claude Code <x@y.z>",
    "Claude Opus 4.5 <noreply@anthropic.com>",
    "Claude Sonnet 4 <x@y.z>",
    "anthropic-code-agent[bot] <x@y.z>",
    "Cursor Agent <cursoragent@cursor.com>",
    "Cursor <cursoragent@cursor.com>",
    "cursor[bot] <x@y.z>",
    f"copilot-swe-agent[bot] <198982749+Copilot@{_AT_GITHUB}>",
    f"Copilot <198982749+Copilot@{_AT_GITHUB}>",
    "GitHub Copilot <x@y.z>",
    "Copilot <copilot@github.com>",
    "Copilot Autofix powered by AI <x@y.z>",
    f"devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@{_AT_GITHUB}>",
    "Devin AI <x@y.z>",
    "Devin <devin@cognition.ai>",
    "aider (gpt-4o) <noreply@aider.chat>",
    "aider <aider@aider.chat>",
    "openhands <openhands@all-hands.dev>",
    "OpenHands Agent <x@y.z>",
    "openhands-ai[bot] <x@y.z>",
    "ChatGPT <x@y.z>",
    "Codex <codex@openai.com>",
    "chatgpt-codex-connector[bot] <x@y.z>",
    "OpenAI Codex <x@y.z>",
    "Gemini CLI <x@y.z>",
    "gemini-code-assist[bot] <x@y.z>",
    f"google-labs-jules[bot] <161369871+google-labs-jules[bot]@{_AT_GITHUB}>",
    "Jules <jules@google.com>",
    "Amp <amp@ampcode.com>",
    "opencode <noreply@opencode.ai>",
    "sweep-ai[bot] <x@y.z>",
    "codegen-sh[bot] <x@y.z>",
    f"factory-droid[bot] <138933559+factory-droid[bot]@{_AT_GITHUB}>",
    "Kiro Agent <x@y.z>",
    "amazon-q-developer[bot] <x@y.z>",
    "junie-agent[bot] <x@y.z>",
    "Replit Agent <agent@replit.com>",
    "v0[bot] <x@y.z>",
    "lovable-dev[bot] <x@y.z>",
    "SWE-agent <x@y.z>",
    "Qwen-Coder <qwen-coder@alibabacloud.com>",
    "Warp <agent@warp.dev>",
    "Zed Agent <x@y.z>",
    "Manus AI <x@y.z>",
    "sourcery-ai[bot] <x@y.z>",
    "Qwen Code <x@y.z>",
    "DeepSeek V3 <x@y.z>",
    "Kimi K2 <x@y.z>",
    "grok-code-fast-1 <x@y.z>",
    "Bolt <bolt@stackblitz.com>",
    "Continue <noreply@continue.dev>",
    "Goose <goose@block.xyz>",
    "amp-code[bot] <x@y.z>",
]


def author(text: str) -> Author:
    name, _, email = text.partition(" <")
    return Author(name, email.removesuffix(">"))


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_no_programs(text: str) -> None:
    assert not is_program(author(text))


@pytest.mark.parametrize("text", BOTS)
def test_bots_are_known_by_name_or_address(text: str) -> None:
    assert (is_bot(author(text)), is_agent(author(text))) == (True, False)
    assert CommitFlag.BOT in classify_message("Fix crash", author(text))


@pytest.mark.parametrize("text", AGENTS)
def test_what_an_agent_commits_is_a_change_like_others(text: str) -> None:
    assert (is_bot(author(text)), is_agent(author(text))) == (False, True)
    assert classify_message("Fix crash", author(text)) == CommitFlag.FIX


@pytest.mark.parametrize("text", [*BOTS, *AGENTS])
def test_programs_review_nothing(text: str) -> None:
    said = trailers(f"x\n\nReviewed-by: {text}\nReviewed-by: Ada <ada@example.org>")
    assert said == [("reviewed-by", Author("Ada", "ada@example.org"))]
