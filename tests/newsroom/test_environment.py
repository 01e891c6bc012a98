import pytest
from django.core.exceptions import ImproperlyConfigured

from newsroom import environment


@pytest.fixture
def value(monkeypatch):
    def value(text):
        monkeypatch.setenv("NEWSROOM_TRIAL", text)

    monkeypatch.delenv("NEWSROOM_TRIAL", raising=False)
    return value


def test_text_takes_the_default_for_what_is_unset_or_empty(value):
    assert environment.text("NEWSROOM_TRIAL", "else") == "else"
    value("  ")
    assert environment.text("NEWSROOM_TRIAL", "else") == "else"
    value(" given ")
    assert environment.text("NEWSROOM_TRIAL", "else") == "given"


def test_required_names_the_missing_variable_and_says_why(value):
    with pytest.raises(ImproperlyConfigured, match=r"NEWSROOM_TRIAL is not set\. It matters\."):
        environment.required("NEWSROOM_TRIAL", "It matters.")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False), ("", None)],
)
def test_flag_reads_the_usual_words(value, text, meaning):
    value(text)
    for default in (True, False):
        expected = default if meaning is None else meaning
        assert environment.flag("NEWSROOM_TRIAL", default) is expected


def test_flag_refuses_another_word_without_repeating_it(value):
    value("s3cret")
    with pytest.raises(ImproperlyConfigured, match="yes or no") as refusal:
        environment.flag("NEWSROOM_TRIAL")
    assert "s3cret" not in str(refusal.value)


def test_number_refuses_words_and_what_is_too_small(value):
    value("12")
    assert environment.number("NEWSROOM_TRIAL", 3) == 12
    value("twelve")
    with pytest.raises(ImproperlyConfigured, match="whole number"):
        environment.number("NEWSROOM_TRIAL", 3)
    value("0")
    with pytest.raises(ImproperlyConfigured, match="1 or more"):
        environment.number("NEWSROOM_TRIAL", 3, least=1)


def test_names_splits_at_commas_and_drops_empty_parts(value):
    value(" a.example, ,b.example,")
    assert environment.names("NEWSROOM_TRIAL") == ["a.example", "b.example"]
    value(" , ")
    assert environment.names("NEWSROOM_TRIAL", ("c",)) == ["c"]
    with pytest.raises(ImproperlyConfigured, match="empty list"):
        environment.required_names("NEWSROOM_TRIAL", "It matters.")


def test_load_reads_a_file_and_what_is_set_wins(tmp_path, monkeypatch):
    file = tmp_path / ".env"
    file.write_text('# words\nexport TRIAL_A="a = b"\nTRIAL_B=file\n\nTRIAL_C=\n', encoding="utf-8")
    monkeypatch.setenv("TRIAL_B", "environment")
    # Remembered as unset, so that they are unset again afterwards.
    for name in ("TRIAL_A", "TRIAL_C"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.delenv("NEWSROOM_ENV_FILE", raising=False)

    environment.load(file)

    assert environment.text("TRIAL_A") == "a = b"
    assert environment.text("TRIAL_B") == "environment"
    assert environment.text("TRIAL_C", "unset") == "unset"


def test_load_names_the_line_that_it_cannot_read(tmp_path, monkeypatch):
    monkeypatch.delenv("NEWSROOM_ENV_FILE", raising=False)
    file = tmp_path / ".env"
    file.write_text("\nhunter2\n", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match="line 2: expected NAME=value") as refusal:
        environment.load(file)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgres://desk:p%40ss%2Fword@db.example:5433/newsroom",
            ("newsroom", "desk", "p@ss/word", "db.example", "5433", {}),
        ),
        ("postgresql://db.example/news%20room", ("news room", "", "", "db.example", "", {})),
        (
            "postgres://desk@/newsroom?host=/run/postgresql",
            ("newsroom", "desk", "", "/run/postgresql", "", {}),
        ),
        (
            "postgres://%2Fvar%2FRun%2Fpg:5433/newsroom",
            ("newsroom", "", "", "/var/Run/pg", "5433", {}),
        ),
        ("postgres:///newsroom", ("newsroom", "", "", "", "", {})),
        ("postgres://[::1]:5433/newsroom", ("newsroom", "", "", "::1", "5433", {})),
        ("postgres://[::1]/newsroom", ("newsroom", "", "", "::1", "", {})),
        (
            "postgres://h/n?sslmode=verify-full&sslrootcert=/etc/ca.pem&user=desk&password=a%26b",
            ("n", "desk", "a&b", "h", "", {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem"}),
        ),
    ],
)
def test_database_understands_every_form_of_the_url(url, expected):
    settings = environment.database(url, CONN_MAX_AGE=5)
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    assert tuple(settings[name] for name in names) == expected
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert settings["CONN_MAX_AGE"] == 5


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mysql://desk:hunter2@db/newsroom", "PostgreSQL only"),
        ("postgres://desk:hunter2@db", "names no database"),
        ("postgres://desk:hunter2@db:port/newsroom", "malformed"),
        ("postgres://desk:hunter2@[db/newsroom", "malformed"),
    ],
)
def test_database_refuses_without_giving_the_password_away(url, complaint):
    with pytest.raises(ImproperlyConfigured, match=complaint) as refusal:
        environment.database(url)
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_a_site_is_scheme_and_host_and_loses_its_last_slash(monkeypatch):
    monkeypatch.setenv("SITE_OF_TEST", "https://newsroom.example:8443/")
    assert environment.origin("SITE_OF_TEST", "") == "https://newsroom.example:8443"


@pytest.mark.parametrize(
    "value", ["newsroom.example", "ftp://newsroom.example", "https://", "https://a.example/news"]
)
def test_what_is_no_site_is_refused(monkeypatch, value):
    monkeypatch.setenv("SITE_OF_TEST", value)
    with pytest.raises(ImproperlyConfigured, match="SITE_OF_TEST must be scheme and host"):
        environment.origin("SITE_OF_TEST", "")


def test_an_optional_folder_can_be_declined(monkeypatch, tmp_path):
    monkeypatch.setenv("FOLDER_OF_TEST", "off")
    assert environment.optional_folder("FOLDER_OF_TEST", tmp_path) is None
    monkeypatch.setenv("FOLDER_OF_TEST", "")
    assert environment.optional_folder("FOLDER_OF_TEST", tmp_path) == tmp_path
