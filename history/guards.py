"""What the database itself refuses.

*Marks.* Every change of a row that belongs to an aggregate leaves a mark in
``history_dirty``; an entry about that aggregate, later in the same
transaction, clears it; at commit a mark that is still there is refused. So no
change goes without a record, whether it comes from the desk, a script or psql.

*Append only.* UPDATE, DELETE and TRUNCATE are refused on the ledger, the
stored documents, and the tables that aggregates declare append only.

The triggers are made from the registration of the aggregates, after each
``migrate``; a table whose migration has not run yet is passed over.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from .aggregates import aggregates

LEDGER = (
    "history_entry",
    "history_payload",
    "history_node",
    "history_checkpoint",
    "reversion_version",
    "reversion_revision",
)

# One owner for table and functions, and a fixed search path: the application's
# role needs no rights on the marks.
MARKS = """
CREATE UNLOGGED TABLE IF NOT EXISTS history_dirty (
    xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
    subject uuid NOT NULL,
    aggregate text NOT NULL,
    place text NOT NULL,
    PRIMARY KEY (xact, subject)
);

CREATE OR REPLACE FUNCTION history_refuse_dirty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM history_dirty WHERE xact = NEW.xact AND subject = NEW.subject) THEN
        RAISE EXCEPTION '% % changed (in %) without a later ledger entry in this transaction',
            NEW.aggregate, NEW.subject, NEW.place
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'history_no_change_without_record';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION history_clear_dirty() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM history_dirty WHERE xact = pg_current_xact_id() AND subject = NEW.subject;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION history_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- An account may go; what it did stays. (django-reversion's SET NULL.)
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'reversion_revision'
       AND to_jsonb(NEW) ->> 'user_id' IS NULL
       AND to_jsonb(NEW) - 'user_id' = to_jsonb(OLD) - 'user_id' THEN
        RETURN NEW;
    END IF;
    -- The one door: history_erase(), which runs as the tables' owner.
    IF TG_OP = 'UPDATE' AND current_setting('newsroom.door', true) = 'erasure'
       AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class
                           WHERE oid = TG_RELID) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_append_only';
END $$;

CREATE OR REPLACE FUNCTION history_no_truncate() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%: TRUNCATE refused, it would leave no record', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'history_no_truncate';
END $$;

DROP TRIGGER IF EXISTS history_refuse ON history_dirty;
CREATE CONSTRAINT TRIGGER history_refuse AFTER INSERT ON history_dirty
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION history_refuse_dirty();

DROP TRIGGER IF EXISTS history_clear ON history_entry;
CREATE TRIGGER history_clear AFTER INSERT ON history_entry
    FOR EACH ROW EXECUTE FUNCTION history_clear_dirty();
"""

# What an erasure may rewrite; entries, nodes and checkpoints never.
DOOR = """
CREATE OR REPLACE FUNCTION history_erase(place text, key_column text, key text, new_values jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE columns text; given text; changed bigint;
BEGIN
    IF place <> ALL (ARRAY[{tables}]) THEN
        RAISE EXCEPTION '% is not open to erasures', place USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT string_agg(format('%I', k), ', '), string_agg(format('n.%I', k), ', ')
        INTO columns, given FROM jsonb_object_keys(new_values) k;
    PERFORM set_config('newsroom.door', 'erasure', true);
    EXECUTE format(
        'UPDATE %I SET (%s) = ROW(%s) FROM jsonb_populate_record(NULL::%I, $1) n'
        ' WHERE %I.%I::text = $2', place, columns, given, place, place, key_column)
        USING new_values, key;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('newsroom.door', '', true);
    RETURN changed;
END $$;
REVOKE ALL ON FUNCTION history_erase(text, text, text, jsonb) FROM PUBLIC;
"""

MARK_TABLE = """
CREATE OR REPLACE FUNCTION history_mark_{table}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE r {table};
BEGIN
    IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN RETURN NULL; END IF;
    -- A row that moves from one aggregate to another marks both.
    FOREACH r IN ARRAY (CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW]
                                   WHEN 'DELETE' THEN ARRAY[OLD]
                                   ELSE ARRAY[OLD, NEW] END) LOOP
        INSERT INTO history_dirty (subject, aggregate, place)
        SELECT s.id, '{aggregate}', TG_TABLE_NAME FROM (SELECT {subject}) s(id)
        WHERE s.id IS NOT NULL ON CONFLICT DO NOTHING;
    END LOOP;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS history_mark ON {table};
CREATE TRIGGER history_mark AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION history_mark_{table}();
DROP TRIGGER IF EXISTS history_no_truncate ON {table};
CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON {table}
    EXECUTE FUNCTION history_no_truncate();
"""

APPEND_ONLY = """
DROP TRIGGER IF EXISTS history_append_only ON {table};
CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION history_append_only();
DROP TRIGGER IF EXISTS history_no_truncate ON {table};
CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON {table}
    EXECUTE FUNCTION history_no_truncate();
"""


def statements(existing: set[str]) -> list[str]:
    """Return the SQL that installs every guard on those tables that exist."""
    if not existing.issuperset(LEDGER):
        return []
    untouchable = {"history_entry", "history_node", "history_checkpoint"}
    erasable = [table for table in append_only() if table not in untouchable]
    door = DOOR.format(tables=", ".join(f"'{table}'" for table in erasable))
    sql = [MARKS, door, *(APPEND_ONLY.format(table=table) for table in LEDGER)]
    for aggregate in aggregates():
        for table, subject in aggregate.tables.items():
            if table in existing:
                sql.append(
                    MARK_TABLE.format(table=table, subject=subject, aggregate=aggregate.label)
                )
        sql += [APPEND_ONLY.format(table=t) for t in aggregate.append_only if t in existing]
    return sql


def append_only() -> list[str]:
    """Return every table to which rows are only added."""
    declared = [table for aggregate in aggregates() for table in aggregate.append_only]
    return [*LEDGER, *declared]


def grants(application: str, eraser: str) -> list[str]:
    """Return the statements that give two roles their rights; names are not quoted.

    The application reads everything, adds to what is append only, and writes
    the rest. The eraser is an application that may also open the door. Neither
    owns anything, so neither can take a trigger off.
    """
    return [
        f"GRANT USAGE ON SCHEMA public TO {application}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {application}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {application}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {application}" for table in append_only()),
        # When an account goes, django-reversion forgets its number.
        f"GRANT UPDATE (user_id) ON reversion_revision TO {application}",
        f"REVOKE INSERT, UPDATE, DELETE ON history_dirty, django_migrations FROM {application}",
        f"GRANT {application} TO {eraser}",
        f"GRANT EXECUTE ON FUNCTION history_erase(text, text, text, jsonb) TO {eraser}",
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Install or renew all guards; needs the rights of the tables' owner."""
    with connection.cursor() as cursor:
        # The notices of IF EXISTS are of no use to anybody.
        cursor.execute("SET client_min_messages = warning")
        for sql in statements(set(connection.introspection.table_names(cursor))):
            cursor.execute(sql)
        cursor.execute("RESET client_min_messages")
