"""Every code host alike: a double, an API object, and the job that runs ``comment`` on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyperion_hook.forge.azure import Azure
from hyperion_hook.forge.bitbucket import Bitbucket
from hyperion_hook.forge.gitea import Gitea
from hyperion_hook.forge.github import GitHub
from hyperion_hook.forge.gitlab import GitLab
from hyperion_hook.forge.job import Job
from hyperion_hook.forge.rest import RestHost
from tests.support import github, gitlab
from tests.support.described import TOKEN, AzureDouble, BitbucketDouble, GiteaDouble, operations
from tests.support.github_job import GitHubJob, clean
from tests.support.pulls import Pull

NUMBER = 7
BASE, HEAD = "b" * 40, "a" * 40
Variables = Callable[[Any, Pull, str], dict[str, str]]


@dataclass(frozen=True)
class Kind:
    """One kind of host; ``requests`` are method and path of what each request is for."""

    name: str
    double: Callable[[], Any]
    api: Callable[[Any], RestHost]
    requests: Mapping[str, tuple[str, str]]
    variables: Variables | None = None
    number: int = NUMBER
    add: Callable[[Any, str, bool], object] = lambda double, body, own: double.add(body, own=own)
    ours: Callable[[Any], list[str]] = lambda double: double.ours()

    def run(self, pull: Pull, double: Any, folder: Path, *arguments: str, **more: Any) -> tuple[int, str, str]:
        """Run the command in a job of the host; return its exit code, what the job shows, and what it warns of."""
        job = GitHubJob(pull.repo, double, folder)
        head = more.pop("head", pull.head)
        if self.variables is None:
            job.token = github.JOB_TOKEN if self.name == "github" else TOKEN
            done = job.pull(pull.base, head, "opened", "--forge", self.name, *arguments, **more)
            return done.code, done.summary + done.out, done.err
        pull.repo.git("update-ref", "refs/remotes/origin/main", pull.base)
        environment = clean() | self.variables(double, pull, head) | more.pop("env", {})
        given = ["--repo", str(pull.repo.path), "comment", "--forge", self.name, *arguments]
        code, out, err = job.command(given, environment, more.pop("seconds", None))
        assert "Traceback" not in err
        assert TOKEN not in out + err
        return code, out, err


def _described(host: str) -> dict[str, tuple[str, str]]:
    return {
        name: (operation["method"], "/".join("[^/]+" if part[0] == "{" else part for part in _parts(operation)) + "$")
        for name, operation in operations(host).items()
    }


def _parts(operation: Mapping[str, Any]) -> list[str]:
    return str(operation["path"]).strip("/").split("/")


def _gitlab(double: Any, pull: Pull, head: str) -> dict[str, str]:
    return {
        "CI_API_V4_URL": f"{double.url}/api/v4",
        "CI_PROJECT_ID": str(gitlab.PROJECT),
        "CI_MERGE_REQUEST_IID": str(gitlab.NUMBER),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": pull.base,
        "CI_COMMIT_SHA": head,
        "CI_PROJECT_URL": "https://gitlab.example/g/p",
        "GITLAB_TOKEN": gitlab.TOKEN,
    }


def _bitbucket(double: Any, pull: Pull, head: str) -> dict[str, str]:
    return {
        "BITBUCKET_API_URL": double.api,
        "BITBUCKET_REPO_FULL_NAME": "o/r",
        "BITBUCKET_PR_ID": str(NUMBER),
        "BITBUCKET_PR_DESTINATION_COMMIT": pull.base[:12],
        "BITBUCKET_COMMIT": head,
        "BITBUCKET_TOKEN": TOKEN,
    }


def _azure(double: Any, _: Pull, head: str) -> dict[str, str]:
    return {
        "SYSTEM_COLLECTIONURI": f"{double.api}/org/",
        "SYSTEM_TEAMPROJECT": "My Project",
        "BUILD_REPOSITORY_ID": "0f7b7d2c-9a5e-4a39-8e55-93cde4a0c1aa",
        "BUILD_REPOSITORY_URI": "https://org@dev.azure.com/org/My%20Project/_git/r",
        "SYSTEM_PULLREQUEST_PULLREQUESTID": str(NUMBER),
        "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
        "SYSTEM_PULLREQUEST_SOURCECOMMITID": head,
        "SYSTEM_ACCESSTOKEN": TOKEN,
    }


def _job(double: Any, repository: str, path: str = "") -> Job:
    return Job(double.url + path, "https://host.example/o/r", repository, NUMBER, BASE, HEAD)


def _github_comment(double: Any, body: str, own: bool) -> None:
    double.add_comment(body, *((github.BOT, "Bot") if own else ("grace", "User")))


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "github",
            github.GitHubDouble,
            lambda double: GitHub.of(double.api, github.REPOSITORY, github.JOB_TOKEN),
            {
                "list": ("GET", "/issues/7/comments$"),
                "write": ("POST", "/issues/7/comments$"),
                "update": ("PATCH", "/issues/comments/"),
                "remove": ("DELETE", "/issues/comments/"),
            },
            add=_github_comment,
            ours=lambda double: [entry["body"] for entry in double.comments if entry["user"]["login"] == github.BOT],
        ),
        Kind(
            "gitlab",
            gitlab.GitLabDouble,
            lambda double: GitLab(_job(double, str(gitlab.PROJECT), "/api/v4"), gitlab.TOKEN),
            {
                "list": ("GET", "/notes$"),
                "write": ("POST", "/notes$"),
                "update": ("PUT", "/notes/"),
                "remove": ("DELETE", "/notes/"),
                "user": ("GET", "/user$"),
            },
            _gitlab,
            gitlab.NUMBER,
            add=lambda double, body, own: double.add(body, gitlab.BOT if own else gitlab.OTHER),
            ours=lambda double: [note["body"] for note in double.notes if note["author"]["id"] == gitlab.BOT],
        ),
        *(
            Kind(name, GiteaDouble, lambda double: Gitea.of(double.api, "o/r", TOKEN), _described("gitea"))
            for name in ("gitea", "forgejo")
        ),
        Kind(
            "bitbucket",
            BitbucketDouble,
            lambda double: Bitbucket(_job(double, "o/r", "/2.0"), TOKEN),
            _described("bitbucket"),
            _bitbucket,
        ),
        Kind(
            "azure",
            AzureDouble,
            lambda double: Azure(_job(double, "p/_apis/git/repositories/r", "/org"), TOKEN),
            _described("azure"),
            _azure,
        ),
    )
}
