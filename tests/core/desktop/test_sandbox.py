"""What is said of the process that opens strangers' models is what this system can enforce."""

from explorer.core.desktop.sandbox import Limit, describe_confinement, possible_limits


def test_what_is_enforced_is_said_and_what_is_not_as_well() -> None:
    assert describe_confinement(frozenset(Limit)) == (
        "Models that are not included are opened in a process that reads and writes only its own "
        "files, has no network access and cannot start or signal other processes."
    )
    assert describe_confinement(frozenset({Limit.NETWORK, Limit.PROCESSES})).endswith(
        "This system cannot enforce that it reads and writes only its own files."
    )
    assert "which this system cannot confine" in describe_confinement(frozenset())


def test_other_systems_enforce_nothing(monkeypatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert possible_limits() == frozenset()


def test_a_kernel_without_landlock_still_refuses_system_calls(monkeypatch) -> None:
    monkeypatch.setattr("explorer.core.desktop.landlock.landlock_version", lambda: 0)
    monkeypatch.setattr("explorer.core.desktop.seccomp.can_filter", lambda: True)
    assert possible_limits() == {Limit.NETWORK, Limit.PROCESSES}
