"""The Helm chart: it renders, Kubernetes would take it, and its processes would start."""

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import helm_python as helm
import kubernetes_validate
import pytest
import yaml

Values = dict[str, Any]
Object = dict[str, Any]
Render = Callable[..., list[Object]]
Check = Callable[[str, Mapping[str, str], Iterable[str]], None]

FOLDER = Path(__file__).parents[2] / "helm" / "argot"
DEFAULTS: Values = {}
OPTIONS: Values = yaml.safe_load((Path(__file__).parent / "chart_values.yaml").read_text())
VALUES = [pytest.param(DEFAULTS, id="defaults"), pytest.param(OPTIONS, id="options")]

OLDEST = re.sub(r"[^0-9.]*(\d+\.\d+).*", r"\1", helm.Chart.load(FOLDER).metadata["kubeVersion"])
NEWEST = kubernetes_validate.latest_version()


@pytest.fixture(scope="module")
def render() -> Iterator[Render]:
    """All objects of a release with these values."""
    with helm.Chart.load(FOLDER) as chart:

        def objects(values: Values = DEFAULTS, name: str = "argot") -> list[Object]:
            rendered = chart.render(values, name=name, namespace="speech")
            manifests = [text for path, text in rendered.items() if path.endswith(".yaml")]
            found = yaml.load_all("\n---\n".join(manifests), yaml.CSafeLoader)
            return [each for each in found if each]

        yield objects


def of_kind(objects: list[Object], kind: str) -> dict[str, Object]:
    """The objects of one kind by the process that they are of."""
    return {
        each["metadata"]["labels"]["app.kubernetes.io/component"]: each
        for each in objects
        if each["kind"] == kind
    }


def pods(objects: list[Object]) -> dict[str, Object]:
    return {name: each["spec"]["template"] for name, each in of_kind(objects, "Deployment").items()}


def container(pod: Object) -> Object:
    (only,) = pod["spec"]["containers"]
    assert isinstance(only, dict)
    return only


def environment(objects: list[Object], process: str) -> dict[str, str]:
    """What the process is told, with a stand-in for each secret."""
    runs = container(pods(objects)[process])
    maps = {each["metadata"]["name"]: each["data"] for each in objects if "data" in each}
    plain = [maps[source["configMapRef"]["name"]] for source in runs["envFrom"]]
    secret = {each["name"]: "a-secret" for each in runs["env"] if each["valueFrom"]}
    return {key: value for each in (*plain, secret) for key, value in each.items()}


def with_value(path: str, value: object) -> Values:
    """Values that set `a.b.c`."""
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("values", VALUES)
def test_it_lints(values: Values) -> None:
    report = helm.lint(FOLDER, values, strict=True)

    assert report["errors"] == []


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("values", VALUES)
def test_kubernetes_takes_every_object(render: Render, values: Values, version: str) -> None:
    for each in render(values):
        kubernetes_validate.validate(each, version, strict=True)


def test_a_misspelt_field_would_be_found(render: Render) -> None:
    deployment = of_kind(render(), "Deployment")["catalog"]
    deployment["spec"]["replica"] = deployment["spec"].pop("replicas")

    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate(deployment, NEWEST, strict=True)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("services.catalog.replica", 2),
        ("services.catalog.replicas", "2"),
        ("services.katalog", {"replicas": 1}),
        ("services.catalog", None),
        ("services.catalog.settings.ARGOT_CLAIM_SECONDS", 60),
        ("services.catalog.settings.CLAIM_SECONDS", "60"),
        ("services.catalog.settings.ARGOT_DATABASE_URL", "postgresql+psycopg://in-plain-sight"),
        ("services.gateway.settings.ARGOT_PORT", "80"),
        ("services.gateway.autoscaling", {"maxReplicas": 3}),
        ("settings.ARGOT_LOG_LEVEL", "verbose"),
        ("secrets.jwt.value", "a secret"),
        ("secrets.database.catalog.key", ""),
        ("storage.endpoint", "storage:8333"),
        ("authentication.jwksUrl", "https://login.example.org/keys"),
        ("networkPolicy.enabled", True),
        ("postgresql", {"enabled": True}),
    ],
)
def test_a_wrong_value_is_refused(render: Render, path: str, value: object) -> None:
    with pytest.raises(helm.HelmValuesError, match="specifications of the schema"):
        render(with_value(path, value))


def test_it_runs_every_process_and_no_other(
    render: Render, modules: dict[str, str], images: dict[str, str]
) -> None:
    running = {name: container(pod) for name, pod in pods(render()).items()}

    assert {name: each["args"] for name, each in running.items()} == {
        name: [module] for name, module in modules.items()
    }
    assert {name: each["image"].rpartition("-")[2] for name, each in running.items()} == images


@pytest.mark.parametrize("values", VALUES)
def test_every_process_is_told_what_it_needs(
    render: Render, modules: dict[str, str], values: Values, check_told: Check
) -> None:
    objects = render(values)
    for process in modules:
        mounts = [each["mountPath"] for each in container(pods(objects)[process])["volumeMounts"]]
        check_told(process, environment(objects, process), mounts)


@pytest.mark.parametrize("values", VALUES)
def test_pods_are_restricted(render: Render, root: Path, values: Values) -> None:
    assert "USER 10001:10001" in (root / "Dockerfile").read_text()
    for pod in pods(render(values)).values():
        spec, own = pod["spec"], container(pod)["securityContext"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == 10001
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert own["readOnlyRootFilesystem"] is True
        assert own["allowPrivilegeEscalation"] is False
        assert own["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("values", VALUES)
def test_probes_and_mounts_lead_somewhere(render: Render, values: Values) -> None:
    for pod in pods(render(values)).values():
        runs = container(pod)
        ports = {port["name"] for port in runs["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert runs[probe]["httpGet"]["port"] in ports
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
        assert {mount["name"] for mount in runs["volumeMounts"]} == volumes


@pytest.mark.parametrize("values", VALUES)
def test_selectors_find_their_own_pods_only(render: Render, values: Values) -> None:
    objects = render(values)
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(objects).items()}
    for each in objects:
        spec = each.get("spec", {})
        selector = spec.get("selector") or spec.get("podSelector")
        if selector is None:
            continue
        wanted = selector.get("matchLabels", selector).items()
        found = [name for name, own in labels.items() if wanted <= own.items()]
        assert found == [each["metadata"]["labels"]["app.kubernetes.io/component"]]


def test_names_fit_and_are_the_same_again(render: Render) -> None:
    long = "a-release-with-a-name-as-long-as-helm-allows-it-to-be"

    names = [(each["kind"], each["metadata"]["name"]) for each in render(OPTIONS, name=long)]

    assert len(set(names)) == len(names)
    assert max(len(name) for _, name in names) <= 63
    assert render(OPTIONS) == render(OPTIONS)
    assert "argot-gateway" in {each["metadata"]["name"] for each in render(name="argot")}


def test_a_changed_setting_replaces_the_pods_that_it_concerns(render: Render) -> None:
    changed = with_value("services.catalog.settings.ARGOT_CLAIM_SECONDS", "90")

    before, after = pods(render()), pods(render(changed))

    assert [name for name, pod in after.items() if pod != before[name]] == ["catalog"]


def test_by_default_it_brings_only_the_processes(render: Render) -> None:
    kinds = {each["kind"] for each in render()}

    assert kinds == {"ConfigMap", "Deployment", "Service", "ServiceAccount"}


def test_what_is_scaled_has_a_disruption_budget(render: Render) -> None:
    objects = render(OPTIONS)

    budgets = of_kind(objects, "PodDisruptionBudget")
    scalers = of_kind(objects, "HorizontalPodAutoscaler")
    deployments = of_kind(objects, "Deployment")
    assert budgets.keys() == {"catalog", "gateway", "trainer-worker"}
    assert scalers.keys() == {"gateway"}
    assert "replicas" not in deployments["gateway"]["spec"]
    assert deployments["catalog"]["spec"]["replicas"] == 2


def test_a_trainer_on_a_gpu(render: Render) -> None:
    pod = pods(render(OPTIONS))["trainer-worker"]

    assert container(pod)["resources"]["limits"] == {"memory": "24Gi", "nvidia.com/gpu": 1}
    assert pod["spec"]["nodeSelector"] == {"example.org/gpu": "h200"}
    assert pod["spec"]["tolerations"][0]["key"] == "nvidia.com/gpu"
    assert pod["spec"]["terminationGracePeriodSeconds"] == 120


def test_the_model_cache_is_one_claim(render: Render) -> None:
    def claims(objects: list[Object]) -> list[str]:
        volumes = [each for pod in pods(objects).values() for each in pod["spec"]["volumes"]]
        sources = [each.get("persistentVolumeClaim") for each in volumes]
        return [source["claimName"] for source in sources if source]

    existing = copy.deepcopy(OPTIONS)
    existing["modelCache"]["existingClaim"] = "models"

    assert of_kind(render(OPTIONS), "PersistentVolumeClaim").keys() == {"models"}
    assert claims(render(OPTIONS)) == ["argot-models"] * 2
    assert of_kind(render(existing), "PersistentVolumeClaim") == {}
    assert claims(render(existing)) == ["models"] * 2
    assert claims(render()) == []


def test_network_policies_leave_only_what_is_named(render: Render, modules: dict[str, str]) -> None:
    policies = of_kind(render(OPTIONS), "NetworkPolicy")

    assert policies.keys() == modules.keys()
    ports = [rule["ports"][0]["port"] for rule in policies["gateway"]["spec"]["ingress"]]
    assert ports == ["http", "health"]
    assert len(policies["gateway"]["spec"]["egress"]) == 3
    for worker in ("ingest-worker", "trainer-worker"):
        assert policies[worker]["spec"]["ingress"][0]["ports"][0]["port"] == "health"
        assert len(policies[worker]["spec"]["egress"]) == 2


def test_a_key_server_takes_the_place_of_the_secret(render: Render) -> None:
    by_secret, by_keys = (environment(render(values), "gateway") for values in (DEFAULTS, OPTIONS))

    assert "ARGOT_JWT_SECRET" in by_secret
    assert "ARGOT_JWT_SECRET" not in by_keys
    assert by_keys["ARGOT_JWKS_URL"] == "https://login.example.org/keys"
